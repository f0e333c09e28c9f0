"""The page of one change, from the first report to Ofsted's own: who said what and when, and what was wrong stands at the top."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.model import Article, ChangeKind, ClassifierResult
from monitor.messages import Notice, Renderer
from monitor.store import SqlStore, open_store
from monitor.web.app import create_app
from monitor.web.queries.changes import news_of
from monitor.web.queries.one_change import find_change
from monitor.web.queries.recipients import RecipientCounter
from monitor.web.queries.record import RecordCache
from monitor.web.site import Site
from tests.builders import NOW, StoppedClock, report, result, story, subscription
from tests.web.fakes import RECORD, FakeRecord, TestClient, site_of

BEFORE = RECORD[:1]  # Leeds, good in all areas


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = open_store(f"sqlite:///{tmp_path / 'm.db'}", subscriptions=lambda: (), history=lambda _before: BEFORE)
    yield opened
    opened.close()


def hear(store: SqlStore, told: tuple[Article, ClassifierResult], hours: float) -> None:
    store.record(*told, link=None, baseline=False, now=NOW + timedelta(hours=hours))


def publish(store: SqlStore, ratings: str, hours: float) -> None:
    found = report("Leeds", ratings, published=NOW.date())
    read = replace(result("", {}), judgements=found.judgements, relevant=True)
    store.record(found, read, link=None, baseline=False, now=NOW + timedelta(hours=hours))


def site(store: SqlStore, **changed: object) -> Site:
    return replace(site_of(), record=RecordCache(store, StoppedClock(NOW)), **changed)  # type: ignore[arg-type]  # its own fields


def leeds(there: Site) -> str:
    """The address of the newest inspection."""
    return f"/changes/{there.record.current().changes[0].inspection.key}"


def page(there: Site, address: str = "") -> str:
    with TestClient(create_app(there)) as client:
        return " ".join(unescape(client.get(address or leeds(there)).text).split())


def listed(there: Site, query: str) -> list[dict[str, Any]]:
    """The changes that the API gives for a filter."""
    with TestClient(create_app(there)) as client:
        return list(client.get(f"/api/v1/changes?{query}").json()["changes"])


def test_who_was_first_and_how_much_later_the_others_were(store: SqlStore) -> None:
    hear(store, story({"Leeds": "leadership inadequate"}, outlet="First Paper"), 0)
    address = leeds(site(store))
    assert 'aria-current="step"><b>Reported' in page(site(store))
    hear(store, story({"Leeds": "leadership inadequate"}, outlet="Second Paper"), 2)
    assert 'aria-current="step"><b>Corroborated' in page(site(store))
    publish(store, "leadership inadequate, children_in_care good", 26)
    shown = page(site(store), address)
    assert 'aria-current="step"><b>Confirmed' in shown
    order = [shown.index(words) for words in ("First Paper on Leeds", "Second Paper on Leeds", "report on Leeds")]
    assert order == sorted(order)
    assert "1 September 2026, 13:00</time>, before anybody else" in shown
    assert "15:00</time>, 2 hours after the first" in shown
    assert "1 day after the first" in shown
    assert "page 1" in shown
    assert ">Corrected<" not in shown
    assert ">Withdrawn<" not in shown
    assert "Confirmed as inadequate" in shown


def test_what_was_wrong_stands_at_the_top_for_good(store: SqlStore) -> None:
    hear(store, story({"Leeds": "leadership inadequate"}), 0)
    publish(store, "leadership outstanding, children_in_care good", 1)
    shown = page(site(store))
    assert "<h2>Corrected</h2><p>Impact of leaders was reported as inadequate at first; it is outstanding.</p>" in shown
    assert shown.index(">Corrected<") < shown.index("<table")
    hear(store, story({"Leeds": "leadership outstanding"}, outlet="Late Paper"), 5)
    assert ">Corrected<" in page(site(store))
    assert "Ofsted’s own report is out and says otherwise than the press did" in shown


def test_what_the_report_does_not_grade_is_withdrawn(store: SqlStore) -> None:
    hear(store, story({"Leeds": "care_leavers inadequate"}), 0)
    publish(store, "leadership good, children_in_care good", 1)
    words = "Care leavers was reported as inadequate at first; Ofsted’s report gives it no grade."
    there = site(store)
    assert f"<h2>Partly withdrawn</h2><p>{words}</p>" in page(there)
    assert "Partly withdrawn" in page(there, "/")
    (gone,) = listed(there, "kind=withdrawn")
    assert (gone["area"], gone["new"], gone["reported"]) == ("care_leavers", None, "inadequate")
    assert "care leavers not graded after all" in page(there, "/feeds/changes.atom")


def test_what_is_withdrawn_altogether_is_kept_for_who_was_told(store: SqlStore) -> None:
    hear(store, story({"Leeds": "leadership inadequate"}), 0)
    told = site(store).record.current().changes[0].versions[0]
    inspection = replace(told.change.inspection, ratings={})
    told = replace(told, change=replace(told.change, inspection=inspection))
    gone = replace(
        told.change, new=None, kinds=frozenset({ChangeKind.WITHDRAWN}), reported=told.change.new, inspection=inspection
    )
    record = FakeRecord(*BEFORE, inspection, changes=(told, replace(told, id="2", change=gone)))
    there = site_of(record=record)
    shown = page(there, f"/changes/{told.change.key}")
    assert "<h2>Withdrawn</h2><p>This was reported and is not so: nothing of it stands." in shown
    assert "Nobody is subscribed" not in shown
    assert '<strong class="standing">Withdrawn</strong>' in page(there, "/")
    assert [each["kinds"] for each in listed(there, "kind=withdrawn")] == [["withdrawn"]]
    for form in ("atom", "rss", "json"):
        assert "not graded after all" in page(there, f"/feeds/changes.{form}")


@pytest.mark.parametrize("first", ["inadequate", "outstanding"])
def test_reports_that_disagree_are_said_to_wherever_the_change_is_listed(store: SqlStore, first: str) -> None:
    """Whichever of the two is believed: of as many outlets, the one that was first."""
    second = "outstanding" if first == "inadequate" else "inadequate"
    hear(store, story({"Leeds": f"leadership {first}, children_in_care outstanding"}, outlet="The Paper"), 0)
    assert "Reports disagree" not in page(site(store)).replace(">Reports disagree</option>", "")
    hear(store, story({"Leeds": f"leadership {second}, children_in_care outstanding"}, outlet="The Post"), 1)
    there = site(store)
    shown = page(there)
    said = f"<p>Impact of leaders: {first}, says The Paper; {second}, says The Post.</p>"
    assert "<h2>Reports disagree</h2><p>Outlets tell this differently" in shown
    assert said in shown
    assert '<li aria-current="step"><b>Reports disagree</b>' in shown
    assert shown.count('aria-current="step"') == 1
    assert '<strong class="standing">Reports disagree</strong>' in page(there, "/")
    (change,) = listed(there, "kind=disputed")
    assert (change["new"], change["reported"], "disagrees" in change["conflict"]) == (first, second, True)
    for form in ("atom", "rss", "json"):
        assert "reports disagree" in page(there, f"/feeds/changes.{form}")


def test_what_was_disputed_is_settled_by_more_outlets_or_by_ofsted(store: SqlStore) -> None:
    for number, (outlet, rating) in enumerate(
        (("The Paper", "inadequate"), ("The Post", "outstanding"), ("The Echo", "outstanding"))
    ):
        hear(store, story({"Leeds": f"leadership {rating}"}, outlet=outlet), number)
    assert [each["new"] for each in listed(site(store), "kind=disputed")] == []
    assert "<h2>Corrected</h2><p>Impact of leaders was reported as inadequate at first; it is outstanding.</p>" in page(
        site(store)
    )
    publish(store, "leadership outstanding, children_in_care good", 9)
    assert "<h2>Reports disagree</h2>" not in page(site(store))
    assert [each["new"] for each in listed(site(store), "kind=disputed")] == []


def test_an_article_is_nowhere_called_ofsteds_report(store: SqlStore) -> None:
    hear(store, story({"Leeds": "leadership inadequate"}, outlet="The Gazette"), 0)
    files = ("/authorities.csv?q=Leeds", "/map.csv?area=leadership", "/trends/flows.csv?area=leadership")
    there = site(store, clock=StoppedClock(NOW))
    article = there.record.current().changes[0].inspection.url
    shown = page(there, "/authorities/E08000035")
    assert f'href="{article}">The Gazette<span class="far"> of ' in shown
    assert '<span class="far">not reported yet</span>' in shown
    for file in files:
        told = page(there, file)
        assert there.record.current().changes[0].inspection.key in told or "reported" in told
        assert article not in told
    publish(store, "leadership inadequate, children_in_care good", 1)
    there = site(store, clock=StoppedClock(NOW))
    published = there.record.current().changes[0].inspection.url
    assert f'href="{published}">ILACS report<span class="far"> of ' in page(there, "/authorities/E08000035")
    for file in files:
        assert published in page(there, file)


def test_of_one_day_what_was_heard_last_comes_first_whatever_it_is_of(store: SqlStore) -> None:
    councils = ("Leeds", "Kent", "Barnet", "Wirral")
    for hour, council in enumerate(councils):
        hear(store, story({council: "leadership inadequate, care_leavers good"}), hour)
    record = site(store).record.current()
    assert [news.inspection.authority.name for news in news_of(record, record.changes)][:4] == list(reversed(councils))
    hear(store, story({"Kent": "adoption good"}, outlet="Late Paper"), 9)
    record = site(store).record.current()
    assert record.changes[0].authority.name == "Kent", "something more of it was heard"


def test_how_many_would_get_it_is_a_number_of_readers_and_nobodys_name(store: SqlStore) -> None:
    hear(store, story({"Leeds": "leadership inadequate"}), 0)
    wanting = (
        subscription("one", to="a@reader.test"),
        subscription("again", to="A@reader.test", regions=["Yorkshire and the Humber"]),
        subscription("other", to="b@reader.test", kinds=["into_inadequate"]),
        subscription("kent", to="c@reader.test", authorities=["Kent"]),
        subscription("sure", to="d@reader.test", minimum_trust="confirmed"),
    )
    count = RecipientCounter(lambda: wanting)
    there = site(store, recipients=count)
    shown = page(there)
    assert "2 readers are subscribed here to changes like this one" in shown
    assert "reader.test" not in shown
    changes = find_change(there.record.current(), leeds(there).removeprefix("/changes/"))
    assert count(changes, BEFORE[0]) == 2
    assert "Who would get this" not in page(site(store))


def test_mail_and_slack_lead_to_the_page(store: SqlStore) -> None:
    publish(store, "leadership inadequate, children_in_care good", 0)
    there = site(store)
    changes = tuple(each.change for each in find_change(there.record.current(), leeds(there).removeprefix("/changes/")))
    notice = Notice(id="n" * 32, created=NOW, changes=changes)
    told = Renderer(site="https://monitor.example/ofsted/").render(notice)
    address = f"https://monitor.example/ofsted{leeds(there)}"
    assert f"\n{address}\n" in told.text
    assert f'href="{address}"' in told.html
    (actions,) = (each for each in json.loads(told.forms["slack"])["blocks"] if each["type"] == "actions")
    assert (actions["elements"][0]["text"]["text"], actions["elements"][0]["url"]) == ("Event: Leeds", address)
    assert f'href="{leeds(there)}"' in page(there, "/")
    assert not any("/changes/" in said for said in Renderer().render(notice).forms.values())

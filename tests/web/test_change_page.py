"""The page of one change, from the first report to Ofsted's own: who said what and when, and what was wrong stands at the top."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from monitor.domain.model import Article, ClassifierResult
from monitor.messages import Notice, Renderer
from monitor.store import SqlStore, open_store
from monitor.web.app import create_app
from monitor.web.queries.one_change import find_change
from monitor.web.queries.recipients import RecipientCounter
from monitor.web.queries.record import RecordCache
from monitor.web.site import Site
from tests.builders import NOW, StoppedClock, report, result, story, subscription
from tests.web.fakes import RECORD, TestClient, site_of

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
    assert f"<h2>Corrected</h2><p>{words}</p>" in page(site(store))


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

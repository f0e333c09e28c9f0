"""Who hears of outlets that contradict each other, and what the operator hears of worst news that nobody was told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.domain.model import Rejection, SourceClass, Span
from monitor.domain.operator_alarms import Receiver
from monitor.ports import Delivery, DeliveryState
from monitor.store import SqlStore
from monitor.store.unbelieved import unbelieved
from tests.builders import NOW, article, official, result, story, subscription
from tests.store.conftest import HISTORY, Open

NOON = NOW + timedelta(hours=1)


def tell(store: SqlStore, outlet: str, grades: str, council: str = "Leeds", **changed: Any) -> None:
    now = changed.pop("now", NOW)
    store.record(*story({council: grades}, outlet=outlet, **changed), link=None, baseline=False, now=now)


def claim(store: SqlStore) -> dict[str, Delivery]:
    return {each.recipient.partition("@")[0]: each for each in store.claim(owner="x", now=NOON, lease=60, limit=99)}


def alarms(store: SqlStore, later: timedelta = timedelta()) -> list[tuple[str, str]]:
    with store.engine.begin() as connection:
        return [(each.about, each.message) for each in unbelieved(connection, NOW + later)]


@pytest.mark.parametrize("before", [0, 45, 170])
def test_the_second_report_is_told_as_contradicting_the_first(open_it: Open, before: int) -> None:
    store = open_it(subscription("ann", kinds=["into_inadequate"]), subscription("bob"))
    then = NOW - timedelta(days=before)
    tell(store, "Wrong Paper", "overall outstanding", published=then.date(), now=then)
    assert set(claim(store)) == {"bob"}
    tell(store, "Echo", "overall inadequate")
    told = claim(store)
    assert set(told) == {"ann", "bob"}
    for each in told.values():
        assert "now inadequate" in each.message.subject
        assert "disagree" in each.message.subject or "disputed" in each.message.subject
        assert "disagrees with other reports, which say outstanding" in each.message.text
        assert "That was not so" not in each.message.text
    assert alarms(store) == []


def test_a_message_that_waits_says_that_it_is_disputed(open_it: Open) -> None:
    store = open_it(subscription("ann"), group_wait=timedelta(minutes=5))
    tell(store, "Wrong Paper", "overall outstanding")
    tell(store, "Echo", "overall inadequate", now=NOW + timedelta(minutes=1))
    (only,) = claim(store).values()
    assert "disagree" in only.message.subject or "disputed" in only.message.subject
    assert "which say outstanding" in only.message.text


def test_a_message_that_waits_leads_with_the_lower_grade(open_it: Open) -> None:
    store = open_it(subscription("ann"), group_wait=timedelta(minutes=5))
    tell(store, "Echo", "overall inadequate")
    tell(store, "Wrong Paper", "overall outstanding", now=NOW + timedelta(minutes=1))
    (only,) = claim(store).values()
    assert only.message.subject.startswith("Leeds: now inadequate, but reports disagree")
    assert "which say outstanding" in only.message.text


def test_who_waits_for_two_outlets_hears_what_two_say(open_it: Open) -> None:
    store = open_it(subscription("careful", minimum_trust="corroborated"))
    tell(store, "Echo", "overall inadequate")
    tell(store, "Wrong Paper", "overall outstanding", now=NOW + timedelta(minutes=1))
    assert claim(store) == {}
    tell(store, "Gazette", "overall inadequate", now=NOW + timedelta(minutes=2))
    message = claim(store)["careful"].message
    assert message.subject.startswith("Leeds: now inadequate (reported")
    assert "Reported by independent outlets (Echo, Gazette); not yet confirmed" in message.text


def test_outlets_correct_each_other_without_being_certain(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    tell(store, "Wrong Paper", "overall outstanding", published=NOW.date() - timedelta(days=3))
    tell(
        store, "Echo", "overall requires_improvement", published=NOW.date() - timedelta(days=1), now=NOW + timedelta(minutes=1)
    )
    claim(store)
    tell(store, "Gazette", "overall requires_improvement", now=NOW + timedelta(minutes=2))
    text = claim(store)["ann"].message.text
    assert "was reported as outstanding before. More outlets now say requires improvement." in " ".join(text.split())
    assert "Gazette, 1 September 2026" in text, "a quote has the day of its article"
    assert "First reported 29 August 2026" in text


def test_the_first_seen_is_believed_after_a_restart_too(open_it: Open) -> None:
    """A page that dates itself three weeks back is seen an hour later: on a tie it does not win."""
    store = open_it(subscription("ann"))
    tell(store, "Echo", "overall inadequate")
    store.close()
    store = open_it(subscription("ann"))
    tell(store, "Wrong Paper", "overall outstanding", published=NOW.date() - timedelta(days=21), now=NOON)
    (inspection,) = [each for each in store.inspections() if each.published.year == 2026]
    assert {str(area): str(rating) for area, rating in inspection.ratings.items()} == {"overall": "inadequate"}


def test_one_papers_flood_does_not_hold_anothers_news(open_it: Open) -> None:
    councils = "Derby Devon Dorset Dudley Durham Ealing Enfield Essex Halton Harrow Hackney Bexley Barnet".split()
    store = open_it(subscription("ann"))
    for council in councils:
        tell(store, "Flooding Paper", "overall outstanding", council)
    tell(store, "Echo", "overall inadequate")
    held = [each for each in store.deliveries(limit=99) if each.state == DeliveryState.HELD]
    assert len(held) == 1
    assert any("Leeds" in each.message.subject for each in store.claim(owner="x", now=NOON, lease=60, limit=99))


RECENT = official("Derby", "overall good, leadership good", published=NOW.date() - timedelta(days=250))


def test_worst_news_that_nobody_was_told_is_shown_to_the_operator(open_it: Open) -> None:
    store = open_it(subscription("ann"), history=lambda _: (*HISTORY, RECENT))
    tell(store, "Echo", "overall inadequate, leadership inadequate", "Derby")
    tell(store, "Gazette", "overall outstanding", "Derby")
    assert claim(store) == {}
    ((about, message),) = alarms(store)
    assert about == "Derby"
    assert "Echo reports leadership inadequate and overall inadequate" in message
    assert "less than a year after the last inspection" in message
    assert "https://echo.test/" in message
    assert alarms(store, timedelta(days=8)) == []


def test_the_operators_mail_says_what_to_do(open_it: Open) -> None:
    store = open_it(subscription("ann"), history=lambda _: (*HISTORY, RECENT))
    tell(store, "Echo", "overall inadequate", "Derby")
    with store.engine.begin() as connection:
        found = unbelieved(connection, NOW)
    store.notify_operator(found, (Receiver(channel="console", to="op@council.test"),), now=NOW)
    (mail,) = store.claim(owner="x", now=NOON, lease=60, limit=9)
    assert "Derby is reported otherwise than told" in mail.message.subject
    assert "monitor sources test" in mail.message.text


def test_what_an_aggregator_contradicts_is_shown_too(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    tell(store, "Gazette", "overall outstanding")
    tell(store, "Digest", "overall inadequate", source_class=SourceClass.AGGREGATOR)
    ((about, message),) = alarms(store)
    assert (about, "other outlets report otherwise" in message) == ("Leeds", True)


def test_what_nobody_need_be_woken_for_is_the_operators(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    tell(store, "Gazette", "overall outstanding")
    assert set(claim(store)) == {"ann"}
    tell(store, "Echo", "overall requires_improvement, leadership good", now=NOON)
    assert claim(store) == {}
    ((about, message),) = alarms(store)
    assert about == "Leeds"
    assert "Echo reports overall requires improvement, and nobody was told" in message
    tell(store, "Herald", "overall requires_improvement", now=NOON)
    assert claim(store)["ann"].message.subject.startswith("Correction: Leeds")
    assert alarms(store) == []


def test_what_was_told_and_what_is_known_is_not_shown(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    tell(store, "Echo", "overall inadequate")
    tell(store, "Gazette", "overall inadequate")
    tell(store, "Echo", "overall inadequate", "Kent")  # as the record has it
    assert alarms(store) == []


@pytest.mark.parametrize(("quote", "shown"), [("Leeds rated inadequate overall", True), ("Leeds rated good overall", False)])
def test_a_grade_overall_that_is_no_longer_given_is_shown(open_it: Open, quote: str, shown: bool) -> None:
    store = open_it(subscription("ann"))
    refused = Rejection(reason="no_overall_grade", span=Span(start=0, end=len(quote)), quote=quote)
    said = result(quote, {})
    changed = {name: getattr(said, name) for name in type(said).__dataclass_fields__} | {"rejected": (refused, refused)}
    store.record(article(quote, outlet="Echo"), type(said)(**changed), link=None, baseline=False, now=NOW)
    assert [about for about, _ in alarms(store)] == (["Echo"] if shown else [])

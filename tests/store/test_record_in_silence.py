"""The past written down: it counts as known, and nobody is told, asked or alarmed, then or later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from monitor.domain.model import Area, ClassifierResult, Rating, Trust
from monitor.ports import Classified, Recorded
from monitor.store import SqlStore
from tests.builders import DAY, NOW, judgements, report, story, subscription
from tests.store.conftest import Open

MESSAGES = ("deliveries", "bodies", "alerts", "tellings", "changes", "review_items")
EVERYTHING = subscription("all")
CAREFUL = subscription("careful", minimum_trust="corroborated")
NOTHING = ClassifierResult(relevant=True, classifier_version="t")  #: what is read of a report is in it


def counts(store: SqlStore, tables: tuple[str, ...] = MESSAGES) -> dict[str, int]:
    with store.engine.connect() as connection:
        return {table: connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables}


def write_down(store: SqlStore, *found: Any, now: Any = NOW) -> tuple[Recorded, ...]:
    return store.record_in_silence(
        [Classified(document=document, result=result, link=None, baseline=True) for document, result in found], now=now
    )


def reported(name: str, ratings: str, *, day: date, outlet: str = "The Paper", **changed: Any) -> Any:
    return story({name: ratings}, outlet=outlet, published=day, retrieved=None, **changed)


@pytest.mark.parametrize("age", [0, 1, 10, 29, 45, 400, 3000])
def test_nobody_is_told_however_new_it_is(open_it: Open, age: int) -> None:
    store = open_it(EVERYTHING, CAREFUL)
    day = DAY - timedelta(days=age)
    write_down(
        store, reported("Leeds", "overall inadequate", day=day), reported("Leeds", "overall inadequate", day=day, outlet="B")
    )
    assert counts(store) == dict.fromkeys(MESSAGES, 0)
    assert store.enqueue_digests(now=NOW + timedelta(days=8)) == 0
    assert not any(each.outlet == "The Paper" for inspection in store.inspections() for each in inspection.attestations)


def test_who_waits_for_a_second_outlet_does_not_hear_of_it_from_an_archive(open_it: Open) -> None:
    store = open_it(CAREFUL)
    document, result = reported("Leeds", "overall inadequate", day=DAY)
    store.record(document, result, link=None, baseline=False, now=NOW)
    before = counts(store)
    write_down(store, reported("Leeds", "overall inadequate", day=DAY, outlet="B"))
    assert counts(store) == before


def test_a_report_from_an_archive_withdraws_nothing_that_was_told(open_it: Open) -> None:
    store = open_it(EVERYTHING)
    document, result = reported("Leeds", "overall inadequate, leadership inadequate", day=DAY)
    store.record(document, result, link=None, baseline=False, now=NOW)
    before = counts(store)
    assert before["deliveries"]
    write_down(store, (report("Leeds", "overall good"), result))
    assert counts(store) == before


def test_what_is_uncertain_in_an_archive_is_asked_of_nobody(open_it: Open) -> None:
    store = open_it(EVERYTHING)
    document, result = reported("Leeds", "overall good", day=DAY)
    from dataclasses import replace

    unsure = replace(result, judgements=(), uncertain=judgements(document.text, {"Leeds": "overall good"}, probability=0.5))
    write_down(store, (document, unsure))
    assert counts(store) == dict.fromkeys(MESSAGES, 0)


def test_no_alarm_is_raised(open_it: Open) -> None:
    store = open_it(EVERYTHING)
    old = DAY - timedelta(days=60)
    write_down(store, reported("Leeds", "overall inadequate", day=old), reported("Leeds", "overall good", day=old, outlet="B"))
    assert store.state_alarms(now=NOW)[0] == []


def test_a_second_time_nothing_is_written(open_it: Open) -> None:
    store = open_it(EVERYTHING)
    found = [
        reported("Bury", "overall requires_improvement", day=date(2022, 3, 1)),
        (report("Kent", "overall good", published=date(2017, 6, 13)), NOTHING),
    ]
    assert [each.duplicate for each in write_down(store, *found)] == [False, False]
    before = counts(store, (*MESSAGES, "articles", "accounts", "inspections", "judgements"))
    assert [each.duplicate for each in write_down(store, *found, now=NOW + timedelta(days=1))] == [True, True]
    assert counts(store, (*MESSAGES, "articles", "accounts", "inspections", "judgements")) == before


def test_an_outlet_counts_as_heard_when_its_page_was_there(open_it: Open) -> None:
    store = open_it(EVERYTHING)
    write_down(store, reported("Bury", "overall requires_improvement", day=date(2022, 3, 4)))
    seen = [each.seen for inspection in store.inspections() for each in inspection.attestations if each.outlet == "The Paper"]
    assert [moment.date() for moment in seen if moment] == [date(2022, 3, 4)]


def test_news_after_it_is_still_news(open_it: Open) -> None:
    store = open_it(EVERYTHING)
    write_down(store, (report("Leeds", "overall good", published=DAY - timedelta(days=900)), NOTHING))
    document, result = reported("Leeds", "overall inadequate", day=DAY)
    assert store.record(document, result, link=None, baseline=False, now=NOW).deliveries == 1


def test_a_correction_that_an_archive_saw_first_is_told_when_a_source_finds_it(open_it: Open) -> None:
    """The monitor was off for two months, and what it missed was read from an archive before its sources had caught up."""
    store = open_it(EVERYTHING)
    document, result = reported("Leeds", "overall inadequate", day=DAY)
    store.record(document, result, link=None, baseline=False, now=NOW)
    before, later = counts(store)["deliveries"], NOW + timedelta(days=60)
    corrects = report("Leeds", "overall good", published=DAY + timedelta(days=7))
    write_down(store, (corrects, NOTHING), now=later)
    assert counts(store)["deliveries"] == before == 1
    assert store.record(corrects, NOTHING, link=None, baseline=False, now=later + timedelta(hours=1)).deliveries == 1
    write_down(store, (corrects, NOTHING), now=later + timedelta(days=1))  # it is known by then, and told once


def test_who_waits_for_a_second_outlet_hears_of_it_after_an_archive_had_one(open_it: Open) -> None:
    store = open_it(CAREFUL)
    document, result = reported("Leeds", "overall inadequate", day=DAY)
    store.record(document, result, link=None, baseline=False, now=NOW)
    assert counts(store)["deliveries"] == 0
    write_down(store, reported("Leeds", "overall inadequate", day=DAY, outlet="B"))
    document, result = reported("Leeds", "overall inadequate", day=DAY, outlet="C")
    assert store.record(document, result, link=None, baseline=False, now=NOW + timedelta(days=1)).deliveries == 1


def test_an_article_that_an_archive_misread_makes_no_news_a_repetition(open_it: Open) -> None:
    store = open_it(EVERYTHING)
    assert write_down(store, reported("Leeds", "overall inadequate", day=DAY - timedelta(days=400)))[0].left
    document, result = reported("Leeds", "overall inadequate", day=DAY)
    assert store.record(document, result, link=None, baseline=False, now=NOW).deliveries == 1


def test_a_report_is_news_to_everyone_though_an_archive_had_heard_of_it(open_it: Open) -> None:
    store = open_it(EVERYTHING, CAREFUL)
    write_down(store, reported("Leeds", "overall inadequate", day=DAY - timedelta(days=50)))
    told = store.record(report("Leeds", "overall inadequate"), NOTHING, link=None, baseline=False, now=NOW)
    assert told.deliveries == 2


def test_the_press_is_believed_of_what_a_report_in_the_same_archive_tells(open_it: Open) -> None:
    store = open_it(EVERYTHING)
    day = DAY - timedelta(days=500)
    done = write_down(
        store,
        (report("Leeds", "overall outstanding", published=day), NOTHING),
        reported("Leeds", "overall outstanding", day=day),
    )
    assert [each.left for each in done] == [False, False]
    assert counts(store) == dict.fromkeys(MESSAGES, 0)
    (believed,) = [each for each in store.inspections() if any(a.outlet == "The Paper" for a in each.attestations)]
    assert (believed.ratings, believed.trust) == ({Area.OVERALL: Rating.OUTSTANDING}, Trust.CONFIRMED)

"""An alert that was wrong: whoever had it is told so, in its thread, and nobody else."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from monitor.domain.model import ChangeKind
from monitor.ports import Delivery, DeliveryState, Outcome, Result
from monitor.store import SqlStore
from tests.builders import NOW, report, story, subscription
from tests.store.conftest import Open

LATER = NOW + timedelta(hours=3)
FALSE, TRUE = "overall inadequate, leadership outstanding", "leadership outstanding, help_and_protection good"


def tell(store: SqlStore, grades: str = FALSE, now: datetime = NOW, **changed: Any) -> None:
    store.record(*story({"Leeds": grades}, **changed), link=None, baseline=False, now=now)


def publish(
    store: SqlStore, grades: str = TRUE, now: datetime = LATER, *, baseline: bool = False, day: date | None = None
) -> None:
    document = report("Leeds", grades, published=day or now.date())
    store.record(document, story({})[1], link=None, baseline=baseline, now=now)


def claim(store: SqlStore, now: datetime) -> dict[str, Delivery]:
    taken = store.claim(owner="x", now=now, lease=60, limit=9)
    for each in taken:
        store.committing(each, now=now)
        assert store.settle(each, Outcome(result=Result.SENT, reason="ok", reference=f"ref-{each.recipient}"), now=now)
    return {each.recipient.partition("@")[0]: each for each in taken}


def test_exactly_those_who_were_told_are_told_that_it_was_not_so(open_it: Open) -> None:
    store = open_it(
        subscription("ann", kinds=["into_inadequate"]),
        subscription("press", source_classes=["press"]),
        subscription("sure", minimum_trust="confirmed"),
        subscription("kent", authorities=["Kent"]),
    )
    tell(store)
    told = claim(store, NOW)
    assert set(told) == {"ann", "press"}
    publish(store)
    corrected = claim(store, LATER)
    assert set(corrected) == {"ann", "press", "sure"}
    for name in ("ann", "press"):
        message = corrected[name].message
        assert message.subject.startswith("Correction: Leeds")
        assert "inadequate" not in message.subject
        assert "Overall effectiveness was reported as inadequate before. That was not so" in message.text
        assert message.headers["References"] == told[name].message.headers["References"]
        assert corrected[name].thread == f"ref-{name}@reader.test"
    assert "Correction" not in corrected["sure"].message.subject
    assert "inadequate" not in corrected["sure"].message.text


def test_it_is_told_once(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    tell(store)
    claim(store, NOW)
    publish(store)
    publish(store, day=NOW.date() + timedelta(days=1), now=LATER + timedelta(days=1))
    assert set(claim(store, LATER)) == {"ann"}
    assert claim(store, LATER + timedelta(days=2)) == {}


@pytest.mark.parametrize("how", ["baseline", "late"])
def test_a_report_that_is_no_news_any_more_still_retracts(open_it: Open, how: str) -> None:
    """A source of Ofsted's that is new, or was not heard for six weeks."""
    store = open_it(subscription("ann"), subscription("bob", minimum_trust="confirmed"))
    tell(store)
    claim(store, NOW)
    now = NOW + timedelta(days=40 if how == "late" else 3)
    publish(store, now=now, day=NOW.date(), baseline=how == "baseline")
    (only,) = claim(store, now + timedelta(hours=1)).values()
    assert only.recipient == "ann@reader.test"
    assert only.message.subject.startswith("Correction:")


def test_what_nobody_has_read_is_taken_back_in_silence(open_it: Open) -> None:
    store = open_it(subscription("ann", kinds=["into_inadequate"]), group_wait=timedelta(minutes=5))
    tell(store, "overall inadequate")
    soon = NOW + timedelta(minutes=1)
    publish(store, now=soon)
    assert claim(store, NOW + timedelta(hours=1)) == {}
    (waiting,) = store.deliveries(limit=9)
    assert (waiting.state, waiting.reason) == (DeliveryState.CANCELLED, "withdrawn")


def test_of_a_message_that_waits_the_rest_goes_out(open_it: Open) -> None:
    store = open_it(subscription("ann"), group_wait=timedelta(minutes=5))
    tell(store, "overall inadequate, leadership outstanding")
    publish(store, "leadership outstanding", now=NOW + timedelta(minutes=1))
    (message,) = claim(store, NOW + timedelta(hours=1)).values()
    assert "leadership" in message.message.subject
    assert "inadequate" not in message.message.text


def test_a_digest_does_not_tell_what_was_withdrawn_since(open_it: Open) -> None:
    store = open_it(subscription("ann", frequency="daily"))
    tell(store, "overall inadequate, leadership outstanding")
    publish(store, "leadership outstanding")
    day_after = NOW + timedelta(days=1)
    assert store.enqueue_digests(now=day_after) == 1
    (digest,) = claim(store, day_after).values()
    assert "outstanding" in digest.message.text
    assert "inadequate" not in digest.message.text


def test_a_digest_retracts_what_a_digest_told(open_it: Open) -> None:
    store = open_it(subscription("ann", frequency="daily"))
    tell(store, "overall inadequate")
    day_after = NOW + timedelta(days=1)
    store.enqueue_digests(now=day_after)
    claim(store, day_after)
    publish(store, now=day_after)
    store.enqueue_digests(now=day_after + timedelta(days=1))
    (digest,) = claim(store, day_after + timedelta(days=1)).values()
    assert "Overall effectiveness was reported as inadequate before. That was not so" in digest.message.text


def test_what_was_held_and_dropped_was_not_told(open_it: Open) -> None:
    """Who never had the false alert hears the truth as news."""
    store = open_it(subscription("ann"))
    tell(store, "leadership inadequate")
    (delivery,) = store.claim(owner="x", now=NOW, lease=60, limit=9)
    store.settle(delivery, Outcome(result=Result.PERMANENT, reason="refused"), now=NOW)
    publish(store, "leadership outstanding")
    (message,) = claim(store, LATER).values()
    assert not message.message.subject.startswith("Correction")
    assert "outstanding" in message.message.subject


def test_the_kind_is_kept(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    tell(store)
    publish(store)
    (gone,) = (each for each in store.changes() if ChangeKind.WITHDRAWN in each.change.kinds)
    assert (gone.change.new, gone.change.reported, gone.silent) == (None, "inadequate", "")

"""Where an update belongs: below the first message to the same person on the same inspection, once that has a name."""

from __future__ import annotations

from datetime import timedelta

from monitor.ports import Delivery, Outcome, Result
from monitor.store import SqlStore
from tests.builders import NOW, report, story, subscription
from tests.store.conftest import Open


def claimed(store: SqlStore) -> list[Delivery]:
    return sorted(store.claim(owner="x", now=NOW, lease=60, limit=9), key=lambda each: each.recipient)


def press(store: SqlStore, council: str = "Kent") -> None:
    store.record(*story({council: "overall good"}), link=None, baseline=False, now=NOW)


def confirmed(store: SqlStore, council: str = "Kent", ratings: str = "overall good") -> list[Delivery]:
    later = NOW + timedelta(minutes=1)
    store.record(report(council, ratings), story({})[1], link=None, baseline=False, now=later)
    return sorted(store.claim(owner="x", now=later, lease=60, limit=9), key=lambda each: each.recipient)


def sent(store: SqlStore, delivery: Delivery, reference: str = "") -> None:
    store.committing(delivery, now=NOW)
    assert store.settle(delivery, Outcome(result=Result.SENT, reason="ok", reference=reference), now=NOW)


def test_an_update_continues_what_its_own_reader_was_told(open_it: Open) -> None:
    store = open_it(subscription("ann"), subscription("bob"), subscription("sure", minimum_trust="confirmed"))
    press(store)
    ann, bob = claimed(store)
    assert (ann.thread, bob.thread) == ("", "")
    sent(store, ann, "C1/1.1")
    sent(store, bob, "C2/2.2")
    updates = confirmed(store)
    assert [(each.recipient, each.thread) for each in updates] == [
        ("ann@reader.test", "C1/1.1"),
        ("bob@reader.test", "C2/2.2"),
        ("sure@reader.test", ""),
    ]


def test_the_thread_is_the_first_message_however_many_follow(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    press(store)
    (first,) = claimed(store)
    sent(store, first, "C1/1.1")
    (second,) = confirmed(store)
    sent(store, second, "C1/9.9")
    later = NOW + timedelta(minutes=2)
    store.record(report("Kent", "overall outstanding"), story({})[1], link=None, baseline=False, now=later)
    (third,) = store.claim(owner="x", now=later, lease=60, limit=9)
    assert third.thread == "C1/1.1"


def test_without_a_name_there_is_nothing_to_continue(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    press(store)
    (first,) = claimed(store)
    sent(store, first)
    (update,) = confirmed(store)
    assert update.thread == ""


def test_a_message_on_another_inspection_is_no_thread(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    press(store, "Bury")
    press(store)
    first = {each.message.subject.partition(":")[0]: each for each in claimed(store)}
    sent(store, first["Bury"], "C1/1.1")
    sent(store, first["Kent"])
    (update,) = confirmed(store)
    assert update.thread == ""


def test_a_second_try_is_in_the_same_thread(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    press(store)
    (first,) = claimed(store)
    sent(store, first, "C1/1.1")
    (update,) = confirmed(store)
    later = NOW + timedelta(minutes=5)
    store.settle(update, Outcome(result=Result.TRANSIENT, reason="http_429"), now=NOW, not_before=later)
    (again,) = store.claim(owner="x", now=later, lease=60)
    assert again.thread == "C1/1.1"

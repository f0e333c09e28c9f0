"""The loop that sends: everything due, once, whatever a channel does, and an orderly end."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from monitor.delivery import Outbox, SentJournal
from monitor.domain.operator_alarms import Alarm, Receiver
from monitor.ports import CommitPoint, Delivery, Outcome, Result
from monitor.store import SqlStore, schema
from tests.builders import StoppedClock, story, subscription
from tests.store.conftest import Open

SENT = Outcome(result=Result.SENT)


class Postbox:
    """A channel that remembers what it was given and does what it is told."""

    name = "console"

    def __init__(self, *does: Callable[[], Outcome]) -> None:
        self.sent: list[str] = []
        self.does = list(does)
        self.lock = threading.Lock()

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        """Do the next thing told; commit first when it is a success."""
        with self.lock:
            act = self.does.pop(0) if self.does else lambda: SENT
        outcome = act()
        if outcome.result is Result.SENT:
            if not commit():
                return Outcome(result=Result.TRANSIENT, reason="lost_claim")
            self.sent.append(delivery.recipient)
        return outcome


def filled(open_it: Open, people: int = 3) -> SqlStore:
    store = open_it(*(subscription(f"p{n}") for n in range(people)))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=StoppedClock().now())
    return store


def states(store: SqlStore) -> list[str]:
    with store.engine.connect() as connection:
        return sorted(connection.execute(select(schema.deliveries.c.state)).scalars())


def outbox(store: SqlStore, channel: object, clock: StoppedClock | None = None, **changed: object) -> Outbox:
    return Outbox(store=store, channels={"console": channel}, clock=clock or StoppedClock(), idle=0.01, **changed)  # type: ignore[arg-type]  # fakes


async def test_everything_due_is_sent_once(open_it: Open) -> None:
    store, box = filled(open_it, people=7), Postbox()
    assert await outbox(store, box).send_due() == {"sent": 7}
    assert await outbox(store, box).send_due() == {}
    assert sorted(box.sent) == [f"p{n}@reader.test" for n in range(7)]


async def test_a_failure_waits_its_turn_and_does_not_hold_up_others(open_it: Open) -> None:
    clock = StoppedClock()
    store = filled(open_it)
    box = Postbox(lambda: Outcome(result=Result.TRANSIENT, reason="smtp_451"))
    sender = outbox(store, box, clock)
    assert await sender.send_due() == {"transient": 1, "sent": 2}
    assert await sender.send_due() == {}
    clock.forward(minutes=2)
    assert await sender.send_due() == {"sent": 1}
    assert len(set(box.sent)) == 3


async def test_a_fault_before_the_commit_point_is_tried_again(open_it: Open) -> None:
    def fault() -> Outcome:
        raise KeyError("bug")

    store = filled(open_it, people=1)
    assert await outbox(store, Postbox(fault)).send_due() == {"transient": 1}
    assert states(store) == ["pending"]


async def test_a_fault_after_the_commit_point_is_a_doubt(open_it: Open) -> None:
    class Faulty:
        def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
            commit()
            raise KeyError("bug")

    store = filled(open_it, people=1)
    assert await outbox(store, Faulty()).send_due() == {"uncertain": 1}
    assert states(store) == ["uncertain"]


async def test_a_channel_that_is_gone_keeps_its_messages(open_it: Open) -> None:
    store = filled(open_it, people=1)
    lost = Outbox(store=store, channels={}, clock=StoppedClock())
    assert await lost.send_due() == {"transient": 1}
    assert states(store) == ["pending"]


async def test_stopping_finishes_what_is_in_flight_and_claims_no_more(open_it: Open) -> None:
    store = filled(open_it, people=9)
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> Outcome:
        begun.set()
        assert go_on.wait(10)
        return SENT

    box, stop = Postbox(*[slow] * 9), asyncio.Event()
    draining = asyncio.create_task(outbox(store, box, concurrency=2).drain(stop))
    assert await asyncio.to_thread(begun.wait, 10)
    stop.set()
    await asyncio.sleep(0.05)
    assert not draining.done()
    go_on.set()
    assert await draining == {"sent": 2}
    assert states(store) == ["pending"] * 7 + ["sent"] * 2


async def test_a_channel_that_hangs_holds_up_no_other(open_it: Open) -> None:
    stuck = (subscription(f"p{number}", channel="hangs") for number in range(20))
    store, clock = open_it(*stuck, subscription("ann")), StoppedClock()
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=clock.now())
    go_on, box, stop = threading.Event(), Postbox(), asyncio.Event()

    class Hangs:
        def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
            go_on.wait(20)
            return Outcome(result=Result.TRANSIENT, reason="x")

    sender = Outbox(store=store, channels={"hangs": Hangs(), "console": box}, clock=clock, idle=0.01)  # type: ignore[dict-item]  # fakes
    draining = asyncio.create_task(sender.drain(stop))
    try:
        for _ in range(1000):
            if box.sent:
                break
            await asyncio.sleep(0.01)
        assert box.sent == ["ann@reader.test"]
        assert states(store).count("sending") <= sender.concurrency
    finally:
        go_on.set()
        stop.set()
        await draining


async def test_draining_notices_what_comes_later(open_it: Open) -> None:
    store = open_it(subscription())
    box, stop, clock = Postbox(), asyncio.Event(), StoppedClock()
    draining = asyncio.create_task(outbox(store, box, clock).drain(stop))
    await asyncio.sleep(0.05)
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=clock.now())
    for _ in range(500):
        if box.sent:
            break
        await asyncio.sleep(0.01)
    stop.set()
    assert await draining == {"sent": 1}


async def test_a_start_puts_right_what_a_dead_process_left(open_it: Open, tmp_path: Path) -> None:
    clock = StoppedClock()
    store = filled(open_it, people=4)
    journal = SentJournal(tmp_path / "sent.journal")
    unfinished, doubtful, accepted, _waiting = store.claim(owner="dead", now=clock.now(), lease=60, limit=4)
    assert store.committing(doubtful, now=clock.now())
    assert store.committing(accepted, now=clock.now())
    journal.add(accepted.id)
    clock.forward(seconds=61)
    box = Postbox()
    assert await outbox(store, box, clock, journal=journal).send_due() == {"sent": 2}
    assert doubtful.recipient not in box.sent
    assert accepted.recipient not in box.sent
    assert unfinished.recipient in box.sent
    assert states(store) == ["sent", "sent", "sent", "uncertain"]
    assert not (tmp_path / "sent.journal").exists() or doubtful.id not in journal.read()


def test_a_line_cut_short_by_a_crash_is_not_believed(tmp_path: Path) -> None:
    journal = SentJournal(tmp_path / "sent.journal")
    journal.add("a" * 32)
    with (tmp_path / "sent.journal").open("ab") as file:
        file.write(b"bbbb")
    assert journal.read() == {"a" * 32}


async def test_while_nothing_is_sent_the_operator_is_told_so(open_it: Open) -> None:
    store, box, clock = filled(open_it), Postbox(), StoppedClock()
    sending = outbox(store, box, clock, off=lambda: "it was restored")
    assert await sending.send_due() == {}
    alarm = Alarm(about="outbox", name="off", message="nothing is sent: it was restored", urgent=True)
    store.notify_operator([alarm], [Receiver(channel="console", to="ops@example.org")], now=clock.now())
    assert await sending.send_due() == {"sent": 1}
    assert box.sent == ["ops@example.org"]

"""Whatever is done to the clock, what waits is sent after the time it was to wait: within a minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.delivery import Outbox
from monitor.domain.alert_limits import earliest_send
from monitor.ports import CommitPoint, Delivery, Outcome, Result
from monitor.store import SqlStore, open_store, schema
from monitor.system.clock import SystemClock, boot_id, uptime
from tests.builders import NOW, StoppedClock, story, subscription
from tests.store.conftest import Open, history

MINUTE = timedelta(minutes=1)


class Machine:
    """A clock that may be set, and time that passes."""

    def __init__(self) -> None:
        self.clock = StoppedClock()
        self.passed = 0.0
        self.boot = "a" * 32

    def passes(self, by: timedelta) -> None:
        self.passed += by.total_seconds()
        self.clock.forward(seconds=by.total_seconds())

    def is_set(self, by: timedelta) -> None:
        self.clock.forward(seconds=by.total_seconds())

    def restarts(self) -> None:
        self.boot, self.passed = "b" * 32, 5.0

    def outbox(self, store: SqlStore, **channels: Any) -> Outbox:
        return Outbox(store=store, channels=channels, clock=self.clock, uptime=lambda: self.passed, recover_every=0.0)


class Post:
    """A channel that is away until it is not."""

    def __init__(self) -> None:
        self.away = False
        self.sent: list[str] = []

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        if self.away:
            return Outcome(result=Result.TRANSIENT, reason="unreachable_connect")
        assert commit()
        self.sent.append(delivery.recipient)
        return Outcome(result=Result.SENT)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(
        "monitor.store.clock_jump._agrees", lambda *_: True
    )  # PostgreSQL's clock is the machine's, and not ours
    monkeypatch.setattr("monitor.system.clock_watch.boot_id", lambda: made.boot)
    return made


def tell(store: SqlStore, now: datetime, council: str = "Kent") -> None:
    told = story({council: "overall good"}, published=now.date())
    assert store.record(*told, link=None, baseline=False, now=now).deliveries == 1


def not_before(store: SqlStore) -> datetime:
    with store.engine.connect() as connection:
        return connection.execute(select(schema.deliveries.c.not_before)).scalar_one()


JUMPS = [timedelta(days=3), timedelta(days=-3), timedelta(hours=2), timedelta(minutes=-10), timedelta(days=400)]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
@pytest.mark.parametrize("restarted", [False, True], ids=["running", "by the next process"])
async def test_a_group_waits_its_time(open_it: Open, machine: Machine, jump: timedelta, restarted: bool) -> None:
    store, post = open_it(subscription("ann"), group_wait=timedelta(minutes=10)), Post()
    sender = machine.outbox(store, console=post)
    await sender.send_due()
    tell(store, machine.clock.now())
    machine.passes(timedelta(minutes=4))
    machine.is_set(jump)
    if restarted:
        sender = machine.outbox(store, console=post)
    machine.passes(timedelta(minutes=5))
    await sender.send_due()
    assert post.sent == []
    machine.passes(timedelta(minutes=2))
    await sender.send_due()
    assert post.sent == ["ann@reader.test"]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
@pytest.mark.parametrize("restarted", [False, True], ids=["running", "by the next process"])
async def test_what_is_recorded_before_the_jump_is_noticed_waits_no_longer(
    open_it: Open, machine: Machine, jump: timedelta, restarted: bool
) -> None:
    """`monitor once` polls first and looks at the clock when it sends; a daemon may record between the two."""
    store, post = open_it(subscription("ann"), subscription("bob"), group_wait=timedelta(minutes=10)), Post()
    sender = machine.outbox(store, console=post)
    await sender.send_due()
    machine.passes(timedelta(hours=1))
    machine.is_set(jump)
    told = story({"Kent": "overall good"}, published=machine.clock.now().date())
    assert store.record(*told, link=None, baseline=False, now=machine.clock.now()).deliveries == 2
    if restarted:
        sender = machine.outbox(store, console=post)
    await sender.send_due()
    machine.passes(timedelta(minutes=11))
    await sender.send_due()
    assert sorted(post.sent) == ["ann@reader.test", "bob@reader.test"]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
async def test_a_message_is_given_up_after_three_days_that_passed(open_it: Open, machine: Machine, jump: timedelta) -> None:
    store, post = open_it(subscription("ann")), Post()
    sender = machine.outbox(store, console=post)
    await sender.send_due()
    tell(store, machine.clock.now())
    post.away = True
    await sender.send_due()
    machine.is_set(jump)
    for _ in range(5):
        await sender.send_due()
        machine.passes(timedelta(hours=2))
    assert [str(line.state) for line in store.deliveries()] == ["pending"]
    post.away = False
    await sender.send_due()
    assert post.sent == ["ann@reader.test"]


async def test_made_by_a_clock_that_was_ahead_and_put_right(open_it: Open, machine: Machine) -> None:
    store, post = open_it(subscription("ann"), group_wait=timedelta(seconds=30)), Post()
    machine.is_set(timedelta(days=3))
    sender = machine.outbox(store, console=post)
    await sender.send_due()
    tell(store, machine.clock.now())
    machine.is_set(timedelta(days=-3))
    machine.passes(timedelta(seconds=40))
    await sender.send_due()
    assert post.sent == ["ann@reader.test"]


async def test_put_right_while_the_machine_was_off(open_it: Open, machine: Machine) -> None:
    """Nothing tells how long that was; but nothing waits for longer than a wait can be."""
    store, post = open_it(subscription("ann"), group_wait=timedelta(seconds=30)), Post()
    machine.is_set(timedelta(days=3))
    await machine.outbox(store, console=post).send_due()
    tell(store, machine.clock.now())
    machine.is_set(timedelta(days=-3))
    machine.restarts()
    sender = machine.outbox(store, console=post)
    await sender.send_due()
    machine.passes(timedelta(seconds=40))
    await sender.send_due()
    assert post.sent == ["ann@reader.test"]


@given(st.lists(st.tuples(st.integers(-500_000, 500_000), st.integers(0, 120)), max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_jump_makes_a_wait_longer_or_shorter_by_a_minute(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[int, int]]
) -> None:
    """The law: a wait of ten minutes lasts ten minutes, whatever the clock does in between."""
    folder, clock, passed, wait = tmp_path_factory.mktemp("law"), StoppedClock(), 0.0, timedelta(minutes=10)
    store = open_store(
        f"sqlite:///{folder / 'm.db'}", subscriptions=lambda: (subscription(),), history=history, group_wait=wait
    )
    store.follow_clock(now=clock.now(), boot="b", uptime=passed)
    tell(store, clock.now())
    for jump, seconds in steps:
        clock.forward(seconds=jump)
        store.follow_clock(now=clock.now(), boot="b", uptime=passed)
        clock.forward(seconds=seconds)
        passed += seconds
    left = not_before(store) - clock.now()
    store.close()
    assert abs(left - (wait - timedelta(seconds=passed))) < MINUTE


def test_a_clock_that_is_kept_right_little_by_little_moves_nothing(open_it: Open) -> None:
    store = open_it(subscription("ann"), group_wait=timedelta(minutes=10))
    store.follow_clock(now=NOW, boot="b", uptime=0.0)
    tell(store, NOW)
    before = not_before(store)
    for second in range(1, 15):
        assert not store.follow_clock(now=NOW + timedelta(seconds=second), boot="b", uptime=0.0)
    assert not_before(store) == before


def test_of_two_processes_one_moves_the_waits(open_it: Open, database: str) -> None:
    if database.startswith("postgresql"):
        pytest.skip("a server whose clock is not ours is right")
    store = open_it(subscription("ann"), group_wait=timedelta(minutes=10))
    store.follow_clock(now=NOW, boot="b", uptime=0.0)
    tell(store, NOW)
    later = NOW + timedelta(days=1)
    assert store.follow_clock(now=later, boot="b", uptime=0.0) == timedelta(days=1)
    assert not store.follow_clock(now=later, boot="b", uptime=0.0)
    assert not_before(store) == later + timedelta(minutes=10)


def test_a_server_that_has_another_time_is_believed(open_it: Open, database: str) -> None:
    """Others go by it: one wrong clock of several moves nothing."""
    if database.startswith("sqlite"):
        pytest.skip("a file has no clock")
    store, now = open_it(subscription("ann"), group_wait=timedelta(minutes=10)), SystemClock().now()
    store.follow_clock(now=now, boot="b", uptime=0.0)
    tell(store, now)
    before = not_before(store)
    assert not store.follow_clock(now=now + timedelta(days=3), boot="b", uptime=0.0)
    assert not_before(store) == before


def test_messages_made_in_the_future_hold_up_nobody() -> None:
    ahead = [NOW + timedelta(days=3, minutes=minute) for minute in range(10)]
    assert earliest_send(NOW, timedelta(seconds=30), ahead) == NOW + timedelta(seconds=30)


def test_the_machine_tells_how_long_it_runs() -> None:
    first = uptime()
    assert 0 < first <= uptime()
    assert boot_id() == boot_id()

"""Which job runs when, with fakes for what it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.app.daemon import Daemon
from monitor.domain.operator_alarms import Alarm
from monitor.pipeline import Pipeline
from monitor.ports import SourceState
from monitor.system.clock import SystemClock
from tests.pipeline.fakes import FakeFetcher, FakeSource, FakeStore, classify, read

Drain = Callable[[asyncio.Event], Awaitable[object]]


async def idle(stop: asyncio.Event) -> None:
    await stop.wait()


class World:
    def __init__(self, *sources: FakeSource, drain: Drain = idle) -> None:
        self.store, self.fetcher, self.clock = FakeStore(), FakeFetcher(), SystemClock()
        pipeline = Pipeline(
            store=self.store,  # type: ignore[arg-type]
            fetcher=self.fetcher,
            sources=sources,
            read=read,
            classify=classify,  # type: ignore[arg-type]
            clock=self.clock,
        )
        self.daemon = Daemon(pipeline=pipeline, drain=drain, clock=self.clock)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Daemon]:
        await self.daemon.start()
        try:
            yield self.daemon
        finally:
            await self.daemon.stop(patience=2)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something to become true; a test that waits in vain fails."""
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_every_source_is_polled_and_what_it_lists_is_read() -> None:
    world = World(FakeSource(name="a").lists("x"), FakeSource(name="b").lists("y"))
    world.fetcher.serves("x", "X").serves("y", "Y")
    async with world.running() as daemon:
        # Counted is what has ended: a page may be recorded before the poll that listed it is over.
        await until(lambda: (daemon.health.polls, daemon.health.recorded) == (2, 2))
        assert len(world.store.recorded) == 2
        assert daemon.health.ready


async def test_a_source_is_polled_again_and_again() -> None:
    source = FakeSource(interval=0.05)
    async with World(source).running():
        await until(lambda: len(source.asked_with) >= 4)


async def test_a_source_that_trips_a_fault_is_polled_again() -> None:
    source = FakeSource(interval=0.05, trips=RuntimeError("boom"))
    async with World(source).running() as daemon:
        await until(lambda: len(source.asked_with) >= 2)
        assert daemon.health.failed_polls >= 1


async def test_a_start_in_which_nothing_answers_is_alarming_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.app.daemon.SOON", 0.1)
    world = World(FakeSource().fails("dns"))
    never = Alarm(about="gazette", name="never", message="has never answered")
    world.daemon.evaluate = lambda: [never] if world.store.states["gazette"].failures else []
    async with world.running() as daemon:
        await until(lambda: never in daemon.health.alarms)


async def test_after_a_restart_a_source_waits_for_its_time() -> None:
    early, late = FakeSource(name="due"), FakeSource(name="not due")
    world = World(late, early)
    world.store.states["not due"] = SourceState(name="not due", next_due_at=world.clock.now() + timedelta(minutes=10))
    async with world.running():
        await until(lambda: bool(early.asked_with))
        assert not late.asked_with


async def test_a_due_time_written_by_a_wrong_clock_is_not_waited_for() -> None:
    source = FakeSource()
    world = World(source)
    world.store.states["gazette"] = SourceState(name="gazette", next_due_at=world.clock.now() + timedelta(days=400))
    async with world.running():
        await until(lambda: bool(source.asked_with))


async def test_a_source_that_is_declared_otherwise_is_polled_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address was wrong, and it had failed for hours."""
    corrected, same = FakeSource(name="corrected"), FakeSource(name="same")
    corrected.declaration, same.declaration = "right", "as ever"  # type: ignore[attr-defined]
    world = World(corrected, same)
    later = world.clock.now() + timedelta(hours=5)
    for name, declared in (("corrected", "wrong"), ("same", "as ever")):
        world.store.states[name] = SourceState(name=name, next_due_at=later, failures=9, declared=declared)
    async with world.running():
        await until(lambda: bool(corrected.asked_with))
        assert corrected.asked_with[0].failures == 0
        assert not same.asked_with


async def test_what_is_to_be_polled_by_hand_is_polled_while_the_daemon_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.app.daemon.WATCH_EVERY", 0.05)
    source = FakeSource(interval=3600)
    world = World(source)
    async with world.running():
        await until(lambda: len(source.asked_with) == 1)
        await asyncio.sleep(0.2)
        assert len(source.asked_with) == 1
        world.store.states["gazette"] = replace(world.store.states["gazette"], next_due_at=world.clock.now())
        await until(lambda: len(source.asked_with) == 2)
        await asyncio.sleep(0.2)
        assert len(source.asked_with) == 2


async def test_links_left_over_by_an_earlier_run_are_read_without_waiting_for_a_poll() -> None:
    world = World(FakeSource().lists("x"))
    world.fetcher.serves("x", "X")
    await world.daemon.pipeline.poll(world.daemon.pipeline.sources[0])  # and then it was killed
    async with world.running():
        await until(lambda: len(world.store.recorded) == 1)


async def test_the_message_in_flight_is_finished_before_the_end() -> None:
    done: list[str] = []

    async def drain(stop: asyncio.Event) -> None:
        done.append("claimed")
        await stop.wait()
        await asyncio.sleep(0.1)
        done.append("settled")

    async with World(drain=drain).running():
        await until(lambda: bool(done))
    assert done == ["claimed", "settled"]


async def test_a_message_that_never_ends_does_not_keep_the_process_alive() -> None:
    async def drain(stop: asyncio.Event) -> None:
        await asyncio.sleep(3600)

    world = World(drain=drain)
    await world.daemon.start()
    async with asyncio.timeout(60):
        await world.daemon.stop(patience=0.05)


async def test_an_outbox_that_stops_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[int] = []

    async def drain(stop: asyncio.Event) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise OSError("disk full")
        await stop.wait()

    monkeypatch.setattr("monitor.app.daemon.RESTART_AFTER", 0.01)
    async with World(drain=drain).running() as daemon:
        await until(lambda: len(tries) == 3)
        assert daemon.health.delivering


class FakeLead:
    """Says who leads as it is told; counts what is given back."""

    def __init__(self, *, ours: bool) -> None:
        self.ours = ours
        self.given_back = 0
        self.epoch = 0
        self.terms = 0

    def acquire(self) -> None:
        if self.ours and not self.epoch:
            self.terms += 1
        self.epoch = self.terms if self.ours else 0

    def term(self) -> AbstractContextManager[None]:
        return nullcontext()

    def release(self) -> None:
        self.given_back += 1


async def test_a_follower_does_not_poll_until_it_leads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.app.leader.LEAD_EVERY", 0.05)
    monkeypatch.setattr("monitor.app.leader.SEEK_EVERY", 0.05)
    source = FakeSource(interval=0.05).lists("x")
    world = World(source)
    world.fetcher.serves("x", "X")
    world.daemon.lead = lead = FakeLead(ours=False)
    async with world.running() as daemon:
        await asyncio.sleep(0.3)
        assert not source.asked_with
        assert daemon.health.ready
        assert not daemon.health.leading
        lead.ours = True
        await until(lambda: bool(world.store.recorded))
        lead.ours = False
        await until(lambda: not daemon.health.leading)
        asked = len(source.asked_with)
        await asyncio.sleep(0.3)
        assert len(source.asked_with) <= asked + 1  # one may have been under way
        lead.ours = True
        await until(lambda: len(source.asked_with) > asked + 1)
    assert lead.given_back == 1


async def test_a_database_that_cannot_be_asked_makes_a_follower(monkeypatch: pytest.MonkeyPatch) -> None:
    source = FakeSource()
    world = World(source)

    class Broken(FakeLead):
        def acquire(self) -> None:
            raise OSError("no connection")

    world.daemon.lead = Broken(ours=True)
    async with world.running() as daemon:
        await asyncio.sleep(0.2)
        assert not daemon.health.leading
        assert not source.asked_with


async def test_what_was_being_read_when_the_lead_was_lost_is_left_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.app.leader.LEAD_EVERY", 0.05)
    monkeypatch.setattr("monitor.app.leader.SEEK_EVERY", 0.05)
    world = World(FakeSource(interval=0.05).lists("slow"))
    world.daemon.lead = lead = FakeLead(ours=True)
    fetch, asked = world.fetcher.fetch, asyncio.Event()

    async def slowly(url: str, *arguments: object) -> object:
        asked.set()
        await asyncio.sleep(3600 if lead.ours and lead.terms == 1 else 0)
        return await fetch(url)

    world.fetcher.serves("slow", "S").fetch = slowly  # type: ignore[assignment,method-assign]
    async with world.running() as daemon:
        await asyncio.wait_for(asked.wait(), 60)
        lead.ours = False
        await until(lambda: not daemon.health.leading)
        lead.ours = True
        await until(lambda: bool(world.store.recorded))  # in the second term; the first reading would still wait
        assert lead.terms == 2


async def test_who_led_before_and_after_a_pause_begins_anew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Stopped for minutes, it finds another epoch at its next look: what it knew then is old."""
    monkeypatch.setattr("monitor.app.leader.LEAD_EVERY", 0.05)
    monkeypatch.setattr("monitor.app.leader.SEEK_EVERY", 0.05)
    world = World(FakeSource(interval=3600))
    world.daemon.lead = lead = FakeLead(ours=True)
    async with world.running():
        await until(lambda: len(world.daemon.pipeline.sources[0].asked_with) == 1)  # type: ignore[attr-defined]
        world.store.states["gazette"] = SourceState(name="gazette", next_due_at=world.clock.now())
        lead.terms = lead.epoch = 3
        await until(lambda: len(world.daemon.pipeline.sources[0].asked_with) == 2)  # type: ignore[attr-defined]
    assert "this daemon polls from now on" in caplog.messages


async def test_an_alarm_is_told_once_and_its_end_too(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    blind = Alarm(about="gazette", message="lists nothing")
    looks: list[list[Alarm]] = [[blind], [blind], [blind], []]
    monkeypatch.setattr("monitor.app.daemon.EVALUATE_EVERY", 0.05)
    world = World(FakeSource())
    world.daemon.evaluate = lambda: looks.pop(0) if len(looks) > 1 else looks[0]
    async with world.running() as daemon:
        await until(lambda: daemon.health.alarms == (blind,))
        await until(lambda: daemon.health.alarms == ())
    assert caplog.messages.count("to look at: gazette: lists nothing") == 1
    assert caplog.messages.count("well again: gazette") == 1


async def test_a_jump_of_the_clock_plans_everything_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    source = FakeSource(interval=3600)
    world = World(source)
    monkeypatch.setattr("monitor.app.daemon.WATCH_EVERY", 0.02)
    async with world.running():
        await until(lambda: len(source.asked_with) == 1)
        world.store.states["gazette"] = SourceState(name="gazette", next_due_at=world.clock.now())  # due by the new time
        import time

        real = time.time
        monkeypatch.setattr("monitor.app.daemon.time.time", lambda: real() + 3600)
        await until(lambda: len(source.asked_with) == 2)


async def test_returned_mail_is_fetched_again_and_again_also_after_a_fault() -> None:
    visits: list[int] = []

    def collect() -> None:
        visits.append(1)
        if len(visits) == 1:
            raise RuntimeError("boom")

    world = World()
    world.daemon.collect, world.daemon.collect_every = collect, 0.05
    async with world.running() as daemon:
        await until(lambda: len(visits) >= 3)
        assert daemon.health.ready


async def test_a_follower_leaves_returned_mail_to_the_leader(monkeypatch: pytest.MonkeyPatch) -> None:
    visits: list[int] = []
    world = World()
    lead = FakeLead(ours=False)
    world.daemon.lead, world.daemon.collect, world.daemon.collect_every = lead, lambda: visits.append(1), 0.05
    monkeypatch.setattr("monitor.app.leader.LEAD_EVERY", 0.05)
    monkeypatch.setattr("monitor.app.leader.SEEK_EVERY", 0.05)
    async with world.running():
        await asyncio.sleep(0.3)
        assert visits == []
        lead.ours = True
        await until(lambda: len(visits) >= 2)


@pytest.mark.parametrize(("alarm", "beats"), [("stale", True), ("unpolled", False)])
async def test_the_operator_is_told_and_a_sign_of_life_given_while_there_is_life(alarm: str, beats: bool) -> None:
    world, told, signs = World(FakeSource()), [], []
    world.daemon.evaluate = lambda: (Alarm(about="feed", name=alarm, message="..."),)
    world.daemon.notify = lambda found: told.append([each.about for each in found])

    async def heartbeat() -> None:
        signs.append(1)

    world.daemon.heartbeat = heartbeat
    async with world.running():
        await until(lambda: bool(told))
        await asyncio.sleep(0.05)
    assert (told, bool(signs)) == ([["feed"]], beats)

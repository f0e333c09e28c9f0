"""The stages in their order, and every failure a value."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from monitor.pipeline import Pipeline
from tests.pipeline.fakes import FakeClock, FakeFetcher, FakeSource, FakeStore, classify, read


class World:
    def __init__(self, *sources: FakeSource, watched_before: bool = False) -> None:
        self.clock, self.store, self.fetcher = FakeClock(), FakeStore(), FakeFetcher()
        self.pipeline = Pipeline(
            store=self.store,  # type: ignore[arg-type]
            fetcher=self.fetcher,
            sources=sources,
            read=read,
            classify=classify,  # type: ignore[arg-type]
            clock=self.clock,
            concurrency=2,
            watched_before=watched_before,
        )


async def test_what_a_source_lists_is_fetched_read_and_recorded_in_the_order_listed() -> None:
    world = World(FakeSource().lists("a", "b", "c"))
    for url in "cba":
        world.fetcher.serves(url, url.upper())
    cycle = await world.pipeline.cycle()
    assert [title for title, _ in world.store.recorded] == ["A", "B", "C"]
    assert [(p.source, p.links, p.new) for p in cycle.polled] == [("gazette", 3, 3)]
    assert not cycle.unread


async def test_a_second_cycle_reads_nothing_again() -> None:
    world = World(FakeSource().lists("a"))
    world.fetcher.serves("a")
    await world.pipeline.cycle()
    again = await world.pipeline.cycle()
    assert world.fetcher.asked == ["a"]
    assert again.polled[0].new == 0


async def test_the_first_poll_of_a_source_is_a_baseline_and_later_ones_are_not() -> None:
    source = FakeSource().lists("a")
    world = World(source)
    world.fetcher.serves("a", "old").serves("b", "new")
    await world.pipeline.cycle()
    source.lists("a", "b")
    await world.pipeline.cycle()
    assert world.store.recorded == [("old", True), ("new", False)]


async def test_a_replay_counts_its_sources_as_watched_before() -> None:
    world = World(FakeSource().lists("a"), watched_before=True)
    world.fetcher.serves("a")
    await world.pipeline.cycle()
    assert [baseline for _, baseline in world.store.recorded] == [False]


async def test_one_page_that_cannot_be_read_does_not_keep_the_others() -> None:
    world = World(FakeSource().lists("gone", "consent", "bomb", "good"))
    world.fetcher.serves("consent", "consent").serves("bomb", "bomb").serves("good", "Good")
    cycle = await world.pipeline.cycle()
    assert [title for title, _ in world.store.recorded] == ["Good"]
    assert [(failure.link.url, failure.reason) for failure in cycle.unread] == [
        ("gone", "not_found"),
        ("consent", "interstitial"),
        ("bomb", "fault"),
    ]
    again_at = {failure.link.url: retry for failure, retry in world.store.failures}
    assert again_at["gone"] is None
    assert again_at["bomb"] == again_at["consent"] == world.clock.now() + timedelta(minutes=15)


async def test_a_page_that_comes_later_is_read_later_and_given_up_in_the_end() -> None:
    world = World(FakeSource().lists("slow"))
    world.fetcher.refuses("slow", "timeout")
    waits = []
    while "slow" in world.store.waiting or not waits:
        await world.pipeline.cycle() if not waits else await world.pipeline.read_links()
        retry = world.store.failures[-1][1]
        waits.append((retry - world.clock.now()).total_seconds() / 60 if retry else None)
        world.clock.advance(days=1)
    assert waits == [15, 30, 60, 120, 240, 480, 720, None]


async def test_a_server_that_asks_for_patience_gets_it() -> None:
    world = World(FakeSource().lists("busy"))
    world.fetcher.refuses("busy", "rate_limited", retry_after=7200)
    await world.pipeline.cycle()
    assert world.store.failures[0][1] == world.clock.now() + timedelta(hours=2)


async def test_a_failing_source_is_asked_less_and_less_and_its_recovery_resets_it() -> None:
    source = FakeSource().fails()
    world = World(source)
    waits = []
    for _ in range(8):
        await world.pipeline.cycle()
        due = world.store.source_state("gazette").next_due_at
        assert due is not None
        waits.append((due - world.clock.now()).total_seconds() / 60)
    assert waits[1:] == [30, 60, 120, 240, 360, 360, 360]
    assert 15 <= waits[0] <= 16.5  # the interval itself is spread by a tenth
    source.lists()
    await world.pipeline.cycle()
    due = world.store.source_state("gazette").next_due_at
    assert due is not None
    assert timedelta(minutes=13) < due - world.clock.now() < timedelta(minutes=17)


async def test_one_source_that_trips_a_fault_does_not_stop_the_others() -> None:
    bad, good = FakeSource(name="bad", trips=RuntimeError("boom")), FakeSource(name="good").lists("a")
    world = World(bad, good)
    world.fetcher.serves("a", "A")
    cycle = await world.pipeline.cycle()
    assert [p.failure.reason if p.failure else None for p in cycle.polled] == ["fault", None]
    assert [title for title, _ in world.store.recorded] == ["A"]


async def test_a_store_that_cannot_record_stops_the_cycle_and_loses_nothing() -> None:
    world = World(FakeSource().lists("a"))
    world.fetcher.serves("a", "A")
    world.store.trips = OSError("disk full")
    with pytest.raises(OSError, match="disk full"):
        await world.pipeline.cycle()
    world.store.trips = None
    recorded, _ = await world.pipeline.read_links()
    assert len(recorded) == 1


async def test_two_that_read_at_once_take_each_link_once() -> None:
    world = World(FakeSource().lists("a", "b"))
    world.fetcher.serves("a", "A").serves("b", "B")
    await world.pipeline.poll(world.pipeline.sources[0])
    await asyncio.gather(world.pipeline.read_links(), world.pipeline.read_links())
    assert sorted(world.fetcher.asked) == ["a", "b"]


async def test_a_page_that_kills_its_reader_gets_three_of_them_and_one_that_is_no_article_gets_one() -> None:
    world = World(FakeSource().lists("heavy", "menu"))
    world.fetcher.serves("heavy", "heavy").serves("menu", "menu")
    await world.pipeline.cycle()
    for _ in range(5):
        world.clock.advance(days=1)
        await world.pipeline.read_links()
    assert [failure.link.url for failure, _ in world.store.failures] == ["heavy", "menu", "heavy", "heavy"]
    assert not world.store.waiting

"""The stages in their order, and every failure a value."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor import polling
from monitor.domain import turns
from monitor.domain.model import Article, ClassifierResult, Link
from monitor.pipeline import Pipeline
from monitor.ports import FetchFailure, Page, Poll, PollResult, SourceState, Validators
from tests.pipeline.fakes import FakeClock, FakeFetcher, FakeSource, FakeStore, classify, link, read


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


async def test_what_a_source_lists_is_fetched_read_and_recorded() -> None:
    world = World(FakeSource().lists("a", "b", "c"))
    for url in "cba":
        world.fetcher.serves(url, url.upper())
    cycle = await world.pipeline.cycle()
    assert sorted(title for title, _ in world.store.recorded) == ["A", "B", "C"]
    assert [(p.source, p.links, p.new) for p in cycle.polled] == [("gazette", 3, 3)]
    assert not cycle.unread


async def test_an_article_without_a_day_is_read_as_of_the_day_it_was_seen() -> None:
    """Which grades there are depends on it: the date of the list, else today."""
    world = World(FakeSource().lists("a"))
    days: list[date | None] = []

    def noting(document: Article) -> ClassifierResult:
        days.append(document.published)
        return classify(document)

    world.pipeline.classify = noting  # type: ignore[assignment]
    listed = replace(link("b"), published=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    world.fetcher.serves("a", "A").serves("b", "B")
    await world.pipeline.cycle()
    world.pipeline.sources[0].answer = Poll(links=(listed,))  # type: ignore[attr-defined]
    world.clock.advance(days=1)
    await world.pipeline.cycle()
    assert days == [date(2026, 8, 3), date(2026, 3, 2)]


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


async def test_a_page_that_kills_its_reader_gets_three_of_them_and_an_unofficial_report_one() -> None:
    world = World(FakeSource().lists("heavy", "copy"))
    world.fetcher.serves("heavy", "heavy").serves("copy", "copy")
    await world.pipeline.cycle()
    for _ in range(5):
        world.clock.advance(days=1)
        await world.pipeline.read_links()
    assert [failure.link.url for failure, _ in world.store.failures] == ["heavy", "copy", "heavy", "heavy"]
    assert not world.store.waiting


@pytest.mark.parametrize("body", ["menu", "torn", "blank"])
async def test_what_is_whole_another_time_is_read_then(body: str) -> None:
    """A shell, half a file, nothing at all: with status 200."""
    world = World(FakeSource().lists("a"))
    world.fetcher.serves("a", body)
    cycle = await world.pipeline.cycle()
    assert len(cycle.unread) == 1
    world.fetcher.serves("a", "whole")
    world.clock.advance(minutes=15)
    await world.pipeline.read_links()
    assert [title for title, _ in world.store.recorded] == ["whole"]


async def test_tries_are_the_states_and_outlive_the_process() -> None:
    """A new pipeline over the same state goes on counting: `once` from cron gives a page up like the daemon does."""
    world = World(FakeSource().lists("slow"))
    world.fetcher.refuses("slow", "timeout")
    await world.pipeline.cycle()
    for _ in range(100):
        world.clock.advance(hours=1)
        again = World(FakeSource().lists("slow"))
        again.pipeline.store, again.pipeline.clock, again.pipeline.fetcher = world.store, world.clock, world.fetcher  # type: ignore[assignment]
        await again.pipeline.cycle()
    assert world.fetcher.asked.count("slow") == 8
    assert not world.store.waiting


async def test_a_page_that_was_looked_into_when_the_process_died_is_given_up_after_three() -> None:
    world = World(FakeSource().lists("killer", "honest"))
    world.fetcher.serves("killer", "killer").serves("honest", "Honest")

    class Killed(BaseException):
        """What SIGKILL is to a process, near enough: nothing is tidied up."""

    def look(page: Page, source_link: Link, source: object) -> Article:
        if source_link.url == "killer":
            raise Killed
        return read(page, source_link, source)

    deaths = 0
    for number in range(6):
        process = World(FakeSource().lists("killer", "honest"))
        process.pipeline.store, process.pipeline.clock, process.pipeline.fetcher = world.store, world.clock, world.fetcher  # type: ignore[assignment]
        process.pipeline.read, process.pipeline.reader = look, f"process {number}"
        world.store.reading_ended = lambda *, reader: None  # type: ignore[method-assign]  # the dead say nothing
        try:
            await process.pipeline.cycle()
        except Killed:
            deaths += 1
        world.clock.advance(seconds=1)
    assert deaths == 3
    assert [title for title, _ in world.store.recorded] == ["Honest"]
    assert [(failure.reason, failure.permanent) for failure, _ in world.store.failures] == [
        ("died", False),
        ("died", False),
        ("died", True),
    ]


async def test_a_reader_that_is_stopped_in_good_order_blames_no_page() -> None:
    world = World(FakeSource().lists("a"))
    world.fetcher.serves("a", "A")
    begun = threading.Event()

    def endless(page: Page, source_link: Link, source: object) -> Article:
        begun.set()
        time.sleep(0.3)
        return read(page, source_link, source)

    world.pipeline.read = endless
    cycle = asyncio.create_task(world.pipeline.cycle())
    await asyncio.to_thread(begun.wait)
    cycle.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await cycle
    assert not world.store.looked_into


async def test_a_page_that_sends_its_readers_on_is_followed_and_not_for_ever() -> None:
    world = World(FakeSource().lists("a", "circle"))
    world.fetcher.serves("a", "on to b").serves("b", "B").serves("circle", "on to circle")
    cycle = await world.pipeline.cycle()
    assert [title for title, _ in world.store.recorded] == ["B"]
    assert [(failure.link.url, failure.reason) for failure in cycle.unread] == [("circle", "redirect_loop")]


async def test_news_that_comes_while_others_are_read_does_not_wait_for_them() -> None:
    first, second = FakeSource(name="slow").lists("https://slow.test/a"), FakeSource(name="quick").lists("https://quick.test/a")
    world = World(first, second)
    asked = asyncio.Event()

    class Hosts(FakeFetcher):
        async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
            if "slow" in url:
                asked.set()
                async with asyncio.timeout(10):
                    while not world.store.recorded:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
            return await world.fetcher.fetch(url, validators)

    world.fetcher.serves("https://slow.test/a", "slow").serves("https://quick.test/a", "quick")
    world.pipeline.fetcher = Hosts()
    await world.pipeline.poll(first)
    result = asyncio.create_task(world.pipeline.read_links())
    await asked.wait()
    await world.pipeline.poll(second)
    await result
    assert [title for title, _ in world.store.recorded] == ["quick", "slow"]


async def test_answers_that_come_together_are_saved_together() -> None:
    world = World(*(FakeSource(name=f"s{number}").lists(f"a{number}") for number in range(20)))
    cycle = await world.pipeline.cycle()
    assert [(polled.source, polled.new) for polled in cycle.polled] == [(f"s{number}", 1) for number in range(20)]
    assert world.store.commits == 1


async def test_an_answer_that_cannot_be_saved_is_its_sources_failure() -> None:
    world = World(FakeSource(name="good").lists("a"), FakeSource(name="bad").lists("b"), FakeSource(name="fine").lists("c"))
    world.store.refuses.add("bad")
    cycle = await world.pipeline.cycle()
    assert [polled.failure.reason if polled.failure else None for polled in cycle.polled] == [None, "fault", None]
    assert world.store.known == {"a", "c"}
    assert world.store.source_state("bad").failures == 1


async def test_a_source_that_takes_its_time_holds_up_no_other() -> None:
    """A host is asked slowly when many sources are on it."""
    saved = asyncio.Event()

    class Slow(FakeSource):
        async def poll(self, fetcher: object, state: SourceState) -> Poll:
            await asyncio.wait_for(saved.wait(), 10)
            return await super().poll(fetcher, state)

    world = World(Slow(name="slow").lists("a"), FakeSource(name="quick").lists("b"))
    record = world.store.record_polls

    def recording(asked: Sequence[PollResult], *, now: datetime) -> tuple[tuple[Link, ...], ...]:
        if any(each.source == "quick" for each in asked):
            loop.call_soon_threadsafe(saved.set)
        return record(asked, now=now)

    loop = asyncio.get_running_loop()
    world.store.record_polls = recording  # type: ignore[method-assign]
    cycle = await world.pipeline.cycle()
    assert [polled.new for polled in cycle.polled] == [1, 1]


async def test_a_host_that_takes_its_time_leaves_places_for_others() -> None:
    world = World(FakeSource().lists(*(f"https://slow.test/{number}" for number in range(5)), "https://quick.test/a"))
    read = asyncio.Event()

    class Hosts(FakeFetcher):
        async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
            if "slow" in url:
                await asyncio.wait_for(read.wait(), 10)
            else:
                read.set()
            return await super().fetch(url, validators)

    world.pipeline.fetcher = Hosts()
    cycle = await world.pipeline.cycle()
    assert [failure.reason for failure in cycle.unread] == ["not_found"] * 6


async def test_documents_are_recorded_as_they_are_done_whatever_others_do() -> None:
    world = World(FakeSource().lists("https://slow.test/a", "https://quick.test/a", "https://quick.test/b"))
    world.fetcher.serves("https://slow.test/a", "slow").serves("https://quick.test/a", "A").serves("https://quick.test/b", "B")

    class Hosts(FakeFetcher):
        async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
            if "slow" in url:
                async with asyncio.timeout(10):
                    while len(world.store.recorded) < 2:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
            return await world.fetcher.fetch(url, validators)

    world.pipeline.fetcher = Hosts()
    await world.pipeline.cycle()
    assert [title for title, _ in world.store.recorded] == ["A", "B", "slow"]


async def test_what_cannot_be_recorded_is_its_own_failure_and_keeps_nothing_else_from_it() -> None:
    world = World(FakeSource().lists("a", "b", "c"))
    for url in "abc":
        world.fetcher.serves(url, url.upper())
    world.store.refuses.add("B")
    cycle = await world.pipeline.cycle()
    assert [title for title, _ in world.store.recorded] == ["A", "C"]
    assert [(failure.link.url, failure.reason) for failure in cycle.unread] == [("b", "unrecorded")]
    world.store.refuses.clear()
    world.clock.advance(minutes=15)
    await world.pipeline.read_links()
    assert sorted(title for title, _ in world.store.recorded) == ["A", "B", "C"]


async def test_a_fetch_that_trips_a_fault_of_ours_is_one_address() -> None:
    world = World(FakeSource().lists("a", "b"))
    world.fetcher.serves("b", "B")

    class Tripping(FakeFetcher):
        async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
            if url == "a":
                raise LookupError("unknown encoding")
            return await world.fetcher.fetch(url, validators)

    world.pipeline.fetcher = Tripping()
    cycle = await world.pipeline.cycle()
    assert [title for title, _ in world.store.recorded] == ["B"]
    assert [(failure.link.url, failure.reason) for failure in cycle.unread] == [("a", "fault")]


async def test_pages_are_kept_before_what_they_say_is_recorded_and_also_when_they_cannot_be_read() -> None:
    world = World(FakeSource().lists("consent", "a"))
    world.fetcher.serves("consent", "consent").serves("a", "A")
    kept: list[tuple[str, int]] = []
    world.pipeline.keep = lambda pages: kept.extend((page.url, len(world.store.recorded)) for page in pages)
    await world.pipeline.cycle()
    assert kept == [("consent", 0), ("a", 0)]


async def test_a_copy_that_cannot_be_kept_costs_no_alert() -> None:
    world = World(FakeSource().lists("a"))
    world.fetcher.serves("a", "A")

    def full(pages: Sequence[Page]) -> None:
        raise OSError("disk full")

    world.pipeline.keep = full
    assert len((await world.pipeline.cycle()).recorded) == 1


def test_answers_are_held_without_the_pages_that_are_too_much_to_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MAX_PREFETCHED_BYTES", 10)

    def answer(name: str, size: int) -> PollResult:
        page = Page(url=name, status=200, content_type="text/html", body=b"x" * size)
        poll = Poll(links=(link(name),), pages={name: page} if size else {})
        return PollResult(source=name, poll=poll, next_due_at=FakeClock().now())

    held = polling.drop_bodies([answer("a", 6), answer("b", 0), answer("c", 6), answer("d", 4)])
    assert [(each.source, len(each.poll.links), sorted(each.poll.pages)) for each in held] == [
        ("a", 1, ["a"]),
        ("b", 1, []),
        ("c", 1, []),
        ("d", 1, ["d"]),
    ]

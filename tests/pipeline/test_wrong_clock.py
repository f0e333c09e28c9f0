"""A clock that is wrong: noticed by what servers and the state say, told, and nothing is polled or read by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.right_time import AHEAD, BEHIND, true_time, wrong_clock_words
from monitor.polling import Timekeeper
from monitor.ports import FetchFailure, Page, SourceState, Validators
from tests.builders import NOW
from tests.pipeline.fakes import FakeFetcher, FakeSource
from tests.pipeline.test_pipeline import World


class Servers(FakeFetcher):
    """Hosts that tell the time: the true one, unless one of them is wrong itself."""

    wrong: str = ""
    silent: bool = False
    age: str = "0"

    def __init__(self, true: datetime) -> None:
        super().__init__()
        self.true = true

    async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
        answer = await super().fetch(url, validators)
        if self.silent or not isinstance(answer, Page):
            return answer
        told = self.true - timedelta(days=90) if self.wrong and self.wrong in url else self.true
        return replace(answer, headers={"date": format_datetime(told), "age": self.age})


class Asking(FakeSource):
    """A source that fetches what it lists from."""

    async def poll(self, fetcher: object, state: SourceState) -> object:  # type: ignore[override]
        await fetcher.fetch(f"https://{self.name}.test/feed")  # type: ignore[attr-defined]
        return await super().poll(fetcher, state)


def world(off: timedelta) -> tuple[World, Servers]:
    made = World(*(Asking(name=name).lists(f"https://{name}.test/a") for name in ("x", "y")))
    made.fetcher = servers = Servers(made.clock.now())
    for name in ("x", "y"):
        servers.serves(f"https://{name}.test/feed").serves(f"https://{name}.test/a", name)
    made.clock.moment += off
    made.pipeline.timekeeper = Timekeeper(servers, made.clock)
    made.pipeline.fetcher = made.pipeline.timekeeper
    return made, servers


@pytest.mark.parametrize("days", [-14, 400, -2, 8])
async def test_nothing_is_written_by_a_wrong_clock_and_all_is_found_by_a_right_one(days: int) -> None:
    made, _ = world(timedelta(days=days))
    cycle = await made.pipeline.cycle()
    assert {polled.failure.reason for polled in cycle.polled if polled.failure} == {"clock"}
    assert not made.store.states
    assert not made.store.known
    made.clock.moment -= timedelta(days=days)
    cycle = await made.pipeline.cycle()
    assert sorted(title for title, _ in made.store.recorded) == ["x", "y"]


async def test_what_was_left_to_read_is_not_read_by_a_wrong_clock() -> None:
    made, servers = world(timedelta())
    for source in made.pipeline.sources:
        await made.pipeline.poll(source)
    made.clock.moment += timedelta(days=400)
    made.pipeline.timekeeper = Timekeeper(servers, made.clock)  # it has just been started
    made.pipeline.fetcher = made.pipeline.timekeeper
    await made.pipeline.read_links()
    assert not made.store.recorded
    assert not made.store.looked_into
    assert not made.store.failures
    made.clock.moment -= timedelta(days=400)
    await made.pipeline.read_links()
    assert len(made.store.recorded) == 2


@pytest.mark.parametrize("hours", [-23, 2, 26, 24 * 6])
async def test_a_clock_that_is_a_little_wrong_loses_nothing_and_goes_on(hours: int) -> None:
    made, _ = world(timedelta(hours=hours))
    assert [polled.failure for polled in (await made.pipeline.cycle()).polled] == [None, None]


async def test_one_server_with_a_wrong_clock_changes_nothing() -> None:
    made, servers = world(timedelta())
    servers.wrong = "x.test"
    cycle = await made.pipeline.cycle()
    assert [polled.failure for polled in cycle.polled] == [None, None]
    assert len(made.store.recorded) == 2


async def test_an_old_copy_from_a_cache_tells_no_time() -> None:
    made, servers = world(timedelta())
    servers.true, servers.age = servers.true - timedelta(days=2), "172800"
    assert [polled.failure for polled in (await made.pipeline.cycle()).polled] == [None, None]


async def test_where_no_server_tells_the_time_the_state_does() -> None:
    made, servers = world(timedelta(days=-14))
    servers.silent = True
    made.store.states["x"] = SourceState(name="x", last_success=servers.true)
    cycle = await made.pipeline.cycle()
    assert {polled.failure.reason for polled in cycle.polled if polled.failure} == {"clock"}


moments = st.integers(-1000, 1000).map(lambda hours: NOW + timedelta(hours=hours))


@given(told=st.lists(moments, max_size=6), newest=st.none() | moments)
def test_a_clock_is_wrong_only_where_nobody_agrees_with_it(told: list[datetime], newest: datetime | None) -> None:
    true = true_time(NOW, told, newest)
    if any(NOW - AHEAD <= each <= NOW + BEHIND for each in told):
        assert true is None
    elif told:
        assert true in told
    else:
        assert (true is not None) == (newest is not None and newest > NOW + BEHIND)


def test_the_words_say_how_wrong_and_what_to_do() -> None:
    said = wrong_clock_words(NOW, NOW + timedelta(days=14))
    assert "14 days behind" in said
    assert "until it is set right" in said
    assert "8 days ahead" in wrong_clock_words(NOW, NOW - timedelta(days=8))

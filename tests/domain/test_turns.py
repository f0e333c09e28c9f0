"""Whose turn it is to be read: laws that hold whatever waits, and the cases that they are for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.model import Link
from monitor.domain.turns import MAX_WAITING, Precedence, Turn, choose_turns, newest, share

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)


def turn(key: str, host: str, **changed: object) -> Turn:
    return replace(Turn(key=key, host=host, since=NOW), **changed)  # type: ignore[arg-type]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Turn], list[Turn], int]:
    """Pages that wait, pages that are being read, and how many places there are. A host's trouble is one number."""
    trouble = draw(st.lists(st.integers(0, 3), min_size=5, max_size=5))
    turns = [
        Turn(
            key=str(number),
            host=f"h{host}",
            since=NOW - timedelta(minutes=draw(st.integers(0, 100))),
            official=host == 0,
            tries=draw(st.integers(0, 3)),
            readings=draw(st.integers(0, 1)),
            deaths=draw(st.sampled_from((0, 0, 0, 1, 2))),
            trouble=trouble[host],
        )
        for number, host in enumerate(draw(st.lists(st.integers(0, 4), max_size=30)))
    ]
    places = draw(st.integers(1, 8))
    busy = list(choose_turns(turns[: len(turns) // 2], (), places))[: draw(st.integers(0, places))]
    return [each for each in turns if each not in busy], busy, places


@given(world=worlds())
def test_no_host_has_more_than_its_share_and_nobody_more_than_there_is(world: tuple[list[Turn], list[Turn], int]) -> None:
    waiting, busy, places = world
    chosen = choose_turns(waiting, busy, places)
    assert len(set(chosen)) == len(chosen)
    assert set(chosen) <= set(waiting)
    assert len(busy) + len(chosen) <= places
    held = Counter(each.host for each in (*busy, *chosen))
    assert all(count <= share(places) for count in held.values())
    assert sum(each.deaths > 0 for each in (*busy, *chosen)) <= 1


@given(world=worlds())
def test_hosts_in_trouble_leave_a_place_to_the_others(world: tuple[list[Turn], list[Turn], int]) -> None:
    waiting, busy, places = world
    chosen = choose_turns(waiting, busy, places)
    assert sum(each.precedence > Precedence.CALM for each in (*busy, *chosen)) <= max(1, places - 1)
    assert all(each.precedence is Precedence.CALM for each in choose_turns(waiting, busy, places, patient=False))


@given(world=worlds())
def test_news_of_a_host_that_nobody_reads_and_that_gave_no_trouble_never_waits_for_those_that_did(
    world: tuple[list[Turn], list[Turn], int],
) -> None:
    waiting, _, places = world
    chosen = choose_turns(waiting, (), places)
    left = {each.host for each in waiting if each.precedence is Precedence.CALM} - {each.host for each in chosen}
    assert not (left and any(each.precedence > Precedence.CALM for each in chosen))


@given(world=worlds(), chance=st.randoms())
def test_the_order_in_which_they_wait_is_of_no_matter(world: tuple[list[Turn], list[Turn], int], chance: st.DataObject) -> None:
    waiting, busy, places = world
    shuffled = list(waiting)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    def seen(turns: tuple[Turn, ...]) -> list[Turn]:
        return [replace(each, key="") for each in turns]

    assert seen(choose_turns(waiting, busy, places)) == seen(choose_turns(shuffled, busy, places))


@given(world=worlds())
def test_a_place_stays_empty_only_for_a_reason(world: tuple[list[Turn], list[Turn], int]) -> None:
    waiting, busy, places = world
    chosen = choose_turns(waiting, busy, places)
    held = Counter(each.host for each in (*busy, *chosen))
    if len(busy) + len(chosen) < places:
        calm = [each for each in waiting if each not in chosen and each.precedence is Precedence.CALM]
        suspected = {each.host for each in waiting if each.deaths}
        assert all(held[each.host] >= share(places) or each.host in suspected for each in calm)


def test_a_hundred_hanging_pages_of_one_host_leave_places_to_an_honest_one() -> None:
    hanging = [turn(str(number), "hanging") for number in range(100)]
    assert [each.host for each in choose_turns([*hanging, turn("a", "honest")], (), 4)].count("honest") == 1
    busy = choose_turns(hanging, (), 4)
    assert len(busy) == 2
    assert choose_turns([*hanging[4:], turn("a", "honest")], busy, 4)[0].host == "honest"


def test_once_a_host_gave_trouble_it_comes_last_and_one_at_a_time() -> None:
    hanging = [turn(str(number), "hanging", trouble=2) for number in range(100)]
    assert [each.host for each in choose_turns([*hanging, turn("a", "honest")], (), 4)] == ["honest", "hanging"]


def test_the_newest_page_of_a_host_comes_first_and_what_failed_or_was_read_before_last() -> None:
    waiting = [
        turn("old", "h", since=NOW - timedelta(hours=1)),
        turn("new", "h"),
        turn("failed", "h", tries=1),
        turn("read before", "h", readings=1),
    ]
    order = []
    while waiting:
        (first,) = choose_turns(waiting, (), 1)
        order.append(first.key)
        waiting.remove(first)
    assert order == ["new", "old", "read before", "failed"]


def test_an_official_report_comes_before_the_press() -> None:
    waiting = [turn("press", "a"), turn("report", "b", official=True, since=NOW - timedelta(hours=1))]
    assert choose_turns(waiting, (), 1)[0].key == "report"


def test_what_may_have_killed_the_monitor_is_looked_into_after_the_others_and_one_at_a_time() -> None:
    suspects = [turn("x", "a", deaths=1), turn("y", "b", deaths=2)]
    assert [each.key for each in choose_turns([*suspects, turn("z", "c")], (), 4)] == ["z", "x"]


def test_what_was_read_when_the_monitor_died_waits_for_no_host_that_gives_trouble() -> None:
    hanging = [turn(f"{host} {number}", host, trouble=3) for number in range(100) for host in ("a", "b", "c", "d")]
    busy = choose_turns(hanging, (), 4)
    assert len(busy) == 3
    honest = turn("honest", "h", deaths=1, since=NOW - timedelta(hours=1))
    assert choose_turns([*hanging, honest], busy, 4) == ()
    assert choose_turns([*hanging, honest], busy[1:], 4) == (honest,)


def test_of_more_than_can_wait_the_newest_of_each_host_wait() -> None:
    def link(host: str, number: int, age: timedelta | None) -> Link:
        url = f"https://{host}.test/{number}"
        return Link(source="s", url=url, canonical_url=url, published=None if age is None else NOW - age)

    day, hour = timedelta(days=1), timedelta(hours=1)
    old = [link("flood", number, day) for number in range(MAX_WAITING)]
    undated = [link("flood", number, None) for number in range(MAX_WAITING, MAX_WAITING + 10)]
    young = [link("flood", number, hour) for number in range(MAX_WAITING + 10, MAX_WAITING + 20)]
    other = [link("other", 0, 30 * day)]
    assert newest([*old, *undated, *young, *other]) == [*old[:-20], *undated, *young, *other]
    assert newest([*young, *undated]) == [*young, *undated]

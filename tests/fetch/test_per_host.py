"""What is remembered of hosts stays small, however many there are."""

from __future__ import annotations

import asyncio

from monitor.fetch.limits import Limits
from monitor.fetch.per_host import PerHost
from monitor.fetch.politeness import Politeness
from monitor.fetch.robots import parse_robots


def test_who_was_not_asked_for_longest_is_forgotten() -> None:
    known = PerHost[int](max_hosts=3)
    for number, host in enumerate("abc"):
        known.keep(host, number)
    assert known.get("a") == 0
    known.keep("d", 3)
    assert [known.get(host) for host in "abcd"] == [0, None, 2, 3]
    assert known.get_or_make("b", lambda: 9) == 9
    assert len(known) == 3


def test_what_is_large_leaves_room_for_less() -> None:
    known = PerHost[str](max_bytes=100)
    for host in "abcdef":
        known.keep(host, host, size=40)
    assert [known.get(host) for host in "abcdef"] == [None] * 4 + ["e", "f"]
    known.keep("e", "small", size=1)  # replaced, it counts once
    known.keep("g", "g", size=50)
    assert [known.get(host) for host in "efg"] == ["small", "f", "g"]
    known.keep("h", "huge", size=1000)
    assert [known.get(host) for host in "efgh"] == [None, None, None, "huge"]


def test_rules_of_a_site_have_a_size() -> None:
    body = "User-agent: *\n" + "".join(f"Disallow: /{number:0100}\n" for number in range(1000))
    assert 100_000 < parse_robots(body.encode(), "Monitor").size < 1_000_000


async def test_a_million_names_of_one_site_are_not_remembered() -> None:
    polite = Politeness(Limits(delay=0.0))
    for number in range(3000):
        polite.set_delay(f"{number}.site.test", 1.0)
        async with polite.turn(f"other-{number}.site.test"):
            await asyncio.sleep(0)
    assert max(len(each) for each in (polite._hosts, polite._buckets, polite._delays)) == 2000

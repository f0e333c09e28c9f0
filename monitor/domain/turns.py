"""Which page is read next, so that neither a slow host nor a busy one holds up anybody else's news. Pure.

Every host has a queue of its own. Places go round: first to official hosts, then to hosts that give no trouble, then to the
newest page. Hosts that gave trouble share what may be spared, so that one place is always left for those that gave none. Before
them comes what was being read when the monitor died: more often than not it died of something else, and its news has waited.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from monitor.domain.model import Link
from monitor.domain.urls import queue_of

#: Reasons of failure by which a page kept a place for long.
COSTLY = frozenset({"timeout", "deadline", "memory", "crashed", "died"})


#: Pages of one host that may wait to be read: days of the busiest one. What comes on top takes the place of the oldest.
MAX_WAITING = 1000
#: How long one round goes on beginning with pages of hosts that give trouble.
PATIENCE = timedelta(minutes=1)
#: Pages that send their readers on, one to the next.
MAX_HOPS = 5
#: Bytes of pages that wait in memory to be read.
MAX_PREFETCHED_BYTES = 16 << 20
#: Why a page was passed over.
CROWDED = "crowded"


class Precedence(IntEnum):
    """How a page stands; whoever has less comes first."""

    CALM = 0
    SUSPECT = 1  #: it was being read when the monitor died
    TROUBLED = 2  #: its host kept places for long, or the monitor died of it again


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A page that waits to be read, as far as its turn depends on it."""

    key: str  #: its canonical address
    host: str
    since: datetime  #: when it was published or first seen, whichever was first
    official: bool = False
    tries: int = 0  #: how often it was tried in vain
    readings: int = 0  #: how often it was read before
    deaths: int = 0  #: how many processes it cost
    trouble: int = 0  #: how often pages of its host that still wait failed at last for a `COSTLY` reason, this one included

    @property
    def precedence(self) -> Precedence:
        """What has become of its host's pages, and of it, of late."""
        if self.trouble or self.deaths > 1:
            return Precedence.TROUBLED
        return Precedence.SUSPECT if self.deaths else Precedence.CALM


def share(places: int) -> int:
    """How many of so many places one host may have."""
    return max(1, places // 2)


def _may_begin(turn: Turn, running: int, places: int, *, spared: bool, suspected: bool) -> bool:
    """Whether a page may be begun beside `running` others of its host.

    `spared`: there is room for one more that is not calm; `suspected`: one is being read that may kill.
    """
    calm = turn.precedence is Precedence.CALM
    if running >= (share(places) if calm else 1) or not (spared or turn.precedence <= Precedence.CALM):
        return False
    return not (turn.deaths and suspected)  # two at once, and it could not be told which of them kills


def choose_turns(waiting: Iterable[Turn], busy: Sequence[Turn], places: int, *, patient: bool = True) -> tuple[Turn, ...]:
    """The pages to begin now, in this order.

    Args:
        waiting: pages whose time has come, none of them in `busy`.
        busy: pages that are being read.
        places: how many may be read at once, those in `busy` included.
        patient: whether there is time for hosts that give trouble.
    """
    queues: dict[str, list[Turn]] = defaultdict(list)
    for turn in sorted(waiting, key=_within_host):
        if patient or turn.precedence is Precedence.CALM:
            queues[turn.host].append(turn)
    mine = Counter(turn.host for turn in busy)
    wary = sum(turn.precedence > Precedence.CALM for turn in busy)
    suspects = sum(turn.deaths > 0 for turn in busy)
    spared = max(1, places - 1)  # what all that are not calm may have together
    chosen: list[Turn] = []
    while len(busy) + len(chosen) < places:
        open_queues = [
            queue
            for host, queue in queues.items()
            if queue and _may_begin(queue[0], mine[host], places, spared=wary < spared, suspected=suspects > 0)
        ]
        if not open_queues:
            break
        turn = min(open_queues, key=lambda queue: _among_hosts(queue[0], mine[queue[0].host])).pop(0)
        chosen.append(turn)
        mine[turn.host] += 1
        wary += turn.precedence > Precedence.CALM
        suspects += turn.deaths > 0
    return tuple(chosen)


def _within_host(turn: Turn) -> tuple[int, int, bool, float]:
    return (turn.deaths, turn.tries, turn.readings > 0, -turn.since.timestamp())


def _among_hosts(turn: Turn, held: int) -> tuple[int, int, bool, int, int, float]:
    return (turn.precedence, turn.deaths, not turn.official, held, turn.tries, -turn.since.timestamp())


def newest(new: Sequence[Link]) -> list[Link]:
    """Of links that were not shown before as many of each host as may wait, the newest by their dates; without one, of now."""
    if len(new) <= MAX_WAITING:
        return list(new)
    seen, kept = Counter[str](), set[str]()
    for link in sorted(new, key=lambda link: -link.published.timestamp() if link.published else -math.inf):
        host = queue_of(link.url)
        seen[host] += 1
        if seen[host] <= MAX_WAITING:
            kept.add(link.canonical_url)
    return [link for link in new if link.canonical_url in kept]


def prefetched(sizes: Sequence[int], held: int = 0) -> list[bool]:
    """Which pages of so many bytes are kept in memory beside `held` bytes, in their order: those that there is room for."""
    room, kept = MAX_PREFETCHED_BYTES - held, []
    for size in sizes:
        kept.append(size <= room)
        room -= size if kept[-1] else 0
    return kept

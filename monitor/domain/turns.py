"""Which page is read next, so that neither a slow host nor a busy one holds up anybody else's news. Pure.

Every host has a queue of its own. Places go round: first to official hosts, then to hosts that give no trouble, then to the
newest page. Hosts that gave trouble share what may be spared, so that one place is always left for those that gave none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

#: Reasons of failure by which a page kept a place for long.
COSTLY = frozenset({"timeout", "deadline", "memory", "crashed", "died"})


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
    def is_troubled(self) -> bool:
        """Whether its host kept places for long of late."""
        return bool(self.trouble or self.deaths)


def share(places: int) -> int:
    """How many of so many places one host may have."""
    return max(1, places // 2)


def choose(waiting: Iterable[Turn], busy: Sequence[Turn], places: int, *, patient: bool = True) -> tuple[Turn, ...]:
    """The pages to begin now, in this order.

    Args:
        waiting: pages whose time has come, none of them in `busy`.
        busy: pages that are being read.
        places: how many may be read at once, those in `busy` included.
        patient: whether there is time for hosts that give trouble.
    """
    queues: dict[str, list[Turn]] = defaultdict(list)
    for turn in sorted(waiting, key=_within_host):
        if patient or not turn.is_troubled:
            queues[turn.host].append(turn)
    mine = Counter(turn.host for turn in busy)
    troubled = sum(turn.is_troubled for turn in busy)
    suspects = sum(turn.deaths > 0 for turn in busy)
    spared = max(1, places - 1)  # what troubled hosts may have together
    chosen: list[Turn] = []
    while len(busy) + len(chosen) < places:
        open_queues = [
            queue
            for host, queue in queues.items()
            if queue
            and mine[host] < (1 if queue[0].is_troubled else share(places))
            and not (queue[0].is_troubled and troubled >= spared)
            and not (queue[0].deaths and suspects)  # two at once, and it could not be told which of them kills
        ]
        if not open_queues:
            break
        turn = min(open_queues, key=lambda queue: _among_hosts(queue[0], mine[queue[0].host])).pop(0)
        chosen.append(turn)
        mine[turn.host] += 1
        troubled += turn.is_troubled
        suspects += turn.deaths > 0
    return tuple(chosen)


def _within_host(turn: Turn) -> tuple[int, int, bool, float]:
    return (turn.deaths, turn.tries, turn.readings > 0, -turn.since.timestamp())


def _among_hosts(turn: Turn, held: int) -> tuple[int, bool, bool, int, int, float]:
    return (turn.deaths, turn.is_troubled, not turn.official, held, turn.tries, -turn.since.timestamp())

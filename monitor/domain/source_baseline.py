"""How a source usually is: when it brings something new, and how much it lists. Learnt from its polls; pure.

Silence is measured in events that were due by the source's own habit (working days and other days, two hours at a time), so
that a night, a Sunday or Christmas is no silence. How long a silence may last before it is no chance any more is learnt too:
from the longest fifth of the source's own gaps, whose length falls off exponentially (peaks over a threshold). A source that
publishes by the clock is missed early, one that publishes in bursts late.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate, pairwise
from statistics import median

from monitor.domain.calendar import is_working_day, london

#: Working day or not, and two hours of its day in London: enough to know nights and Sundays by.
Slot = tuple[bool, int]

#: So often a year may chance alone make a source look silent: the patient answer, and the one where it makes the difference
#: between a silence that is noticed within a working day and one that is not.
RARE, LESS_RARE = 0.2, 0.7
#: It does where a working day brings so much less, or more, than the limit, in events.
_NEAR = 2.0
#: Before this much history, and this many gaps, nothing is known of a rhythm.
LEARNING = timedelta(days=7)
_MIN_GAPS = 12
_MIN_WORDS = 5
#: The longest gaps that the tail is learnt from, and how many gaps of mere chance are added to them: few say little.
_TAIL_SHARE = 0.2
_CHANCE = 20
#: A lull shows in the latest days; quieter than usual is believed after about this many events, livelier is not.
_RECENT = timedelta(days=10)
_BELIEF = 6.0
_SHORT_ANSWER_RATE = 20  #: one answer in so many may be shorter than a list's shortest: half a list is no habit for days
_HOUR = timedelta(hours=1)
_YEAR = timedelta(days=365)


@cache
def _slot_of_hour(hour: datetime) -> Slot:
    local = hour.astimezone(london())
    return (is_working_day(local.date()), local.hour // 2)


def _floor(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalModel:
    """When something happens, as far as the past tells."""

    rates: Mapping[Slot, float]  #: events an hour
    level: float  #: what the latest days brought of what those rates would have: at most 1
    typical: float  #: four gaps in five are shorter, in events due
    tail: float  #: how much longer the longest fifth are, on average
    yearly: float  #: gaps a year

    @property
    def limit(self) -> float:
        """The silence, in events due, that chance brings about only `RARE` times a year, or `LESS_RARE` where that helps."""
        patient, keen = (
            self.typical + self.tail * math.log(max(1.0, _TAIL_SHARE * self.yearly / r)) for r in (RARE, LESS_RARE)
        )
        return keen if keen - _NEAR <= self.day <= patient + _NEAR else patient

    @property
    def day(self) -> float:
        """Events due on a working day."""
        return self.level * sum(2 * rate for (working, _), rate in self.rates.items() if working)

    def due(self, since: datetime, until: datetime) -> float:
        """How many events were due between two moments."""
        total, hour = 0.0, _floor(since)
        while hour < until:
            share = (min(until, hour + _HOUR) - max(since, hour)) / _HOUR
            total += self.rates.get(_slot_of_hour(hour), 0.0) * share
            hour += _HOUR
        return total * self.level


def fit_arrivals(asked: Sequence[datetime], moments: Sequence[datetime]) -> ArrivalModel | None:
    """The rhythm of events, of which one or more were seen at each of `moments`, some of the moments when it was `asked`.

    The last event ends what is known: silence since must not teach. None when there are too few to know any.
    """
    if len(moments) <= _MIN_GAPS or not asked or moments[-1] - asked[0] < LEARNING:
        return None
    start, first = asked[0], _floor(asked[0])
    slots = [_slot_of_hour(first + _HOUR * index) for index in range(int((moments[-1] - first) / _HOUR) + 1)]
    hours = Counter(slots)
    happened = Counter(slots[int((moment - first) / _HOUR)] for moment in moments)
    polls = Counter(slots[int((moment - first) / _HOUR)] for moment in asked if moment <= moments[-1])
    rates = {slot: _rate(happened[slot], polls[slot]) * polls[slot] / hours[slot] for slot in hours}
    before = list(accumulate((rates[slot] for slot in slots), initial=0.0))
    usual = list(accumulate((happened[slot] / hours[slot] for slot in slots), initial=0.0))

    def due(moment: datetime) -> float:
        hour, rest = divmod(moment - first, _HOUR)
        return before[hour] + rates[slots[hour]] * (rest / _HOUR)

    gaps = sorted(due(later) - due(earlier) for earlier, later in pairwise(moments))
    cut = int(len(gaps) * (1 - _TAIL_SHARE))
    typical, longest = gaps[cut], gaps[cut:]
    tail = (sum(gap - typical for gap in longest) + _CHANCE) / (len(longest) + _CHANCE)
    recent = max(start, moments[-1] - _RECENT)
    lately, expected = sum(moment > recent for moment in moments), usual[-1] - usual[(recent - first) // _HOUR]
    return ArrivalModel(
        rates=rates,
        level=min(1.0, (lately + _BELIEF) / (expected + _BELIEF)),
        typical=typical,
        tail=tail,
        yearly=len(gaps) * (_YEAR / (moments[-1] - start)),
    )


def _rate(happened: int, asked: int) -> float:
    """Events a poll, when so many of so many polls brought one or more: where every poll does, one that does not says much."""
    return -math.log(1 - happened / (asked + 1)) if asked else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PollRecord:
    """What the store remembers of one poll."""

    at: datetime
    ok: bool  #: fetched and understood; a 304 is
    not_modified: bool = False
    reason: str = ""  #: of the failure
    items: int = 0  #: before any filter; of the last full answer when not modified
    undated: int = 0
    newest: datetime | None = None  #: publication of the newest item
    fresh: int = 0  #: items never seen before
    words: float | None = None  #: median words of the articles read after this poll, when any were
    fingerprint: str = ""  #: of the answer's bytes, where it had any
    age: float | None = None  #: seconds since the answer was made, where it says so: caches on the way keep answers

    @property
    def full(self) -> bool:
        """Whether the source answered with a list, rather than 304 or an error."""
        return self.ok and not self.not_modified


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """How a source usually is. Empty (None, 0) where too little is known."""

    since: datetime  #: the first poll that it was learnt from
    items: float = 0.0  #: listed, median
    least: float = 0.0  #: listed, the shortest but for one answer in twenty
    step: float = 0.0  #: what the list once kept of its length from one answer to the next, at the steepest but one
    age: float = 0.0  #: seconds that an answer was kept by caches on its way, at most
    undated: float = 0.0  #: share of items without date or title
    words: float = 0.0  #: in an article, median
    arrivals: ArrivalModel | None = None
    changes: ArrivalModel | None = None  #: of the answer's bytes
    last_arrival: datetime | None = None
    last_change: datetime | None = None
    newest: datetime | None = None  #: publication of the newest item ever shown


def arrivals(polls: Iterable[PollRecord], newest: datetime | None = None) -> list[datetime]:
    """When something new was seen: links never seen before, or a newest item that is newer than `newest` and all before."""
    found: list[datetime] = []
    for poll in polls:
        newer = poll.full and poll.newest is not None and poll.newest <= poll.at and (newest is None or poll.newest > newest)
        if newer:
            newest = poll.newest
        if poll.full and (newer or poll.fresh):
            found.append(poll.at)
    return found


def changes(polls: Iterable[PollRecord], fingerprint: str = "") -> list[datetime]:
    """When the answer was not the very bytes that it was before."""
    found: list[datetime] = []
    for poll in polls:
        if poll.fingerprint and poll.ok:
            if fingerprint and poll.fingerprint != fingerprint:
                found.append(poll.at)
            fingerprint = poll.fingerprint
    return found


def fit_baseline(polls: Sequence[PollRecord]) -> Baseline:
    """The habit that a source's polls show, oldest first; at least one."""
    since = polls[0].at
    full = [poll for poll in polls if poll.full]
    came, changed = arrivals(full), changes(full)
    asked = [poll.at for poll in polls if poll.ok]
    counts = sorted(poll.items for poll in full)
    return Baseline(
        since=since,
        items=median(counts) if counts else 0.0,
        least=counts[len(counts) // _SHORT_ANSWER_RATE] if counts else 0.0,
        step=_step(full),
        age=max((poll.age for poll in polls if poll.ok and poll.age is not None), default=0.0),
        undated=_undated(full),
        words=_words(polls),
        arrivals=fit_arrivals(asked, came[1:]),  # the first answer shows a whole list, not an hour's work
        changes=fit_arrivals(asked, changed),
        last_arrival=came[-1] if came else None,
        last_change=changed[-1] if changed else None,
        newest=_newest(full),
    )


def _undated(full: Sequence[PollRecord]) -> float:
    """The share of an answer's entries that have no date, as a rule."""
    return median(poll.undated / poll.items if poll.items else 0.0 for poll in full) if full else 0.0


def _step(full: Sequence[PollRecord]) -> float:
    """The deepest fall but one from an answer to the next, as a share of its entries."""
    steps = sorted(later.items / earlier.items for earlier, later in pairwise(full) if earlier.items and later.items)
    return steps[1] if len(steps) > 1 else 0.0


def _words(polls: Sequence[PollRecord]) -> float:
    """Words of an article as a rule, 0 before there are enough to say."""
    words = [poll.words for poll in polls if poll.words is not None]
    return median(words[-60:]) if len(words) >= _MIN_WORDS else 0.0


def _newest(full: Sequence[PollRecord]) -> datetime | None:
    """The newest moment that an entry was dated and that had come when it was listed."""
    return max((poll.newest for poll in full if poll.newest is not None and poll.newest <= poll.at), default=None)


def fit_together(sources: Iterable[Sequence[PollRecord]]) -> ArrivalModel | None:
    """The rhythm of several sources as if they were one; each has at least one poll. None where that is not known."""
    since: list[datetime] = []
    came: set[datetime] = set()
    asked: list[datetime] = []
    for polls in sources:
        since.append(polls[0].at)
        came.update(arrivals(polls)[1:])
        asked += [poll.at for poll in polls if poll.ok]
    if len(since) < 2:
        return None
    start = max(since)  # before that some were not watched
    return fit_arrivals(sorted(at for at in asked if at >= start), sorted(at for at in came if at > start))

"""Whether a source still sees: pure detectors over the history of its polls.

Silence of *news* is normal (57 days have passed without a rating); silence of *items* is not. A source that answers 304 is
healthy. Each detector is a row with the words the operator reads; thresholds stand beside what they were set from.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from statistics import median

from monitor.domain.calendar import is_working_day


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

    @property
    def full(self) -> bool:
        """Whether the source answered with a list, rather than 304 or an error."""
        return self.ok and not self.not_modified


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """Something that the operator must look at."""

    name: str
    message: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is known of a source beside its history."""

    name: str
    interval: timedelta
    cadence: timedelta | None = None  #: declared: a new item is expected within this


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a detector judges: a source, its polls oldest first, and when it is judged."""

    source: Watched
    polls: Sequence[PollRecord]
    now: datetime

    @property
    def usual(self) -> list[PollRecord]:
        """The full answers of the past weeks, without the latest day: that is what is judged by them."""
        return [poll for poll in self.polls if poll.full and self.now - _TRAILING <= poll.at <= self.now - timedelta(days=1)]

    @property
    def has_learnt(self) -> bool:
        """Whether there is enough history to compare counts with."""
        return self.now - self.polls[0].at >= LEARNING

    def run_at_end(self, holds: Callable[[PollRecord], bool]) -> list[PollRecord]:
        """The longest run of polls up to now for which `holds`."""
        start = len(self.polls)
        while start and holds(self.polls[start - 1]):
            start -= 1
        return list(self.polls[start:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One row: a name for the alarm and the function that finds it."""

    name: str
    find: Callable[[Case], Alarm | None]


LEARNING = timedelta(days=7)  #: before this much history, counts are compared with nothing
_TRAILING = timedelta(days=28)
_FAILING_AT_LEAST = timedelta(hours=6)
_BLIND = frozenset({"interstitial", "selectors", "not_a_feed", "ended", "challenge", "gone", "empty"})
_SHRUNK_SHARE = 0.65
_SHRUNK_POLLS = 3
_UNDATED_SHARE = 0.2
_TEXT_SHARE = 0.2
_EXPECTED_SILENT = 5.5  #: items that the source's own habit would have brought since its newest; e**-5.5 is 1 in 245
_WORSE_THAN_EVER = 1.25  #: times the most items ever missed before
_HOUR = timedelta(hours=1)


def alarms(source: Watched, history: Sequence[PollRecord], now: datetime) -> tuple[Alarm, ...]:
    """Every alarm that `history` (oldest first) gives cause for; nothing for a source never polled."""
    if not history:
        return ()
    case = Case(source=source, polls=_carried(history), now=now)
    found = (detector.find(case) for detector in DETECTORS)
    return tuple(alarm for alarm in found if alarm is not None)


def is_healthy(source: Watched, history: Sequence[PollRecord], now: datetime) -> bool:
    """Whether nothing about the source needs a person."""
    return not alarms(source, history, now)


def _carried(history: Sequence[PollRecord]) -> list[PollRecord]:
    """History in which a 304 shows what the last full answer showed: nothing changed, so that is what is there."""
    carried: list[PollRecord] = []
    last: PollRecord | None = None
    for poll in history:
        if poll.not_modified and last is not None:
            poll = replace(poll, items=last.items, undated=last.undated, newest=last.newest)
        elif poll.full:
            last = poll
        carried.append(poll)
    return carried


def _blind(case: Case) -> Alarm | None:
    run = case.run_at_end(lambda poll: not poll.ok and poll.reason in _BLIND)
    if len(run) < 2:
        return None
    return Alarm(
        name="blind", message=f"answers, but with something that is no list of articles ({run[-1].reason})", since=run[0].at
    )


def _failing(case: Case) -> Alarm | None:
    run = case.run_at_end(lambda poll: not poll.ok)
    if len(run) < 3 or case.now - run[0].at < max(_FAILING_AT_LEAST, case.source.interval * 3):
        return None
    return Alarm(name="failing", message=f"every poll fails ({run[-1].reason})", since=run[0].at)


def _unpolled(case: Case) -> Alarm | None:
    pause = max(timedelta(hours=12), case.source.interval * 8)
    last = case.polls[-1].at
    return Alarm(name="unpolled", message="has not been polled", since=last) if case.now - last > pause else None


def _empty(case: Case) -> Alarm | None:
    run = case.run_at_end(lambda poll: poll.ok and poll.items == 0)
    usual = [poll.items for poll in case.usual]
    if len(run) < 2 or not run[0].full or (usual and not median(usual)):
        return None
    return Alarm(name="empty", message="answers with an empty list", since=run[0].at)


def _shrunk(case: Case) -> Alarm | None:
    usual = [poll.items for poll in case.usual]
    if not usual or not case.has_learnt:
        return None
    # A list whose length varies by itself is judged by its own shortest, one of fixed length by its median.
    floor = min(median(usual) * _SHRUNK_SHARE, sorted(usual)[len(usual) // 50] * 0.9)
    run = case.run_at_end(lambda poll: poll.ok and 0 < poll.items < floor)
    if len(run) < _SHRUNK_POLLS:
        return None
    return Alarm(name="shrunk", message=f"lists {run[-1].items} items; usual are {median(usual):g}", since=run[0].at)


def _undated(case: Case) -> Alarm | None:
    def share(poll: PollRecord) -> float:
        return poll.undated / poll.items if poll.items else 0.0

    usual = median([share(poll) for poll in case.usual] or [0.0])
    run = case.run_at_end(lambda poll: poll.ok and share(poll) > usual + _UNDATED_SHARE)
    if len(run) < 2 or not case.has_learnt:
        return None
    message = f"{share(run[-1]):.0%} of its items have no date or title; usual are {usual:.0%}"
    return Alarm(name="undated", message=message, since=run[0].at)


def _thin(case: Case) -> Alarm | None:
    read = [poll for poll in case.polls if poll.words is not None]
    recent, before = read[-3:], [poll.words or 0.0 for poll in read[-60:-3]]
    if len(recent) < 3 or len(before) < 5:
        return None
    now_words, usual = median(poll.words or 0.0 for poll in recent), median(before)
    if now_words >= usual * _TEXT_SHARE:
        return None
    return Alarm(name="thin", message=f"its articles have {now_words:g} words; usual are {usual:g}", since=recent[0].at)


def _stale(case: Case) -> Alarm | None:
    """The newest item is older than the source's own habit allows.

    The habit is how many items each hour of a working day, and of other days, has brought. Silence is measured in items that
    it would have brought: a source that is silent every Sunday is not stale on a Sunday. What a source has shown before is
    no alarm; one too quiet to have a habit is judged by its declared cadence.
    """
    arrivals = _arrivals(case)
    if not arrivals or not case.has_learnt or not case.polls[-1].ok:  # of a source that fails, the failure is told
        return None
    last = arrivals[-1][0]
    silence = case.now - last
    if case.source.cadence is not None and silence > case.source.cadence:
        message = f"nothing new for {_words(silence)}; expected within {_words(case.source.cadence)}"
        return Alarm(name="stale", message=message, since=last)
    missed = _missed(case, arrivals)
    expected, worst = missed[-1], max(missed[:-1], default=0.0)
    if expected < max(_EXPECTED_SILENT, worst * _WORSE_THAN_EVER):
        return None
    return Alarm(name="stale", message=f"nothing new for {_words(silence)}; about {expected:.0f} items were due", since=last)


def _arrivals(case: Case) -> list[tuple[datetime, int]]:
    """When something new was seen, and how much: links never seen, or at least one when the newest item is newer."""
    found: list[tuple[datetime, int]] = []
    newest: datetime | None = None
    for poll in case.polls:
        if not poll.full:
            continue
        newer = poll.newest is not None and poll.newest <= poll.at and (newest is None or poll.newest > newest)
        if newer:
            newest = poll.newest
        if newer or poll.fresh:
            found.append((poll.at, max(poll.fresh, 1)))
    return found


def _missed(case: Case, arrivals: Sequence[tuple[datetime, int]]) -> list[float]:
    """How many items the habit would have brought in each pause between arrivals, and last in the one that lasts until now."""
    start = case.polls[0].at.replace(minute=0, second=0, microsecond=0)
    hours = int((case.now - start) / _HOUR) + 1
    slots = [_slot(start + _HOUR * index) for index in range(hours)]
    until = int((arrivals[-1][0] - start) / _HOUR) + 1  # silence since is what is judged, it must not teach
    counts: dict[tuple[bool, int], int] = {}
    for at, items in arrivals[1:]:  # the first answer shows a whole list, not an hour's work
        slot = slots[int((at - start) / _HOUR)]
        counts[slot] = counts.get(slot, 0) + items
    lengths = Counter(slots[:until])
    rates = {slot: counts.get(slot, 0) / length for slot, length in lengths.items()}
    total = list(accumulate((rates.get(slot, 0.0) for slot in slots), initial=0.0))

    def expected(earlier: datetime, later: datetime) -> float:
        return total[int((later - start) / _HOUR)] - total[int((earlier - start) / _HOUR)]

    times = [at for at, _ in arrivals] + [case.now]
    return [expected(earlier, later) for earlier, later in pairwise(times)]


def _slot(moment: datetime) -> tuple[bool, int]:
    """Working day or not, and the part of the day (two hours): enough to know nights and Sundays by."""
    return (is_working_day(moment.date()), moment.hour // 2)


def _words(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"


DETECTORS = (
    Detector(name="blind", find=_blind),
    Detector(name="failing", find=_failing),
    Detector(name="unpolled", find=_unpolled),
    Detector(name="empty", find=_empty),
    Detector(name="shrunk", find=_shrunk),
    Detector(name="undated", find=_undated),
    Detector(name="thin", find=_thin),
    Detector(name="stale", find=_stale),
)

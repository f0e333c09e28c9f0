"""Whether a source still sees: pure detectors over the history of its polls.

Silence of *news* is normal (57 days have passed without a rating); silence of *items* is not. A source that answers 304 is
healthy. Each detector is a row with the words the operator reads; thresholds stand beside what they were set from.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from monitor.domain.calendar import is_working_day
from monitor.domain.poll_failures import WORDS, failure_words
from monitor.domain.source_baseline import LEARNING, ArrivalModel, Baseline, PollRecord, arrivals, changes, fit_baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceAlarm:
    """Something that the operator must look at."""

    name: str
    message: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is known of a source beside its history."""

    name: str
    interval: timedelta
    cadence: timedelta | None = None  #: declared: a new item is expected within this, in working days' time
    host: str = ""  #: that serves it
    watched_since: datetime | None = None  #: when this process began to poll: it is not to blame for what was before
    answered: bool = True  #: whether it ever did


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What a detector judges: a source, its latest polls oldest first, how it usually is, and when it is judged."""

    source: Watched
    polls: Sequence[PollRecord]
    baseline: Baseline
    now: datetime
    standing: Collection[str] = ()  #: names of alarms that there were at the last look

    def limit(self, model: ArrivalModel, name: str) -> float:
        """The silence that is alarming; an alarm that stands is not ended by a limit that is learnt anew."""
        return model.limit * (_HOLDS if name in self.standing else 1.0)

    @property
    def has_learnt(self) -> bool:
        """Whether there is enough history to compare counts with."""
        return self.now - self.baseline.since >= LEARNING

    @property
    def last_arrival(self) -> datetime | None:
        """When something new was last seen."""
        came = arrivals(self.polls, self.baseline.newest)
        return max([*came, *([self.baseline.last_arrival] if self.baseline.last_arrival else [])], default=None)

    @property
    def last_change(self) -> datetime | None:
        """When the answer was last not what it was before."""
        changed = changes(self.polls)
        return max([*changed, *([self.baseline.last_change] if self.baseline.last_change else [])], default=None)

    @property
    def resumed(self) -> datetime | None:
        """When listening began again after a break in which nobody asked, or the clock was put right; None without one.

        What is learnt may be older than the polls that are given: a break may lie before the first of them.
        """
        longest = max(_BREAK, self.source.interval * 8)
        for before, after in zip(reversed(self.polls[:-1]), reversed(self.polls[1:]), strict=True):
            if after.at - before.at > longest:
                return after.at
        first = self.polls[0].at
        return first if first - self.baseline.since > longest and self.now - first < RECENT - self.source.interval else None

    def silent_since(self, last: datetime) -> datetime:
        """From when a silence counts that has lasted since `last`: only while somebody listened."""
        return max(last, self.resumed or last)

    @property
    def seen(self) -> datetime | None:
        """Until when silence was listened to; None of a source that fails: then the failure is told."""
        return _heard_until(self.polls)

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
    find: Callable[[Case], SourceAlarm | None]


NEVER = "never"  #: the alarm of what has never answered
_CLOCK = timedelta(hours=1)  #: clocks are put right by so much without anybody noticing
#: Between two polls; after that it is not the source that was silent.
_BREAK = timedelta(days=7)
RECENT = timedelta(days=4)  #: polls older than this are only learnt from
_MIN_FAILING = timedelta(hours=6)
_FAILING_POLLS = 3
_BLIND = frozenset({"interstitial", "selectors", "not_a_feed", "ended", "challenge", "gone", "empty"})
_ELSEWHERE = "elsewhere"
_SHRUNK_SHARE = 0.65
_SHRUNK_POLLS = 3
_FIXED_SHARE = 0.85  #: a list whose shortest keeps this much of its median is one of fixed length
_UNDATED_SHARE = 0.2
_TEXT_SHARE = 0.2
#: The very same bytes where they used to change, while at least so many items were due as well, and for so long.
_FROZEN_ITEMS = 1.5
_FROZEN_CHANGES = 6.0
_FROZEN_DENSER = 1.5
_FROZEN_FOR = timedelta(hours=8)
#: Some caches keep an answer until something is published, which may be days: what they did before is no alarm.
_CACHED_FOR = timedelta(hours=6)
_CACHED_TIMES = 1.5
#: A silence is at least so long, whatever the habit: a source that publishes every minute may have a coffee break.
_SILENT_FOR = timedelta(hours=6)
_DAY = timedelta(days=1)
_HOLDS = 0.7  #: of a limit, for an alarm that stands


def alarms(
    source: Watched,
    history: Sequence[PollRecord],
    now: datetime,
    baseline: Baseline | None = None,
    standing: Collection[str] = (),
) -> tuple[SourceAlarm, ...]:
    """Every alarm that `history` (oldest first) gives cause for; nothing for a source never polled.

    With a `baseline` that was learnt before, `history` need only reach back for `RECENT`. `standing` names the alarms that
    there were at the last look.
    """
    history = [poll for poll in history if poll.at <= now + _CLOCK]  # what a clock that ran ahead noted is not to be judged by
    if not history:
        return ()
    if baseline is None:
        baseline = fit_baseline([poll for poll in history if poll.at <= now - _DAY] or history[:1])
    case = Case(source=source, polls=_carried(history), baseline=baseline, now=now, standing=standing)
    found = (detector.find(case) for detector in DETECTORS)
    return tuple(alarm for alarm in found if alarm is not None)


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


def _never(case: Case) -> SourceAlarm | None:
    """What has never worked is said at once: nobody waits for it to become usual."""
    if case.source.answered or case.polls[-1].ok:
        return None
    return SourceAlarm(
        name=NEVER, message=f"has never answered: {failure_words(case.polls[-1].reason)}", since=case.polls[0].at
    )


def never_answered(reasons: Mapping[str, str], sources: int, since: datetime) -> SourceAlarm:
    """One alarm in place of many; `reasons` has the last failure of each source that never answered, of all `sources`."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        by_reason.setdefault(reason, []).append(name)
    most = sorted(by_reason.items(), key=lambda each: -len(each[1]))
    said = "; ".join(f"{failure_words(reason)}: {_first_of(names)}" for reason, names in most)
    share = f"{len(reasons)} of {sources} {'has' if len(reasons) == 1 else 'have'} never answered"
    if len(reasons) == sources:
        share = "none has ever answered, so nothing is watched"
    return SourceAlarm(name=NEVER, message=f"{share}. {said[:1].upper()}{said[1:]}", since=since)


def _first_of(names: Sequence[str], shown: int = 5) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def _blind(case: Case) -> SourceAlarm | None:
    run = case.run_at_end(lambda poll: not poll.ok and poll.reason in _BLIND)
    if len(run) < 2 or not case.source.answered:
        return None
    return SourceAlarm(
        name="blind", message=f"answers, but with something that is no list of articles ({run[-1].reason})", since=run[0].at
    )


def _elsewhere(case: Case) -> SourceAlarm | None:
    """What it lists leads to other sites: nothing of it is read, and nothing of that mends itself."""
    run = case.run_at_end(lambda poll: poll.reason == _ELSEWHERE)
    if not run or not case.source.answered:
        return None
    return SourceAlarm(name=_ELSEWHERE, message=WORDS[_ELSEWHERE], since=run[0].at)


def _failing(case: Case) -> SourceAlarm | None:
    run = case.run_at_end(lambda poll: not poll.ok and poll.reason != _ELSEWHERE)
    if (
        not case.source.answered
        or len(run) < _FAILING_POLLS
        or case.now - run[0].at < max(_MIN_FAILING, case.source.interval * 3)
    ):
        return None
    return SourceAlarm(name="failing", message=f"every poll fails: {failure_words(run[-1].reason)}", since=run[0].at)


def _unpolled(case: Case) -> SourceAlarm | None:
    pause = max(timedelta(hours=12), case.source.interval * 8)
    last = max(case.polls[-1].at, case.source.watched_since or case.polls[-1].at)
    return SourceAlarm(name="unpolled", message="has not been polled", since=last) if case.now - last > pause else None


def _empty(case: Case) -> SourceAlarm | None:
    run = case.run_at_end(lambda poll: poll.ok and poll.items == 0)
    if len(run) < 2 or not run[0].full or (case.has_learnt and not case.baseline.items):
        return None
    return SourceAlarm(name="empty", message="answers with an empty list", since=run[0].at)


def _shrunk(case: Case) -> SourceAlarm | None:
    """A list that has lost a good part: of its usual length where that is fixed, at one step where it varies by itself."""
    if case.now - case.baseline.since < 2 * LEARNING:  # two weekends: a list of the latest days is short after one
        return None
    usual = case.baseline.items
    run: list[PollRecord] = []
    if case.baseline.least >= usual * _FIXED_SHARE:
        run = case.run_at_end(lambda poll: poll.ok and 0 < poll.items < usual * _SHRUNK_SHARE)
    if not run and case.baseline.step > _SHRUNK_SHARE * 1.1:
        usual, run = _since_step([poll for poll in case.polls if poll.ok and poll.items])
    if len(run) < _SHRUNK_POLLS:
        return None
    return SourceAlarm(name="shrunk", message=f"lists {run[-1].items} items; usual are {usual:g}", since=run[0].at)


def _since_step(polls: Sequence[PollRecord]) -> tuple[float, list[PollRecord]]:
    """The latest polls that list far less than the one before them, and how much that listed."""
    highest = 0
    for index in range(len(polls) - 1, 0, -1):
        highest, before = max(highest, polls[index].items), polls[index - 1].items
        if highest < before * _SHRUNK_SHARE:
            return before, list(polls[index:])
    return 0.0, []


def _undated(case: Case) -> SourceAlarm | None:
    def share(poll: PollRecord) -> float:
        return poll.undated / poll.items if poll.items else 0.0

    run = case.run_at_end(lambda poll: poll.ok and share(poll) > case.baseline.undated + _UNDATED_SHARE)
    if len(run) < 2 or not case.has_learnt:
        return None
    message = f"{share(run[-1]):.0%} of its items have no date or title; usual are {case.baseline.undated:.0%}"
    return SourceAlarm(name="undated", message=message, since=run[0].at)


def _thin(case: Case) -> SourceAlarm | None:
    recent = [poll for poll in case.polls if poll.words is not None][-3:]
    if len(recent) < 3 or not case.baseline.words:
        return None
    now_words = median(poll.words or 0.0 for poll in recent)
    if now_words >= case.baseline.words * _TEXT_SHARE:
        return None
    message = f"its articles have {now_words:g} words; usual are {case.baseline.words:g}"
    return SourceAlarm(name="thin", message=message, since=recent[0].at)


def _stale(case: Case) -> SourceAlarm | None:
    """Nothing new for longer than the declared cadence, or than the source's own habit allows."""
    last, seen = case.last_arrival, case.seen
    if last is None or seen is None:
        return None
    if last <= case.baseline.since and case.baseline.newest is not None:
        last = case.baseline.newest  # all it has shown was there at the first poll: how old was that?
    last = case.silent_since(last)
    if case.source.cadence is not None and _counted(last, seen, case.source.cadence) > case.source.cadence:
        message = f"nothing new for {_words(seen - last)}; expected within {_words(case.source.cadence)}"
        return SourceAlarm(name="stale", message=message, since=last)
    model = case.baseline.arrivals
    return _silent(model, last, seen, case.limit(model, "stale")) if model is not None else None


def _silent(model: ArrivalModel, last: datetime, seen: datetime, limit: float) -> SourceAlarm | None:
    if seen - last < _SILENT_FOR or (due := model.due(last, seen)) < limit:
        return None
    return SourceAlarm(
        name="stale", message=f"nothing new for {_words(seen - last)}; about {due:.0f} items were due", since=last
    )


def _frozen(case: Case) -> SourceAlarm | None:
    """The very same bytes for longer than ever, while items were due: a dead cache or an abandoned copy answers.

    A build date, a token or an advert changes a page far more often than its items do. Bytes alone are no alarm: a publisher
    may well begin to cache.
    """
    last, seen, model, items = case.last_change, case.seen, case.baseline.changes, case.baseline.arrivals
    if last is None or seen is None or model is None:
        return None
    last = case.silent_since(last)
    if seen - last < _FROZEN_FOR:
        return None
    missed, came = model.due(last, seen), case.last_arrival
    if missed < max(case.limit(model, "frozen"), _FROZEN_CHANGES):
        return None
    if (
        items is not None
        and came is not None
        and (model.yearly < items.yearly * _FROZEN_DENSER or items.due(came, seen) < _FROZEN_ITEMS or _stale(case) is not None)
    ):
        return None  # it says no more than the items do, or they are not yet late, or their silence is told already
    message = f"the very same answer for {_words(seen - last)}, byte for byte; about {missed:.0f} changes were due"
    return SourceAlarm(name="frozen", message=message, since=last)


def _cached(case: Case) -> SourceAlarm | None:
    """A cache on the way goes on answering with what it has kept, far longer than it ever did."""
    most = max(_CACHED_FOR, timedelta(seconds=case.baseline.age) * _CACHED_TIMES)
    run = case.run_at_end(lambda poll: poll.ok and poll.age is not None and timedelta(seconds=poll.age) > most)
    if len(run) < 2:
        return None
    kept = timedelta(seconds=run[-1].age or 0.0)
    return SourceAlarm(name="cached", message=f"a cache answers for it, with what it kept {_words(kept)} ago", since=run[0].at)


def _heard_until(polls: Sequence[PollRecord]) -> datetime | None:
    return next((poll.at for poll in reversed(polls[-_FAILING_POLLS:]) if poll.ok), None)


def host_alarm(
    members: Sequence[tuple[Sequence[PollRecord], Baseline]], together: ArrivalModel | None, *, stands: bool = False
) -> SourceAlarm | None:
    """Several sources of one host that all stand still: none publishes enough to be missed alone, together they do.

    Args:
        members: the latest polls of each source, oldest first, and its own habit.
        together: the rhythm of all of them as if they were one (`source_baseline.fit_together`).
        stands: whether it was alarming at the last look.
    """
    heard = [_heard_until(polls) for polls, _ in members]
    seen = [moment for moment in heard if moment is not None]
    if together is None or len(members) < 2 or len(seen) < len(heard):
        return None
    came = [moment for polls, baseline in members for moment in arrivals(polls, baseline.newest)]
    came += [baseline.last_arrival for _, baseline in members if baseline.last_arrival]
    limit = together.limit * (_HOLDS if stands else 1.0)
    return _silent(together, max(came), min(seen), limit) if came else None


def _counted(since: datetime, until: datetime, cadence: timedelta) -> timedelta:
    """The time between two moments as a cadence counts it: no bank holidays, and in one of less than a week no weekends."""
    counted, moment = timedelta(), since
    while moment < until and until - since > cadence:
        midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0) + _DAY
        if is_working_day(moment.date()) or (cadence >= 7 * _DAY and moment.weekday() >= 5):
            counted += min(midnight, until) - moment
        moment = midnight
    return counted


def _words(span: timedelta) -> str:
    hours = span / timedelta(hours=1)
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"


DETECTORS = (
    Detector(name=NEVER, find=_never),
    Detector(name="blind", find=_blind),
    Detector(name=_ELSEWHERE, find=_elsewhere),
    Detector(name="failing", find=_failing),
    Detector(name="unpolled", find=_unpolled),
    Detector(name="empty", find=_empty),
    Detector(name="shrunk", find=_shrunk),
    Detector(name="undated", find=_undated),
    Detector(name="thin", find=_thin),
    Detector(name="stale", find=_stale),
    Detector(name="frozen", find=_frozen),
    Detector(name="cached", find=_cached),
)

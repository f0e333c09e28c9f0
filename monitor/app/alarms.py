"""What a person should look at: sources that went blind, messages in doubt, a queue that does not move, a full disk."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.domain.calendar import moment_words
from monitor.domain.ledger import ALERT_WINDOW
from monitor.domain.model import SourceClass
from monitor.domain.no_news import Coverage, SourceCoverage
from monitor.domain.operator_alarms import Alarm, channels_in_trouble
from monitor.domain.schedule import DEADLY, OTHER_DOCUMENTS, OWN_FAULTS
from monitor.domain.source_baseline import ArrivalModel, Baseline, PollRecord, fit_baseline, fit_together
from monitor.domain.source_health import NEVER, RECENT, SourceAlarm, Watched, alarms, host_alarm, never_answered
from monitor.domain.turns import MAX_WAITING
from monitor.ports import Source

if TYPE_CHECKING:
    from monitor.app.runtime import Runtime
    from monitor.domain.link_history import GivenUp

#: How far back a source's habits are learnt from, and how often.
HISTORY = timedelta(days=60)
_FIT_EVERY = timedelta(days=1)
#: Silence must not teach that silence is usual; but after so long it is.
_FIT_ANEW = timedelta(days=14)
#: What is the matter with a source that still tells what there is.
_STILL_HEARD = frozenset({"moved", "undated", "given_up", "crowded"})
#: Pages given up are alarming for so long.
_GIVEN_UP_FOR = timedelta(days=7)
#: And a list that is too long for so long.
_CROWDED_FOR = timedelta(days=1)
#: Reasons that are alarming whoever published the page: it cost processes, or it is ours.
_ALARMING = DEADLY | frozenset(OWN_FAULTS)
#: Less than this, in bytes, and the next commit may fail.
MIN_DISK_SPACE = 64 * 1024 * 1024


def of_space(free: int) -> list[Alarm]:
    """What is the matter with the disk; `free` is in bytes."""
    if free >= MIN_DISK_SPACE:
        return []
    return [Alarm(about="disk", name="space", message=f"only {free >> 20} MB are left where the state is", urgent=True)]


def of_clock(trouble: str) -> list[Alarm]:
    """What is the matter with the clock of this machine."""
    return [Alarm(about="clock", name="clock", message=trouble, urgent=True)] if trouble else []


def of_bounces(trouble: str) -> list[Alarm]:
    """What is the matter with the mailbox that returned mail comes to."""
    return [Alarm(about="returned mail", name="mailbox", message=trouble)] if trouble else []


def of_given_up(lost: Sequence[GivenUp], official: Collection[str]) -> list[Alarm]:
    """What is the matter with pages that were given up: one alarm a source.

    Of any source those that cost a process or that we could not read or record; of an official one every report, unless the
    file is another kind of document, or old stock of its first poll.
    """
    of: dict[str, list[GivenUp]] = defaultdict(list)
    for each in lost:
        old_stock = each.baseline and (each.published is None or each.at - each.published > ALERT_WINDOW)
        missed = each.source in official and each.reason not in OTHER_DOCUMENTS and not old_stock
        if each.reason in _ALARMING or missed:
            of[each.source].append(each)
    found = []
    for source, gone in sorted(of.items()):
        last = gone[-1]
        why = f"{last.reason.replace('_', ' ')}: {last.detail}".rstrip(": ")
        what = f"{len(gone)} pages could not be read and were given up, the last one" if len(gone) > 1 else "gave up reading"
        message = f"{what} {last.url} ({why}); `monitor sources test {last.url}` tries it"
        urgent = source in official
        found.append(Alarm(about=source, name="given_up", message=message, weight=len(gone), since=gone[0].at, urgent=urgent))
    return found


def of_crowded(passed_over: Mapping[str, int]) -> list[Alarm]:
    """What is the matter with sources that list more than can be read."""
    return [
        Alarm(
            about=source,
            name="crowded",
            message=f"lists more pages than can be read: {count} were passed over within a day, the oldest first. "
            "Give it keywords or a narrower address, or switch it off (enabled = false)",
            weight=1 + count // MAX_WAITING,
        )
        for source, count in sorted(passed_over.items())
    ]


def of_source(about: str, alarm: SourceAlarm, began: Mapping[tuple[str, str], datetime]) -> Alarm:
    """An alarm of a source (or of the host of several) as one among all; `began` knows of longer than the latest polls do."""
    since = min(alarm.since, began.get((about, alarm.name), alarm.since))
    message = f"{alarm.message}, since {moment_words(since)}"
    return Alarm(about=about, name=alarm.name, message=message, since=since)


def watched(source: Source, since: datetime | None = None, *, answered: bool = True) -> Watched:
    """What health has to know of a source; `since` is when this process began to poll, `answered` whether it ever did."""
    cadence = getattr(source, "cadence", 0.0)
    return Watched(
        name=source.name,
        interval=timedelta(seconds=source.interval),
        cadence=timedelta(seconds=cadence) if cadence else None,
        host=urlsplit(getattr(source, "url", "")).hostname or "",
        watched_since=since,
        answered=answered,
    )


def as_one(found: Sequence[Alarm], polls: Mapping[str, Sequence[PollRecord]], sources: int) -> list[Alarm]:
    """The same alarms, but one for all sources that have never answered: they have few causes, or one."""
    never = [each for each in found if each.name == NEVER]
    if not never:
        return list(found)
    since = min(each.since for each in never if each.since)
    alarm = never_answered({each.about: polls[each.about][-1].reason for each in never}, sources, since)
    rest = [each for each in found if each.name != NEVER]
    return [*rest, Alarm(about="sources", name=alarm.name, message=alarm.message, weight=len(never), since=since)]


class AlarmEvaluator:
    """Looks at everything there is to look at. What a source usually does is learnt once a day and kept here."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._since = runtime.clock.now()
        self._baselines: dict[str, Baseline] = {}
        self._together: dict[str, ArrivalModel | None] = {}
        self._learnt_at: datetime | None = None

    def evaluate(self) -> tuple[Alarm, ...]:
        """Every alarm there is cause for now, in a fixed order. Reads the store; blocking."""
        now, runtime = self._runtime.clock.now(), self._runtime
        found, began = runtime.store.state_alarms(now=now)
        moved = runtime.store.moved_sources()
        found += self._of_sources(now, began)
        found += [
            Alarm(about=source.name, name="moved", message=f"has moved for good to {moved[source.name]}")
            for source in runtime.sources
            if source.name in moved
        ]
        found += of_clock(self._clock_trouble())
        found += of_bounces(runtime.postmaster.trouble if runtime.postmaster else "")
        lost = runtime.store.given_up(since=now - _GIVEN_UP_FOR)
        found += of_given_up(lost, {each.name for each in runtime.sources if each.source_class is SourceClass.OFFICIAL})
        found += of_crowded(runtime.store.crowded(since=now - _CROWDED_FOR))
        found += of_space(shutil.disk_usage(runtime.settings.state).free)
        return tuple(sorted(found, key=lambda raised: raised.key))

    def _clock_trouble(self) -> str:
        timekeeper = self._runtime.pipeline.timekeeper
        states = self._runtime.store.source_states().values() if timekeeper else ()
        return timekeeper.trouble(max((s.last_success for s in states if s.last_success), default=None)) if timekeeper else ""

    def notify(self, found: Sequence[Alarm]) -> str:
        """Put what is news of these alarms into the outbox: for the operator, and for those who asked to hear of silence.

        Beside that, once a day, what waits for review.

        Returns the id of the operator's notice, empty for none.
        """
        runtime, now = self._runtime, self._runtime.clock.now()
        ways, page = runtime.settings.operator, runtime.settings.status_url
        runtime.store.enqueue_no_news(self._coverage(found), now=now)
        notice = runtime.store.notify_operator(found, ways, now=now, page=page)
        runtime.store.notify_of_reviews(channels_in_trouble(found), ways, now=now, page=page)
        return notice

    def _coverage(self, found: Sequence[Alarm]) -> Coverage:
        """How well everything is heard that is watched."""
        down = {each.about: each.since for each in found if each.name not in _STILL_HEARD}
        states = self._runtime.store.source_states()
        for name, state in states.items():
            if state.last_success is None and state.failures:  # their alarm is one for all
                down.setdefault(name, self._since)
        complete = [states[s.name] for s in self._runtime.sources if getattr(s, "complete", False) and s.name in states]
        return Coverage(
            sources=tuple(
                SourceCoverage(
                    outlet=source.outlet or source.name, source_class=source.source_class, down_since=down.get(source.name)
                )
                for source in self._runtime.sources
            ),
            official_at=min((state.last_success for state in complete if state.last_success), default=None),
        )

    def _of_sources(self, now: datetime, began: Mapping[tuple[str, str], datetime]) -> list[Alarm]:
        if self._learnt_at is None or now - self._learnt_at >= _FIT_EVERY:
            self._fit_baselines(now, began)
        latest = self._runtime.store.poll_history(since=now - RECENT)
        states = self._runtime.store.source_states()
        found: list[Alarm] = []
        hosts: dict[str, list[tuple[Sequence[PollRecord], Baseline]]] = defaultdict(list)
        for source in self._runtime.sources:
            polls, baseline = latest.get(source.name, ()), self._baselines.get(source.name)
            if not polls:
                continue
            seen = watched(source, self._since, answered=states[source.name].last_success is not None)
            standing = {name for about, name in began if about == source.name}
            found += [of_source(source.name, alarm, began) for alarm in alarms(seen, polls, now, baseline, standing)]
            if baseline is not None:
                hosts[seen.host].append((polls, baseline))
        found = as_one(found, latest, len(self._runtime.sources))
        for host, members in hosts.items():
            if alarm := host_alarm(members, self._together.get(host), stands=(f"host {host}", "stale") in began):
                found.append(of_source(f"host {host}", alarm, began))
        return found

    def _fit_baselines(self, now: datetime, began: Mapping[tuple[str, str], datetime]) -> None:
        """Learn every source's habit from what it did until yesterday, or until it began to be alarming."""
        alarming: dict[str, datetime] = {}
        for (about, _), since in began.items():
            if since > now - _FIT_ANEW:
                alarming[about] = min(since, alarming.get(about, since))
        hosts: dict[str, list[str]] = defaultdict(list)
        for source in self._runtime.sources:
            hosts[watched(source).host].append(source.name)

        def histories(names: Sequence[str]) -> Iterator[Sequence[PollRecord]]:
            for name in names:  # one at a time: months of all of them are more than need be in memory
                until = min(now - _FIT_EVERY, alarming.get(name, now))
                polls = self._runtime.store.poll_history(since=now - HISTORY, only=name).get(name, ())
                if known := [poll for poll in polls if poll.at <= until]:
                    self._baselines[name] = fit_baseline(known)
                    yield known

        self._together = {host: fit_together(histories(names)) for host, names in hosts.items()}
        self._learnt_at = now

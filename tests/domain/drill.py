"""A simulated year of one source: what it publishes when, and what its polls would record. No sockets, no sleeping.

Publishing is chance at its most irregular that offices are known for: moments at random within office hours (a Poisson
process), some of them bringing several items at once, days of half and of double the usual, bank holidays, a summer and a
Christmas lull. ``python -m tests.domain.drill SEEDS`` prints the figures of many years.
"""

from __future__ import annotations

import random
import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from monitor.domain.calendar import is_working_day
from monitor.domain.schedule import next_due
from monitor.domain.source_baseline import Baseline, PollRecord, fit_baseline, fit_together
from monitor.domain.source_health import RECENT, SourceAlarm, Watched, alarms, host_alarm

START = datetime(2025, 1, 6, tzinfo=UTC)
DAYS = 365
END = START + timedelta(days=DAYS)
HISTORY = timedelta(days=60)
HOUR = timedelta(hours=1)
_LEARNT_EVERY = timedelta(days=3)  # the daemon learns every day; this is as good, and sooner done


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """How a kind of source publishes: items a working day and another day, by hour, and how its list and its bytes behave."""

    name: str
    weekday: float
    weekend: float
    hours: tuple[int, int]
    listed: int
    varies: int = 0  #: how much the length of the list moves by itself
    window: int = 0  #: days that a list covers, where it is not of a certain length
    cadence: timedelta | None = None
    dated: bool = True
    churn: float = 0.0  #: changes of the bytes an hour that no item causes: build dates, tokens, adverts
    together: float = 1.2  #: items at one moment, on average
    uneven: float = 0.25  #: how much one day differs from another


PUBLISHERS = (
    Publisher(name="feed: national news", weekday=60, weekend=30, hours=(5, 23), listed=40, varies=10, churn=4.0),
    Publisher(name="feed: regional news", weekday=18, weekend=9, hours=(6, 22), listed=30, varies=6, churn=4.0),
    Publisher(name="feed: department", weekday=9, weekend=0.2, hours=(9, 18), listed=20, cadence=timedelta(days=7)),
    Publisher(name="listing: trade paper", weekday=5, weekend=0.3, hours=(8, 18), listed=25, churn=1.0, cadence=timedelta(days=7)),
    Publisher(name="listing: council newsroom", weekday=4, weekend=0.1, hours=(9, 17), listed=10, dated=False, churn=0.5),
    Publisher(name="sitemap: news", weekday=40, weekend=20, hours=(5, 23), listed=0, window=2),
    # Asked for the newest document of all GOV.UK as well, which is another several times an hour.
    Publisher(name="govuk: search", weekday=9, weekend=0.1, hours=(9, 18), listed=50, churn=2.0, cadence=timedelta(days=7)),
)  # fmt: skip


def lull(day: datetime) -> float:
    """How much of the usual is published: the summer holidays, the days around Christmas."""
    if (7, 25) <= (day.month, day.day) <= (8, 31):
        return 0.7
    return 0.6 if (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 4) else 1.0


def published(publisher: Publisher, chance: random.Random) -> list[datetime]:
    """The moments at which items come out during the year."""
    moments: list[datetime] = []
    first, last = publisher.hours
    for day in range(DAYS):
        date = START + timedelta(days=day)
        rate = publisher.weekday if is_working_day(date.date()) else publisher.weekend
        rate *= lull(date) * chance.gammavariate(publisher.uneven**-2, publisher.uneven**2)
        rate *= 2 if chance.random() < 0.02 else 1  # a day on which much happens
        at = date + timedelta(hours=first)
        if rate < 0.001:
            continue
        while (at := at + timedelta(hours=chance.expovariate(rate / publisher.together / (last - first)))) < date + last * HOUR:
            moments.append(at)
            while chance.random() > 1 / publisher.together:
                moments.append(at)
    return moments


Fault = Callable[[PollRecord, PollRecord], PollRecord]  # (what would have been, the last poll before the fault) -> what is

#: "stale" are three: a cache that died on the way, an abandoned copy that is still served, a list that stands still on a page
#: that lives. Only the last leaves nothing to judge by but the silence itself.
FAULTS: dict[str, Fault] = {
    "redesign": lambda poll, before: replace(poll, ok=False, reason="selectors", items=0, newest=None, fresh=0),
    "empty": lambda poll, before: replace(poll, items=0, newest=None, fresh=0, undated=0),
    "consent": lambda poll, before: replace(poll, ok=False, reason="interstitial", items=0, newest=None, fresh=0),
    "stale cache": lambda poll, before: replace(
        poll,
        items=before.items,
        newest=before.newest,
        fresh=0,
        fingerprint=before.fingerprint,
        age=(poll.at - before.at).total_seconds(),
    ),
    "stale copy": lambda poll, before: replace(
        poll, items=before.items, newest=before.newest, fresh=0, fingerprint=before.fingerprint
    ),
    "stale list": lambda poll, before: replace(poll, items=before.items, newest=before.newest, fresh=0),
    "half": lambda poll, before: replace(poll, items=max(1, poll.items // 2)),
}
#: What a fault counts for: the five kinds alike, the sorts of stale together as one.
WEIGHTS = {fault: 1 / 3 if fault.startswith("stale") else 1.0 for fault in FAULTS}


def polls(publisher: Publisher, chance: random.Random, interval: timedelta = HOUR / 2) -> list[PollRecord]:
    """A year of healthy polls at the daemon's own pace, with the odd error that heals."""
    moments = published(publisher, chance)
    records: list[PollRecord] = []
    index, length, version, before = 0, publisher.listed, 0, START
    at = START + timedelta(days=1)
    while at < END:
        seen = index
        index = bisect_right(moments, at)
        if publisher.varies:
            least, most = publisher.listed - publisher.varies, publisher.listed + publisher.varies
            length = max(least, min(most, length + chance.randint(-2, 2)))
        if publisher.window:
            length = max(1, index - bisect_left(moments, at - timedelta(days=publisher.window)))
        if chance.random() < 0.01:
            records.append(PollRecord(at=at, ok=False, reason=chance.choice(["timeout", "server_error", "dns"])))
            index = seen
        else:
            alive = chance.expovariate(1.0) < publisher.churn * ((at - before) / HOUR) if publisher.churn else False
            version += index > seen or alive
            unchanged = index == seen and not alive and chance.random() < 0.5
            newest = moments[index - 1] if index and publisher.dated else None
            records.append(
                PollRecord(
                    at=at,
                    ok=True,
                    not_modified=unchanged,
                    items=0 if unchanged else length,
                    undated=0 if unchanged or publisher.dated else length,
                    newest=None if unchanged else newest,
                    fresh=index - seen,
                    fingerprint="" if unchanged else str(version),
                    age=chance.random() * 1800,
                )
            )
            before = at
        at = next_due(now=at, interval=interval, name=publisher.name)
    return records


def restyled(records: Sequence[PollRecord], day: datetime) -> list[PollRecord]:
    """The same year, but from a day on the page has nothing that changes by itself: no fault, and no alarm either."""
    version, told = "", []
    for poll in records:
        if poll.at >= day and poll.fingerprint:
            version = poll.fingerprint if poll.fresh or not version else version
            poll = replace(poll, fingerprint=f"{version} plain")
        told.append(poll)
    return told


def _window(records: Sequence[PollRecord], since: datetime, until: datetime) -> Sequence[PollRecord]:
    first = bisect_left(records, since, key=lambda poll: poll.at)
    return records[first : bisect_right(records, until, key=lambda poll: poll.at)]


@dataclass(kw_only=True)
class Watch:
    """The daemon's view of a year: it learns from time to time, and judges by that and the latest days."""

    publisher: Publisher
    records: Sequence[PollRecord]
    _baselines: dict[datetime, Baseline] = field(default_factory=dict)

    def baseline(self, now: datetime) -> Baseline:
        """As it was learnt on that day."""
        day = START + (now - START) // _LEARNT_EVERY * _LEARNT_EVERY
        if day not in self._baselines:
            self._baselines[day] = fit_baseline(
                _window(self.records, day - HISTORY, day - timedelta(days=1)) or self.records[:1]
            )
        return self._baselines[day]

    def latest(self, now: datetime) -> Sequence[PollRecord]:
        """The polls that are judged."""
        return _window(self.records, now - RECENT, now)

    def judge(self, now: datetime, standing: Collection[str] = ()) -> tuple[SourceAlarm, ...]:
        """The alarms there are at a moment; `standing` are those that there were just before."""
        source = Watched(name=self.publisher.name, interval=HOUR / 2, cadence=self.publisher.cadence)
        return alarms(source, self.latest(now), now, self.baseline(now), standing)

    def spoilt(self, fault: str, start: datetime) -> Watch:
        """The same source with a fault from `start` on, for a week."""
        before = [poll for poll in _window(self.records, START, start) if poll.full][-1]
        told = [
            FAULTS[fault](
                replace(poll, not_modified=False, items=poll.items or before.items, fingerprint=poll.fingerprint or "same"),
                before,
            )
            if poll.ok and poll.at >= start
            else poll
            for poll in _window(self.records, start - HISTORY - timedelta(days=3), start + timedelta(days=7))
        ]
        known = {each: baseline for each, baseline in self._baselines.items() if each <= start}
        return Watch(publisher=self.publisher, records=told, _baselines=known)


def source_time(publisher: Publisher, start: datetime, end: datetime) -> timedelta:
    """The time from `start` to `end` without the days on which the source publishes next to nothing: none can tell then."""
    hours = 0
    while start < end:
        hours += publisher.weekend >= 1 or is_working_day(start.date())
        start += HOUR
    return timedelta(hours=hours)


def detected(watch: Watch, fault: str, start: datetime) -> timedelta | None:
    """How long after `start`, in the source's time, the fault is noticed; ``None`` when it is not within six days.

    Looked at every hour. What was alarming before is no discovery.
    """
    spoilt = watch.spoilt(fault, start)
    for hours in range(1, 145):
        if spoilt.judge(start + HOUR * hours):
            return source_time(watch.publisher, start, start + HOUR * hours)
    return None


def noticed_in_time(watch: Watch, fault: str, chance: random.Random) -> bool:
    """Whether a fault on a random day of the year, at a random hour, is noticed within a day."""
    start = START + timedelta(days=chance.randint(30, DAYS - 16), hours=chance.randint(0, 23))
    delay = detected(watch, fault, start)
    return delay is not None and delay <= timedelta(hours=24)


def false_alarms(watch: Watch, every: timedelta = timedelta(hours=2)) -> list[tuple[datetime, SourceAlarm]]:
    """Every time that a year without faults raises an alarm anew, with the alarm."""
    raised: list[tuple[datetime, SourceAlarm]] = []
    standing: set[str] = set()
    at = START + timedelta(days=10)
    while at < END:
        found = watch.judge(at, standing)
        raised += [(at, alarm) for alarm in found if alarm.name not in standing]
        standing = {alarm.name for alarm in found}
        at += every
    return raised


def host_noticed_in_time(publisher: Publisher, sources: int, chance: random.Random) -> bool:
    """Whether it is noticed within a day that all sources of one host stand still."""
    watches = [Watch(publisher=publisher, records=polls(publisher, chance)) for _ in range(sources)]
    start = START + timedelta(days=chance.randint(70, DAYS - 16), hours=chance.randint(0, 23))
    day = start.replace(hour=0)
    together = fit_together([_window(watch.records, day - HISTORY, day - timedelta(days=1)) for watch in watches])
    spoilt = [watch.spoilt("stale list", start) for watch in watches]
    for hours in range(1, 145):
        now = start + HOUR * hours
        if host_alarm([(watch.latest(now), watch.baseline(now)) for watch in spoilt], together):
            return source_time(publisher, start, now) <= timedelta(hours=24)
    return False


def main(seeds: Sequence[int]) -> None:
    """Print, for each publisher, the share of each fault noticed within a day, and the false alarms a year."""
    rounds = 4
    print(f"{'':<28}" + "".join(f"{fault:>12}" for fault in FAULTS) + f"{'all five':>10}{'false/year':>12}")
    everything, weight = 0.0, 0.0
    for publisher in PUBLISHERS:
        noticed, false = dict.fromkeys(FAULTS, 0), 0
        for seed in seeds:
            chance = random.Random(f"{publisher.name} {seed}")
            watch = Watch(publisher=publisher, records=polls(publisher, chance))
            alarmed = false_alarms(watch)
            false += len(alarmed)
            for fault in FAULTS:
                noticed[fault] += sum(noticed_in_time(watch, fault, chance) for _ in range(rounds))
        many = rounds * len(seeds)
        share = sum(WEIGHTS[fault] * noticed[fault] / many for fault in FAULTS) / sum(WEIGHTS.values())
        everything, weight = everything + share, weight + 1
        cells = "".join(f"{noticed[fault] / many:>12.0%}" for fault in FAULTS)
        print(f"{publisher.name:<28}{cells}{share:>10.1%}{false / len(seeds):>12.2f}", flush=True)
    print(f"all: {everything / weight:.1%} of {rounds * len(seeds) * len(FAULTS) * len(PUBLISHERS)} faults")


if __name__ == "__main__":
    main(range(int(sys.argv[1]), int(sys.argv[2])) if len(sys.argv) > 2 else range(4))

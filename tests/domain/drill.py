"""A simulated year of one source: what it publishes when, and what its polls would record. No sockets, no sleeping."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from monitor.domain.calendar import is_working_day
from monitor.domain.health import Alarm, PollRecord, Watched, alarms

START = datetime(2025, 1, 6, tzinfo=UTC)
DAYS = 365
HOLIDAYS = {  # England 2025: days on which offices publish nothing
    (1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 24), (12, 25), (12, 26), (12, 27), (12, 28), (12, 29), (12, 30), (12, 31),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Habit:
    """How a kind of source publishes: items a weekday and a weekend day, by hour, and how long its list is."""

    name: str
    weekday: float
    weekend: float
    hours: tuple[int, int]
    listed: int
    varies: int = 0  #: how much the length of the list moves by itself
    cadence: timedelta | None = None
    dated: bool = True


HABITS = (
    Habit(name="feed: national news", weekday=60, weekend=30, hours=(5, 23), listed=40, varies=10),
    Habit(name="feed: regional news", weekday=18, weekend=9, hours=(6, 22), listed=30, varies=6),
    Habit(name="feed: department", weekday=8, weekend=0.2, hours=(9, 18), listed=20, cadence=timedelta(days=7)),
    Habit(name="listing: trade paper", weekday=5, weekend=0.3, hours=(8, 18), listed=25, cadence=timedelta(days=7)),
    Habit(name="listing: council newsroom", weekday=4, weekend=0.1, hours=(9, 17), listed=10, dated=False),
    Habit(name="sitemap: news", weekday=40, weekend=20, hours=(5, 23), listed=150, varies=40),
    Habit(name="govuk: search", weekday=9, weekend=0.1, hours=(9, 18), listed=50, cadence=timedelta(days=7)),
)


def published(habit: Habit, chance: random.Random) -> list[datetime]:
    """The moments at which items come out during the year."""
    moments: list[datetime] = []
    for day in range(DAYS):
        date = START + timedelta(days=day)
        quiet = date.weekday() >= 5 or (date.month, date.day) in HOLIDAYS
        rate = habit.weekend if quiet else habit.weekday
        count = sum(chance.random() < rate / 100 for _ in range(100))
        first, last = habit.hours
        moments += [date + timedelta(hours=first) + chance.random() * timedelta(hours=last - first) for _ in range(count)]
    return sorted(moments)


Fault = Callable[[PollRecord, PollRecord], PollRecord]  # (what would have been, the last poll before the fault) -> what is

FAULTS: dict[str, Fault] = {
    "redesign": lambda poll, before: replace(poll, ok=False, reason="selectors", items=0, newest=None, fresh=0),
    "empty": lambda poll, before: replace(poll, items=0, newest=None, fresh=0, undated=0),
    "consent": lambda poll, before: replace(poll, ok=False, reason="interstitial", items=0, newest=None, fresh=0),
    "stale": lambda poll, before: replace(poll, items=before.items, newest=before.newest, fresh=0),
    "half": lambda poll, before: replace(poll, items=max(1, poll.items // 2)),
}


def polls(habit: Habit, chance: random.Random, every: timedelta) -> list[PollRecord]:
    """A year of healthy polls, with the odd error that heals."""
    moments = published(habit, chance)
    records: list[PollRecord] = []
    index, length = 0, habit.listed
    at = START + timedelta(days=1)
    while at < START + timedelta(days=DAYS):
        seen = index
        while index < len(moments) and moments[index] <= at:
            index += 1
        if habit.varies:
            length = max(habit.listed - habit.varies, min(habit.listed + habit.varies, length + chance.randint(-2, 2)))
        if chance.random() < 0.01:
            records.append(PollRecord(at=at, ok=False, reason=chance.choice(["timeout", "server_error", "dns"])))
            index = seen
        else:
            newest = moments[index - 1] if index and habit.dated else None
            unchanged = index == seen and chance.random() < 0.5
            undated = 0 if habit.dated else length
            records.append(
                PollRecord(
                    at=at,
                    ok=True,
                    not_modified=unchanged,
                    items=0 if unchanged else length,
                    undated=0 if unchanged else undated,
                    newest=None if unchanged else newest,
                    fresh=index - seen,
                )
            )
        at += every
    return records


def judge(habit: Habit, records: list[PollRecord], now: datetime) -> tuple[Alarm, ...]:
    """The alarms of a year's polls at a moment, from the five weeks before it."""
    source = Watched(name=habit.name, interval=timedelta(minutes=15), cadence=habit.cadence)
    window = [poll for poll in records if now - timedelta(days=35) <= poll.at <= now]
    return alarms(source, window, now)


def source_time(habit: Habit, start: datetime, end: datetime) -> timedelta:
    """The time from `start` to `end` without the days on which the source publishes next to nothing: none can tell then."""
    hours = 0
    while start < end:
        hours += habit.weekend >= 1 or is_working_day(start.date())
        start += timedelta(hours=1)
    return timedelta(hours=hours)


def detected(habit: Habit, records: list[PollRecord], fault: str, start: datetime) -> timedelta | None:
    """How long after `start`, in the source's time, the fault is noticed; ``None`` when it is not within six days.

    Looked at every two hours.
    """
    before = [poll for poll in records if poll.at < start and poll.full][-1]
    spoilt = [poll for poll in records if start - timedelta(days=36) <= poll.at < start]
    spoilt += [
        FAULTS[fault](replace(poll, not_modified=False, items=poll.items or before.items) if poll.ok else poll, before)
        for poll in records
        if start <= poll.at <= start + timedelta(days=6)
    ]
    for hours in range(2, 145, 2):
        if judge(habit, spoilt, start + timedelta(hours=hours)):
            return source_time(habit, start, start + timedelta(hours=hours))
    return None


def false_alarms(habit: Habit, records: list[PollRecord], every: timedelta) -> int:
    """How many separate alarms a year without faults raises."""
    raised: set[tuple[str, datetime]] = set()
    at = START + timedelta(days=10)
    while at < START + timedelta(days=DAYS):
        raised.update((alarm.name, alarm.since) for alarm in judge(habit, records, at))
        at += every
    return len(raised)

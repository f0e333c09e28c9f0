"""When Ofsted does not inspect, or does not publish: the pandemic, and the weeks before elections.

Before an election inspections go on, and reports that judge a whole authority wait until it is over; before local elections
only where there are any. A general election nobody has called is not in the table, and a local one is where the law puts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from monitor.domain.calendar import is_working_day
from monitor.tables import rows

#: The notice of a local election is published on the twenty-fifth working day before it, at the latest.
_NOTICE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Days on which no graded inspection began, and since when that was known."""

    start: date
    end: date  #: the first day on which inspections began again
    announced: date
    end_known: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PreElectionPeriod:
    """The weeks before an election, in which reports on authorities wait."""

    start: date
    polling: date  #: the last day of it
    is_general: bool
    councils: str  #: which ones it touches, in words
    source: str


@lru_cache(maxsize=1)
def suspensions() -> tuple[Suspension, ...]:
    """Every suspension of inspections, oldest first."""
    return tuple(
        Suspension(**{name: date.fromisoformat(row[name]) for name in ("start", "end", "announced", "end_known")})
        for row in rows("inspection_pauses")
    )


@lru_cache(maxsize=1)
def pre_election_periods() -> tuple[PreElectionPeriod, ...]:
    """Every pre-election period, oldest first."""
    return tuple(
        PreElectionPeriod(
            start=date.fromisoformat(row["begins"]) if row["begins"] else _notice(date.fromisoformat(row["day"])),
            polling=date.fromisoformat(row["day"]),
            is_general=row["kind"] == "general",
            councils=row["councils"],
            source=row["source"],
        )
        for row in rows("elections")
    )


def _notice(polling: date) -> date:
    day = polling
    for _ in range(_NOTICE):
        day -= timedelta(days=1)
        while not is_working_day(day):
            day -= timedelta(days=1)
    return day


def periods_within(first: date, last: date) -> tuple[PreElectionPeriod, ...]:
    """The pre-election periods that have a day between `first` and `last`, both included."""
    return tuple(period for period in pre_election_periods() if period.start <= last and first <= period.polling)


def publishable(day: date) -> date:
    """The day itself, or the one after the general election before which it would fall.

    Local elections move nothing: which of them an authority holds is not in the record.
    """
    general = (period for period in pre_election_periods() if period.is_general and period.start <= day <= period.polling)
    return next((period.polling + timedelta(days=1) for period in general), day)


def suspended_on(day: date) -> bool:
    """Whether inspections were suspended, and nobody knew until when, as far as was known on `day`."""
    return any(each.announced <= day < each.end_known for each in suspensions())


def known_on(day: date) -> tuple[Suspension, ...]:
    """The suspensions whose beginning and end were known on `day`."""
    return tuple(each for each in suspensions() if each.end_known <= day)


def days_open(first: date, last: date, closed: Iterable[Suspension]) -> int:
    """The days from `first` to `last` on which an inspection could begin."""
    shut = sum(max(0, (min(last, each.end) - max(first, each.start)).days) for each in closed)
    return (last - first).days - shut


def after_open_days(first: date, count: int, closed: Iterable[Suspension]) -> date:
    """The day that comes `count` open days after `first`: what `days_open` counts, backwards. `count` is not negative."""
    day = first + timedelta(days=count)
    for each in sorted(closed, key=lambda suspension: suspension.start):
        if first < each.end and day > each.start:
            day += each.end - max(first, each.start)
    return day

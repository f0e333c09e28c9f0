"""What happened lately, in a few numbers, each with the list that it counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from monitor.domain.model import ChangeKind
from monitor.web.queries.change_filter import ChangeFilter
from monitor.web.queries.record import Record

#: What is counted, and how a number of councils is put: one, several.
_COUNTED = (
    (ChangeKind.INTO_INADEQUATE, "council went into inadequate", "councils went into inadequate"),
    (ChangeKind.OUT_OF_INADEQUATE, "council came out of inadequate", "councils came out of inadequate"),
    (ChangeKind.UPGRADED, "council went up in an area", "councils went up in an area"),
    (ChangeKind.DOWNGRADED, "council went down in an area", "councils went down in an area"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """How many councils something happened to, and the filter that lists its changes."""

    count: int
    words: str
    wanted: ChangeFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class TwelveMonths:
    """The last twelve months."""

    since: date
    numbers: tuple[Number, ...]
    inspections: int  #: published in them


def a_year_before(day: date) -> date:
    """The same day of the year before; the last of February for its leap day."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def twelve_months(record: Record) -> TwelveMonths:
    """How many councils had a change of each kind, in at least one area, in the twelve months up to the record's day."""
    since = a_year_before(record.as_of)
    lately = [each for each in record.changes if each.published >= since]
    numbers = []
    for kind, one, several in _COUNTED:
        wanted = ChangeFilter(kinds=frozenset({kind}), since=since)
        count = len({each.authority.urn for each in lately if wanted(each)})
        numbers.append(Number(count=count, words=one if count == 1 else several, wanted=wanted))
    inspections = len({each.inspection.key for each in lately})
    return TwelveMonths(since=since, numbers=tuple(numbers), inspections=inspections)

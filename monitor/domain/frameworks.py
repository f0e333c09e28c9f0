"""The inspection frameworks: which areas were graded, on which days of fieldwork."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from monitor import tables
from monitor.domain.model import Area, DateRange, Rating

#: From the first day of fieldwork nearly every report was out within this; what is published is of an edition in use since.
TO_PUBLICATION = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """A framework as it stood for inspections whose fieldwork began within `valid`."""

    framework: str  #: "SIF", "ILACS"
    name: str
    areas: tuple[Area, ...]  #: in the order of its reports
    valid: DateRange
    combined_care: bool = False  #: children in care and care leavers share one grade


@lru_cache(maxsize=1)
def editions() -> tuple[Edition, ...]:
    """Every edition of every framework, oldest first."""
    with Path(tables.__file__).with_name("frameworks.toml").open("rb") as file:
        table = tomllib.load(file)["edition"]
    return tuple(
        Edition(
            framework=row["framework"],
            name=row["name"],
            areas=tuple(Area(area) for area in row["areas"]),
            valid=DateRange(start=row["first_day"], end=row.get("last_day")),
            combined_care=row.get("combined_care", False),
        )
        for row in table
    )


def edition(began: date, framework: str = "") -> Edition | None:
    """The edition for fieldwork that began on a day; of two frameworks in use on that day the newer, unless one is named."""
    fitting = [row for row in editions() if began in row.valid and framework in ("", row.framework)]
    return fitting[-1] if fitting else None


def shares_care(day: date) -> bool:
    """Whether everything that was inspected on a day graded children in care and care leavers together."""
    fitting = [row for row in editions() if day in row.valid]
    return bool(fitting) and all(row.combined_care for row in fitting)


def graded_areas(published: date) -> frozenset[Area]:
    """The areas that an inspection reported on a day can have graded; every area for a day before the first edition.

    Care leavers count where they share the grade of children in care: what is told of them is told of both.
    """
    window = (published - TO_PUBLICATION, published)
    fitting = [row for row in editions() if _overlap(row.valid, *window)]
    shared = frozenset({Area.CARE_LEAVERS}) if any(row.combined_care for row in fitting) else frozenset()
    return frozenset(area for row in fitting for area in row.areas) | shared if fitting else frozenset(Area)


def graded_ratings(first: date, last: date) -> frozenset[Rating]:
    """The ratings that inspections of children's services gave in reports of the days from `first` to `last`.

    The third point of the scale was called adequate until the first of these frameworks, and requires improvement since.
    """
    renamed = editions()[0].valid.start or date.min
    before = {Rating.ADEQUATE} if first < renamed + TO_PUBLICATION else set()
    since = {Rating.REQUIRES_IMPROVEMENT} if last >= renamed else set()
    return frozenset({Rating.INADEQUATE, Rating.GOOD, Rating.OUTSTANDING} | before | since)


def _overlap(valid: DateRange, first: date, last: date) -> bool:
    return (valid.start is None or valid.start <= last) and (valid.end is None or first <= valid.end)

"""The inspection frameworks: which areas were graded when, and which of them share a grade. Nobody else knows their dates."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
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
    published_from: date | None = None  #: what is published from this day on is, as a rule, of this edition
    overall_rare_from: date | None = None  #: hardly anything published from this day on has a grade overall


#: Where children in care and care leavers share one grade, it is that of children in care.
_COMBINED: Mapping[Area, Area] = {Area.CARE_LEAVERS: Area.CHILDREN_IN_CARE}


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
            published_from=row.get("published_from"),
            overall_rare_from=row.get("overall_rare_from"),
        )
        for row in table
    )


def edition(began: date, framework: str = "") -> Edition | None:
    """The edition for fieldwork that began on a day; of two frameworks in use on that day the newer, unless one is named."""
    fitting = [row for row in editions() if began in row.valid and framework in ("", row.framework)]
    return fitting[-1] if fitting else None


def published_edition(published: date) -> int:
    """The number, from 1, of the edition that what is published on a day is of as a rule; 0 before the first of them."""
    return sum(row.published_from is not None and published >= row.published_from for row in editions())


def overall_is_rare(published: date) -> bool:
    """Whether hardly anything published on a day has a grade overall: then one is believed only where the word is said."""
    return any(row.overall_rare_from is not None and published >= row.overall_rare_from for row in editions())


def last_graded(area: Area) -> date | None:
    """The last day on which an inspection that grades an area could begin; None while they still do."""
    last = max((row.valid.end or date.max for row in editions() if area in row.areas), default=date.max)
    return None if last == date.max else last


def graded_lately(area: Area) -> bool:
    """Whether the framework that is in use grades an area, or did in an earlier edition."""
    return any(area in row.areas for row in editions() if row.framework == editions()[-1].framework)


def graded_as(area: Area, *, combined_care: bool) -> Area:
    """The area whose grade an area has: its own, or, for care leavers under a combined grade, that of children in care."""
    return _COMBINED.get(area, area) if combined_care else area


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
    return frozenset(
        area
        for area in Area
        if not fitting or any(graded_as(area, combined_care=row.combined_care) in row.areas for row in fitting)
    )


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

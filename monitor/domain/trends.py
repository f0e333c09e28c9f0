"""Where every authority stands on a day, how many stand where over time, and who became inadequate or left it in a year."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from monitor.domain.attestation import newest_of_each
from monitor.domain.authorities import exists_on
from monitor.domain.model import Area, Authority, Inspection, Rating
from monitor.domain.movement import own_rating, shares_grade
from monitor.domain.subscriptions import is_inadequate

#: The scale from its top; adequate, the word until 2013, is the same point as requires improvement.
SCALE = (Rating.OUTSTANDING, Rating.GOOD, Rating.REQUIRES_IMPROVEMENT, Rating.INADEQUATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaRating:
    """What one area of one authority was rated on a day, by its latest inspection until then."""

    authority: Authority
    rating: Rating | None  #: None where that inspection gave the area no grade of its own, or there was none
    inspection: Inspection | None
    with_care: bool = False  #: care leavers only: they shared the grade of children in care


def area_ratings(
    record: Iterable[Inspection], authorities: Iterable[Authority], area: Area, *, day: date
) -> tuple[AreaRating, ...]:
    """Where each authority that existed on a day stood in an area, as published until then; in the order of `authorities`.

    A grade ends with the next inspection, even where that gives the area none: nobody is shown as what it was two
    inspections ago.
    """
    latest = newest_of_each(inspection for inspection in record if inspection.published <= day)
    there = ((authority, latest.get(authority.urn)) for authority in authorities if exists_on(authority, day))
    return tuple(
        AreaRating(
            authority=authority,
            rating=own_rating(newest, area),
            inspection=newest,
            with_care=shares_grade(newest, area),
        )
        for authority, newest in there
    )


def tally(ratings: Iterable[AreaRating]) -> Counter[Rating | None]:
    """How many stand where, None for those without a grade; adequate counts as requires improvement, as in `SCALE`."""
    found = Counter(each.rating for each in ratings)
    found[Rating.REQUIRES_IMPROVEMENT] += found.pop(Rating.ADEQUATE, 0)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingCounts:
    """How many authorities had each rating in an area on a day."""

    day: date
    counts: Mapping[Rating, int] = field(hash=False)  #: adequate counts as requires improvement, the same point of the scale
    ungraded: int  #: whose latest inspection gave the area no grade, or that had none since the record begins

    @property
    def authorities(self) -> int:
        """How many there were that day."""
        return sum(self.counts.values()) + self.ungraded


def rating_counts(
    record: Iterable[Inspection], authorities: Iterable[Authority], area: Area, *, days: Sequence[date]
) -> tuple[RatingCounts, ...]:
    """How many authorities had each rating on each of some days."""
    record, authorities = tuple(record), tuple(authorities)
    found = []
    for day in days:
        ratings = tally(area_ratings(record, authorities, area, day=day))
        ungraded = ratings.pop(None, 0)
        counts = {rating: count for rating, count in ratings.items() if rating is not None and count}
        found.append(RatingCounts(day=day, counts=counts, ungraded=ungraded))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class InadequateFlow:
    """The inspections of one year by which authorities became inadequate, or were so no longer; oldest first."""

    year: int  #: of publication
    into: tuple[Inspection, ...]
    out: tuple[Inspection, ...]


def inadequate_flows(
    record: Iterable[Inspection], *, first: int, last: int, area: Area | None = None
) -> tuple[InadequateFlow, ...]:
    """Who became inadequate and who left it, each year from `first` to `last`.

    Without an `area` an authority is inadequate that its inspection leaves so: overall, and in any area where there is no
    grade overall. An inspection without one before it in the record counts neither way: what was before is not known. With
    an area, inspections that give it no grade of its own are passed over.
    """
    histories: dict[str, list[Inspection]] = defaultdict(list)
    for inspection in sorted(record, key=lambda each: each.rank_key):
        if area is None or own_rating(inspection, area) is not None:
            histories[inspection.authority.urn].append(inspection)
    into: dict[int, list[Inspection]] = defaultdict(list)
    out: dict[int, list[Inspection]] = defaultdict(list)
    for history in histories.values():
        for before, now in pairwise(history):
            was, becomes = _inadequate(before, area), _inadequate(now, area)
            if was != becomes:
                (into if becomes else out)[now.published.year].append(now)
    return tuple(
        InadequateFlow(year=year, into=_in_order(into[year]), out=_in_order(out[year])) for year in range(first, last + 1)
    )


def _inadequate(inspection: Inspection, area: Area | None) -> bool:
    return is_inadequate(inspection) if area is None else own_rating(inspection, area) is Rating.INADEQUATE


def _in_order(inspections: Iterable[Inspection]) -> tuple[Inspection, ...]:
    return tuple(sorted(inspections, key=lambda each: each.rank_key))

"""Where every authority stood on a day: what the map shows, and the table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.domain.authorities import authorities, regions
from monitor.domain.hexes import hexes
from monitor.domain.model import Area, Authority, Rating
from monitor.domain.trends import SCALE, AreaRating, area_ratings, tally
from monitor.web.queries.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingsOnDay:
    """Every authority of a day in one area."""

    area: Area
    day: date
    ratings: tuple[AreaRating, ...]  #: by region, then by name

    @property
    def counts(self) -> tuple[tuple[Rating | None, int], ...]:
        """How many stood where, the best first; those without a grade last, where there are any."""
        return counted(self.ratings)

    @property
    def unplaced(self) -> tuple[Authority, ...]:
        """Those that have no place on the map: they were abolished since."""
        return tuple(each.authority for each in self.ratings if each.authority.gss_code not in hexes())

    @property
    def by_region(self) -> tuple[tuple[str, tuple[tuple[Rating | None, int], ...]], ...]:
        """The counts of each region."""
        return tuple(
            (region, counted([each for each in self.ratings if each.authority.region == region])) for region in regions()
        )


def counted(ratings: Sequence[AreaRating]) -> tuple[tuple[Rating | None, int], ...]:
    """How many stood where, the best first; those without a grade last, where there are any."""
    found = tally(ratings)
    ungraded = found.pop(None, 0)
    scale: tuple[tuple[Rating | None, int], ...] = tuple((rating, found[rating]) for rating in SCALE)
    return (*scale, (None, ungraded)) if ungraded else scale


def ratings_on(record: Record, area: Area, day: date) -> RatingsOnDay:
    """Where every authority that existed on a day stood in an area."""
    found = area_ratings(record.inspections, authorities(), area, day=day)
    order = {region: number for number, region in enumerate(regions())}
    ratings = sorted(found, key=lambda each: (order[each.authority.region], each.authority.display_name))
    return RatingsOnDay(area=area, day=day, ratings=tuple(ratings))

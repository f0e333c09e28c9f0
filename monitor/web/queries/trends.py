"""Numbers over time: how many authorities have which grade, and how many went into and out of inadequate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from monitor.domain.authorities import authorities
from monitor.domain.model import Area
from monitor.domain.trends import InadequateFlow, RatingCounts, inadequate_flows, rating_counts
from monitor.web.queries.record import Record

#: The first year with inspections in the record.
FIRST_YEAR = 2014


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    """The grades of one area at the end of a year (or today), and what moved in it."""

    year: int
    counts: RatingCounts
    flow: InadequateFlow


def years(record: Record, area: Area, region: str = "") -> tuple[YearRow, ...]:
    """Each year since the record began, for one area, of England or of one region.

    The flows of overall effectiveness are those of services as a whole: since April 2026 there is no grade overall, and
    whoever has an inadequate area counts.
    """
    chosen = [each for each in authorities() if not region or each.region == region]
    inspections = [each for each in record.inspections if not region or each.authority.region == region]
    days = [min(date(year, 12, 31), record.as_of) for year in range(FIRST_YEAR, record.as_of.year + 1)]
    counted = rating_counts(inspections, chosen, area, days=days)
    of = None if area is Area.OVERALL else area
    flows = inadequate_flows(inspections, first=FIRST_YEAR, last=record.as_of.year, area=of)
    return tuple(YearRow(year=flow.year, counts=counts, flow=flow) for counts, flow in zip(counted, flows, strict=True))

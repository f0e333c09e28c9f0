"""The official inspections that the package ships, as the ledger holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from monitor.domain.attestation import inspect
from monitor.domain.authorities import by_urn
from monitor.domain.calendar import MONTH_NUMBERS, MONTHS
from monitor.domain.frameworks import edition, graded_as
from monitor.domain.model import OFSTED, Area, Attestation, Authority, DateRange, Inspection, Rating, SourceClass
from monitor.domain.web_address import normal
from monitor.tables import rows

_DAY = re.compile(
    r"\b(?:(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"
    r"|(?P<day>\d{1,2})(?:\s?(?:st|nd|rd|th)\b)?(?:\s+(?P<month>" + "|".join(MONTHS) + r"))?(?:,?\s+(?P<year>\d{4}))?)\b",
    re.IGNORECASE,
)


def fieldwork(text: str) -> DateRange:
    """The days of fieldwork as reports write them: ``11 to 22 May 2026``, ``1/06/2015 - 25/06/2015`` and so on.

    A day borrows the month and year that follow it. Several visits give one range from the first day to the last; a last
    visit whose date is cut off is left out. An empty range when there is no date.
    """
    days: list[date] = []
    month, year = 0, 0
    for match in reversed(list(_DAY.finditer(text))):
        part = match.groupdict()
        if part["d"]:
            found = (int(part["y"]), int(part["m"]), int(part["d"]))
        else:
            year = int(part["year"]) if part["year"] else year
            if part["month"]:
                named = MONTH_NUMBERS[part["month"].lower()]
                if not part["year"] and month and named > month:  # 9 December to 10 January 2014
                    year -= 1
                month = named
            found = (year, month, int(part["day"]))
        try:
            days.append(date(*found))
        except ValueError:  # no month or year yet: a bare number, or "and 28 - 30"
            continue
    return DateRange(start=min(days), end=max(days)) if days else DateRange()


@dataclass(frozen=True, slots=True, kw_only=True)
class PredecessorGrade:
    """What is told of the last inspection of an abolished authority, to be shown beside its successors' and never compared."""

    month: str  #: of publication, ``2022-11``
    overall: Rating
    source: str


#: An address that is spelt as the standard has it, or none: nearly all are, and nothing needs to be worked out of them.
_PLAIN_URL = re.compile(r"(?:https://[a-z.]+/(?:[\w-]+/)*[\w-]+)?", re.ASCII)


def predecessor_grades(authority: Authority) -> tuple[PredecessorGrade, ...]:
    """The known grades of an abolished authority, as later official reports tell them."""
    return tuple(
        PredecessorGrade(month=row["month"], overall=Rating(row["overall"]), source=row["source"])
        for row in rows("predecessors")
        if row["urn"] == authority.urn
    )


def official_attestation(row: Mapping[str, str]) -> Attestation:
    """One line of the table of judgements as an official attestation.

    Raises `KeyError` for an unknown authority or column, and `ValueError` for a rating, date or address that is none.
    """
    authority = by_urn()[row["urn"]]
    when = fieldwork(row["dates"])
    if when.start is None or when.end is None:
        raise ValueError(f"no dates of fieldwork in {row['dates']!r}")
    framework = edition(when.start, row["framework"])
    if framework is None:
        raise ValueError(f"no edition of {row['framework']!r} was in use on {when.start}")
    ratings = {area: Rating(row[area]) for area in Area if row.get(area)}  # an area that is new has no column yet
    published = date.fromisoformat(row["published"])
    if published < when.end:
        raise ValueError(f"published on {published}, before fieldwork ended on {when.end}")
    url = row["report_url"] if _PLAIN_URL.fullmatch(row["report_url"]) else normal(row["report_url"])
    if row["report_url"] and not url:
        raise ValueError(f"report_url is no address of the web: {row['report_url'][:100]!r}")
    return Attestation(
        key=f"{authority.urn}|{row['report_url'] or when.end.isoformat()}",
        authority=authority,
        source_class=SourceClass.OFFICIAL,
        outlet=OFSTED,
        url=url,
        published=published,
        ratings=ratings,
        framework=framework.framework,
        fieldwork=when,
        combined_care=framework.combined_care and all(graded_as(area, combined_care=True) is area for area in ratings),
    )


def official_inspections(table: Iterable[Mapping[str, str]]) -> tuple[Inspection, ...]:
    """Lines of a table of judgements as inspections, oldest first. Raises as `official_attestation` does."""
    attestations = [official_attestation(row) for row in table]
    return tuple(sorted((inspect((attestation,)) for attestation in attestations), key=lambda i: i.rank_key))


@lru_cache(maxsize=1)
def _shipped() -> tuple[Inspection, ...]:
    return official_inspections(rows("judgements"))


def history(*, before: date | None = None) -> tuple[Inspection, ...]:
    """The shipped official inspections, oldest first; with `before`, only those published earlier than that day."""
    if before is None:
        return _shipped()
    return tuple(inspection for inspection in _shipped() if inspection.published < before)

"""Authorities as they are rated now, and one of them with its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from monitor.domain.attestation import OFFICIAL, edition_of
from monitor.domain.authorities import Plan, authorities, by_code, by_urn, exists_on, plans, successors_of
from monitor.domain.frameworks import last_graded
from monitor.domain.history import PredecessorGrade, predecessor_grades
from monitor.domain.model import Area, Authority, ChildrensTrust, Inspection, Rating
from monitor.domain.movement import direction, shares_grade
from monitor.messages.sanitize import link, sanitize
from monitor.web.queries.changes import InspectionNews, news_of
from monitor.web.queries.record import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityRow:
    """An authority with the grades of its newest inspection."""

    authority: Authority
    newest: Inspection | None
    ratings: Mapping[Area, Rating] = field(hash=False)  #: only areas that have a grade of their own

    @property
    def published(self) -> date | None:
        """When its newest inspection was."""
        return self.newest.published if self.newest else None

    @property
    def address(self) -> str:
        """Where its page is, below the site."""
        return f"/authorities/{self.authority.code}"

    def note(self, area: Area) -> str:
        """What is said where an area has no grade of its own."""
        if self.newest is None:
            return "not inspected yet"
        return note(self.newest, area)


def note(inspection: Inspection, area: Area) -> str:
    """What is said where an inspection gives an area no grade of its own."""
    edition = edition_of(inspection)
    if edition is not None and area not in edition.areas and last_graded(area) is not None:
        return "no longer given"
    if shares_grade(inspection, area):
        return "shared with children in care"
    return "not graded" if inspection.trust in OFFICIAL else "not reported yet"


def report_address(inspection: Inspection) -> str:
    """Where Ofsted's report on an inspection is; empty while only the press tells of it."""
    return link(inspection.url) if inspection.trust in OFFICIAL else ""


def told_in(inspection: Inspection) -> str:
    """What an inspection's address leads to, in a word or two: a framework's report, or the outlet whose article it is."""
    if inspection.trust in OFFICIAL:
        return f"{inspection.framework} report"
    outlets = (sanitize(each.outlet) for each in inspection.attestations if each.url == inspection.url and each.outlet)
    return next(outlets, "article")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How many statistical neighbours are better, the same and worse in an area; those without a grade are not counted."""

    area: Area
    better: int
    same: int
    worse: int


def compared(row: AuthorityRow, neighbours: Sequence[AuthorityRow], area: Area) -> Compared | None:
    """An authority beside its neighbours in one area; None where it has no grade there itself."""
    own = row.ratings.get(area)
    if own is None:
        return None
    points = [direction(own, each.ratings[area]) for each in neighbours if area in each.ratings]
    return Compared(
        area=area,
        better=sum(each > 0 for each in points),
        same=sum(each == 0 for each in points),
        worse=sum(each < 0 for each in points),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OneAuthority:
    """An authority with its history."""

    row: AuthorityRow
    inspections: tuple[Inspection, ...]  #: newest first
    news: tuple[InspectionNews, ...]  #: what each of them changed, newest first
    neighbours: tuple[AuthorityRow, ...]  #: statistical neighbours, nearest first
    compared: tuple[Compared, ...]
    trusts: tuple[ChildrensTrust, ...]
    plan: Plan | None  #: of its reorganisation, where one is law
    predecessors: tuple[tuple[Authority, tuple[PredecessorGrade, ...]], ...]
    successors: tuple[Authority, ...]


def current_authorities(day: date) -> tuple[Authority, ...]:
    """The authorities that exist on a day, by name."""
    return tuple(sorted((each for each in authorities() if exists_on(each, day)), key=lambda each: each.display_name))


def _row(authority: Authority, newest: Mapping[str, Inspection]) -> AuthorityRow:
    last = newest.get(authority.urn)
    return AuthorityRow(authority=authority, newest=last, ratings=last.ratings if last else {})


def rows_of(record: Record, day: date | None = None) -> tuple[AuthorityRow, ...]:
    """Every authority that existed on a day as it was rated then; now, without one. By name."""
    newest = record.newest(day)
    return tuple(_row(each, newest) for each in current_authorities(day or record.as_of))


def find_authority(code: str) -> Authority | None:
    """The authority of a GSS code, DfE code or URN; None when there is none."""
    return by_code().get(code.strip().upper()) if code.strip() else None


def one_authority(record: Record, authority: Authority) -> OneAuthority:
    """An authority with everything that its page shows."""
    own = tuple(reversed(record.by_authority.get(authority.urn, ())))
    changes = [change for inspection in own for change in record.by_inspection.get(inspection.key, ())]
    newest = record.newest()
    neighbours = tuple(_row(by_code()[code], newest) for code in authority.neighbours if code in by_code())
    row = _row(authority, newest)
    return OneAuthority(
        row=row,
        inspections=own,
        news=news_of(record, changes),
        neighbours=neighbours,
        compared=tuple(found for area in Area if (found := compared(row, neighbours, area))) if neighbours else (),
        plan=plans().get(authority.urn),
        trusts=authority.trusts,
        predecessors=tuple((by_urn()[urn], predecessor_grades(by_urn()[urn])) for urn in authority.predecessors),
        successors=successors_of(authority),
    )

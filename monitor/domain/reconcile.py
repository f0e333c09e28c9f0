"""What Ofsted lists against what is known, both ways: a report without an event, and an event without a report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.domain.attestation import OFFICIAL
from monitor.domain.calendar import day_words
from monitor.domain.model import Authority, Inspection

#: A listing's day and a report's printed day differ by a week at most; an amended file may be listed months later.
CLOSE = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One report of a graded inspection as Ofsted lists it."""

    authority: Authority
    published: date
    url: str = ""

    @property
    def words(self) -> str:
        """``Trafford, 3 August 2026``."""
        return f"{self.authority.display_name}, {day_words(self.published)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What does not agree. Empty when everything does."""

    unknown: tuple[Listed, ...] = ()  #: report published, no event
    unlisted: tuple[Inspection, ...] = ()  #: official event, no report listed

    @property
    def agrees(self) -> bool:
        """Whether listing and ledger hold the same inspections."""
        return not (self.unknown or self.unlisted)


def reconcile(listed: Sequence[Listed], known: Iterable[Inspection]) -> Reconciliation:
    """Compare a listing with the ledger. Pure.

    An inspection and a listed report are one when the address is, or when the authority is and the days are near. Only
    inspections that Ofsted's own report attests have to be listed.
    """
    inspections: dict[str, list[Inspection]] = defaultdict(list)
    for inspection in known:
        inspections[inspection.authority.urn].append(inspection)
    reports: dict[str, list[Listed]] = defaultdict(list)
    for report in listed:
        reports[report.authority.urn].append(report)
    unlisted = [
        inspection
        for urn, own in inspections.items()
        for inspection in own
        if inspection.trust in OFFICIAL and not any(_one(report, inspection) for report in reports[urn])
    ]
    return Reconciliation(
        unknown=tuple(
            report
            for report in sorted(listed, key=lambda r: (r.published, r.authority.name))
            if not any(_one(report, inspection) for inspection in inspections[report.authority.urn])
        ),
        unlisted=tuple(sorted(unlisted, key=lambda inspection: inspection.rank_key)),
    )


def _one(report: Listed, inspection: Inspection) -> bool:
    if report.url and any(attestation.url == report.url for attestation in inspection.attestations):
        return True
    return inspection.trust in OFFICIAL and abs(report.published - inspection.published) <= CLOSE

"""Who tells first: how often each outlet was heard before all others, how long before Ofsted's report, and how often wrong.

Only what was heard here counts, with the moments at which it was read: what the shipped history tells, nobody heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from monitor.domain.model import Attestation, Inspection, SourceClass


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletRecord:
    """How one outlet did."""

    outlet: str
    told: int  #: inspections of which it told
    first: int  #: of those, where nobody was heard before it
    leads: tuple[timedelta, ...]  #: from when it was read to when Ofsted's own report was; negative where that was sooner
    wrong: int  #: of those that Ofsted's report is there for, where it gave an area another rating

    @property
    def lead(self) -> timedelta | None:
        """The median; None while there is nothing to compare."""
        return timedelta(seconds=median(lead.total_seconds() for lead in self.leads)) if self.leads else None


def outlet_records(inspections: Iterable[Inspection]) -> tuple[OutletRecord, ...]:
    """Every outlet that was heard here but Ofsted itself; who told first most often comes first."""
    told: dict[str, int] = defaultdict(int)
    first: dict[str, int] = defaultdict(int)
    wrong: dict[str, int] = defaultdict(int)
    leads: dict[str, list[timedelta]] = defaultdict(list)
    for inspection in inspections:
        heard = _by_outlet(inspection.attestations)
        report = next((each for each in inspection.attestations if each.source_class is SourceClass.OFFICIAL), None)
        earliest = min((moment for moment, _ in heard.values()), default=None)
        for outlet, (moment, attestation) in heard.items():
            if attestation.source_class is SourceClass.OFFICIAL:
                continue
            told[outlet] += 1
            first[outlet] += moment == earliest
            if report is not None:
                wrong[outlet] += any(report.ratings.get(area) is not rating for area, rating in attestation.ratings.items())
                if report.seen is not None:
                    leads[outlet].append(report.seen - moment)
    found = (
        OutletRecord(outlet=outlet, told=told[outlet], first=first[outlet], leads=tuple(leads[outlet]), wrong=wrong[outlet])
        for outlet in told
    )
    return tuple(sorted(found, key=lambda each: (-each.first, -each.told, each.outlet)))


def _by_outlet(attestations: Iterable[Attestation]) -> dict[str, tuple[datetime, Attestation]]:
    """When each outlet was first heard, and what it said then."""
    found: dict[str, tuple[datetime, Attestation]] = {}
    for each in attestations:
        if each.seen is not None and (each.outlet not in found or each.seen < found[each.outlet][0]):
            found[each.outlet] = (each.seen, each)
    return found

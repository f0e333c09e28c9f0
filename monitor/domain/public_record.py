"""What everybody may see who looks: the record at one moment, and where a report says it."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.model import Inspection
from monitor.domain.recorded_change import RecordedChange


@dataclass(frozen=True, slots=True, kw_only=True)
class Believed:
    """The whole record at one moment: small enough (50 inspections a year) to be held at once."""

    inspections: tuple[Inspection, ...]  #: oldest first
    changes: tuple[RecordedChange, ...]  #: what was recorded here, oldest first; of the shipped history nothing is


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPage:
    """Where a sentence stands in a report: its page, from 1."""

    area: str
    quote: str
    page: int

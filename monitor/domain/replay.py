"""The past once more: attestations folded into the ledger in the order they were published, as if each day were today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from monitor.domain.ledger import ALERT_WINDOW, Decision, decide
from monitor.domain.model import Area, Attestation, ChangeKind, Inspection
from monitor.domain.movement import COUNTED, counted_kind, moves


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One attestation on the day it was published: what was known before it, and what it came to."""

    day: date
    attestation: Attestation
    known: tuple[Inspection, ...]  #: of every authority, before the attestation
    decision: Decision


def replay(attestations: Iterable[Attestation], *, alert_window: timedelta = ALERT_WINDOW) -> Iterator[Day]:
    """Each attestation in the order of publication; on one day the press is heard before the report."""
    ledger: dict[str, dict[str, Inspection]] = defaultdict(dict)
    for attestation in sorted(attestations, key=lambda a: (a.published, a.is_report, a.key)):
        own = ledger[attestation.authority.urn]
        decision = decide(tuple(own.values()), attestation, as_of=attestation.published, alert_window=alert_window)
        known = tuple(inspection for held in ledger.values() for inspection in held.values())
        yield Day(day=attestation.published, attestation=attestation, known=known, decision=decision)
        if decision.inspection is not None:
            own[decision.inspection.key] = decision.inspection


def ledger_after(days: Iterable[Day]) -> tuple[Inspection, ...]:
    """What is believed after a replay, oldest inspection first."""
    ledger = {step.decision.inspection.key: step.decision.inspection for step in days if step.decision.inspection is not None}
    return tuple(sorted(ledger.values(), key=lambda inspection: inspection.rank_key))


def succession(inspections: Iterable[Inspection]) -> Iterator[tuple[Inspection, Inspection]]:
    """Each inspection with the next of the same authority."""
    of: dict[str, list[Inspection]] = defaultdict(list)
    for inspection in sorted(inspections, key=lambda i: i.rank_key):
        of[inspection.authority.urn].append(inspection)
    for own in of.values():
        yield from pairwise(own)


def count_changes(inspections: Sequence[Inspection], *, since: date | None = None) -> Mapping[Area, Mapping[ChangeKind, int]]:
    """How often each area moved in each way: each pair of consecutive ratings once, under the first fitting kind of `COUNTED`.

    An area that the earlier inspection did not grade by itself makes no pair. With `since`, only pairs whose later
    inspection was published on that day or after it.
    """
    counts = {area: dict.fromkeys(COUNTED, 0) for area in Area}
    for before, after in succession(inspections):
        if since is not None and after.published < since:
            continue
        for move in moves(before, after):
            if move.old is not None:
                counts[move.area][counted_kind(move.old, move.new)] += 1
    return counts

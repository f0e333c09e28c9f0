"""What a record of inspections comes to: every area of each beside the inspection before it, as changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from monitor.domain.attestation import as_graded
from monitor.domain.ledger import change_from, with_stated_past
from monitor.domain.model import Area, Attestation, Change, Inspection
from monitor.domain.movement import moves, way_of


def announced(record: Iterable[Inspection]) -> tuple[Change, ...]:
    """The changes of all inspections, in the order of publication: as if each had been told of by what is believed of it now.

    Their keys are those that `ledger.decide` gives the first news of an inspection. What was corrected on the way is not here.
    """
    own: dict[str, list[Inspection]] = defaultdict(list)
    found: list[Change] = []
    for inspection in sorted(record, key=lambda each: each.rank_key):
        earlier = own[inspection.authority.urn]
        found += _changes(inspection, earlier[-1] if earlier else None)
        earlier.append(inspection)
    return tuple(found)


def _changes(inspection: Inspection, previous: Inspection | None) -> list[Change]:
    found = moves(previous, inspection)
    mixed = way_of(found) == "mixed"
    voices = {move.area: _voice(inspection, move.area) for move in found}
    return [
        change_from(inspection, with_stated_past(move, previous, voice), voice, mixed=mixed)
        for move in found
        if (voice := voices[move.area]) is not None
    ]


def _voice(inspection: Inspection, area: Area) -> Attestation | None:
    """Whose words are to be repeated for the grade of an area: those of Ofsted's report, else of who was first."""
    said = [each for each in inspection.attestations if _grades(inspection, each, area)]
    return min(said, key=lambda each: (not each.is_report, each.published, each.key), default=None)


def _grades(inspection: Inspection, attestation: Attestation, area: Area) -> bool:
    graded = as_graded(attestation, combined_care=inspection.combined_care)
    return graded.ratings.get(area) is inspection.ratings.get(area)

"""What places a change among others: region, statistical neighbours, years since the last, how many are inadequate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.domain.attestation import newest_of_each
from monitor.domain.authorities import authorities, by_code, exists_on
from monitor.domain.history import history
from monitor.domain.model import Authority, Change, Inspection
from monitor.domain.movement import moves, way_of
from monitor.domain.subscriptions import is_inadequate

#: Neighbours' inspections no older than this are recent.
RECENT = timedelta(days=730)
_YEAR = 365.25


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighbourMove:
    """What the newest inspection of a statistical neighbour came to, if it was recent."""

    authority: Authority
    published: date
    direction: str  #: "up", "down", "mixed", "same", "first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Where a change stands on its day. Counts include the inspection that changed."""

    authority: Authority
    region: str
    region_inadequate: tuple[Authority, ...]
    region_size: int  #: authorities of the region
    neighbours: int  #: statistical neighbours
    neighbour_moves: tuple[NeighbourMove, ...]  #: newest first
    inadequate: tuple[Authority, ...]  #: in England
    authorities: int  #: in England, that day
    years_at_previous: float | None  #: since the previous inspection was published
    predecessors: tuple[Authority, ...] = ()

    @property
    def neighbours_moved(self) -> int:
        """Statistical neighbours whose newest inspection was recent and moved an area."""
        return sum(move.direction in ("up", "down", "mixed") for move in self.neighbour_moves)


def previous_of(inspection: Inspection, known: Iterable[Inspection]) -> Inspection | None:
    """The inspection of the same authority before this one, among those known."""
    earlier = [
        other
        for other in known
        if other.authority == inspection.authority and other.key != inspection.key and other.published < inspection.published
    ]
    return max(earlier, key=lambda other: other.rank_key, default=None)


def overall_direction(previous: Inspection | None, inspection: Inspection) -> str:
    """Which way an inspection went, all its areas together: "up", "down", "mixed", "same", or "first"."""
    if previous is None:
        return "first"
    return way_of(moves(previous, inspection)) or "same"


def _neighbour_moves(authority: Authority, known: Sequence[Inspection], day: date) -> tuple[NeighbourMove, ...]:
    neighbours = {by_code()[code].urn for code in authority.neighbours if code in by_code()}
    of: dict[str, list[Inspection]] = {}
    for inspection in known:
        if inspection.authority.urn in neighbours:
            of.setdefault(inspection.authority.urn, []).append(inspection)
    found = []
    for inspections in of.values():
        newest = max(inspections, key=lambda i: i.rank_key)
        if day - newest.published <= RECENT:
            way = overall_direction(previous_of(newest, inspections), newest)
            found.append(NeighbourMove(authority=newest.authority, published=newest.published, direction=way))
    return tuple(sorted(found, key=lambda move: (move.published, move.authority.urn), reverse=True))


def context_of(inspection: Inspection, known: Sequence[Inspection]) -> Context:
    """The context of an inspection among all that were known on the day it was published. Pure."""
    authority, day = inspection.authority, inspection.published
    then = [i for i in known if i.published <= day and i.key != inspection.key]
    newest = newest_of_each([*then, inspection])
    present = [a for a in authorities() if exists_on(a, day)]
    inadequate = tuple(a for a in present if a.urn in newest and is_inadequate(newest[a.urn]))
    previous = previous_of(inspection, then)
    return Context(
        authority=authority,
        region=authority.region,
        region_inadequate=tuple(a for a in inadequate if a.region == authority.region),
        region_size=sum(a.region == authority.region for a in present),
        neighbours=len(authority.neighbours),
        neighbour_moves=_neighbour_moves(authority, then, day),
        inadequate=inadequate,
        authorities=len(present),
        years_at_previous=round((day - previous.published).days / _YEAR, 1) if previous else None,
        predecessors=tuple(by_code()[urn] for urn in authority.predecessors),
    )


def sentences(context: Context) -> tuple[str, ...]:
    """The context in plain sentences, the nearest first."""
    name = context.authority.display_name
    told = []
    if context.years_at_previous is not None:
        years = "1 year" if context.years_at_previous == 1 else f"{context.years_at_previous:g} years"
        told.append(f"The previous inspection of {name} was published {years} before.")
    elif context.predecessors:
        told.append(f"{name} took over from {_listed(context.predecessors)}; its predecessor’s ratings are not its own.")
    if context.neighbours:
        moved = context.neighbours_moved or "none"
        told.append(
            f"Of the {context.neighbours} statistical neighbours of {name}, {moved} changed a rating in the 24 months before."
        )
    told.append(
        f"Now inadequate: {len(context.region_inadequate)} of {context.region_size} authorities in {context.region},"
        f" {len(context.inadequate)} of {context.authorities} in England."
    )
    return tuple(told)


def context_line(change: Change, known: Sequence[Inspection]) -> str:
    """The context of a change as one line. What `known` does not hold of an authority, the shipped record does."""
    day = change.inspection.published
    told = {inspection.authority.urn for inspection in known}
    shipped = [inspection for inspection in history(before=day) if inspection.authority.urn not in told]
    return " ".join(sentences(context_of(change.inspection, [*shipped, *known])))


def _listed(found: Sequence[Authority]) -> str:
    return " and ".join(authority.display_name for authority in found)

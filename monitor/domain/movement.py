"""What moved between two inspections of one authority, area by area, and what such a move is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from monitor.domain.frameworks import graded_as
from monitor.domain.model import Area, Change, ChangeKind, Inspection, Rating

Old = Rating | None  #: an earlier rating, None when it is unknown


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind of move: when it holds for (old, new), one pair for which it does and one for which it does not."""

    kind: ChangeKind
    holds: Callable[[Old, Rating], bool]
    example: tuple[Old, Rating]
    counterexample: tuple[Old, Rating]


_INADEQUATE, _RI, _GOOD, _OUTSTANDING = Rating.INADEQUATE, Rating.REQUIRES_IMPROVEMENT, Rating.GOOD, Rating.OUTSTANDING

#: Ratings are compared by rank: adequate (until 2013) and requires improvement are the same point of the scale. An area that
#: is inadequate the first time it is rated counts as having become inadequate: nobody who watches for that wants to miss it.
KINDS: tuple[KindRow, ...] = (
    KindRow(ChangeKind.FIRST_RATING, lambda old, _: old is None, (None, _GOOD), (_GOOD, _GOOD)),
    KindRow(
        ChangeKind.INTO_INADEQUATE,
        lambda old, new: new is _INADEQUATE and old is not _INADEQUATE,
        (_GOOD, _INADEQUATE),
        (_INADEQUATE, _INADEQUATE),
    ),
    KindRow(
        ChangeKind.OUT_OF_INADEQUATE,
        lambda old, new: old is _INADEQUATE and new is not _INADEQUATE,
        (_INADEQUATE, _RI),
        (_INADEQUATE, _INADEQUATE),
    ),
    KindRow(ChangeKind.UPGRADED, lambda old, new: direction(old, new) > 0, (_RI, _GOOD), (Rating.ADEQUATE, _RI)),
    KindRow(ChangeKind.DOWNGRADED, lambda old, new: direction(old, new) < 0, (_GOOD, _RI), (None, _INADEQUATE)),
    KindRow(
        ChangeKind.REACHED_OUTSTANDING,
        lambda old, new: new is _OUTSTANDING and direction(old, new) > 0,
        (_GOOD, _OUTSTANDING),
        (None, _OUTSTANDING),
    ),
    KindRow(
        ChangeKind.LOST_OUTSTANDING,
        lambda old, new: old is _OUTSTANDING and direction(old, new) < 0,
        (_OUTSTANDING, _GOOD),
        (_GOOD, _RI),
    ),
    KindRow(ChangeKind.UNCHANGED, lambda old, new: old is not None and direction(old, new) == 0, (_GOOD, _GOOD), (None, _GOOD)),
)

#: When a pair of consecutive ratings shall count once, it counts under the first of these that holds.
COUNTED = (
    ChangeKind.INTO_INADEQUATE,
    ChangeKind.OUT_OF_INADEQUATE,
    ChangeKind.UPGRADED,
    ChangeKind.DOWNGRADED,
    ChangeKind.UNCHANGED,
)


def direction(old: Old, new: Rating) -> int:
    """Points on the scale gained (positive) or lost; 0 when the old rating is unknown."""
    return 0 if old is None else new.rank - old.rank


def kinds(old: Old, new: Rating) -> frozenset[ChangeKind]:
    """Every kind that a move of one area from `old` (None: unknown) to `new` is."""
    return frozenset(row.kind for row in KINDS if row.holds(old, new))


def counted_kind(old: Rating, new: Rating) -> ChangeKind:
    """The one kind under which a pair of consecutive ratings is counted."""
    return next(kind for kind in COUNTED if kind in kinds(old, new))


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One area at one inspection beside the inspection before it."""

    area: Area
    old: Old
    new: Rating
    old_published: date | None = None
    shared: Old = None  #: what care leavers and children in care had together before; then `old` is unknown

    @property
    def kinds(self) -> frozenset[ChangeKind]:
        """Every kind that the move is, for its area alone."""
        return kinds(self.old, self.new)


def shares_grade(inspection: Inspection | None, area: Area) -> bool:
    """Whether an area had no grade of its own at an inspection, but one together with another area."""
    return inspection is not None and graded_as(area, combined_care=inspection.combined_care) is not area


def own_rating(inspection: Inspection | None, area: Area) -> Old:
    """The rating of its own that an inspection (None: there was none) gave an area; None when it gave it none.

    A grade that care leavers shared with children in care is one of children in care only.
    """
    return None if inspection is None or shares_grade(inspection, area) else inspection.ratings.get(area)


def shared_rating(inspection: Inspection | None, area: Area) -> Old:
    """The rating that care leavers had together with children in care at an inspection; None for other areas."""
    if inspection is None or not shares_grade(inspection, area):
        return None
    return inspection.ratings.get(graded_as(area, combined_care=inspection.combined_care))


def moves(previous: Inspection | None, inspection: Inspection) -> tuple[Move, ...]:
    """Each area of an inspection beside the one before it (None: there is none, or only of an abolished predecessor).

    Raises `ValueError` when the two are of different authorities: no change is ever computed across an abolition.
    """
    if previous is not None and previous.authority != inspection.authority:
        raise ValueError(f"{previous.key} and {inspection.key} are inspections of different authorities")
    found = []
    for area in Area:
        if area in inspection.ratings:
            old = own_rating(previous, area)
            shared = shared_rating(previous, area)
            published = previous.published if previous is not None and (old or shared) else None
            found.append(Move(area=area, old=old, new=inspection.ratings[area], old_published=published, shared=shared))
    return tuple(found)


def way(points: Iterable[int]) -> str:
    """Which way areas went together, by the points that each gained or lost: up, down or mixed; empty where none moved."""
    ups = {each > 0 for each in points if each}
    return "mixed" if len(ups) == 2 else {True: "up", False: "down"}[ups.pop()] if ups else ""


def way_of(found: Iterable[Move]) -> str:
    """Which way an inspection's areas went, as `way` has it."""
    return way(direction(move.old, move.new) for move in found)


def moved(change: Change) -> int:
    """Points on the scale that a change's area gained or lost; 0 where nothing is known to have moved."""
    return 0 if change.new is None else direction(change.old, change.new)


def against(others: Rating) -> str:
    """What an article does where other reports give another grade."""
    return f"disagrees with other reports, which say {others.words}"


def disputed(change: Change, by: Rating) -> Change:
    """A change, told together with the grade that other reports give."""
    return replace(change, kinds=change.kinds | {ChangeKind.DISPUTED}, conflict=change.conflict or against(by))

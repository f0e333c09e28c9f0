"""Every pair of ratings, and what the move between them is called."""

from __future__ import annotations

from datetime import date
from itertools import product

import pytest

from monitor.domain.authorities import by_urn
from monitor.domain.history import history
from monitor.domain.model import Area, ChangeKind, Inspection, Rating
from monitor.domain.movement import KINDS, Move, counted_kind, kinds, moves, way_of

ADEQUATE, INADEQUATE, RI, GOOD, OUTSTANDING = (
    Rating.ADEQUATE,
    Rating.INADEQUATE,
    Rating.REQUIRES_IMPROVEMENT,
    Rating.GOOD,
    Rating.OUTSTANDING,
)
UP, DOWN, SAME = {ChangeKind.UPGRADED}, {ChangeKind.DOWNGRADED}, {ChangeKind.UNCHANGED}
INTO, OUT = {ChangeKind.INTO_INADEQUATE} | DOWN, {ChangeKind.OUT_OF_INADEQUATE} | UP
REACHED, LOST = {ChangeKind.REACHED_OUTSTANDING} | UP, {ChangeKind.LOST_OUTSTANDING} | DOWN

#: old rating: kinds of the move to inadequate, adequate, requires improvement, good, outstanding
TABLE = {
    None: [
        {ChangeKind.FIRST_RATING, ChangeKind.INTO_INADEQUATE},
        {ChangeKind.FIRST_RATING},
        {ChangeKind.FIRST_RATING},
        {ChangeKind.FIRST_RATING},
        {ChangeKind.FIRST_RATING},
    ],
    INADEQUATE: [SAME, OUT, OUT, OUT, OUT | {ChangeKind.REACHED_OUTSTANDING}],
    ADEQUATE: [INTO, SAME, SAME, UP, REACHED],
    RI: [INTO, SAME, SAME, UP, REACHED],
    GOOD: [INTO, DOWN, DOWN, SAME, REACHED],
    OUTSTANDING: [INTO | {ChangeKind.LOST_OUTSTANDING}, LOST, LOST, LOST, SAME],
}


@pytest.mark.parametrize(("old", "new"), list(product(TABLE, [INADEQUATE, ADEQUATE, RI, GOOD, OUTSTANDING])))
def test_every_pair_of_ratings(old: Rating | None, new: Rating) -> None:
    assert kinds(old, new) == TABLE[old][[INADEQUATE, ADEQUATE, RI, GOOD, OUTSTANDING].index(new)]


@pytest.mark.parametrize("row", KINDS, ids=lambda row: row.kind)
def test_each_row_holds_for_its_example_only(row: object) -> None:
    assert row.holds(*row.example)  # type: ignore[attr-defined]  # parametrised by KINDS
    assert not row.holds(*row.counterexample)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (OUTSTANDING, INADEQUATE, ChangeKind.INTO_INADEQUATE),
        (INADEQUATE, OUTSTANDING, ChangeKind.OUT_OF_INADEQUATE),
        (GOOD, OUTSTANDING, ChangeKind.UPGRADED),
        (OUTSTANDING, RI, ChangeKind.DOWNGRADED),
        (INADEQUATE, INADEQUATE, ChangeKind.UNCHANGED),
        (ADEQUATE, RI, ChangeKind.UNCHANGED),
    ],
)
def test_a_pair_counts_once(old: Rating, new: Rating, kind: ChangeKind) -> None:
    assert counted_kind(old, new) is kind


def inspections_of(urn: str) -> list[Inspection]:
    return [inspection for inspection in history() if inspection.authority.urn == urn]


def moved(before: Inspection | None, after: Inspection) -> dict[Area, tuple[Rating | None, Rating]]:
    return {move.area: (move.old, move.new) for move in moves(before, after)}


def test_trafford_2026_is_mixed_and_has_no_overall() -> None:
    *_, before, after = inspections_of("80573")
    assert moved(before, after) == {
        Area.LEADERSHIP: (RI, INADEQUATE),
        Area.HELP_AND_PROTECTION: (RI, INADEQUATE),
        Area.CHILDREN_IN_CARE: (RI, GOOD),
        Area.CARE_LEAVERS: (None, RI),
    }
    assert way_of(moves(before, after)) == "mixed"


def test_a_combined_grade_is_compared_with_children_in_care_only() -> None:
    """Bolton was graded apart in 2014, together in 2018 and apart again in 2023."""
    apart, together, again = inspections_of("80432")[:3]
    assert (apart.combined_care, together.combined_care, again.combined_care) == (False, True, False)
    assert Area.CARE_LEAVERS not in moved(apart, together)
    assert moved(apart, together)[Area.CHILDREN_IN_CARE][0] is apart.ratings[Area.CHILDREN_IN_CARE]
    assert moved(together, again)[Area.CARE_LEAVERS][0] is None


def test_no_change_is_computed_across_an_abolition() -> None:
    cumberland = inspections_of("2733690")[0]
    cumbria = Inspection(
        authority=by_urn()["135513"], published=date(2022, 11, 23), ratings={Area.OVERALL: Rating.REQUIRES_IMPROVEMENT}
    )
    assert {move.old for move in moves(None, cumberland)} == {None}
    with pytest.raises(ValueError, match="different authorities"):
        moves(cumbria, cumberland)


def test_one_direction_is_not_mixed() -> None:
    up = Move(area=Area.OVERALL, old=RI, new=GOOD)
    first = Move(area=Area.CARE_LEAVERS, old=None, new=INADEQUATE)
    same = Move(area=Area.LEADERSHIP, old=GOOD, new=GOOD)
    assert way_of([up, first, same]) == "up"

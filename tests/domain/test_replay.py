"""The shipped history replayed: counts pinned, and cases looked up in the reports by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from monitor.domain.authorities import find
from monitor.domain.history import history
from monitor.domain.model import Area, Attestation, Change, ChangeKind, Rating, SourceClass
from monitor.domain.movement import COUNTED
from monitor.domain.replay import Day, count_changes, ledger_after, replay, succession

R = Rating

#: into inadequate, out of inadequate, upgraded, downgraded, unchanged
COUNTS: Mapping[Area, tuple[int, ...]] = {
    Area.OVERALL: (31, 51, 102, 19, 121),
    Area.LEADERSHIP: (27, 49, 100, 31, 128),
    Area.HELP_AND_PROTECTION: (25, 47, 100, 27, 136),
    Area.CHILDREN_IN_CARE: (18, 28, 122, 27, 139),
    Area.CARE_LEAVERS: (0, 8, 6, 0, 11),
    Area.ADOPTION: (1, 4, 7, 0, 8),
}


@pytest.fixture(scope="module")
def days() -> list[Day]:
    return list(replay(attestation for inspection in history() for attestation in inspection.attestations))


def test_the_counts_of_the_shipped_history(days: list[Day]) -> None:
    counts = count_changes(ledger_after(days))
    found = {area: tuple(row[kind] for kind in COUNTED) for area, row in counts.items()}
    assert {area: row for area, row in found.items() if any(row)} == COUNTS


def test_the_pairs_behind_the_counts() -> None:
    """Each inspection but an authority's first has one before it; the overall grade ends with April 2026."""
    pairs = list(succession(history()))
    assert len(pairs) == 488 - 153
    without = sum(Area.OVERALL not in after.ratings for _, after in pairs)
    assert sum(COUNTS[Area.OVERALL]) == len(pairs) - without


def test_the_same_overall_grade_often_hides_a_change() -> None:
    same = [
        (before, after)
        for before, after in succession(history())
        if Area.OVERALL in before.ratings and before.ratings[Area.OVERALL] is after.ratings.get(Area.OVERALL)
    ]
    hiding = [
        pair
        for pair in same
        if any(pair[0].ratings.get(area, rating) is not rating for area, rating in pair[1].ratings.items())
    ]
    assert (len(same), len(hiding)) == (121, 83)


#: Looked up in the reports: authority, day, area, old, new, kinds.
CASES = [
    ("Knowsley", date(2025, 1, 20), Area.OVERALL, R.REQUIRES_IMPROVEMENT, R.INADEQUATE, {ChangeKind.INTO_INADEQUATE, ChangeKind.DOWNGRADED}),
    ("Knowsley", date(2017, 6, 13), Area.OVERALL, R.INADEQUATE, R.REQUIRES_IMPROVEMENT, {ChangeKind.OUT_OF_INADEQUATE, ChangeKind.UPGRADED}),
    ("Lancashire", date(2026, 8, 20), Area.LEADERSHIP, R.GOOD, R.OUTSTANDING, {ChangeKind.UPGRADED, ChangeKind.REACHED_OUTSTANDING}),
    ("Somerset", date(2026, 6, 17), Area.LEADERSHIP, R.GOOD, R.REQUIRES_IMPROVEMENT, {ChangeKind.DOWNGRADED}),
    # Harrow, 2025: good to inadequate overall because of its care leavers alone; in care stays good.
    ("Harrow", date(2025, 3, 4), Area.CHILDREN_IN_CARE, R.GOOD, R.GOOD, {ChangeKind.UNCHANGED}),
    # Trafford, 2026: no overall grade; two areas down to inadequate, one up.
    ("Trafford", date(2026, 8, 3), Area.LEADERSHIP, R.REQUIRES_IMPROVEMENT, R.INADEQUATE,
     {ChangeKind.INTO_INADEQUATE, ChangeKind.DOWNGRADED, ChangeKind.MIXED}),
    ("Trafford", date(2026, 8, 3), Area.CHILDREN_IN_CARE, R.REQUIRES_IMPROVEMENT, R.GOOD, {ChangeKind.UPGRADED, ChangeKind.MIXED}),
    # Until 2022 care leavers shared a grade with children in care: their old grade is not known.
    ("Trafford", date(2026, 8, 3), Area.CARE_LEAVERS, None, R.REQUIRES_IMPROVEMENT, {ChangeKind.FIRST_RATING}),
    # Cumberland took over from Cumbria, which required improvement in 2022: no change is computed.
    ("Cumberland", date(2024, 11, 26), Area.OVERALL, None, R.GOOD, {ChangeKind.FIRST_RATING}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "day", "area", "old", "new", "kinds"), CASES)
def test_cases_looked_up_in_the_reports(
    days: list[Day], name: str, day: date, area: Area, old: R | None, new: R, kinds: set[ChangeKind]
) -> None:
    step = next(step for step in days if step.day == day and step.attestation.authority == find(name))
    change = next(change for change in step.decision.changes if change.area is area)
    assert (change.old, change.new, change.kinds) == (old, new, kinds)


def test_an_unchanged_overall_grade_with_a_change_below_it(days: list[Day]) -> None:
    """Bolton stayed good in 2023 while help and protection fell."""
    step = next(s for s in days if s.attestation.authority == find("Bolton") and s.day.year == 2023)
    moved = {change.area: change.kinds for change in step.decision.changes}
    assert moved[Area.OVERALL] == {ChangeKind.UNCHANGED}
    assert any(ChangeKind.UPGRADED in kinds or ChangeKind.DOWNGRADED in kinds for kinds in moved.values())


def test_every_change_is_found_once_and_only_on_its_day(days: list[Day]) -> None:
    changes: list[Change] = [change for step in days for change in step.decision.changes]
    assert len({change.key for change in changes}) == len(changes)
    assert len(changes) == sum(len(inspection.ratings) for inspection in history())


def test_the_eleven_inspections_without_an_overall_grade() -> None:
    without = [(before, after) for before, after in succession(history()) if Area.OVERALL not in after.ratings]
    moved = [after for before, after in without if any(before.ratings.get(a, r) is not r for a, r in after.ratings.items())]
    assert (len(without), len(moved)) == (11, 9)


def test_counting_from_a_day(days: list[Day]) -> None:
    later = count_changes(ledger_after(days), since=date(2026, 4, 1))
    assert sum(later[Area.LEADERSHIP].values()) == sum(
        after.published >= date(2026, 4, 1) for _, after in succession(history())
    )


def test_on_one_day_the_press_is_heard_before_the_report() -> None:
    """Coventry and Knowsley, 13 June 2017: the article leads and the report confirms."""
    knowsley = find("Knowsley")
    assert knowsley is not None
    article = Attestation(
        key="80479|https://cypnow.example/x",
        authority=knowsley,
        source_class=SourceClass.PRESS,
        outlet="CYP Now",
        url="https://cypnow.example/x",
        published=date(2017, 6, 13),
        ratings={Area.OVERALL: R.REQUIRES_IMPROVEMENT},
    )
    steps = list(replay([*(a for i in history() if i.authority == knowsley for a in i.attestations), article]))
    of_the_day = [step for step in steps if step.day == date(2017, 6, 13)]
    assert [step.attestation.outlet for step in of_the_day] == ["CYP Now", "Ofsted"]
    kinds = [change.kinds for step in of_the_day for change in step.decision.changes if change.area is Area.OVERALL]
    assert kinds == [
        {ChangeKind.OUT_OF_INADEQUATE, ChangeKind.UPGRADED},
        {ChangeKind.OUT_OF_INADEQUATE, ChangeKind.UPGRADED, ChangeKind.CONFIRMED},
    ]

"""What was reported and Ofsted's own report does not have: withdrawn, and never confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from monitor.domain.ledger import decide
from monitor.domain.model import Area, Change, ChangeKind, Rating, SourceClass, Trust
from monitor.domain.subscriptions import LedgerView, matches
from tests.builders import subscription
from tests.domain.test_ledger import (
    ADOPTION,
    CARE,
    GOOD,
    INADEQUATE,
    LEADERSHIP,
    LEAVERS,
    OUTSTANDING,
    OVERALL,
    RI,
    before,
    fold,
    official,
    press,
)

TRAFFORD = date(2026, 8, 3)
BOLTON = date(2018, 6, 12)


def withdrawn(changes: Iterable[Change]) -> dict[Area, Rating | None]:
    return {change.area: change.reported for change in changes if ChangeKind.WITHDRAWN in change.kinds}


def test_an_overall_grade_that_the_report_does_not_give_is_withdrawn() -> None:
    told = press("Trafford", {OVERALL: INADEQUATE, LEADERSHIP: INADEQUATE}, day=TRAFFORD - timedelta(days=1))
    _, (first, second) = fold(before(told.published), told, official("Trafford", TRAFFORD))
    assert {change.area for change in first.changes} == {OVERALL, LEADERSHIP}
    gone = next(change for change in second.changes if change.area is OVERALL)
    assert (gone.old, gone.new, gone.reported) == (RI, None, INADEQUATE)
    assert (gone.kinds, gone.outlet, gone.evidence) == ({ChangeKind.WITHDRAWN}, "Ofsted", "")
    assert next(c.kinds for c in second.changes if c.area is LEADERSHIP) >= {ChangeKind.CONFIRMED, ChangeKind.INTO_INADEQUATE}
    assert second.inspection is not None
    assert second.inspection.trust is Trust.CONTRADICTED
    assert OVERALL not in second.inspection.ratings


@pytest.mark.parametrize("voice", [SourceClass.PRESS, SourceClass.COUNCIL, SourceClass.OFFICIAL])
def test_whoever_said_it(voice: SourceClass) -> None:
    """A page of Ofsted's or the government's is no report either."""
    told = press("Bolton", {OVERALL: GOOD, ADOPTION: OUTSTANDING}, day=BOLTON, source_class=voice)
    _, (_, second) = fold(before(BOLTON), told, official("Bolton", BOLTON))
    assert withdrawn(second.changes) == {ADOPTION: OUTSTANDING}
    assert not any(ChangeKind.CONFIRMED in change.kinds for change in second.changes if change.area is ADOPTION)


def test_what_is_told_after_the_report_was_never_believed() -> None:
    late = press("Bolton", {ADOPTION: OUTSTANDING}, day=BOLTON)
    _, (_, second) = fold(before(BOLTON), official("Bolton", BOLTON), late)
    assert (second.changes, second.background) == ((), ("area_not_in_official_report",))


def test_it_is_withdrawn_once() -> None:
    told = press("Bolton", {ADOPTION: OUTSTANDING}, day=BOLTON)
    again = press("Bolton", {ADOPTION: OUTSTANDING}, day=BOLTON, outlet="Echo")
    report = official("Bolton", BOLTON)
    copy = official("Bolton", BOLTON, key="80432|copy", url="https://files.example/copy")
    _, decisions = fold(before(BOLTON), told, report, copy, again)
    assert [withdrawn(decision.changes) for decision in decisions] == [{}, {ADOPTION: OUTSTANDING}, {}, {}]


@pytest.mark.parametrize(("leavers", "gone"), [(OUTSTANDING, {}), (INADEQUATE, {LEAVERS: INADEQUATE})])
def test_a_grade_that_turns_out_to_be_shared(leavers: Rating, gone: dict[Area, Rating]) -> None:
    """North Yorkshire, August 2018: while both frameworks are in use nobody knows which it was. One grade: outstanding."""
    day = date(2018, 8, 6)
    told = press("North Yorkshire", {LEAVERS: leavers}, day=day)
    _, (first, second) = fold(before(day), told, official("North Yorkshire", day))
    assert [change.area for change in first.changes] == [LEAVERS]
    assert withdrawn(second.changes) == gone


@pytest.mark.parametrize("known", [True, False])
def test_an_old_report_still_retracts(known: bool) -> None:
    """Read forty days late it is no news, but whoever was told wrongly hears so."""
    told = press("Trafford", {OVERALL: INADEQUATE, CARE: INADEQUATE}, day=TRAFFORD)
    ledger, _ = fold(before(TRAFFORD), *([told] if known else []))
    decision = decide(ledger, official("Trafford", TRAFFORD), as_of=TRAFFORD + timedelta(days=40))
    assert {c.area: c.kinds for c in decision.changes} == (
        {OVERALL: {ChangeKind.WITHDRAWN}, CARE: {ChangeKind.CORRECTED}} if known else {}
    )


# --- care leavers before 2018 ---------------------------------------------------------------------------------------------


def test_care_leavers_of_a_single_inspection_are_no_children_in_care() -> None:
    """Rotherham, January 2018: care leavers alone from inadequate to outstanding."""
    day = date(2018, 1, 29)
    told = press("Rotherham", {LEAVERS: OUTSTANDING}, day=day)
    _, (first, second) = fold(before(day), told, official("Rotherham", day))
    assert [(c.area, c.old, c.new) for c in first.changes] == [(LEAVERS, INADEQUATE, OUTSTANDING)]
    assert {c.area for c in second.changes if ChangeKind.CONFIRMED in c.kinds} == {LEAVERS}
    assert withdrawn(second.changes) == {}


@pytest.mark.parametrize(
    ("day", "area"),
    [(date(2017, 12, 4), LEAVERS), (date(2018, 8, 24), LEAVERS), (date(2018, 10, 15), CARE), (date(2023, 2, 1), LEAVERS)],
)
def test_whose_grade_it_is_that_care_leavers_are_given(day: date, area: Area) -> None:
    decision = decide([], press("Devon", {LEAVERS: RI}, day=day), as_of=day)
    assert [change.area for change in decision.changes] == [area]


def test_the_grade_that_was_shared_before_is_known_as_such() -> None:
    report = official("Trafford", TRAFFORD)
    (change,) = (c for c in decide(before(TRAFFORD), report, as_of=TRAFFORD).changes if c.area is LEAVERS)
    assert (change.old, change.old_shared, change.old_published) == (None, RI, date(2023, 1, 31))
    assert ChangeKind.FIRST_RATING in change.kinds


# --- to whom --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wish",
    [
        {"authorities": ["Kent"]},
        {"exclude": ["Trafford"]},
        {"areas": ["leadership"]},
        {"kinds": ["upgraded"]},
        {"source_classes": ["press"]},
    ],
    ids=lambda wish: next(iter(wish)),
)
def test_a_retraction_follows_the_alert_whatever_is_wished_for_now(wish: dict[str, list[str]]) -> None:
    told = press("Trafford", {OVERALL: INADEQUATE}, day=TRAFFORD)
    _, (_, second) = fold(before(TRAFFORD), told, official("Trafford", TRAFFORD))
    gone = next(change for change in second.changes if change.area is OVERALL)
    view = LedgerView(source_class=SourceClass.OFFICIAL, told=True, alerted=True)
    assert matches(subscription(**wish), gone, view)
    assert not matches(subscription(**wish, paused=True), gone, view)
    assert not matches(subscription(), gone, LedgerView(source_class=SourceClass.OFFICIAL)), "nobody else is told"

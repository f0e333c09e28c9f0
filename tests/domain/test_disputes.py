"""Outlets that contradict each other before Ofsted's report is out: told as such, whichever of them is right."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.alert_limits import Seen, storm
from monitor.domain.ledger import Attestation
from monitor.domain.model import Area, Change, ChangeKind, Rating, SourceClass
from tests.domain.test_ledger import GOOD, INADEQUATE, LEADERSHIP, OVERALL, RI, before, fold, official, press

TODAY = date(2025, 1, 20)  # Knowsley: requires improvement since 2021; its report calls it inadequate


def knowsley(ratings: dict[Area, Rating], outlet: str = "Echo", days: int = 0, **changed: object) -> Attestation:
    return press("Knowsley", ratings, outlet=outlet, day=TODAY + timedelta(days=days), **changed)  # type: ignore[arg-type]


def facts(changes: tuple[Change, ...]) -> dict[Area, tuple[Rating | None, Rating | None, frozenset[ChangeKind]]]:
    return {change.area: (change.reported, change.new, change.kinds - {ChangeKind.MIXED}) for change in changes}


INTO = frozenset({ChangeKind.DISPUTED, ChangeKind.INTO_INADEQUATE, ChangeKind.DOWNGRADED})


@pytest.mark.parametrize("earlier", [0, 20, 31, 100, 170])
def test_a_wrong_article_does_not_silence_the_true_one(earlier: int) -> None:
    wrong = knowsley({OVERALL: GOOD}, "Wrong Paper", -earlier)
    true = knowsley({OVERALL: INADEQUATE, LEADERSHIP: INADEQUATE})
    _, (_, second) = fold(before(TODAY - timedelta(days=earlier)), wrong, true)
    assert facts(second.changes) == {
        OVERALL: (GOOD, INADEQUATE, INTO),
        LEADERSHIP: (None, INADEQUATE, frozenset({ChangeKind.INTO_INADEQUATE, ChangeKind.DOWNGRADED})),
    }
    assert second.background == ()
    assert second.inspection is not None
    assert not earlier or second.inspection.ratings[OVERALL] is GOOD, "what was seen first, until there is more"


def test_good_again_does_not_silence_it_either() -> None:
    again = knowsley({OVERALL: RI}, "Wrong Paper", -170, previous={OVERALL: (RI, 2021)})
    _, (first, second) = fold(before(again.published), again, knowsley({OVERALL: INADEQUATE}))
    assert facts(first.changes) == {OVERALL: (None, RI, {ChangeKind.UNCHANGED})}
    assert facts(second.changes) == {OVERALL: (RI, INADEQUATE, INTO)}


@pytest.mark.parametrize("outlet", ["Anvil", "Zephyr"])
def test_one_word_against_another_corrects_nothing(outlet: str) -> None:
    """Whichever of the two is believed on a tie."""
    _, (_, second) = fold(before(TODAY), knowsley({OVERALL: GOOD}, "Mercury"), knowsley({OVERALL: INADEQUATE}, outlet))
    assert facts(second.changes) == {OVERALL: (GOOD, INADEQUATE, INTO)}


def test_an_outlet_that_takes_its_word_back_corrects_itself() -> None:
    page = {"url": "https://echo.example/live"}
    _, (_, second) = fold(before(TODAY), knowsley({OVERALL: GOOD}, **page), knowsley({OVERALL: INADEQUATE}, **page))
    assert facts(second.changes) == {OVERALL: (GOOD, INADEQUATE, INTO - {ChangeKind.DISPUTED} | {ChangeKind.CORRECTED})}


def test_a_dispute_is_told_once_and_settled_once() -> None:
    told = [
        knowsley({OVERALL: GOOD}, "Wrong Paper", -1),
        knowsley({OVERALL: INADEQUATE}, "Echo"),
        knowsley({OVERALL: INADEQUATE}, "Echo", url="https://echo.example/again"),
        knowsley({OVERALL: INADEQUATE}, "Gazette", 1),
        knowsley({OVERALL: INADEQUATE}, "Herald", 1),
    ]
    _, decisions = fold(before(TODAY - timedelta(days=1)), *told, official("Knowsley", TODAY))
    kinds = [
        {kind for change in decision.changes if change.area is OVERALL for kind in change.kinds} & set(ChangeKind)
        for decision in decisions
    ]
    updates = [found & {ChangeKind.DISPUTED, ChangeKind.CORRECTED, ChangeKind.CONFIRMED} for found in kinds]
    assert updates == [set(), {ChangeKind.DISPUTED}, set(), {ChangeKind.CORRECTED}, set(), {ChangeKind.CONFIRMED}]


def test_the_report_settles_it() -> None:
    both = [knowsley({OVERALL: GOOD}, "Wrong Paper", -9), knowsley({OVERALL: INADEQUATE}, "Echo", -8)]
    _, (*_, last) = fold(before(TODAY - timedelta(days=9)), *both, official("Knowsley", TODAY))
    assert facts(last.changes)[OVERALL] == (
        GOOD,
        INADEQUATE,
        {ChangeKind.CORRECTED, ChangeKind.INTO_INADEQUATE, ChangeKind.DOWNGRADED},
    )


def test_the_old_grade_by_mistake_is_no_dispute() -> None:
    """A second paper that has the grade of before among the new ones has misread, or is misread."""
    ledger = [knowsley({OVERALL: INADEQUATE}), knowsley({OVERALL: RI, LEADERSHIP: INADEQUATE}, "Gazette")]
    _, (_, second) = fold(before(TODAY), *ledger)
    assert list(facts(second.changes)) == [LEADERSHIP]
    assert second.background == ("disagrees_with_other_reports",)


def test_an_aggregator_repeats_and_disputes_nothing() -> None:
    digest = knowsley({OVERALL: INADEQUATE}, "Digest", source_class=SourceClass.AGGREGATOR)
    _, (_, second) = fold(before(TODAY), knowsley({OVERALL: GOOD}), digest)
    assert (second.changes, second.background) == ((), ("disagrees_with_other_reports",))


def test_on_a_tie_what_was_seen_first_is_believed_whatever_date_it_gives_itself() -> None:
    noon = datetime(2025, 1, 20, 12, tzinfo=UTC)
    first = Attestation(**{**_fields(knowsley({OVERALL: INADEQUATE})), "seen": noon})
    backdated = Attestation(**{**_fields(knowsley({OVERALL: GOOD}, "Wrong Paper", -20)), "seen": noon + timedelta(hours=1)})
    for told in ([first, backdated], [backdated, first]):
        _, decisions = fold(before(TODAY - timedelta(days=20)), *told)
        assert decisions[-1].inspection is not None
        assert decisions[-1].inspection.ratings == {OVERALL: INADEQUATE}


def _fields(attestation: Attestation) -> dict[str, object]:
    return {name: getattr(attestation, name) for name in Attestation.__dataclass_fields__}


# --- floods ---------------------------------------------------------------------------------------------------------------

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


def seen(outlet: str, *numbers: int) -> list[Seen]:
    return [Seen(urn=f"{outlet}-{number}", at=NOW - timedelta(hours=1), outlet=outlet) for number in numbers]


@pytest.mark.parametrize(
    ("recent", "outlet", "held"),
    [
        (seen("Bad", *range(11)), "Bad", False),
        (seen("Bad", *range(12)), "Bad", True),
        (seen("Bad", *range(12)), "True", False),
        (seen("Bad", *range(40)), "True", False),  # held after the twelfth, and counted nowhere else
        (seen("Bad", *range(12)) + seen("Worse", *range(12)), "True", True),  # so much comes of no paper's error
        ([each for name in "abcdefghijklmnopqrstuvwx" for each in seen(name, 1)], "True", True),
    ],
)
def test_a_flood_holds_its_own_outlet_up(recent: list[Seen], outlet: str, held: bool) -> None:
    assert bool(storm(["80479"], SourceClass.PRESS, recent, NOW, outlet=outlet)) is held

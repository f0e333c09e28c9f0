"""Who tells first, how long before Ofsted, and how often wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.attestation import inspect
from monitor.domain.first_heard import OutletRecord, outlet_records
from monitor.domain.model import Attestation, Inspection, SourceClass
from tests.builders import official

MORNING = datetime(2026, 8, 3, 9, tzinfo=UTC)


def report(ratings: str = "leadership inadequate", seen: datetime | None = MORNING) -> Attestation:
    return replace(official("Leeds", ratings, published=date(2026, 8, 3)).attestations[0], seen=seen)


def article(outlet: str, seen: datetime | None, ratings: str = "leadership inadequate") -> Attestation:
    told = report(ratings, seen)
    return replace(told, key=f"{told.key} {outlet} {seen}", outlet=outlet, source_class=SourceClass.PRESS)


def of(*attestations: Attestation) -> Inspection:
    return replace(inspect(attestations), attestations=attestations)


def test_the_first_of_several_leads_and_the_median_is_told() -> None:
    hour = timedelta(hours=1)
    one = of(report(), article("Gazette", MORNING - 3 * hour), article("Echo", MORNING - hour))
    other = of(report(), article("Gazette", MORNING + hour))
    assert outlet_records([one, other]) == (
        OutletRecord(outlet="Gazette", told=2, first=1, leads=(3 * hour, -hour), wrong=0),
        OutletRecord(outlet="Echo", told=1, first=0, leads=(hour,), wrong=0),
    )
    assert outlet_records([one, other])[0].lead == hour


def test_an_outlet_counts_once_for_an_inspection_with_what_it_said_first() -> None:
    (found,) = outlet_records(
        [of(report(), article("Gazette", MORNING, "leadership good"), article("Gazette", MORNING - timedelta(1)))]
    )
    assert (found.told, found.first, found.wrong, found.lead) == (1, 1, 0, timedelta(1))


def test_another_rating_than_the_reports_is_wrong() -> None:
    (found,) = outlet_records([of(report("leadership good"), article("Gazette", MORNING))])
    assert found.wrong == 1
    assert outlet_records([of(article("Gazette", MORNING))])[0].wrong == 0  # there is no report to be wrong against


def test_what_the_shipped_history_tells_was_not_heard() -> None:
    assert outlet_records([official("Leeds", "leadership good", published=date(2022, 5, 3))]) == ()
    (found,) = outlet_records([of(report(seen=None), article("Gazette", MORNING), article("Echo", None))])
    assert (found.outlet, found.first, found.lead) == ("Gazette", 1, None)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 5)), max_size=6))
def test_somebody_is_first_and_nobody_more_often_than_told(voices: list[tuple[str, int]]) -> None:
    inspection = of(
        report(seen=MORNING + timedelta(days=9)), *(article(name, MORNING + timedelta(hours=at)) for name, at in voices)
    )
    found = outlet_records([inspection])
    assert {each.outlet for each in found} == {name for name, _ in voices}
    assert all(each.first <= each.told == 1 for each in found)
    assert any(each.first for each in found) == bool(voices)

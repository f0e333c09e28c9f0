"""Where authorities stand on a day, how many stand where, and who became inadequate or left it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.domain.authorities import authorities
from monitor.domain.history import history
from monitor.domain.model import Area, DateRange, Inspection, Rating
from monitor.domain.trends import AreaRating, area_ratings, inadequate_flows, rating_counts
from tests.builders import authority, official

DAY = date(2026, 8, 21)
FIRST, SECOND = date(2022, 3, 1), date(2026, 7, 1)


def rated(record: list[Inspection], area: Area, day: date, name: str = "Leeds") -> AreaRating:
    return area_ratings(record, [authority(name)], area, day=day)[0]


def test_a_grade_holds_from_its_publication_to_the_next() -> None:
    record = [
        official("Leeds", "overall outstanding, leadership outstanding", published=SECOND),
        official("Leeds", "overall good, leadership good", published=FIRST),
    ]
    day = timedelta(days=1)
    assert rated(record, Area.OVERALL, FIRST - day).rating is None
    assert rated(record, Area.OVERALL, FIRST).rating is Rating.GOOD
    assert rated(record, Area.OVERALL, SECOND - day).rating is Rating.GOOD
    assert rated(record, Area.OVERALL, SECOND).rating is Rating.OUTSTANDING


def test_an_inspection_without_a_grade_ends_the_one_before() -> None:
    record = [
        official("Leeds", "overall good, leadership good", published=FIRST),
        official("Leeds", "leadership inadequate", published=SECOND),
    ]
    found = rated(record, Area.OVERALL, DAY)
    assert found.rating is None
    assert found.inspection == record[1]
    assert rated(record, Area.LEADERSHIP, DAY).rating is Rating.INADEQUATE


def test_a_grade_shared_with_children_in_care_is_not_the_care_leavers_own() -> None:
    shared = replace(official("Leeds", "overall good, children_in_care good", published=FIRST), combined_care=True)
    found = rated([shared], Area.CARE_LEAVERS, DAY)
    assert (found.rating, found.with_care) == (None, True)
    assert not rated([shared], Area.CHILDREN_IN_CARE, DAY).with_care


def test_only_authorities_of_the_day_are_there() -> None:
    lived = replace(authority("Leeds"), valid=DateRange(start=date(2020, 4, 1), end=date(2024, 4, 1)))
    assert area_ratings([], [lived], Area.OVERALL, day=date(2020, 3, 31)) == ()
    assert len(area_ratings([], [lived], Area.OVERALL, day=date(2020, 4, 1))) == 1
    assert area_ratings([], [lived], Area.OVERALL, day=date(2024, 4, 1)) == ()


@pytest.mark.parametrize("area", list(Area))
def test_everybody_is_counted_once(area: Area) -> None:
    days = [date(year, 12, 31) for year in range(2014, 2026)] + [DAY]
    for counted in rating_counts(history(), authorities(), area, days=days):
        there = area_ratings(history(), authorities(), area, day=counted.day)
        assert counted.authorities == len(there)
        assert Rating.ADEQUATE not in counted.counts
    assert len(area_ratings(history(), authorities(), area, day=DAY)) == 153


def test_counts_are_those_of_the_day() -> None:
    record = [
        official("Leeds", "overall good", published=FIRST),
        official("Bradford", "overall inadequate", published=FIRST),
        official("Bradford", "overall good", published=SECOND),
    ]
    three = [authority(name) for name in ("Leeds", "Bradford", "Hull")]
    before, after = rating_counts(record, three, Area.OVERALL, days=[FIRST, SECOND])
    assert (before.counts, before.ungraded) == ({Rating.GOOD: 1, Rating.INADEQUATE: 1}, 1)
    assert (after.counts, after.ungraded) == ({Rating.GOOD: 2}, 1)


def test_who_moved_in_or_out_of_inadequate_as_the_press_told_it() -> None:
    flows = {flow.year: flow for flow in inadequate_flows(history(), first=2018, last=2026)}

    def names(inspections: tuple[Inspection, ...]) -> list[str]:
        return [each.authority.display_name for each in inspections]

    assert {"Swindon", "Solihull", "Liverpool"} <= set(names(flows[2023].into))
    assert names(flows[2025].into) == ["Knowsley", "Harrow"]
    assert {"Bury", "Sefton"} <= set(names(flows[2025].out))
    assert names(flows[2026].into) == ["Trafford"]  # in two areas, where there is no grade overall any more
    assert {"Herefordshire", "Solihull", "Bradford", "Liverpool", "South Tyneside"} == set(names(flows[2026].out))


def test_flows_and_counts_tell_the_same_story() -> None:
    # Of those that had a grade in the area before and after, what flowed is the difference of the counts.
    area = Area.HELP_AND_PROTECTION
    first, last = date(2019, 12, 31), date(2025, 12, 31)
    graded = [
        {each.authority.urn for each in area_ratings(history(), authorities(), area, day=day) if each.rating}
        for day in (first, last)
    ]
    both = [each for each in authorities() if each.urn in graded[0] & graded[1]]
    record = [each for each in history() if each.authority in both]
    before, after = rating_counts(record, both, area, days=[first, last])
    flows = inadequate_flows(record, first=2020, last=2025, area=area)
    moved = sum(len(flow.into) - len(flow.out) for flow in flows)
    assert after.counts[Rating.INADEQUATE] - before.counts[Rating.INADEQUATE] == moved


def test_a_first_inspection_counts_neither_way() -> None:
    record = [official("Leeds", "overall inadequate", published=FIRST)]
    (flow,) = inadequate_flows(record, first=2022, last=2022)
    assert (flow.into, flow.out) == ((), ())


def test_an_area_passes_over_inspections_that_do_not_grade_it() -> None:
    record = [
        official("Leeds", "overall good, care_leavers inadequate", published=date(2016, 3, 1)),
        replace(official("Leeds", "overall good, children_in_care good", published=date(2019, 3, 1)), combined_care=True),
        official("Leeds", "overall good, care_leavers good", published=date(2024, 3, 1)),
    ]
    flows = inadequate_flows(record, first=2016, last=2024, area=Area.CARE_LEAVERS)
    assert [(flow.year, len(flow.out)) for flow in flows if flow.out] == [(2024, 1)]
    assert all(not flow.out for flow in inadequate_flows(record, first=2016, last=2024))

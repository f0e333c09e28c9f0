"""Each edition of the frameworks against the shipped history."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.domain.frameworks import (
    edition,
    editions,
    graded_as,
    overall_is_rare,
    published_edition,
)
from monitor.domain.history import history
from monitor.domain.model import Area


@pytest.mark.parametrize(
    ("day", "named", "framework", "areas", "combined"),
    [
        (date(2014, 1, 14), "", "SIF", 6, False),
        (date(2018, 3, 1), "", "ILACS", 4, True),
        (date(2018, 3, 1), "SIF", "SIF", 6, False),
        (date(2022, 12, 5), "", "ILACS", 4, True),
        (date(2023, 1, 16), "", "ILACS", 5, False),
        (date(2026, 3, 16), "", "ILACS", 5, False),
        (date(2026, 4, 27), "", "ILACS", 4, False),
    ],
)
def test_the_edition_of_a_day(day: date, named: str, framework: str, areas: int, combined: bool) -> None:
    found = edition(day, named)
    assert found is not None
    assert (found.framework, len(found.areas), found.combined_care) == (framework, areas, combined)


def test_no_edition_before_the_first() -> None:
    assert edition(date(2013, 8, 1)) is None
    assert edition(date(2020, 1, 1), "SIF") is None


def test_overall_ended_in_april_2026() -> None:
    began = {row.name: row.valid.start for row in editions() if Area.OVERALL in row.areas}
    assert all(start is not None and start < date(2026, 4, 2) for start in began.values())
    assert [Area.OVERALL in edition(day).areas for day in (date(2026, 4, 1), date(2026, 4, 2))] == [True, False]  # type: ignore[union-attr]


def test_every_shipped_inspection_grades_the_areas_of_its_edition() -> None:
    for inspection in history():
        assert inspection.fieldwork.start is not None
        row = edition(inspection.fieldwork.start, inspection.framework)
        assert row is not None
        assert set(inspection.ratings) <= set(row.areas), inspection.key
        assert inspection.combined_care == row.combined_care, inspection.key


def test_what_is_published_in_a_time_is_of_the_edition_that_is_said_of_it() -> None:
    fitting = []
    for inspection in history():
        number = published_edition(inspection.published)
        assert inspection.fieldwork.start is not None
        fitting.append(editions()[number - 1] == edition(inspection.fieldwork.start, inspection.framework))
    assert sum(fitting) / len(fitting) > 0.95


def test_grades_overall_are_rare_when_reports_of_the_last_edition_with_them_have_come_out() -> None:
    with_overall = [Area.OVERALL in each.ratings for each in history() if overall_is_rare(each.published)]
    assert with_overall
    assert sum(with_overall) / len(with_overall) < 0.2
    assert not overall_is_rare(date(2026, 5, 18))  # five reports with one came out that day


@pytest.mark.parametrize(
    ("published", "number"), [((2013, 11, 14), 0), ((2013, 11, 15), 1), ((2022, 6, 1), 2), ((2031, 1, 1), 4)]
)
def test_editions_are_numbered_by_when_their_reports_come_out(published: tuple[int, int, int], number: int) -> None:
    assert published_edition(date(*published)) == number


@pytest.mark.parametrize("area", Area)
def test_only_care_leavers_ever_had_the_grade_of_another_area(area: Area) -> None:
    assert graded_as(area, combined_care=False) is area
    assert graded_as(area, combined_care=True) is (Area.CHILDREN_IN_CARE if area is Area.CARE_LEAVERS else area)

"""Each edition of the frameworks against the shipped history."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.domain.frameworks import edition, editions
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

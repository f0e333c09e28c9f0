"""The shipped official inspections, and the dates they are read from."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.domain.authorities import authorities
from monitor.domain.history import fieldwork, history, official_attestation
from monitor.domain.model import Area, Rating, Trust


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("19 November 2013 - 11 December 2013", "2013-11-19", "2013-12-11"),
        ("19 November - 11 December 2013", "2013-11-19", "2013-12-11"),
        ("28 January-5 February 2014", "2014-01-28", "2014-02-05"),
        ("14 January 2014- 5 February 2014", "2014-01-14", "2014-02-05"),
        ("20 June 2017 \u2500 13 July 2017", "2017-06-20", "2017-07-13"),
        ("1/06/2015 - 25/06/2015", "2015-06-01", "2015-06-25"),
        ("12/09/2016 to 06/10/2016", "2016-09-12", "2016-10-06"),
        ("28 July 2016", "2016-07-28", "2016-07-28"),
        ("9-24 November 2017", "2017-11-09", "2017-11-24"),
        ("6 to 17 December 2021", "2021-12-06", "2021-12-17"),
        ("9 December to 10 January 2014", "2013-12-09", "2014-01-10"),
        ("5 to 9 December 2022 and 14 to 15 February 2023", "2022-12-05", "2023-02-15"),
        ("30 September to 11 October 2024 and 13 to 16 January 2025", "2024-09-30", "2025-01-16"),
        ("19 November-11 December 2013 and 28 - 30", "2013-11-19", "2013-12-11"),
        ("8 July 2019 to 12 July 2019 and 7 August 2019 to", "2019-07-08", "2019-08-07"),
        ("4\nth\nto 15\nth\nOctober 2021", "2021-10-04", "2021-10-15"),
        ("Tuesday 3rd to Friday 13th March 2026", "2026-03-03", "2026-03-13"),
    ],
)
def test_dates_of_fieldwork(text: str, start: str, end: str) -> None:
    days = fieldwork(text)
    assert (days.start, days.end) == (date.fromisoformat(start), date.fromisoformat(end))


@pytest.mark.parametrize("text", ["", "to be announced", "31 February 2020", "5 to 9"])
def test_no_dates_of_fieldwork(text: str) -> None:
    assert fieldwork(text).end is None


def test_every_shipped_inspection_is_official_and_dated() -> None:
    shipped = history()
    assert len(shipped) == 488
    assert {inspection.trust for inspection in shipped} == {Trust.CONFIRMED}
    assert len({inspection.key for inspection in shipped}) == 488
    current = {a.urn for a in authorities() if a.valid.end is None}
    assert {inspection.authority.urn for inspection in shipped} == current
    for inspection in shipped:
        assert inspection.fieldwork.start <= inspection.fieldwork.end <= inspection.published  # type: ignore[operator]


def test_no_overall_grade_since_april_2026() -> None:
    for inspection in history():
        began = inspection.fieldwork.start
        assert began is not None
        assert (Area.OVERALL in inspection.ratings) == (began < date(2026, 4, 1)), inspection.key


def test_not_judged_areas_are_absent() -> None:
    scilly = next(i for i in history() if i.key == "80455:2016-04-28")
    assert scilly.ratings == {
        Area.OVERALL: Rating.GOOD,
        Area.LEADERSHIP: Rating.GOOD,
        Area.HELP_AND_PROTECTION: Rating.GOOD,
    }


def test_history_before_a_day_hides_that_day() -> None:
    day = date(2017, 6, 13)
    published = [inspection.published for inspection in history(before=day)]
    assert published == sorted(published)
    assert max(published) < day
    assert any(inspection.published == day for inspection in history())


ROW = {
    "urn": "80573",
    "framework": "ILACS",
    "published": "2026-08-03",
    "dates": "8 to 19 June 2026",
    "report_url": "",
    "leadership": "inadequate",
} | {area: "" for area in Area if area != "leadership"}


@pytest.mark.parametrize(
    ("column", "cell", "error"),
    [
        ("urn", "99999", KeyError),
        ("leadership", "to requires improvement", ValueError),
        ("dates", "data_unreadable", ValueError),
        ("published", "3 August", ValueError),
        ("published", "2026-06-01", ValueError),
        ("framework", "SIF", ValueError),
    ],
)
def test_a_line_that_cannot_be_right_is_refused(column: str, cell: str, error: type[Exception]) -> None:
    assert official_attestation(ROW).ratings == {Area.LEADERSHIP: Rating.INADEQUATE}
    with pytest.raises(error):
        official_attestation(ROW | {column: cell})

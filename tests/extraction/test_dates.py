"""Dates as British outlets print them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.extraction.dates import FORMS, parse_day, parse_moment
from monitor.extraction.html.pages import day_of

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form[0])
def test_every_form_reads_its_example(form):
    assert parse_day(form[2]) in (date(2017, 6, 13), date(2018, 6, 13))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 13 Jun 2017 09:30:00 BST", "2017-06-13T08:30"),
        ("Tue, 13 Jun 2017 09:30:00 GMT", "2017-06-13T09:30"),
        ("Tue, 13 Jun 2017 09:30:00 +0100", "2017-06-13T08:30"),
        ("Tue, 13 Jun 2017 09:30:00", "2017-06-13T08:30"),
        ("Tue, 13 Jan 2017 09:30:00", "2017-01-13T09:30"),
        ("Tue, 13 Jun 17 09:30:00 EST", "2017-06-13T14:30"),
        ("2017-06-13T23:30:00Z", "2017-06-13T23:30"),
        ("2017-06-13T09:30:00.123+01:00", "2017-06-13T08:30"),
        ("2017-06-13 09:30", "2017-06-13T08:30"),
        ("20170613T083000Z", "2017-06-13T08:30"),
        ("2017-06-13", "2017-06-12T23:00"),
        ("1497342600", "2017-06-13T08:30"),
        ("1497342600000", "2017-06-13T08:30"),
        ("13/06/2017 9.30am", "2017-06-13T08:30"),
        ("06/13/2017", "2017-06-12T23:00"),
        ("05/06/2026", "2026-06-04T23:00"),
        ("13.06.17", "2017-06-12T23:00"),
        ("Published: Tuesday 13th June 2017 at 9:30pm", "2017-06-13T20:30"),
        ("09:30, 13 Jun 2017", "2017-06-13T08:30"),
        ("Updated 12.05 AM, 1 January 2024", "2024-01-01T00:05"),
        ("13-Jun-2017", "2017-06-12T23:00"),
        ("June 13, 2017, 4 pm", "2017-06-13T15:00"),
        ("1 Sept 2023", "2023-08-31T23:00"),
        ("25 October 2026 01:30 GMT", "2026-10-25T01:30"),
        ("29 March 2026 12:00", "2026-03-29T11:00"),
    ],
)
def test_moments(text, expected):
    moment = parse_moment(text)
    assert moment is not None
    assert moment.strftime("%Y-%m-%dT%H:%M") == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "31 April 2024", "2024-02-30", "99/99/2024", "1 January 1901", "version 1.2.3", "0000-00-00T00:00:00Z"]
)
def test_what_is_no_date(text):
    assert parse_moment(text) is None


def test_late_evening_belongs_to_the_london_day():
    assert parse_day("2017-06-13T23:30:00Z") == date(2017, 6, 14)
    assert parse_day("2017-12-13T23:30:00Z") == date(2017, 12, 13)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("3 hours ago", date(2026, 6, 15)), ("2 days ago", date(2026, 6, 13)), ("Yesterday at 11:00", date(2026, 6, 14))],
)
def test_relative_dates_need_now(text, expected):
    assert parse_day(text, now=NOW) == expected
    assert parse_day(text) is None


@given(st.text(max_size=80))
def test_any_text_is_taken(text):
    parse_moment(text, now=NOW)


@given(
    st.dates(date(1995, 1, 1), date(2090, 1, 1)),
    st.sampled_from(["%d %B %Y", "%A, %d %b %Y", "%B %d, %Y", "%d/%m/%Y", "%Y-%m-%d"]),
)
def test_what_is_printed_is_read(day, form):
    assert parse_day(day.strftime(form)) == day


@pytest.mark.parametrize(
    "text",
    """
    0001-01-01T00:00:00, 01/01/0001, 1/1/0001 12:00:00 AM, 1 January 0001, Jan 1 0001, 0001/01/01, 0000000000,
    1970-01-01T00:00:00Z, 1899-12-30, 01.01.1900
    """.split(","),
)
def test_how_systems_write_that_there_is_no_date(text):
    assert parse_moment(text) is None


TODAY = date(2026, 11, 8)


@pytest.mark.parametrize(
    ("page", "listed", "surely", "expected"),
    [
        (None, None, True, None),
        (None, TODAY, True, TODAY),
        (date(2026, 11, 6), None, True, date(2026, 11, 6)),
        (date(2026, 11, 6), TODAY, True, date(2026, 11, 6)),  # both may be right: the page knows better
        (date(2026, 8, 11), TODAY, False, TODAY),  # 11/08/2026 as Americans write it
        (date(2026, 12, 10), None, True, date(2026, 10, 12)),  # not in the future: the other way round
        (date(2026, 11, 13), TODAY, True, TODAY),  # ahead counts as today
        (date(2026, 11, 13), date(2026, 11, 13), True, TODAY),
        (date(2026, 11, 13), None, True, TODAY),
        (date(2026, 11, 13), date(2026, 11, 3), True, date(2026, 11, 3)),
        (None, date(2027, 1, 1), False, TODAY),
        (date(2019, 3, 1), TODAY, True, TODAY),  # a template's date
        (date(2019, 3, 1), TODAY, False, date(2019, 3, 1)),  # the list may say when it was changed
        (date(2019, 3, 1), date(2026, 9, 1), True, date(2019, 3, 1)),  # no fresh entry
    ],
)
def test_the_day_of_publication_by_what_page_and_list_say(page, listed, surely, expected):
    assert day_of(page, listed, TODAY, surely=surely) == expected


@given(st.none() | st.dates(), st.none() | st.dates(), st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.booleans())
def test_no_day_is_ahead_of_today_and_none_is_lost(page, listed, today, surely):
    day = day_of(page, listed, today, surely=surely)
    assert (day is None) == (page is None and listed is None)
    assert day is None or day <= today

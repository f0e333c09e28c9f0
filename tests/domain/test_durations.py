"""A length of time is read alike wherever one is written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.calendar import day_words, london, moment_words, short_day
from monitor.domain.durations import seconds_of
from monitor.settings.keys import duration
from monitor.sources import seconds


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90s", 90),
        ("15m", 900),
        ("1 h", 3600),
        ("2 days", 172_800),
        ("1w", 604_800),
        ("1.5H", 5400),
        (" 10 min ", 600),
        (45, 45),
    ],
)
def test_settings_and_sources_take_the_same_lengths(text: object, length: int) -> None:
    assert seconds_of(text) == length
    assert duration(text) == timedelta(seconds=length)
    assert seconds(text, "interval") == length


@pytest.mark.parametrize("text", ["soon", "", "15", "m", "1 month", "-5m", True, None, [5], float("inf"), float("nan")])
def test_what_is_no_length_of_time_is_none(text: object) -> None:
    assert seconds_of(text) is None


def test_days_are_written_without_zeros_before_them() -> None:
    assert day_words(date(2026, 8, 3)) == "3 August 2026"
    assert short_day(date(2026, 12, 11)) == "11 Dec"


@pytest.mark.parametrize(("year", "words"), [(False, "03 Aug 08:02 UTC"), (True, "03 Aug 2026 08:02 UTC")])
def test_moments_are_written_in_utc_whatever_zone_they_come_in(year: bool, words: str) -> None:
    for zone in (UTC, london()):
        assert moment_words(datetime(2026, 8, 3, 8, 2, tzinfo=UTC).astimezone(zone), year=year) == words

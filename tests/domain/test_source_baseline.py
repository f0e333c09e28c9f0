"""When a source is asked again: the week's pace, a spread that is no chance, one full answer a month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.schedule import MAX_PAUSE, full_fetch_due, interval_factor, next_due, source_interval_factor
from monitor.domain.source_baseline import PollRecord
from monitor.domain.source_health import Watched, alarms

QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-06-16T09:00", 1.0),  # Tuesday, ten in the morning in London
        ("2026-06-16T19:00", 2.0),
        ("2026-06-16T23:00", 4.0),
        ("2026-06-20T12:00", 3.0),  # Saturday
        ("2026-06-21T02:00", 6.0),
        ("2026-12-25T12:00", 3.0),  # a Friday, and nobody at work
        ("2026-01-14T06:30", 2.0),  # half past six: 07:30 in summer is another matter
        ("2026-06-17T06:30", 1.0),
    ],
)
def test_the_pace_follows_the_week_in_london(moment, expected):
    assert interval_factor(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == expected


def test_a_long_night_ends_when_the_day_begins():
    night = datetime(2026, 6, 16, 4, 30, tzinfo=UTC)  # 05:30 in London, an hour's wait by night
    due = next_due(now=night, interval=timedelta(hours=1), name="gazette")
    assert timedelta(minutes=50) < due - night < timedelta(minutes=100)


def test_sources_started_together_do_not_stay_together():
    noon = datetime(2026, 6, 16, 11, tzinfo=UTC)
    dues = {next_due(now=noon, interval=QUARTER, name=f"source {index}") for index in range(50)}
    assert len(dues) > 40
    assert all(QUARTER * 0.9 <= due - noon <= QUARTER * 1.1 for due in dues)
    assert dues == {next_due(now=noon, interval=QUARTER, name=f"source {index}") for index in range(50)}


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(30, 90_000),
    st.integers(0, 30),
    st.none() | st.floats(1, 21_600),
)
def test_never_sooner_than_nine_tenths_and_never_for_ever(now, seconds, failures, wait):
    interval = timedelta(seconds=seconds)
    due = next_due(now=now, interval=interval, failures=failures, retry_after=wait, name="x") - now
    assert due >= interval * 0.899
    assert due >= timedelta(seconds=wait or 0)
    assert due <= max(interval, MAX_PAUSE, timedelta(seconds=wait or 0)) * 1.11


def test_an_eternal_304_is_asked_in_full_once_a_day():
    """A server that says "not modified" for ever is believed for a day at most."""
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    full, last = [], start
    for quarter in range(1, 4 * 24 * 90):
        now = start + QUARTER * quarter
        if full_fetch_due(name="gazette", last_success=last, now=now):
            full.append(now)
        last = now
    assert 89 <= len(full) <= 91
    assert all(timedelta(hours=23) <= later - earlier <= timedelta(hours=25) for earlier, later in pairwise(full))
    assert not full_fetch_due(name="gazette", last_success=None, now=start)


def test_sources_begin_their_day_apart():
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    begins = {
        name: next(h for h in range(25) if full_fetch_due(name=name, last_success=start, now=start + timedelta(hours=h)))
        for name in ("gazette", "herald", "echo", "argus", "mercury")
    }
    assert len(set(begins.values())) >= 3


@pytest.mark.parametrize(
    ("reason", "hours", "expected"),
    [
        ("not_found", 1, []),  # 404 once
        ("not_found", 24 * 7, ["failing"]),  # 404 for a week
        ("gone", 24 * 3, ["blind", "failing"]),  # 410 for three days
        ("server_error", 1, []),  # 500 once
        ("server_error", 24, ["failing"]),  # 503 all day
        ("challenge", 4, ["blind"]),  # a wall
    ],
)
def test_how_loud_an_error_is_depends_on_how_long_it_lasts(reason, hours, expected):
    now = datetime(2026, 6, 17, 12, tzinfo=UTC)
    times = [now - timedelta(hours=back) for back in range(hours + 24 * 14, -1, -2)]
    history = [
        PollRecord(at=at, ok=False, reason=reason)
        if now - at < timedelta(hours=hours)
        else PollRecord(at=at, ok=True, items=20, fresh=1)
        for at in times
    ]
    assert [alarm.name for alarm in alarms(Watched(name="x", interval=QUARTER), history, now)] == expected


def test_a_source_that_answers_half_the_time_is_no_alarm():
    now = datetime(2026, 6, 17, 12, tzinfo=UTC)
    history = [
        PollRecord(
            at=now - timedelta(hours=back), ok=back % 2 == 0, reason="" if back % 2 == 0 else "server_error", items=20, fresh=1
        )
        for back in range(24 * 14, -1, -1)
    ]
    assert alarms(Watched(name="x", interval=QUARTER), history, now) == ()


@pytest.mark.parametrize("hour", range(0, 24, 3))
def test_an_interval_under_five_minutes_is_kept_on_working_days_by_day_and_by_night(hour: int) -> None:
    monday, sunday = (datetime(2026, 1, day, hour, tzinfo=UTC) for day in (12, 11))
    short, long = timedelta(seconds=30), timedelta(minutes=5)
    assert next_due(now=monday, interval=short, name="x") - monday <= short * 1.1
    assert next_due(now=sunday, interval=short, name="x") - sunday > short * 2
    assert source_interval_factor(monday, long) == interval_factor(monday)

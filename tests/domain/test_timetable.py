"""When to ask again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.timetable import LONGEST_PAUSE, MOST_TRIES, next_due, next_try

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)


@given(minutes=st.integers(1, 60 * 24 * 7), failures=st.integers(0, 10_000), wait=st.none() | st.floats(0, 21_600))
def test_a_poll_is_always_planned_and_never_earlier_than_interval_or_server_ask(
    minutes: int, failures: int, wait: float | None
) -> None:
    interval = timedelta(minutes=minutes)
    due = next_due(now=NOW, interval=interval, failures=failures, retry_after=wait)
    assert due >= NOW + interval
    assert due >= NOW + timedelta(seconds=wait or 0)
    assert due <= NOW + max(interval, LONGEST_PAUSE, timedelta(seconds=wait or 0))


@given(tries=st.integers(1, MOST_TRIES - 1), wait=st.none() | st.floats(0, 21_600))
def test_a_page_is_tried_later_and_later(tries: int, wait: float | None) -> None:
    this, after = next_try(now=NOW, tries=tries, retry_after=wait), next_try(now=NOW, tries=tries + 1, retry_after=wait)
    assert this is not None
    assert this >= NOW + timedelta(minutes=15)
    assert after is None or after >= this


def test_a_page_is_given_up() -> None:
    assert next_try(now=NOW, tries=1, most=1) is None
    assert next_try(now=NOW, tries=MOST_TRIES) is None

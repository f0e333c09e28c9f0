"""When to ask again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.schedule import (
    MAX_DEATHS,
    MAX_PAUSE,
    MAX_TRIES,
    is_renewal,
    next_due,
    next_try,
    renewed_at,
)

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)


@given(minutes=st.integers(1, 60 * 24 * 7), failures=st.integers(0, 10_000), wait=st.none() | st.floats(0, 21_600))
def test_a_poll_is_always_planned_and_never_earlier_than_interval_or_server_ask(
    minutes: int, failures: int, wait: float | None
) -> None:
    interval = timedelta(minutes=minutes)
    due = next_due(now=NOW, interval=interval, failures=failures, retry_after=wait)
    assert due >= NOW + interval
    assert due >= NOW + timedelta(seconds=wait or 0)
    assert due <= NOW + max(interval, MAX_PAUSE, timedelta(seconds=wait or 0))


@given(tries=st.integers(1, MAX_TRIES - 1), wait=st.none() | st.floats(0, 21_600))
def test_a_page_is_tried_later_and_later(tries: int, wait: float | None) -> None:
    this, after = (next_try(now=NOW, reason="timeout", tries=count, retry_after=wait) for count in (tries, tries + 1))
    assert this is not None
    assert this >= NOW + timedelta(minutes=15)
    assert after is None or after >= this


def test_a_page_is_given_up() -> None:
    assert next_try(now=NOW, reason="gone", tries=1, permanent=True) is None
    assert next_try(now=NOW, reason="timeout", tries=MAX_TRIES) is None
    assert next_try(now=NOW, reason="crashed", tries=MAX_DEATHS, deaths=MAX_DEATHS) is None


def test_deaths_are_counted_for_themselves() -> None:
    """A page that was slow to come three times and then cost its first process is not a killer."""
    assert next_try(now=NOW, reason="crashed", tries=4, deaths=1) is not None


def test_a_page_that_was_read_when_the_monitor_died_is_tried_at_once() -> None:
    """Most likely it had nothing to do with it, and its news has waited for the restart."""
    assert next_try(now=NOW, reason="died", tries=1, deaths=1) == NOW


@given(readings=st.integers(0, 60), ago=st.integers(0, 10_000))
def test_a_page_announced_anew_is_read_at_once_at_first_and_then_more_and_more_rarely(readings: int, ago: int) -> None:
    last = NOW - timedelta(minutes=ago)
    this, after = (renewed_at(now=NOW, last=last, readings=count) for count in (readings, readings + 1))
    assert NOW <= this <= after <= max(NOW, last + timedelta(days=1))
    assert readings > 2 or this == NOW


@given(listed=st.integers(1, 1000))
def test_a_source_that_gives_everything_another_id_has_changed_itself(listed: int) -> None:
    assert is_renewal(changed=min(listed, 5), listed=listed)
    assert is_renewal(changed=listed, listed=listed) == (listed <= 5)

"""The weekly test: each way once a week, never to readers, and an alarm when it is not taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from monitor.domain.calendar import london
from monitor.domain.canary import next_canary, planned
from monitor.domain.operator_alarms import Receiver
from monitor.store import SqlStore
from monitor.store.schema import deliveries
from tests.builders import subscription
from tests.store.conftest import Open

MAIL, SLACK = Receiver(channel="mail", to="ann@council.test"), Receiver(channel="slack")
FRIDAY, MONDAY = datetime(2026, 9, 4, 15, tzinfo=UTC), datetime(2026, 9, 7, 8, tzinfo=UTC)  # nine in London, in summer


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2060, 1, 1), timezones=st.just(UTC)))
def test_it_is_a_monday_at_nine_within_eight_days(moment: datetime) -> None:
    found = next_canary(moment)
    there = found.astimezone(london())
    assert (there.weekday(), there.hour, there.minute) == (0, 9, 0)
    assert timedelta(days=1) <= found - moment <= timedelta(days=8, hours=2)


def test_what_a_wrong_clock_noted_is_planned_anew() -> None:
    assert planned(MONDAY, FRIDAY) == MONDAY
    assert planned(MONDAY + timedelta(days=3000), FRIDAY) == MONDAY
    assert planned(None, FRIDAY) == MONDAY


def rows(store: SqlStore) -> list[tuple[str, str, str]]:
    with store.engine.begin() as connection:
        columns = (deliveries.c.channel, deliveries.c.recipient, deliveries.c.purpose)
        return sorted((row.channel, row.recipient, row.purpose) for row in connection.execute(select(*columns)))


def becomes(store: SqlStore, channel: str, state: str, reason: str = "") -> None:
    with store.engine.begin() as connection:
        connection.execute(update(deliveries).where(deliveries.c.channel == channel).values(state=state, reason=reason))


def test_each_way_once_a_week_and_no_reader(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    assert store.enqueue_canaries([MAIL, SLACK], now=FRIDAY) == 0, "not at the first start"
    assert store.enqueue_canaries([MAIL, SLACK], now=MONDAY - timedelta(minutes=1)) == 0
    assert store.enqueue_canaries([MAIL, SLACK], now=MONDAY + timedelta(minutes=3)) == 2
    assert rows(store) == [("mail", "ann@council.test", "operator"), ("slack", "", "operator")]
    again = open_it(subscription("ann"))  # a restart, or another daemon
    assert again.enqueue_canaries([MAIL, SLACK], now=MONDAY + timedelta(minutes=4)) == 0
    assert again.enqueue_canaries([MAIL, SLACK], now=MONDAY + timedelta(days=6)) == 0
    assert again.enqueue_canaries([MAIL, SLACK], now=MONDAY + timedelta(days=7, minutes=3)) == 2
    assert all("TEST" in line.subject for line in again.deliveries())


def test_after_weeks_off_it_comes_once(open_it: Open) -> None:
    store = open_it()
    store.enqueue_canaries([MAIL], now=FRIDAY)
    assert store.enqueue_canaries([MAIL], now=FRIDAY + timedelta(days=40)) == 1
    assert store.enqueue_canaries([MAIL], now=FRIDAY + timedelta(days=40, minutes=4)) == 0


@pytest.mark.parametrize(
    ("state", "after", "alarms"),
    [
        ("pending", timedelta(minutes=10), 0),
        ("pending", timedelta(minutes=20), 1),
        ("sent", timedelta(days=3), 0),
        ("failed", timedelta(minutes=1), 1),
        ("uncertain", timedelta(minutes=1), 1),
        ("cancelled", timedelta(minutes=1), 1),
        ("held", timedelta(minutes=1), 1),
    ],
)
def test_what_is_not_taken_is_an_alarm(open_it: Open, state: str, after: timedelta, alarms: int) -> None:
    store, now = open_it(), MONDAY + timedelta(minutes=3)
    store.enqueue_canaries([MAIL, SLACK], now=FRIDAY)
    store.enqueue_canaries([MAIL, SLACK], now=now)
    becomes(store, "slack", "sent")
    becomes(store, "mail", state, "smtp_535_auth 5.7.8" if state == "failed" else "")
    found = store.canary_alarms([MAIL, SLACK], now=now + after)
    assert [each.about for each in found] == ["channel mail"] * alarms
    assert not any("ann@council.test" in each.message for each in found)
    assert store.canary_alarms([SLACK], now=now + after) == [], "a way that is no way any more"


def test_the_next_one_that_is_taken_ends_the_alarm(open_it: Open) -> None:
    store = open_it()
    store.enqueue_canaries([MAIL], now=FRIDAY)
    store.enqueue_canaries([MAIL], now=MONDAY)
    becomes(store, "mail", "failed")
    assert store.canary_alarms([MAIL], now=MONDAY + timedelta(days=1))
    store.enqueue_canaries([MAIL], now=MONDAY + timedelta(days=7))
    with store.engine.begin() as connection:
        connection.execute(update(deliveries).where(deliveries.c.state == "pending").values(state="sent"))
    assert store.canary_alarms([MAIL], now=MONDAY + timedelta(days=8)) == []

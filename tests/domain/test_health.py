"""A source that goes blind is noticed; one that is merely quiet is left alone."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.calendar import easter, is_working_day
from monitor.domain.health import DETECTORS, PollRecord, Watched, alarms, is_healthy
from tests.domain.drill import DAYS, FAULTS, HABITS, START, detected, false_alarms, polls

NOW = datetime(2026, 6, 17, 12, tzinfo=UTC)  # a Wednesday
SOURCE = Watched(name="gazette", interval=timedelta(minutes=15), cadence=timedelta(days=7))


def healthy(days: int = 20, every: int = 2) -> list[PollRecord]:
    """Polls every two hours, each with twenty dated items and something new by day."""
    start = NOW - timedelta(days=days)
    moments = [start + timedelta(hours=every * index) for index in range(days * 24 // every)]
    return [
        PollRecord(at=at, ok=True, items=20, newest=at if 8 <= at.hour < 18 else None, fresh=8 <= at.hour < 18, words=400.0)
        for at in moments
    ]


def names(history: list[PollRecord], source: Watched = SOURCE) -> list[str]:
    return [alarm.name for alarm in alarms(source, history, NOW)]


def after(*changes: dict[str, object]) -> list[PollRecord]:
    """A healthy history with a last few polls of one's own, an hour apart and ending now."""
    own = [
        PollRecord(**({"at": NOW - timedelta(hours=len(changes) - index), "ok": True, "items": 20, "fresh": 1} | change))  # type: ignore[arg-type]
        for index, change in enumerate(changes)
    ]
    return [poll for poll in healthy() if poll.at < own[0].at] + own


def test_a_healthy_source_raises_nothing():
    assert is_healthy(SOURCE, healthy(), NOW)
    assert alarms(SOURCE, [], NOW) == ()


def test_not_modified_for_days_counts_as_healthy_until_items_are_due():
    unchanged = {"not_modified": True, "items": 0, "fresh": 0}
    assert names(after(unchanged, unchanged, unchanged)) == []


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ("blind", [{"ok": False, "reason": "interstitial"}] * 2),
        ("blind", [{"ok": False, "reason": "selectors"}] * 2),
        ("failing", [{"ok": False, "reason": "timeout"}] * 8),
        ("empty", [{"items": 0}] * 2),
        ("empty", [{"items": 0}, {"items": 0, "not_modified": True}]),
        ("shrunk", [{"items": 9}] * 3),
        ("undated", [{"undated": 10}] * 2),
        ("thin", [{"words": 30.0}] * 3),
    ],
)
def test_each_fault_has_its_alarm(expected, changes):
    assert names(after(*changes)) == [expected]


@pytest.mark.parametrize(
    "changes",
    [
        [{"ok": False, "reason": "timeout"}] * 2,
        [{"ok": False, "reason": "interstitial"}],
        [{"items": 0}, {}],
        [{"items": 9}, {"items": 9}, {}],
        [{"items": 15}] * 5,
        [{"words": 200.0}] * 3,
    ],
)
def test_what_passes_by_itself_is_no_alarm(changes):
    assert names(after(*changes)) == []


def test_a_source_that_nobody_polls_is_an_alarm():
    assert names([poll for poll in healthy() if poll.at < NOW - timedelta(hours=20)]) == ["unpolled"]


def test_silence_beyond_the_declared_cadence():
    quiet = [PollRecord(at=poll.at, ok=True, items=20, fresh=0) for poll in healthy()]
    once = [PollRecord(at=quiet[0].at, ok=True, items=20, fresh=3), *quiet[1:]]
    assert names(once) == ["stale"]
    assert names(once, Watched(name="x", interval=timedelta(minutes=15))) == []


def test_a_quiet_weekend_is_no_alarm_for_a_weekday_source():
    history = [poll for poll in healthy() if poll.at.weekday() < 5]
    sunday = datetime(2026, 6, 14, 20, tzinfo=UTC)
    weekend = [PollRecord(at=sunday - timedelta(hours=hours), ok=True, items=20) for hours in range(44, 0, -2)]
    past = [poll for poll in history if poll.at < weekend[0].at]
    assert alarms(SOURCE, past + weekend, sunday) == ()


def test_every_detector_is_reached_by_some_fault():
    assert {detector.name for detector in DETECTORS} == {
        "blind", "failing", "unpolled", "empty", "shrunk", "undated", "thin", "stale",
    }  # fmt: skip


@pytest.mark.slow
def test_the_silent_failure_drill():
    """One fault on a random day of a simulated year, for each kind: noticed within a day, with at most one false alarm a year."""
    in_time, faults, false = 0, 0, 0
    for habit in HABITS:
        chance = random.Random(habit.name)
        records = polls(habit, chance, timedelta(hours=2))
        false += false_alarms(habit, records, timedelta(hours=24))
        for fault in FAULTS:
            for _ in range(3):
                start = START + timedelta(days=chance.randint(30, DAYS - 10), hours=chance.randint(0, 23))
                delay = detected(habit, records, fault, start)
                faults += 1
                in_time += delay is not None and delay <= timedelta(hours=24)
    # A source of four items a day cannot be told stale within a day without a false alarm every few weeks: those are the rest.
    assert in_time >= 0.92 * faults, f"{in_time} of {faults}"
    assert false <= len(HABITS), f"{false} false alarms in {len(HABITS)} source-years"


@pytest.mark.parametrize(("year", "day"), [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5))])
def test_easter(year, day):
    assert easter(year) == day


def test_working_days_of_england():
    assert not is_working_day(date(2026, 4, 3))  # Good Friday
    assert not is_working_day(date(2026, 12, 28))  # for Boxing Day, a Saturday
    assert not is_working_day(date(2026, 12, 31))
    assert not is_working_day(date(2026, 6, 13))
    assert is_working_day(date(2026, 6, 12))

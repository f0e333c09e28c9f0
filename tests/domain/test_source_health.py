"""A source that goes blind is noticed; one that is merely quiet is left alone."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.calendar import easter, is_working_day
from monitor.domain.source_baseline import PollRecord, fit_baseline, fit_together
from monitor.domain.source_health import DETECTORS, RECENT, Watched, alarms, host_alarm
from tests.domain.drill import (
    DAYS,
    FAULTS,
    HOUR,
    PUBLISHERS,
    START,
    WEIGHTS,
    Watch,
    false_alarms,
    host_noticed_in_time,
    noticed_in_time,
    polls,
    restyled,
)

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
    assert alarms(SOURCE, healthy(), NOW) == ()
    assert alarms(SOURCE, [], NOW) == ()


def test_not_modified_for_days_counts_as_healthy_until_items_are_due():
    unchanged = {"not_modified": True, "items": 0, "fresh": 0}
    assert names(after(unchanged, unchanged, unchanged)) == []


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        ("blind", [{"ok": False, "reason": "interstitial"}] * 2),
        ("blind", [{"ok": False, "reason": "selectors"}] * 2),
        ("elsewhere", [{"ok": False, "reason": "elsewhere"}]),
        ("elsewhere", [{"ok": False, "reason": "elsewhere"}] * 9),
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
        "never", "blind", "elsewhere", "failing", "unpolled", "empty", "shrunk", "undated", "thin", "stale", "frozen", "cached",
    }  # fmt: skip


def busy(until: datetime) -> list[PollRecord]:
    """Five weeks of half-hourly polls of a page that changes by itself every hour, with something new eight times a day."""
    start, chance = until - timedelta(days=35), random.Random("busy")
    return [
        PollRecord(
            at=start + timedelta(minutes=30 * index),
            ok=True,
            items=20,
            fresh=int(index == 35 * 48 - 1 or chance.random() < 1 / 6),
            fingerprint=str(index // 2),
            age=300.0,
        )
        for index in range(35 * 48)
    ]


def after_busy(hours: int, **change: object) -> list[PollRecord]:
    """The same, with so many hours in which nothing new was listed."""
    before = busy(NOW - timedelta(hours=hours))
    quiet = {"fresh": 0, **change}
    return before + [
        replace(
            before[-1], at=NOW - timedelta(hours=hours) + timedelta(minutes=30 * index), **{"fingerprint": f"q{index}", **quiet}
        )  # type: ignore[arg-type]
        for index in range(hours * 2)
    ]


@pytest.mark.parametrize(
    ("hours", "change", "expected"),
    [
        (4, {}, []),
        (9, {"fingerprint": "the same"}, ["frozen"]),  # too early to miss the items, but the page has stopped, too
        (9, {}, []),  # the page lives; three items late are no wonder
        (40, {}, ["stale"]),
        (9, {"fingerprint": "the same", "age": 9 * 3600.0}, ["frozen", "cached"]),
        (4, {"fresh": 1, "fingerprint": "the same"}, []),
    ],
)
def test_what_stands_still_is_told_by_the_evidence_there_is(hours, change, expected):
    assert names(after_busy(hours, **change), Watched(name="x", interval=timedelta(minutes=30))) == expected


def test_a_cache_that_always_kept_answers_for_days_is_no_alarm():
    history = [replace(poll, age=60 * 3600.0) for poll in healthy()]
    assert names(history) == []


def test_a_list_that_falls_to_half_at_one_step_is_told_though_its_length_varies():
    varying = [replace(poll, items=30 + index % 10) for index, poll in enumerate(healthy())]
    assert names([*varying[:-4], *(replace(poll, items=16) for poll in varying[-4:])]) == ["shrunk"]
    assert names(varying) == []


def test_a_source_that_was_dead_when_it_was_added_is_told_at_once():
    first = PollRecord(at=NOW, ok=True, items=20, fresh=20, newest=NOW - timedelta(days=200))
    assert names([first]) == ["stale"]
    assert names([replace(first, newest=NOW - timedelta(days=2))]) == []


def test_a_cadence_of_days_knows_weekends_and_holidays():
    easter_monday = datetime(2026, 4, 6, 20, tzinfo=UTC)
    thursday = datetime(2026, 4, 2, 9, tzinfo=UTC)
    history = [PollRecord(at=thursday + HOUR * hours, ok=True, items=20, fresh=int(hours == 0)) for hours in range(0, 108, 2)]
    source = Watched(name="x", interval=HOUR, cadence=timedelta(days=3))
    assert alarms(source, history, easter_monday) == ()
    later = [*history, PollRecord(at=easter_monday + timedelta(days=3), ok=True, items=20)]
    assert [alarm.name for alarm in alarms(source, later, later[-1].at)] == ["stale"]


@pytest.mark.parametrize("cadence", [timedelta(days=7), None])
@pytest.mark.parametrize("known", ["all of it", "the latest"])
def test_a_clock_put_right_is_no_silence(cadence: timedelta | None, known: str) -> None:
    """It was a year behind: what was seen then was not seen a year ago."""
    behind = [replace(poll, at=poll.at - timedelta(days=370)) for poll in healthy()]
    right = [PollRecord(at=NOW - HOUR * hours, ok=True, items=20, fingerprint="same") for hours in (3, 2, 1)]
    source = replace(SOURCE, cadence=cadence)
    baseline = fit_baseline(behind)
    assert baseline.arrivals is not None
    found = alarms(source, [*behind, *right] if known == "all of it" else right, NOW, baseline)
    assert [alarm.name for alarm in found] == []
    dead = [PollRecord(at=NOW + HOUR * hours, ok=True, items=20) for hours in range(24 * 21)]
    (stale,) = (each for each in alarms(SOURCE, [*behind, *right, *dead], dead[-1].at) if each.name == "stale")
    assert "nothing new for 21 days" in stale.message, "since then nothing came"


def test_polls_of_a_clock_that_ran_ahead_are_not_judged_by() -> None:
    ahead = [replace(healthy()[-1], at=NOW + timedelta(days=370), fresh=0, newest=None)]
    assert names([*healthy(), *ahead]) == []
    assert names(ahead) == []


def test_a_daemon_that_was_off_is_not_alarmed_by_its_own_absence():
    """Neither that nobody polled, nor a silence in which nobody listened."""
    history = [poll for poll in healthy() if poll.at < NOW - timedelta(days=5)]
    source = replace(SOURCE, watched_since=NOW - timedelta(minutes=1))
    assert alarms(source, history, NOW) == ()


def test_what_was_learnt_before_judges_the_latest_polls():
    history = after_busy(40)
    baseline = fit_baseline([poll for poll in history if poll.at < NOW - timedelta(days=3)])
    latest = [poll for poll in history if poll.at > NOW - RECENT]
    source = Watched(name="x", interval=timedelta(minutes=30))
    assert [alarm.name for alarm in alarms(source, latest, NOW, baseline)] == ["stale"]


def test_an_alarm_that_stands_is_not_ended_by_what_is_learnt_anew():
    """It needs less to go on than it took to begin."""
    source = Watched(name="x", interval=timedelta(minutes=30))
    for hours in range(8, 60):
        history = after_busy(hours)
        if names(history, source):
            break
    before = after_busy(hours - 2)
    assert names(before, source) == []
    assert [alarm.name for alarm in alarms(source, before, NOW, standing={"stale"})] == ["stale"]


def test_one_silent_source_of_a_host_is_not_the_host():
    silent, well = after_busy(40), busy(NOW)
    together = fit_together([silent, well])
    members = [(polls, fit_baseline(polls)) for polls in (silent, well)]
    assert host_alarm(members, together) is None
    assert host_alarm([members[0], members[0]], together) is not None
    assert host_alarm([members[0]], together) is None


@pytest.mark.slow
def test_the_silent_failure_drill():
    """One fault on a random day of a simulated year, for each kind: noticed within a day, with at most one false alarm a year.

    The seeds were not used when thresholds were chosen.
    """
    noticed: Counter[tuple[str, str]] = Counter()
    tried: Counter[str] = Counter()
    false, rounds = 0, 4
    for publisher in PUBLISHERS:
        kind, chance = publisher.name.partition(":")[0], random.Random(f"{publisher.name} drill")
        watch = Watch(publisher=publisher, records=polls(publisher, chance))
        alarmed = false_alarms(watch, 4 * HOUR)
        assert len(alarmed) <= 2, alarmed  # one a year on average: two may fall into one year
        false += len(alarmed)
        tried[kind] += rounds
        for fault in FAULTS:
            noticed[kind, fault] += sum(noticed_in_time(watch, fault, chance) for _ in range(rounds))
    assert false <= len(PUBLISHERS), f"{false} false alarms in {len(PUBLISHERS)} source-years"

    def share(fault: str, *kinds: str) -> float:
        return sum(noticed[kind, fault] for kind in kinds) / sum(tried[kind] for kind in kinds)

    def in_all(*kinds: str) -> float:
        return sum(weight * share(fault, *kinds) for fault, weight in WEIGHTS.items()) / sum(WEIGHTS.values())

    assert in_all(*tried) >= 0.95, noticed
    assert all(in_all(kind) >= 0.9 for kind in tried), noticed
    # What can be seen is seen, whatever the source: only a list that stands still on a living page is told by silence alone.
    for fault in ("redesign", "empty", "consent", "stale cache", "half"):
        assert share(fault, *tried) >= 0.95, noticed


def test_a_page_that_is_restyled_without_anything_that_changes_by_itself_is_no_row_of_alarms():
    publisher = next(each for each in PUBLISHERS if each.churn >= 1.0)
    records = polls(publisher, random.Random("restyled"))
    watch = Watch(publisher=publisher, records=restyled(records, START + timedelta(days=DAYS // 2)))
    assert len([alarm for _, alarm in false_alarms(watch, 4 * HOUR) if alarm.name == "frozen"]) <= 3


@pytest.mark.slow
def test_a_host_whose_sources_all_stand_still_is_told_though_none_alone_could_be():
    publisher = replace(PUBLISHERS[4], name="feed: county of a national broadcaster", dated=True)
    chance = random.Random("host")
    assert sum(host_noticed_in_time(publisher, 6, chance) for _ in range(3)) == 3


@pytest.mark.parametrize(("year", "day"), [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5))])
def test_easter(year, day):
    assert easter(year) == day


def test_working_days_of_england():
    assert not is_working_day(date(2026, 4, 3))  # Good Friday
    assert not is_working_day(date(2026, 12, 28))  # for Boxing Day, a Saturday
    assert not is_working_day(date(2026, 12, 31))
    assert not is_working_day(date(2026, 6, 13))
    assert is_working_day(date(2026, 6, 12))

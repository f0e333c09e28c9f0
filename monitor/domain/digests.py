"""When a digest is due, and the line that says which way ratings have been going."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from monitor.domain.calendar import day_words, london, london_day
from monitor.domain.context import overall_direction, previous_of
from monitor.domain.model import Inspection
from monitor.domain.subscriptions import Frequency

#: Digests go out at this London clock time: no clock change ever skips or repeats it.
SLOT = time(7, 30)
_MONDAY = 0
_YEAR = timedelta(days=365)


def latest_slot(frequency: Frequency, now: datetime) -> datetime:
    """The latest moment at or before `now` (aware) when a digest of this frequency was to go out; weekly ones go on Mondays."""
    here = now.astimezone(london())
    day = here.date() if here.time() >= SLOT else here.date() - timedelta(days=1)
    if frequency is Frequency.WEEKLY:
        day -= timedelta(days=(day.weekday() - _MONDAY) % 7)
    return datetime.combine(day, SLOT, tzinfo=london()).astimezone(now.tzinfo)


def run_key(subscription: str, slot: datetime) -> str:
    """The name of one run of one subscription's digest: a day has one, however often the clock says so."""
    return f"digest:{subscription}:{london_day(slot).isoformat()}"


def trend(known: Iterable[Inspection], day: date) -> str:
    """``In the 12 months to 3 August 2026: 14 inspections went up, 5 down, 4 mixed, 20 the same.`` Empty without any."""
    everything = sorted(known, key=lambda inspection: inspection.rank_key)
    recent = [inspection for inspection in everything if day - _YEAR < inspection.published <= day]
    ways = [overall_direction(previous_of(inspection, everything), inspection) for inspection in recent]
    if not recent:
        return ""
    counted = ", ".join(
        f"{ways.count(way)} {words}"
        for way, words in (("up", "went up"), ("down", "down"), ("mixed", "mixed"), ("same", "the same"))
        if ways.count(way)
    )
    return f"In the 12 months to {day_words(day)}: {counted or 'no inspection changed a rating'}."

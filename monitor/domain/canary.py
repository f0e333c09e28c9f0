"""When the weekly test of the operator's ways is due. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from monitor.domain.calendar import london

#: Monday at nine in London: somebody is there who notices that it did not come.
_HOUR = 9
#: A first one comes no sooner: an installation of today has just been tried by hand.
_SOONEST = timedelta(days=1)
#: A moment further ahead was written by a clock that was wrong.
_FURTHEST = timedelta(days=9)


def next_canary(after: datetime) -> datetime:
    """The next Monday, nine o'clock in London, a day after an aware moment or later; in UTC."""
    there = (after + _SOONEST).astimezone(london())
    monday = there.date() - timedelta(days=there.weekday())
    for week in (0, 1):
        found = datetime.combine(monday + timedelta(weeks=week), time(_HOUR), tzinfo=london()).astimezone(UTC)
        if found >= after + _SOONEST:
            return found
    raise AssertionError("one of two Mondays is ahead")


def planned(noted: datetime | None, now: datetime) -> datetime:
    """When one is due, by what was noted; one that is noted nowhere, or by a wrong clock, is planned anew."""
    return noted if noted is not None and noted - now <= _FURTHEST else next_canary(now)

"""When to ask again: pure answers from what happened, so that a restart changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

#: A source that keeps failing is asked less and less often, down to this.
LONGEST_PAUSE = timedelta(hours=6)
#: A page that cannot be read is tried this often before it is given up: 15 min, 30 min, 1 h, ... about two days in all.
MOST_TRIES = 8
_FIRST_RETRY = timedelta(minutes=15)


def next_due(*, now: datetime, interval: timedelta, failures: int = 0, retry_after: float | None = None) -> datetime:
    """When a source is to be polled again.

    Args:
        now: when it was polled.
        interval: its usual time between polls.
        failures: polls that failed in a row, this one included; each doubles the wait.
        retry_after: seconds the server asked for; never shortens the wait.
    """
    pause = interval
    if failures:
        pause = max(interval, min(LONGEST_PAUSE, interval * float(2 ** min(failures - 1, 10))))
    return now + max(pause, timedelta(seconds=retry_after or 0))


def next_try(*, now: datetime, tries: int, permanent: bool = False, retry_after: float | None = None) -> datetime | None:
    """When a page that could not be read is to be tried again; None when it is given up.

    Args:
        now: when it was tried.
        tries: how often it was tried, this time included.
        permanent: whether the server said that it will not change its mind.
        retry_after: seconds the server asked for; never shortens the wait.
    """
    if permanent or tries >= MOST_TRIES:
        return None
    pause = min(_FIRST_RETRY * float(2 ** (tries - 1)), timedelta(hours=12))
    return now + max(pause, timedelta(seconds=retry_after or 0))

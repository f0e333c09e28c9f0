"""Retry-After in all the forms that servers send, and how much of it is believed: of sites and of providers alike."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MIN_DELAY, MAX_DELAY = 1.0, 6 * 3600.0


def retry_after(value: str, now: datetime | None) -> float | None:
    """Seconds to wait, within bounds (see `believed`); ``None`` for a missing or meaningless header.

    Takes seconds or an HTTP date. Ten years becomes six hours, -5 becomes one second, "soon" is meaningless, and so is a date
    where nobody knows what time it is (`now`).
    """
    text = value.strip()
    if not text:
        return None
    if text.lstrip("+-").isdigit() and text.isascii() and len(text) < 20:
        return believed(float(text))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return None if now is None else believed((_aware(moment) - _aware(now)).total_seconds())


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def believed(seconds: float) -> float:
    """A wait that somebody asks for, as it is kept: 1 s to 6 h."""
    return min(max(seconds, MIN_DELAY), MAX_DELAY)

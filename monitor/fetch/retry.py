"""Reads Retry-After in all the forms that servers send."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MIN_DELAY, MAX_DELAY = 1.0, 6 * 3600.0


def retry_after(value: str, now: datetime) -> float | None:
    """Seconds to wait, clamped to 1 s - 6 h; ``None`` for a missing or meaningless header.

    Takes seconds or an HTTP date. Ten years becomes six hours, -5 becomes one second, "soon" is meaningless.
    """
    text = value.strip()
    if not text:
        return None
    if text.lstrip("+-").isdigit() and text.isascii() and len(text) < 20:
        seconds = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    return min(max(seconds, MIN_DELAY), MAX_DELAY)

"""Lengths of time as people write them, for every key of the configuration and every table: ``15m``, ``1 h``, ``2 days``."""

from __future__ import annotations

import re
from math import isfinite

#: Seconds of each unit, by the letter that it begins with.
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|d|days?|w|weeks?)\s*", re.IGNORECASE)


def seconds_of(value: object) -> float | None:
    """The seconds of ``"15m"``, ``"1 h"``, ``"2 days"`` or of a number of seconds; None for what is no length of time."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if isfinite(value) else None
    found = _WRITTEN.fullmatch(value) if isinstance(value, str) else None
    return float(found[1]) * UNITS[found[2][0].lower()] if found else None

"""The clocks: the real one, and one that travelled to another day. The only module that asks the machine for the time."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from monitor.domain.calendar import london, london_day


@lru_cache(maxsize=1)
def boot_id() -> str:
    """Names this run of the machine, from power-on to power-off; empty where the system does not tell."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip().replace("-", "")
    except OSError:
        return ""


def uptime() -> float:
    """Seconds since the machine started, sleep included: goes on evenly, whatever is done to the clock."""
    try:
        return float(Path("/proc/uptime").read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return time.monotonic()


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The calendar day in London."""
        return london_day(self.now())


class TravelClock:
    """A clock that starts at another moment and then runs at the usual pace."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._since = time.monotonic()

    @classmethod
    def to_day(cls, day: date) -> TravelClock:
        """Six in the evening of a day in London: what was published that day has been published."""
        return cls(datetime(day.year, day.month, day.day, 18, tzinfo=london()).astimezone(UTC))

    def travel(self, start: datetime) -> None:
        """Go to another moment."""
        self._start, self._since = start, time.monotonic()

    def now(self) -> datetime:
        """The moment it is there, aware, in UTC."""
        return self._start + timedelta(seconds=time.monotonic() - self._since)

    def today(self) -> date:
        """The calendar day in London, there."""
        return london_day(self.now())

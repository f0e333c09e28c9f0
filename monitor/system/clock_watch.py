"""Notices that the clock was set, by the uptime of the machine, and has the waits in the outbox follow it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from monitor.ports import Clock
from monitor.system.clock import boot_id
from monitor.system.in_thread import in_thread

_log = logging.getLogger(__name__)
#: Clock against uptime, seconds: more is a jump.
JUMP = 20.0


class Waits(Protocol):
    """The part of the store that knows what waits."""

    def follow_clock(self, *, now: datetime, boot: str, uptime: float) -> timedelta:
        """Move what waits by as much as the clock jumped since somebody looked last; returns by how much."""
        ...

    def watch_clock(self, look: Callable[[], None]) -> None:
        """Have `look` called before anything is queued: what is made by the clock as it is does not follow its jump."""
        ...


class ClockWatch:
    """Looks as often as it is asked to; the database is only told of a jump, and at the first look."""

    def __init__(self, store: Waits, clock: Clock, uptime: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._uptime = uptime
        self._offset: float | None = None

    async def look(self) -> None:
        """Compare the clock with the uptime. Raises StoreError where the database cannot be told."""
        if self._jumped() is not None:
            await in_thread(self.look_now)

    def _jumped(self) -> tuple[datetime, float] | None:
        """Now, by the clock and by the uptime, where they are not as they were at the last look."""
        now, uptime = self._clock.now(), self._uptime()
        steady = self._offset is not None and abs(now.timestamp() - uptime - self._offset) < JUMP
        return None if steady else (now, uptime)

    def look_now(self) -> None:
        """The same, in a thread that may wait."""
        if (found := self._jumped()) is None:
            return
        now, uptime = found
        jump = self._store.follow_clock(now=now, boot=boot_id(), uptime=uptime)
        self._offset = now.timestamp() - uptime
        if jump:
            _log.warning("the clock jumped by %.0f s; what waits to be sent waits no longer for it", jump.total_seconds())

"""What an operator asks of the outbox and does to it, and what a start and a restored backup mean for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from monitor.ports import DeliveryState
from monitor.store import continuity, operate
from monitor.store.engine import Opened
from monitor.system.sent_journal import Entry


class OutboxAdmin:
    """The part of the store that is about the outbox as a whole, not about sending from it."""

    def __init__(self, database: Opened) -> None:
        self.engine, self.guard = database.engine, database.guard
        self._database = database
        self._reading = database.engine.execution_options(read_only=True)

    def check_writable(self) -> None:
        """Where anybody met trouble since something was written last: try to write. Raises StoreError when that fails.

        Who only looks, as an outbox in which nothing is due, would not notice a full disk.
        """
        if self._database.troubles:
            with self.engine.begin() as connection:
                continuity.write_something(connection)
            self._database.troubles.clear()

    def begin(self, beside: Path, journal: Mapping[str, Entry] | None = None) -> str:
        """Count a start, here and in a file beside; returns why nothing may be sent, empty when it may.

        `journal` is what the journal of sent messages knows: it tells of a server's database that went back, too.
        """
        with self.engine.begin() as connection:
            generation = None
            if self.guard is not None:
                generation = continuity.begin(connection, continuity.read(beside), continuity.place(self.engine.url.database))
            continuity.compare(connection, journal or {})
            reason = continuity.off(connection)
        if generation is not None:
            continuity.write(beside, generation)
        return reason

    def why_off(self, beside: Path, journal: Mapping[str, Entry]) -> str:
        """Why nothing is sent, or will be from the next start on; empty when sending is on. Changes nothing."""
        with self._reading.begin() as connection:
            file = continuity.place(self.engine.url.database) if self.guard else ""
            other = continuity.another(connection, continuity.read(beside), file) if self.guard else ""
            return continuity.off(connection) or other or continuity.behind(connection, journal)

    def sending_off(self) -> str:
        """Why nothing is sent, and what to do; empty when sending is on."""
        if self.guard is not None and self.guard.trouble:
            return self.guard.trouble
        with self._reading.begin() as connection:
            reason = continuity.off(connection)
        return f"{reason}. When you have seen to it: monitor outbox resume" if reason else ""

    def resume_sending(self, sent: Collection[str], *, now: datetime) -> int:
        """Turn sending on again after what is in the journal of sent messages is settled; returns how much that was.

        Raises StateChanged for a damaged database.
        """
        with self.engine.begin() as connection:
            if self.guard is not None:
                self.guard.check(connection)
            return continuity.resume(connection, sent, now)

    def deliveries(self, states: Sequence[DeliveryState] = (), *, limit: int = 100) -> tuple[operate.Line, ...]:
        """The newest deliveries in these states, or in any."""
        with self._reading.begin() as connection:
            return operate.listed(connection, states, limit)

    def delivery(self, prefix: str) -> tuple[operate.Detail, ...]:
        """The deliveries whose id begins so, with message, journal and alerts."""
        with self._reading.begin() as connection:
            return operate.shown(connection, prefix)

    def delivery_counts(self) -> Mapping[DeliveryState, int]:
        """How many deliveries are in each state."""
        with self._reading.begin() as connection:
            return operate.counts(connection)

    def oldest_due(self) -> datetime | None:
        """Since when the longest waiting delivery could have gone; None when nothing waits."""
        with self._reading.begin() as connection:
            return operate.oldest_due(connection)

    def retry(self, ids: Sequence[str], *, now: datetime) -> tuple[str, ...]:
        """Send failed, doubtful or waiting deliveries as soon as may be; returns the ids moved."""
        return self._move(ids, operate.RETRY, now)

    def tried_and_waiting(self) -> tuple[str, ...]:
        """The ids of what failed at least once and waits for its next try."""
        with self._reading.begin() as connection:
            return operate.tried_and_waiting(connection)

    def release(self, ids: Sequence[str], *, now: datetime) -> tuple[str, ...]:
        """Let held deliveries go; returns the ids moved."""
        return self._move(ids, operate.RELEASE, now)

    def drop(self, ids: Sequence[str], *, now: datetime) -> tuple[str, ...]:
        """Cancel deliveries that have not been handed over; returns the ids moved."""
        return self._move(ids, operate.DROP, now)

    def _move(self, ids: Sequence[str], order: operate.Order, now: datetime) -> tuple[str, ...]:
        with self.engine.begin() as connection:
            return operate.move(connection, ids, order, now)

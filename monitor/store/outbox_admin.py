"""What an operator asks of the outbox and does to it, and what a start and a restored backup mean for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from monitor.ports import DeliveryState
from monitor.store import delivery_admin, restore_guard, shared_key
from monitor.store.transactions import Transactions
from monitor.system.sent_journal import Entry


class OutboxAdmin(Transactions):
    """The part of the store that is about the outbox as a whole, not about sending from it."""

    def check_writable(self) -> None:
        """Where anybody met trouble since something was written last: try to write. Raises StoreError when that fails.

        Who only looks, as an outbox in which nothing is due, would not notice a full disk.
        """
        if self._database.troubles:
            with self.engine.begin() as connection:
                restore_guard.write_something(connection)
            self._database.troubles.clear()

    def register_start(self, beside: Path, journal: Mapping[str, Entry] | None = None) -> str:
        """Count a start, here and in a file beside; returns why nothing may be sent, empty when it may.

        `journal` is what the journal of sent messages knows: it tells of a server's database that went back, too.
        """
        with self.engine.begin() as connection:
            generation = None
            if self.guard is not None:
                generation = restore_guard.register_start(
                    connection, restore_guard.read(beside), restore_guard.inode(self.engine.url.database)
                )
            restore_guard.compare(connection, journal or {})
            reason = restore_guard.sending_disabled(connection)
        if generation is not None:
            restore_guard.write(beside, generation)
        return reason

    def register_key(self, key: bytes, previous: Collection[str] = ()) -> bool | None:
        """Compare the key that signs with that of other daemons; True with a file, which has one. See `shared_key`."""
        if self.guard is not None:
            return True
        with self.engine.begin() as connection:
            return shared_key.register_key(connection, key, previous)

    def why_off(self, beside: Path, journal: Mapping[str, Entry]) -> str:
        """Why nothing is sent, or will be from the next start on; empty when sending is on. Changes nothing."""
        with self._reading.begin() as connection:
            file = restore_guard.inode(self.engine.url.database) if self.guard else ""
            other = restore_guard.another(connection, restore_guard.read(beside), file) if self.guard else ""
            return restore_guard.sending_disabled(connection) or other or restore_guard.behind(connection, journal)

    def sending_disabled(self) -> str:
        """Why nothing is sent, and what to do; empty when sending is on."""
        if self.guard is not None and self.guard.trouble:
            return self.guard.trouble
        with self._reading.begin() as connection:
            reason = restore_guard.sending_disabled(connection)
        return f"{reason}. When you have seen to it: monitor outbox resume" if reason else ""

    def resume_sending(self, sent: Collection[str], *, now: datetime) -> int:
        """Turn sending on again after what is in the journal of sent messages is settled; returns how much that was.

        Raises StateChanged for a damaged database.
        """
        with self.engine.begin() as connection:
            if self.guard is not None:
                self.guard.check(connection)
            return restore_guard.resume(connection, sent, now)

    def deliveries(self, states: Sequence[DeliveryState] = (), *, limit: int = 100) -> tuple[delivery_admin.DeliveryRow, ...]:
        """The newest deliveries in these states, or in any."""
        with self._reading.begin() as connection:
            return delivery_admin.listed(connection, states, limit)

    def delivery(self, prefix: str) -> tuple[delivery_admin.Detail, ...]:
        """The deliveries whose id begins so, with message, journal and alerts."""
        with self._reading.begin() as connection:
            return delivery_admin.shown(connection, prefix)

    def delivery_counts(self) -> Mapping[DeliveryState, int]:
        """How many deliveries are in each state."""
        with self._reading.begin() as connection:
            return delivery_admin.counts(connection)

    def oldest_due(self) -> datetime | None:
        """Since when the longest waiting delivery could have gone; None when nothing waits."""
        with self._reading.begin() as connection:
            return delivery_admin.oldest_due(connection)

    def retry(self, ids: Sequence[str], *, now: datetime) -> tuple[str, ...]:
        """Send failed, doubtful or waiting deliveries as soon as may be; returns the ids moved."""
        return self._move(ids, delivery_admin.RETRY, now)

    def tried_and_waiting(self) -> tuple[str, ...]:
        """The ids of what failed at least once and waits for its next try."""
        with self._reading.begin() as connection:
            return delivery_admin.tried_and_waiting(connection)

    def release(self, ids: Sequence[str], *, now: datetime) -> tuple[str, ...]:
        """Let held deliveries go; returns the ids moved."""
        return self._move(ids, delivery_admin.RELEASE, now)

    def drop(self, ids: Sequence[str], *, now: datetime) -> tuple[str, ...]:
        """Cancel deliveries that have not been handed over; returns the ids moved."""
        return self._move(ids, delivery_admin.DROP, now)

    def _move(self, ids: Sequence[str], order: delivery_admin.Order, now: datetime) -> tuple[str, ...]:
        with self.engine.begin() as connection:
            return delivery_admin.move(connection, ids, order, now)

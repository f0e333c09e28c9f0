"""The store's part in sending: claim, commit, settle, and what is put right after a crash. Every method is one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from monitor.ports import Delivery, Outcome, Result
from monitor.store import clock_jump, outbox, suspensions
from monitor.store.transactions import Transactions


class SendingStore(Transactions):
    """What `delivery.Deliveries` asks, but for digests."""

    def claim(
        self,
        *,
        owner: str,
        now: datetime,
        lease: float,
        limit: int = 1,
        early: timedelta = timedelta(0),
        operator_since: datetime | None = None,
        without: Collection[str] = (),
    ) -> tuple[Delivery, ...]:
        """Take pending deliveries for sending, committed before anything is sent; see `outbox.claim`."""
        with self.engine.begin() as connection:
            return outbox.claim(connection, owner, now, lease, limit, early, operator_since, without)

    def committing(self, delivery: Delivery, *, now: datetime) -> bool:
        """Journal that the last byte is about to go; False when the claim is no longer ours or it was cancelled.

        The commit is a hasty one where there is such a thing: what lies between it and the last byte is a doubt after a
        crash, and waiting for the disk is most of that. Should the machine itself stop, the file journal knows.
        """
        with self._database.hasty.begin() as connection:
            return outbox.committing(connection, delivery, now)

    def settle(
        self, delivery: Delivery, outcome: Outcome, *, now: datetime, not_before: datetime | None = None, untried: bool = False
    ) -> bool:
        """Record how a claimed delivery ended; False when the claim is no longer ours. What is `untried` used up no try."""
        with self.engine.begin() as connection:
            settled = outbox.settle(connection, delivery, outcome, now, not_before, untried=untried)
            if settled and outcome.result is Result.PERMANENT:
                suspensions.refused(connection, delivery.id, outcome.reason, now)
            return settled

    def recover(
        self,
        *,
        now: datetime,
        owner: str,
        accepted: Collection[str] = (),
        begun: Collection[tuple[str, int]] = (),
        holding: Collection[str] | None = None,
        previous: Collection[str] = (),
        resend: Collection[str] = (),
    ) -> Mapping[str, int]:
        """Put every delivery that nobody works on into its right state; counts by what was done. See `outbox.Known`.

        A SQLite file has one daemon, so whoever else claimed something is dead; on PostgreSQL only a claim past its lease is.
        """
        known = outbox.Known(
            owner=owner,
            accepted=accepted,
            begun=begun if self.guard else (),
            holding=holding,
            previous=previous,
            resend=resend,
            exclusive=self.guard is not None,
        )
        with self.engine.begin() as connection:
            return outbox.recover(connection, now, known)

    def follow_clock(self, *, now: datetime, boot: str, uptime: float) -> timedelta:
        """Move what waits by as much as the clock jumped since somebody looked last; returns by how much."""
        with self.engine.begin() as connection:
            return clock_jump.follow_clock(connection, now, clock_jump.Machine(boot=boot, uptime=uptime))

    def wake(self, channel: str, *, now: datetime) -> int:
        """A channel takes messages again: what waits for its next try on it need not; returns how much that is."""
        with self.engine.begin() as connection:
            return outbox.wake(connection, channel, now)

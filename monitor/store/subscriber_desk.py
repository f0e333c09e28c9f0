"""The store's part about people: their subscriptions and addresses, mail that comes back. Every method is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from monitor.domain.bounces import BounceReport, IngestOutcome
from monitor.domain.mailboxes import target_of_address
from monitor.domain.subscribers import Subscriber, Suspension
from monitor.domain.subscriptions import Subscription
from monitor.store import bounces, retention, subscribers, suspensions
from monitor.store.no_news import lists_of
from monitor.store.transactions import Transactions


class SubscriberDesk(Transactions):
    """Who is subscribed, and which addresses get nothing."""

    def in_force(self, configured: Sequence[Subscription]) -> tuple[Subscription, ...]:
        """The subscriptions that are asked about every change: those configured, and those that people made themselves."""
        with self._reading.begin() as connection:
            return tuple(subscribers.in_force(connection, tuple(configured)))

    def subscriber_rows(self, name: str = "", *, address: str = "") -> tuple[Subscriber, ...]:
        """The subscriptions of a name or of an address; all of them when neither is given."""
        with self._reading.begin() as connection:
            return subscribers.find(connection, name, address=address)

    def requests_since(self, moment: datetime) -> int:
        """How many subscriptions were asked for by their readers since a moment."""
        with self._reading.begin() as connection:
            return subscribers.requests_since(connection, moment)

    def request_subscription(self, subscription: Subscription, *, now: datetime) -> Subscriber | None:
        """Keep what somebody asked for until it is confirmed; None when that was asked too often."""
        with self.engine.begin() as connection:
            return subscribers.request(connection, subscription, now)

    def confirm_subscription(self, name: str, *, now: datetime) -> bool:
        """Begin a subscription that was asked for."""
        with self.engine.begin() as connection:
            return subscribers.confirm(connection, name, now)

    def change_subscription(self, subscription: Subscription) -> bool:
        """Write new wishes of a self-service subscription."""
        with self.engine.begin() as connection:
            return subscribers.change(connection, subscription)

    def end_subscriptions(self, names: Sequence[str], *, now: datetime) -> int:
        """End subscriptions, and cancel what is only for them and not yet handed over; returns how many ended."""
        with self.engine.begin() as connection:
            return subscribers.end(connection, names, now)

    def still_subscribed(self, delivery: str) -> bool:
        """Whether any subscription that a delivery was for is still in force."""
        with self._reading.begin() as connection:
            return subscribers.any_left(connection, lists_of(connection, delivery))

    def unsubscribe_delivery(self, delivery: str, *, now: datetime) -> int:
        """End every subscription that a delivery was for; returns how many ended now."""
        with self.engine.begin() as connection:
            return subscribers.end(connection, lists_of(connection, delivery), now)

    def suspended(self) -> tuple[Suspension, ...]:
        """Every address that gets nothing, since when and why; the longest first."""
        with self._reading.begin() as connection:
            return suspensions.suspended(connection)

    def reinstate(self, address: str, *, now: datetime) -> bool:
        """Send to a suspended address again; False when it was not suspended."""
        with self.engine.begin() as connection:
            return suspensions.reinstate(connection, target_of_address(address), now)

    def export_address(self, address: str) -> Mapping[str, object]:
        """Everything kept about an address."""
        with self._reading.begin() as connection:
            return subscribers.export(connection, address)

    def erase_address(self, address: str, *, now: datetime) -> int:
        """Forget an address; returns how many subscriptions it had."""
        with self.engine.begin() as connection:
            return subscribers.erase(connection, address, now)

    def forget_old(self, *, now: datetime, messages: timedelta, ended: timedelta) -> retention.Forgotten:
        """Forget a portion of what is past its time; see `retention.forget`. Nothing is left when it is false."""
        with self.engine.begin() as connection:
            return retention.forget(connection, now, messages=messages, ended=ended)

    def ingest_bounce(self, mail: BounceReport, signed: str | None, *, now: datetime) -> IngestOutcome:
        """Record a mail that came back, and suspend its address where that is due; see `bounces.take`."""
        with self.engine.begin() as connection:
            return bounces.take(connection, mail, signed, now)

    def mailbox_position(self) -> str:
        """How far the mailbox of returned mail was read; empty at the beginning."""
        with self._reading.begin() as connection:
            return bounces.position(connection)

    def remember_mailbox_position(self, position: str) -> None:
        """Note how far the mailbox of returned mail was read."""
        with self.engine.begin() as connection:
            bounces.remember_position(connection, position)

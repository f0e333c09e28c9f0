"""What self-service asks of state, and no more; mypy holds the store to it where both are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.domain.subscribers import Subscriber
from monitor.domain.subscriptions import Subscription
from monitor.messages import Notice


class SelfServiceStore(Protocol):
    """Subscriptions that people make themselves; each method is one transaction."""

    def subscriber_rows(self, name: str = "", *, address: str = "") -> tuple[Subscriber, ...]:
        """The subscriptions of a name or of an address."""
        ...

    def requests_since(self, moment: datetime) -> int:
        """How many subscriptions were asked for by their readers since a moment."""
        ...

    def request_subscription(self, subscription: Subscription, *, now: datetime) -> Subscriber | None:
        """Keep what somebody asked for until it is confirmed; None when that was asked too often."""
        ...

    def confirm_subscription(self, name: str, *, now: datetime) -> bool:
        """Begin a subscription that was asked for."""
        ...

    def change_subscription(self, subscription: Subscription) -> bool:
        """Write new wishes of a self-service subscription."""
        ...

    def end_subscriptions(self, names: Sequence[str], *, now: datetime) -> int:
        """End subscriptions; returns how many ended."""
        ...

    def still_subscribed(self, delivery: str) -> bool:
        """Whether any subscription that a delivery was for is still in force."""
        ...

    def unsubscribe_delivery(self, delivery: str, *, now: datetime) -> int:
        """End every subscription that a delivery was for; returns how many ended now."""
        ...

    def enqueue_notice(self, notice: Notice, *, channel: str, recipient: str, now: datetime) -> str:
        """Put a message that tells of no change of its own into the outbox."""
        ...

    def export_address(self, address: str) -> Mapping[str, object]:
        """Everything kept about an address."""
        ...

    def erase_address(self, address: str, *, now: datetime) -> int:
        """Forget an address; returns how many subscriptions it had."""
        ...

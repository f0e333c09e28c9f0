"""What self-service asks of state, and no more; mypy holds the store to it where both are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.domain.review import ReviewItem
from monitor.domain.subscribers import Subscriber, Suspension
from monitor.domain.subscriptions import Subscription
from monitor.messages import Notice
from monitor.ports import DeliveryState, Recorded


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


class OutboxRow(Protocol):
    """One message as the outbox lists it."""

    @property
    def id(self) -> str:
        """Its key."""
        ...

    @property
    def state(self) -> DeliveryState:
        """Where it stands."""
        ...

    @property
    def reason(self) -> str:
        """Why it stands there, as a code; empty where there is nothing to say."""
        ...


class OutboxDetail(Protocol):
    """One message with everything known of it."""

    @property
    def line(self) -> OutboxRow:
        """As the list has it."""
        ...

    @property
    def alerts(self) -> Sequence[tuple[str, str]]:
        """What it tells: the key of a change, and for which subscription."""
        ...


class ReviewOutcome(Protocol):
    """What accepting judgements of one article came to."""

    @property
    def items(self) -> tuple[ReviewItem, ...]:
        """What was accepted."""
        ...

    @property
    def rejected(self) -> tuple[ReviewItem, ...]:
        """Other grades of the same areas, which the article then cannot give."""
        ...

    @property
    def recorded(self) -> Recorded:
        """What the record made of it."""
        ...


class OperatorStore(Protocol):
    """What the operator's pages ask of state; each method is one transaction."""

    def deliveries(self, states: Sequence[DeliveryState] = (), *, limit: int = 100) -> Sequence[OutboxRow]:
        """The newest deliveries in these states, or in any."""
        ...

    def delivery(self, prefix: str) -> Sequence[OutboxDetail]:
        """The deliveries whose id begins so."""
        ...

    def delivery_counts(self) -> Mapping[DeliveryState, int]:
        """How many deliveries are in each state."""
        ...

    def sending_disabled(self) -> str:
        """Why nothing is sent; empty when sending is on."""
        ...

    def retry(self, ids: Sequence[str], *, now: datetime) -> tuple[str, ...]:
        """Send failed, doubtful or waiting deliveries as soon as may be; returns the ids moved."""
        ...

    def release(self, ids: Sequence[str], *, now: datetime) -> tuple[str, ...]:
        """Let held deliveries go; returns the ids moved."""
        ...

    def drop(self, ids: Sequence[str], *, now: datetime) -> tuple[str, ...]:
        """Cancel deliveries that have not been handed over; returns the ids moved."""
        ...

    def reviews(self, prefix: str = "") -> tuple[ReviewItem, ...]:
        """Every judgement that waits or waited for a person."""
        ...

    def reviews_waiting(self, *, now: datetime) -> tuple[ReviewItem, ...]:
        """What the operator is asked about, the oldest first."""
        ...

    def accept_reviews(self, ids: Sequence[str], *, by: str, now: datetime) -> Sequence[ReviewOutcome]:
        """The article says so: record it, and alert."""
        ...

    def reject_reviews(self, ids: Sequence[str], *, by: str, now: datetime) -> tuple[ReviewItem, ...]:
        """Reject items that nobody decided on; returns them."""
        ...

    def subscriber_rows(self, name: str = "", *, address: str = "") -> tuple[Subscriber, ...]:
        """Every subscription."""
        ...

    def suspended(self) -> Sequence[Suspension]:
        """Every address that gets nothing."""
        ...

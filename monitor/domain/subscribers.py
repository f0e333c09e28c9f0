"""People who are told: what is known of a subscription that is kept, and of an address that gets nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.subscriptions import Subscription

#: Where a subscription comes from: the configuration, or its own reader.
CONFIG = "config"
SELF_SERVICE = "self-service"
#: Messages that ask for confirmation, in an hour over all addresses.
MAX_CONFIRMATIONS = 60
#: A request that nobody confirmed is forgotten.
UNCONFIRMED_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """One subscription with what the state knows of it."""

    subscription: Subscription
    origin: str
    created_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None
    ended_reason: str
    nonce: str  #: part of its signed addresses; changing it revokes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """One address that gets nothing, since when and why."""

    target: str
    since: datetime
    reason: str

"""A change as it is kept, and what a subscription made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.model import Change, SourceClass
from monitor.domain.subscriptions import Match, Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedChange:
    """A change as it is stored, and why it was told nobody, when it was not."""

    id: str
    change: Change
    source_class: SourceClass
    silent: str
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One subscription against one recorded change."""

    subscription: Subscription
    match: Match
    delivery: str = ""  #: id of the message that told it; empty when there is none
    state: str = ""
    waits: bool = False  #: whether it is kept for the subscription's next digest

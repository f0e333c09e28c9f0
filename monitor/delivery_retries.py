"""When a message that was not handed over is tried again, and when it is given up. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from monitor.domain.alert_limits import GIVE_UP
from monitor.domain.retry_after import believed
from monitor.ports import Delivery, Outcome, Result

#: Waits after the first, second ... transient failure; the last one repeats until `GIVE_UP`.
RETRY = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
#: How much the waits spread, so that a provider that was down is not met by everything at once.
JITTER = 0.2


def next_try(delivery: Delivery, outcome: Outcome, now: datetime) -> datetime | None:
    """When a transient failure is tried again; None when it has been tried long enough. Pure: the jitter is the delivery's.

    A try out of turn (somebody asked for it, or its channel took another message) makes no wait longer.
    """
    if now >= (delivery.tries_until or delivery.created + GIVE_UP):
        return None
    if outcome.retry_after is not None:
        return now + timedelta(seconds=believed(outcome.retry_after))
    if delivery.planned_for is not None and delivery.planned_for > now:
        return delivery.planned_for
    wait = RETRY[min(max(delivery.step or delivery.attempt, 1), len(RETRY)) - 1]
    seed = hashlib.sha256(f"{delivery.id}:{delivery.attempt}".encode()).digest()
    spread = 1 + JITTER * (int.from_bytes(seed[:4]) / 2**31 - 1)
    return now + wait * spread


def settlement(
    delivery: Delivery, outcome: Outcome, now: datetime, *, resend_doubtful: bool
) -> tuple[Outcome, datetime | None]:
    """What to record: the outcome (a doubtful one as transient where the operator chose to resend) and the next try."""
    if outcome.result is Result.UNCERTAIN and resend_doubtful:
        outcome = Outcome(result=Result.TRANSIENT, reason=f"{outcome.reason} (resending as configured)")
    if outcome.result is not Result.TRANSIENT:
        return outcome, None
    again = next_try(delivery, outcome, now)
    return (outcome, again) if again else (Outcome(result=Result.PERMANENT, reason=f"gave up: {outcome.reason}"), None)

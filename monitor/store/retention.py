"""What is forgotten in time: what was said to people, how it went, and those who left. Who was told what is never forgotten.

A person is told a change once because of the rows of `tellings`, the unique key of `deliveries`, the alerts, and what every
document said. None of those is removed here, however old: they hold ids, and no text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, select, update

from monitor.domain.subscribers import SELF_SERVICE
from monitor.ports import DeliveryState
from monitor.store import subscribers
from monitor.store.message_contents import forget_bodies
from monitor.store.schema import IN_FORCE, deliveries, journal, subscriptions

#: How many messages or people one transaction forgets: others want to write, too.
AT_ONCE = 500
#: These have come to their end. What is held, failed or in doubt may still be sent.
_ENDED = (DeliveryState.SENT, DeliveryState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """How much was forgotten."""

    messages: int
    people: int

    def __bool__(self) -> bool:
        return bool(self.messages or self.people)


def forget(connection: Connection, now: datetime, *, messages: timedelta, ended: timedelta) -> Forgotten:
    """Forget a portion of what is past its time: texts of messages settled so long ago, and people who left so long ago."""
    return Forgotten(messages=_forget_messages(connection, now - messages), people=_forget_people(connection, now - ended))


def _forget_messages(connection: Connection, before: datetime) -> int:
    """What a message said, and how its sending went step by step; that it was sent, to whom and when, stays."""
    old = (
        select(deliveries.c.id, deliveries.c.body)
        .where(
            deliveries.c.created < before,
            deliveries.c.settled_at < before,
            deliveries.c.state.in_(_ENDED),
            deliveries.c.body.is_not(None),
        )
        .limit(AT_ONCE)
    )
    rows = connection.execute(old).all()
    ids = [row.id for row in rows]
    if ids:
        connection.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(body=None, footers={}, headers={}))
        connection.execute(delete(journal).where(journal.c.delivery.in_(ids)))
        forget_bodies(connection, sorted({row.body for row in rows}))
    return len(ids)


def _forget_people(connection: Connection, before: datetime) -> int:
    """The address of whoever subscribed here and left, as if they had asked for it; not of who is configured, or came back."""
    kept = select(subscriptions.c.target).where(
        IN_FORCE | (subscriptions.c.ended_at >= before) | (subscriptions.c.origin != SELF_SERVICE)
    )
    left = (
        select(subscriptions.c.target)
        .where(
            subscriptions.c.origin == SELF_SERVICE,
            subscriptions.c.ended_at < before,
            subscriptions.c.ended_reason != subscribers.ERASED,
            subscriptions.c.target.not_in(kept),
        )
        .distinct()
        .limit(AT_ONCE)
    )
    gone = connection.execute(left).scalars().all()
    for target in gone:
        subscribers.forget_target(connection, target)
    return len(gone)

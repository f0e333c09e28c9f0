"""Subscriptions as rows: a mirror of the configured ones, so that alerts can refer to them and an end of one is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from monitor.domain.subscriptions import Subscription, table_from_subscription
from monitor.store.schema import subscriptions

CONFIG = "config"


def mirror(connection: Connection, configured: Sequence[Subscription], now: datetime) -> None:
    """Make the rows of origin ``config`` equal to what is configured; one that is gone has ended, and may come back."""
    rows = connection.execute(select(subscriptions).where(subscriptions.c.origin == CONFIG)).mappings()
    there = {row["name"]: row for row in rows}
    for subscription in configured:
        values = {
            "channel": subscription.channel,
            "target": subscription.target,
            "definition": dict(table_from_subscription(subscription)),
            "ended_at": None,
            "ended_reason": "",
        }
        row = there.pop(subscription.name, None)
        if row is None:
            connection.execute(
                insert(subscriptions).values(**values, name=subscription.name, origin=CONFIG, created_at=now, confirmed_at=now)
            )
        elif any(row[key] != value for key, value in values.items()):
            connection.execute(update(subscriptions).where(subscriptions.c.name == subscription.name).values(**values))
    gone = [name for name, row in there.items() if row["ended_at"] is None]
    if gone:
        connection.execute(
            update(subscriptions)
            .where(subscriptions.c.name.in_(gone))
            .values(ended_at=now, ended_reason="no longer configured")
        )

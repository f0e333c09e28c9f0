"""After a backup was put back: what is found again, and was told before, is on record as told, not told again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, insert, select

from monitor.domain.model import Change
from monitor.domain.subscriptions import Subscription
from monitor.messages import Purpose
from monitor.ports import DeliveryState
from monitor.store.notification_log import NotificationLog, Notified
from monitor.store.schema import deliveries, notifications
from monitor.store.tokens import token_of


def restore_notifications(
    connection: Connection, found: Mapping[str, Change], subscriptions: Sequence[Subscription], now: datetime
) -> Collection[tuple[str, str]]:
    """Put on record who was told of these changes (by id) before the database was put back.

    Returns the changes and targets of which nobody knows whether they were told.
    """
    log = NotificationLog(connection)
    doubtful: set[tuple[str, str]] = set()
    if not log:
        return doubtful
    people = {each.target: each for each in reversed(subscriptions)}
    for identity, change in found.items():
        for target, lead in people.items():
            told = log.find(token_of(target, change))
            if told is not None and told.accepted:
                _put_on_record(connection, told, identity, lead, now)
            elif told is not None:
                doubtful.add((identity, target))
    return doubtful


def _put_on_record(connection: Connection, told: Notified, change: str, lead: Subscription, now: datetime) -> None:
    """The delivery that told it, under the id that its links and reports bear; what it said in full is not known."""
    if connection.execute(select(deliveries.c.id).where(deliveries.c.id == told.delivery)).first() is None:
        values: dict[str, object] = {
            "id": told.delivery,
            "purpose": Purpose.CHANGE.value,
            "channel": lead.channel,
            "recipient": lead.to,
            "target": lead.target,
            "change_set": told.delivery,
            "body": None,
            "footers": {},
            "headers": {},
            "state": DeliveryState.SENT,
            "reason": "found_in_journal",
            "epoch": told.epoch,
            "not_before": now,
            "created": now,
            "settled_at": now,
        }
        connection.execute(insert(deliveries).values(**values))
    mine = (notifications.c.change == change, notifications.c.target == lead.target)
    if connection.execute(select(notifications.c.change).where(*mine)).first() is None:
        connection.execute(insert(notifications).values(change=change, target=lead.target, delivery=told.delivery))

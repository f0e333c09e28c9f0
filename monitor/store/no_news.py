"""Words on silence into the outbox: one a subscription and week, and one a spell in which none of its sources is heard."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, select

from monitor.domain.no_news import WEEKLY, Coverage, all_down, due_week, outage_key, week_key
from monitor.domain.subscriptions import Subscription
from monitor.messages import Notice
from monitor.messages.no_news import no_news_notice, outage_notice
from monitor.store.message_contents import enqueue_one
from monitor.store.notification_log import NotificationLog
from monitor.store.policy import Policy
from monitor.store.schema import alerts, deliveries, subscriptions
from monitor.store.subscribers import of_delivery, own
from monitor.store.suspensions import cancelled_if_suspended
from monitor.store.tokens import token_of_message

_WEEK = timedelta(days=7)
_PREFIX = "silence:"


def enqueue_no_news(
    connection: Connection, wanted: Sequence[Subscription], policy: Policy, coverage: Coverage, now: datetime
) -> int:
    """Write what is due to those who ask for it; returns how many messages. Repeating it adds nothing."""
    asking = {each.name: each for each in wanted if each.no_news == WEEKLY and not each.paused}
    if not asking:
        return 0
    began = dict(
        connection.execute(
            select(subscriptions.c.name, subscriptions.c.created_at).where(subscriptions.c.name.in_(list(asking)))
        )
        .tuples()
        .all()
    )
    made, mine = 0, own(connection)
    for name, subscription in asking.items():
        identity = uuid4().hex
        named = name not in mine
        if sources := all_down(subscription, coverage, now):
            notice = outage_notice(identity, now, subscription, sources, named=named)
            made += _enqueue(connection, subscription, policy, notice, outage_key(name, sources), now, mine)
            continue  # that nothing changed is more than we know
        week = due_week(subscription, began.get(name, now), now)
        if week is not None and not _was_notified(connection, subscription, week):
            notice = no_news_notice(identity, now, subscription, coverage, week, named=named)
            made += _enqueue(connection, subscription, policy, notice, week_key(name, week), now, mine)
    return made


def _was_notified(connection: Connection, subscription: Subscription, week: datetime) -> bool:
    """Whether anything was announced to a subscription in the week that ended then, or waits for its digest."""
    query = select(alerts.c.id).where(
        alerts.c.subscription == subscription.name,
        (alerts.c.created > week - _WEEK) | alerts.c.delivery.is_(None),
    )
    return connection.execute(query.limit(1)).first() is not None


def _enqueue(
    connection: Connection,
    subscription: Subscription,
    policy: Policy,
    notice: Notice,
    key: str,
    now: datetime,
    self_made: Mapping[str, str],
) -> int:
    mine = deliveries.c.target == subscription.target
    change_set = f"{_PREFIX}{_digest(subscription.name)}:{_digest(key)}"
    if connection.execute(select(deliveries.c.id).where(mine, deliveries.c.change_set == change_set)).first() is not None:
        return 0
    if NotificationLog(connection).find(token_of_message(subscription.target, change_set)) is not None:
        return 0  # it was sent before the database was put back
    enqueue_one(
        connection,
        policy.renderer,
        policy.with_exits(notice, subscription.to, (subscription.name,), self_made),
        channel=subscription.channel,
        recipient=subscription.to,
        target=subscription.target,
        now=now,
        changed=cancelled_if_suspended(connection, subscription.target, now) | {"change_set": change_set},
    )
    return 1


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def asked_for(connection: Connection, delivery: str) -> tuple[str, ...]:
    """The name of the subscription that a word on silence was for; nothing for other deliveries."""
    row = connection.execute(
        select(deliveries.c.change_set, deliveries.c.target).where(
            deliveries.c.id == delivery, deliveries.c.change_set.startswith(_PREFIX)
        )
    ).one_or_none()
    if row is None:
        return ()
    names = connection.execute(select(subscriptions.c.name).where(subscriptions.c.target == row.target)).scalars()
    return tuple(name for name in names if row.change_set.startswith(f"{_PREFIX}{_digest(name)}:"))


def lists_of(connection: Connection, delivery: str) -> tuple[str, ...]:
    """The names of the subscriptions that a delivery was for, whatever it was."""
    return of_delivery(connection, delivery) or asked_for(connection, delivery)

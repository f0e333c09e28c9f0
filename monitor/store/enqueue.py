"""Changes into the outbox: read | route | suppress | group | hold | schedule | render | write, in one transaction.

What decides is in `notification_stages`; here is what it has to know, read once however many people there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from monitor.domain.alert_limits import Seen, storm
from monitor.domain.calendar import day_words, london_day
from monitor.domain.subscriptions import Subscription
from monitor.ports import DeliveryState
from monitor.store.grouping import recent, waiting
from monitor.store.message_contents import new_ids
from monitor.store.notification_render import Doubt, NotificationRenderer
from monitor.store.notification_stages import Group, History, News, Reason, group, hold, route, schedule
from monitor.store.notification_writer import NotificationWriter
from monitor.store.policy import Policy
from monitor.store.reached import reached
from monitor.store.restored import restore_notifications
from monitor.store.schema import OPEN, alerts, bodies, changes, deliveries, notifications, suspensions
from monitor.store.subscribers import own


def enqueue(connection: Connection, news: News, subscriptions: Sequence[Subscription], policy: Policy, now: datetime) -> int:
    """Write an alert for each match and a delivery for each person; returns how many deliveries. Repeating it adds nothing.

    Where a message to the same person still waits for its time, the news joins it: that counts as no new delivery.
    """
    history = _history(connection, news, restore_notifications(connection, news.changes, subscriptions, now))
    matches = tuple(route(news, subscriptions, history))
    groups = group(matches, news, history, Reason.NOW)
    held = _storm(connection, news, now)
    if not held:
        there = waiting(connection, {each.target for each in groups}, news.known, now)
        groups = tuple(replace(each, waiting=there.get(each.target)) for each in groups)
    renderer = NotificationRenderer(
        news=news,
        policy=policy,
        now=now,
        notes={subscription.name: subscription.note for subscription in subscriptions if subscription.note},
        own=own(connection) if groups else {},
        doubts=_doubts(connection, groups),
    )
    made = recent(connection, policy.most_an_hour, now) if groups else {}
    writer = NotificationWriter(connection, news, now)
    groups += group(matches, news, history, Reason.DOUBTFUL)
    for identity, each in zip(new_ids(len(groups)), groups, strict=True):
        if each.is_empty:
            writer.cancel(each)
            continue
        latest = made.get(each.target, ())
        not_before = schedule(each, latest, policy.group_wait, policy.most_an_hour, news.days_late, now)
        writer.add(renderer.render(each, identity), hold(each, held, history), not_before)
    return writer.write(matches, history)


def _history(connection: Connection, news: News, doubtful: Collection[tuple[str, str]]) -> History:
    """What was told before of these inspections."""
    keys = {change.inspection.key for change in news.changes.values()}
    told = connection.execute(
        select(notifications.c.change, notifications.c.target, notifications.c.delivery)
        .join(changes, changes.c.id == notifications.c.change)
        .where(changes.c.inspection.in_(keys))
    ).all()
    alerted = connection.execute(
        select(alerts.c.change, alerts.c.subscription).where(alerts.c.change.in_(list(news.changes)))
    ).all()
    suspended = connection.execute(select(suspensions.c.target).where(suspensions.c.suspended_at.is_not(None))).scalars()
    return History(
        alerted=frozenset((row.change, row.subscription) for row in alerted),
        told={(row.change, row.target): row.delivery for row in told},
        was_told=reached(connection, keys, ()).by,
        doubtful=doubtful,
        suspended=frozenset(suspended),
    )


def _storm(connection: Connection, news: News, now: datetime) -> str:
    """Why this news is held; see `alert_limits.storm`."""
    since = now - timedelta(days=31)
    rows = connection.execute(
        select(changes.c.urn, changes.c.recorded_at, changes.c.outlet).where(
            changes.c.recorded_at >= since, changes.c.silent == "", changes.c.id.not_in(list(news.changes))
        )
    )
    recently = [Seen(urn=row.urn, at=row.recorded_at, outlet=row.outlet) for row in rows]
    urns = [change.authority.urn for change in news.changes.values()]
    return storm(urns, news.source_class, recently, now, outlet=news.outlet)


def _doubts(connection: Connection, groups: Sequence[Group]) -> Mapping[str, Sequence[Doubt]]:
    """What may or may not have reached these people, and was mentioned in no message that went out or will."""
    waits = {each.target: each.waiting.id if each.waiting else None for each in groups}
    columns = (deliveries.c.id, deliveries.c.target, deliveries.c.created, deliveries.c.mentioned_in, bodies.c.subject)
    uncertain = select(*columns).join(bodies).where(OPEN, deliveries.c.state == DeliveryState.UNCERTAIN)
    found: dict[str, list[Doubt]] = defaultdict(list)
    for row in connection.execute(uncertain):
        if row.target in waits and row.mentioned_in in {None, waits[row.target]}:
            words = f"{row.subject}: sent on {day_words(london_day(row.created))}, it may not have reached you"
            found[row.target].append(Doubt(id=row.id, words=words))
    return found

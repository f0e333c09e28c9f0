"""Digests: what waited for its day becomes one message, each item once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from monitor.domain.context import previous_of
from monitor.domain.digests import latest_slot, run_key, trend
from monitor.domain.model import Change
from monitor.domain.subscriptions import Frequency, Subscription
from monitor.messages import Notice, Purpose
from monitor.messages.reasons import reason, subscription_words
from monitor.ports import DeliveryState
from monitor.store.ledger import History, known
from monitor.store.message_contents import enqueue_one
from monitor.store.notification_stages import Reason, change_set, merged
from monitor.store.policy import Policy
from monitor.store.restored import restore_notifications
from monitor.store.rows import change_of
from monitor.store.schema import alerts, changes, deliveries, notifications
from monitor.store.subscribers import own
from monitor.store.suspensions import cancelled_if_suspended


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """One alert that waits for a digest."""

    alert: str
    identity: str  #: of the change
    change: Change
    days_late: int
    because: str  #: why it is for the subscription
    told: bool  #: whether the person heard of it by another subscription


def enqueue_digests(connection: Connection, subscriptions: Sequence[Subscription], policy: Policy, now: datetime) -> int:
    """Write the digests that are due; returns how many. What arrived after the slot waits for the next one."""
    there = set(connection.execute(select(alerts.c.subscription).where(alerts.c.delivery.is_(None)).distinct()).scalars())
    wanted = [s for s in subscriptions if s.name in there and s.frequency is not Frequency.IMMEDIATE and not s.paused]
    return sum(_digest(connection, each, policy, now) for each in wanted)


def _digest(connection: Connection, subscription: Subscription, policy: Policy, now: datetime) -> int:
    slot = latest_slot(subscription.frequency, now)
    key = change_set([run_key(subscription.name, slot)], Purpose.DIGEST)
    made = select(deliveries.c.id).where(deliveries.c.target == subscription.target, deliveries.c.change_set == key)
    if connection.execute(made).first() is not None:
        return 0
    items, doubtful = _waiting(connection, subscription, policy.history, slot, now)
    fresh = [item for item in items if not item.told]
    if not merged({}, {item.identity: item.change for item in fresh}):
        return 0  # nothing, or nothing that was not withdrawn before anybody was told
    notice = _notice(connection, subscription, items, policy, slot, now)
    changed: dict[str, object] = {
        "change_set": key,
        "not_before": subscription.quiet.over(now) if subscription.quiet else now,
        **({"state": DeliveryState.HELD, "reason": Reason.DOUBTFUL.value} if doubtful else {}),
    }
    enqueue_one(
        connection,
        policy.renderer,
        notice,
        channel=subscription.channel,
        recipient=subscription.to,
        target=subscription.target,
        now=now,
        changed=changed | cancelled_if_suspended(connection, subscription.target, now),
    )
    connection.execute(update(alerts).where(alerts.c.id.in_([item.alert for item in items])).values(delivery=notice.id))
    connection.execute(
        insert(notifications),
        [{"change": item.identity, "target": subscription.target, "delivery": notice.id} for item in fresh],
    )
    return 1


def _notice(
    connection: Connection,
    subscription: Subscription,
    items: Sequence[_Waiting],
    policy: Policy,
    slot: datetime,
    now: datetime,
) -> Notice:
    """What the digest says: the fresh items, what they were before, and which way everything has been going."""
    everything = known(connection, policy.history, (), None)
    found = merged({}, {item.identity: item.change for item in items if not item.told})
    previous = {change.inspection.key: previous_of(change.inspection, everything) for change in found}
    mine = own(connection)
    notice = Notice(
        id=uuid4().hex,
        created=now,
        changes=found,
        purpose=Purpose.DIGEST,
        previous={key: inspection for key, inspection in previous.items() if inspection is not None},
        reasons=(
            reason(
                f"You asked for a {subscription.frequency} digest"
                if subscription.name in mine
                else f"{subscription_words(subscription.name)} gathers a {subscription.frequency} digest",
                [item.because for item in items if not item.told],
            ),
        ),
        notes=(subscription.note,) if subscription.note else (),
        trend=trend(everything, slot.date()),
        period=subscription.frequency.value,
        days_late={item.change.inspection.key: item.days_late for item in items if not item.told},
        told_before=len({item.change.inspection.key for item in items if item.told}),
    )
    return policy.with_exits(notice, subscription.to, (subscription.name,), mine)


def _waiting(
    connection: Connection, subscription: Subscription, history: History, slot: datetime, now: datetime
) -> tuple[list[_Waiting], bool]:
    """What waits for the digest, and whether nobody knows if some of it was told before the database was put back."""
    rows = [
        dict(row)
        for row in connection.execute(
            select(alerts.c.id.label("alert"), alerts.c.days_late, alerts.c.because, changes)
            .join(changes, changes.c.id == alerts.c.change)
            .where(alerts.c.subscription == subscription.name, alerts.c.delivery.is_(None), alerts.c.created <= slot)
            .order_by(alerts.c.created)
        ).mappings()
    ]
    inspections = {i.key: i for i in known(connection, history, sorted({row["urn"] for row in rows}), None)} if rows else {}
    found = {row["id"]: change_of(row, inspections[row["inspection"]]) for row in rows if row["inspection"] in inspections}
    doubtful = restore_notifications(connection, found, (subscription,), now)
    told = set(
        connection.execute(
            select(notifications.c.change).where(
                notifications.c.target == subscription.target, notifications.c.change.in_(list(found))
            )
        ).scalars()
    )
    items = [
        _Waiting(
            alert=row["alert"],
            identity=row["id"],
            change=found[row["id"]],
            days_late=row["days_late"],
            because=row["because"],
            told=row["id"] in told,
        )
        for row in rows
        if row["id"] in found
    ]
    return items, bool(doubtful)

"""Subscriptions as rows: a mirror of the configured ones, and those that people made themselves."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, text, update

from monitor.domain.addressees import table_of
from monitor.domain.mailboxes import mailbox, target_of_address
from monitor.domain.subscribers import CONFIG, MAX_CONFIRMATIONS, SELF_SERVICE, UNCONFIRMED_KEPT, Subscriber
from monitor.domain.subscription_keys import subscription_from_table, table_from_subscription
from monitor.domain.subscriptions import Subscription
from monitor.ports import DeliveryState
from monitor.store.message_contents import forget_bodies
from monitor.store.outbox import note
from monitor.store.schema import IN_FORCE, alerts, bodies, deliveries, notifications, subscriptions, suspensions
from monitor.store.suspensions import reinstate

UNSUBSCRIBED = "unsubscribed"
ERASED = "erased"
#: One message that asks for confirmation per address in this time.
ASK_AGAIN = timedelta(hours=24)


def mirror(connection: Connection, configured: Sequence[Subscription], now: datetime) -> None:
    """Make the rows of origin ``config`` equal to what is configured. Who unsubscribed stays so, whatever is configured."""
    if connection.dialect.name == "postgresql":
        # Two that start at once, or one that records while it sends, would both insert what is new.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('monitor.mirror'))"))
    rows = connection.execute(select(subscriptions).where(subscriptions.c.origin == CONFIG)).mappings()
    there = {row["name"]: row for row in rows}
    left = _unsubscribed(there.values())
    for subscription in configured:
        values: dict[str, object] = {
            "channel": subscription.channel,
            "target": subscription.target,
            "definition": dict(table_from_subscription(subscription)),
        }
        row = there.pop(subscription.name, None)
        there_already = row is not None and row["target"] == subscription.target
        moved = not there_already and (table_of(subscription.name, subscription.target), subscription.target) in left
        ended = {"ended_at": now, "ended_reason": UNSUBSCRIBED} if moved else {}
        if row is None:
            values |= {"origin": CONFIG, "created_at": now, "confirmed_at": now, "token": secrets.token_hex(8)} | ended
            connection.execute(insert(subscriptions).values(name=subscription.name, **values))
            continue
        if row["ended_reason"] != UNSUBSCRIBED or row["target"] != subscription.target:
            values |= {"ended_at": None, "ended_reason": ""} | ended
        if any(row[key] != value for key, value in values.items()):
            connection.execute(update(subscriptions).where(subscriptions.c.name == subscription.name).values(**values))
    _end(connection, [name for name, row in there.items() if row["ended_at"] is None], now)


def _unsubscribed(rows: Iterable[RowMapping]) -> set[tuple[str, str]]:
    """Who wants no more, by table and address: one that moves within the list of one `to` takes its "no more" with it."""
    return {(table_of(row["name"], row["target"]), row["target"]) for row in rows if row["ended_reason"] == UNSUBSCRIBED}


def _end(connection: Connection, gone: Sequence[str], now: datetime) -> None:
    """End what is no longer configured."""
    if gone:
        ended = {"ended_at": now, "ended_reason": "no longer configured"}
        connection.execute(update(subscriptions).where(subscriptions.c.name.in_(gone)).values(**ended))


def in_force(connection: Connection, configured: Sequence[Subscription]) -> tuple[Subscription, ...]:
    """Configured subscriptions that nobody has left, and confirmed ones that people made themselves."""
    left = set(
        connection.execute(
            select(subscriptions.c.name).where(subscriptions.c.origin == CONFIG, subscriptions.c.ended_reason == UNSUBSCRIBED)
        ).scalars()
    )
    own = connection.execute(
        select(subscriptions.c.definition).where(
            subscriptions.c.origin == SELF_SERVICE,
            subscriptions.c.confirmed_at.is_not(None),
            IN_FORCE,
        )
    ).scalars()
    return (*(each for each in configured if each.name not in left), *(subscription_from_table(table) for table in own))


def own(connection: Connection) -> Mapping[str, str]:
    """The nonces of the subscriptions in force that people made themselves, by name."""
    chosen = select(subscriptions.c.name, subscriptions.c.token).where(
        subscriptions.c.origin == SELF_SERVICE, subscriptions.c.confirmed_at.is_not(None), IN_FORCE
    )
    return dict(connection.execute(chosen).tuples().all())


def _subscriber(row: Mapping[str, object]) -> Subscriber:
    return Subscriber(
        subscription=subscription_from_table(row["definition"]),  # type: ignore[arg-type]  # JSON of a table
        origin=str(row["origin"]),
        created_at=row["created_at"],  # type: ignore[arg-type]  # UTCDateTime
        confirmed_at=row["confirmed_at"],  # type: ignore[arg-type]
        ended_at=row["ended_at"],  # type: ignore[arg-type]
        ended_reason=str(row["ended_reason"]),
        nonce=str(row["token"]),
    )


def find(connection: Connection, name: str = "", *, address: str = "") -> tuple[Subscriber, ...]:
    """The subscriptions of a name or of an address; all of them when neither is given."""
    chosen = select(subscriptions).order_by(subscriptions.c.name)
    if name:
        chosen = chosen.where(subscriptions.c.name == name)
    if address:
        chosen = chosen.where(subscriptions.c.target == target_of_address(address))
    return tuple(_subscriber(dict(row)) for row in connection.execute(chosen).mappings())


def requests_since(connection: Connection, moment: datetime) -> int:
    """How many subscriptions people asked for themselves since a moment."""
    asked = select(func.count()).select_from(subscriptions).where(subscriptions.c.origin == SELF_SERVICE)
    return connection.execute(asked.where(subscriptions.c.created_at > moment)).scalar_one()


def request(connection: Connection, subscription: Subscription, now: datetime) -> Subscriber | None:
    """Keep what somebody asked for until it is confirmed. None when this mailbox, or the world, has asked often enough."""
    forget_unconfirmed(connection, now)
    waiting = select(subscriptions.c.target).where(
        subscriptions.c.origin == SELF_SERVICE,
        subscriptions.c.confirmed_at.is_(None),
        subscriptions.c.created_at > now - ASK_AGAIN,
    )
    mine = mailbox(subscription.target)
    if any(mailbox(target) == mine for target in connection.execute(waiting).scalars()):
        return None
    if requests_since(connection, now - timedelta(hours=1)) >= MAX_CONFIRMATIONS:
        return None
    connection.execute(
        insert(subscriptions).values(
            name=subscription.name,
            origin=SELF_SERVICE,
            channel=subscription.channel,
            target=subscription.target,
            definition=dict(table_from_subscription(subscription)),
            created_at=now,
            token=secrets.token_hex(8),
        )
    )
    return find(connection, subscription.name)[0]


def forget_unconfirmed(connection: Connection, now: datetime) -> None:
    """Drop requests that nobody confirmed in time: an address given by a stranger is not ours to keep."""
    connection.execute(
        delete(subscriptions).where(
            subscriptions.c.origin == SELF_SERVICE,
            subscriptions.c.confirmed_at.is_(None),
            subscriptions.c.created_at < now - UNCONFIRMED_KEPT,
        )
    )


def confirm(connection: Connection, name: str, now: datetime) -> bool:
    """Begin a subscription that was asked for; once or again makes no difference. False when it ended or never was.

    Who opens the link that was mailed has the mailbox and wants the mail: a suspension of the address ends with it.
    """
    asked = connection.execute(
        select(subscriptions.c.target, subscriptions.c.confirmed_at).where(subscriptions.c.name == name, IN_FORCE)
    ).first()
    if asked is None:
        return False
    if asked.confirmed_at is None:
        connection.execute(update(subscriptions).where(subscriptions.c.name == name).values(confirmed_at=now))
        reinstate(connection, asked.target, now)
    return True


def change(connection: Connection, subscription: Subscription) -> bool:
    """Write new wishes of a self-service subscription; its name and address stay what they were."""
    done = connection.execute(
        update(subscriptions)
        .where(
            subscriptions.c.name == subscription.name,
            subscriptions.c.origin == SELF_SERVICE,
            subscriptions.c.target == subscription.target,
            IN_FORCE,
        )
        .values(definition=dict(table_from_subscription(subscription)))
    )
    return bool(done.rowcount)


def end(connection: Connection, names: Sequence[str], now: datetime) -> int:
    """End subscriptions at once: what is not yet handed over is cancelled where nobody is left who wants it."""
    done = connection.execute(
        update(subscriptions).where(subscriptions.c.name.in_(names), IN_FORCE).values(ended_at=now, ended_reason=UNSUBSCRIBED)
    )
    waiting = connection.execute(
        select(deliveries.c.id, deliveries.c.state)
        .join(alerts, alerts.c.delivery == deliveries.c.id)
        .where(alerts.c.subscription.in_(names), deliveries.c.state.in_((DeliveryState.PENDING, DeliveryState.HELD)))
        .distinct()
    ).all()
    for row in waiting:
        left = connection.execute(
            select(func.count())
            .select_from(alerts)
            .join(subscriptions, subscriptions.c.name == alerts.c.subscription)
            .where(alerts.c.delivery == row.id, IN_FORCE)
        ).scalar_one()
        if not left:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.id == row.id)
                .values(state=DeliveryState.CANCELLED, reason=UNSUBSCRIBED, settled_at=now)
            )
            note(connection, (row.id,), before=row.state, after=DeliveryState.CANCELLED, reason=UNSUBSCRIBED, now=now)
    return done.rowcount


def any_left(connection: Connection, names: Sequence[str]) -> bool:
    """Whether any of these subscriptions has not ended."""
    left = select(subscriptions.c.name).where(subscriptions.c.name.in_(names), IN_FORCE)
    return connection.execute(left.limit(1)).first() is not None


def of_delivery(connection: Connection, delivery: str) -> tuple[str, ...]:
    """The names of the subscriptions that a delivery was for."""
    return tuple(connection.execute(select(alerts.c.subscription).where(alerts.c.delivery == delivery).distinct()).scalars())


def erase(connection: Connection, address: str, now: datetime) -> int:
    """Forget an address: its subscriptions end and lose their definition, its messages lose their text and recipient.

    That something was sent, and how it ended, stays: the counts must add up. Returns how many subscriptions it had.
    """
    target = target_of_address(address)
    mine = [each.subscription.name for each in find(connection, address=target)]
    end(connection, mine, now)
    forget_target(connection, target)
    connection.execute(delete(suspensions).where(suspensions.c.target == target))
    return len(mine)


def forget_target(connection: Connection, target: str) -> None:
    """Take an address whose subscriptions have ended out of them and of its messages. Why nothing is sent to it stays."""
    blank = secrets.token_hex(8)
    said = select(deliveries.c.body).where(deliveries.c.target == target, deliveries.c.body.is_not(None)).distinct()
    read = connection.execute(said).scalars().all()
    connection.execute(
        update(deliveries)
        .where(deliveries.c.target == target)
        .values(target=f"erased:{blank}", recipient="", body=None, footers={}, headers={})
    )
    forget_bodies(connection, read)
    connection.execute(update(notifications).where(notifications.c.target == target).values(target=f"erased:{blank}"))
    for name in connection.execute(select(subscriptions.c.name).where(subscriptions.c.target == target)).scalars().all():
        definition = {"name": name, "channel": "erased", "paused": True}
        connection.execute(
            update(subscriptions)
            .where(subscriptions.c.name == name)
            .values(target=f"erased:{blank}", definition=definition, ended_reason=ERASED, token="")
        )


def export(connection: Connection, address: str) -> Mapping[str, object]:
    """Everything kept about an address, as plain values."""
    target = target_of_address(address)
    sent = connection.execute(
        select(deliveries.c.id, deliveries.c.created, deliveries.c.state, bodies.c.subject, deliveries.c.reason)
        .join(bodies)
        .where(deliveries.c.target == target)
        .order_by(deliveries.c.created)
    ).mappings()
    stopped = connection.execute(
        select(suspensions.c.suspended_at, suspensions.c.reason).where(
            suspensions.c.target == target, suspensions.c.suspended_at.is_not(None)
        )
    ).first()
    return {
        "address": address,
        "suspended": {"since": stopped.suspended_at.isoformat(), "reason": stopped.reason} if stopped else None,
        "subscriptions": [
            {
                "definition": dict(table_from_subscription(each.subscription)),
                "origin": each.origin,
                "asked": each.created_at.isoformat(),
                "confirmed": each.confirmed_at.isoformat() if each.confirmed_at else None,
                "ended": each.ended_at.isoformat() if each.ended_at else None,
            }
            for each in find(connection, address=target)
        ],
        "messages": [
            {
                "id": row["id"],
                "made": row["created"].isoformat(),
                "state": row["state"],
                "subject": row["subject"],
                "reason": row["reason"],
            }
            for row in sent
        ],
    }

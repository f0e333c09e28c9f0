"""Addresses that are left alone: three messages in a row that came back, or one complaint, until an operator says otherwise.

A message counts as come back when the server refused its recipient, or when a signed report of a bounce arrived later. A
server that takes everything and reports later says yes first: so a message proves an address good only when nothing came
back within `PROOF`.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from monitor.domain.bounces import refused_address
from monitor.domain.subscribers import Suspension
from monitor.ports import DeliveryState
from monitor.store.outbox import note
from monitor.store.schema import deliveries, returns, suspensions

#: So many in a row.
HARD_BOUNCES = 3
#: Servers report within five days of trying (RFC 5321, 4.5.4.1), and some take a little longer.
PROOF = timedelta(days=7)
_REASON = "suspended"


def suspended(connection: Connection) -> tuple[Suspension, ...]:
    """Every suspended address, the longest first."""
    rows = connection.execute(
        select(suspensions).where(suspensions.c.suspended_at.is_not(None)).order_by(suspensions.c.suspended_at)
    )
    return tuple(Suspension(target=row.target, since=row.suspended_at, reason=row.reason) for row in rows)


def is_suspended(connection: Connection, target: str) -> bool:
    """Whether an address gets nothing for now."""
    query = select(suspensions.c.target).where(suspensions.c.target == target, suspensions.c.suspended_at.is_not(None))
    return connection.execute(query).first() is not None


def cancelled_if_suspended(connection: Connection, target: str, now: datetime) -> dict[str, object]:
    """The columns of a delivery to an address that is left alone; none for any other."""
    if not is_suspended(connection, target):
        return {}
    return {"state": DeliveryState.CANCELLED, "reason": _REASON, "settled_at": now}


def in_a_row(connection: Connection, target: str, now: datetime) -> int:
    """How many of an address's messages came back since the last that arrived, or since it was reinstated."""
    since = connection.execute(select(suspensions.c.reinstated_at).where(suspensions.c.target == target)).scalar()
    chosen = (
        select(deliveries.c.id, deliveries.c.state, deliveries.c.reason, deliveries.c.settled_at)
        .where(
            deliveries.c.target == target,
            deliveries.c.state.in_((DeliveryState.SENT, DeliveryState.FAILED)),
            deliveries.c.settled_at.is_not(None),
        )
        .order_by(deliveries.c.settled_at.desc())
        .limit(100)
    )
    if since is not None:
        chosen = chosen.where(deliveries.c.settled_at > since)
    rows = connection.execute(chosen).all()
    came_back = set(
        connection.execute(
            select(returns.c.delivery).where(returns.c.counted.is_(True), returns.c.delivery.in_([row.id for row in rows]))
        ).scalars()
    )
    count = 0
    for row in rows:
        if row.id in came_back or (row.state == DeliveryState.FAILED and refused_address(row.reason)):
            count += 1
        elif row.state == DeliveryState.SENT and now - row.settled_at > PROOF:
            break
    return count


def refused(connection: Connection, delivery: str, reason: str, now: datetime) -> bool:
    """Note that a server refused the recipient of a message, where the reason says so; whether that suspends it now."""
    if not refused_address(reason):
        return False  # refused for another reason than the address
    target = connection.execute(select(deliveries.c.target).where(deliveries.c.id == delivery)).scalar_one()
    return count(connection, target, reason, now)


def count(connection: Connection, target: str, reason: str, now: datetime) -> bool:
    """Note that a message to an address came back; whether that suspends it now."""
    bounces = in_a_row(connection, target, now)
    _keep(connection, target, hard_bounces=bounces, reason=reason)
    return bounces >= HARD_BOUNCES and suspend(connection, target, reason, now)


def suspend(connection: Connection, target: str, reason: str, now: datetime) -> bool:
    """Leave an address alone from now on; what waits for it is cancelled. False when it was suspended before."""
    if is_suspended(connection, target):
        return False
    _keep(connection, target, suspended_at=now, reason=reason)
    waiting = connection.execute(
        select(deliveries.c.id, deliveries.c.state)
        .where(deliveries.c.target == target, deliveries.c.state.in_((DeliveryState.PENDING, DeliveryState.HELD)))
        .with_for_update()
    ).all()
    for row in waiting:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id == row.id)
            .values(state=DeliveryState.CANCELLED, reason=_REASON, settled_at=now)
        )
        note(connection, (row.id,), before=row.state, after=DeliveryState.CANCELLED, reason=_REASON, now=now)
    return True


def reinstate(connection: Connection, target: str, now: datetime) -> bool:
    """Send to an address again; what came back before counts no more. False when it was not suspended."""
    done = connection.execute(
        update(suspensions)
        .where(suspensions.c.target == target, suspensions.c.suspended_at.is_not(None))
        .values(suspended_at=None, hard_bounces=0, reason="", reinstated_at=now)
    )
    return bool(done.rowcount)


def _keep(connection: Connection, target: str, **values: object) -> None:
    changed = connection.execute(update(suspensions).where(suspensions.c.target == target).values(**values))
    if not changed.rowcount:
        connection.execute(insert(suspensions).values({"target": target, "hard_bounces": 0, "reason": ""} | values))

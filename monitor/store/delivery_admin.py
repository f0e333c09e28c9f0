"""What an operator asks of the outbox and does to it: list, show, retry, release, drop, test messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, update

from monitor.domain.alert_limits import GIVE_UP
from monitor.domain.message import Message
from monitor.ports import DeliveryState
from monitor.store.message_contents import bodies_of, message_of
from monitor.store.outbox import note
from monitor.store.schema import PENDING, alerts, bodies, changes, deliveries, journal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryRow:
    """One delivery as a list shows it."""

    id: str
    state: DeliveryState
    purpose: str
    channel: str
    recipient: str
    subject: str
    attempt: int
    reason: str
    created: datetime
    not_before: datetime
    settled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One line of a delivery's journal."""

    at: datetime
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One delivery with everything known of it."""

    line: DeliveryRow
    message: Message
    moves: tuple[Transition, ...]
    alerts: tuple[tuple[str, str], ...]  #: change key, subscription


_COLUMNS = (
    deliveries.c.id,
    deliveries.c.state,
    deliveries.c.purpose,
    deliveries.c.channel,
    deliveries.c.recipient,
    func.coalesce(bodies.c.subject, "").label("subject"),
    deliveries.c.attempt,
    deliveries.c.reason,
    deliveries.c.created,
    deliveries.c.not_before,
    deliveries.c.settled_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What an operator may ask of deliveries: from which states, to which one, and why."""

    allowed: tuple[DeliveryState, ...]
    after: DeliveryState
    reason: str


RETRY = Order(
    allowed=(DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.PENDING),
    after=DeliveryState.PENDING,
    reason="retried by the operator",
)
DROP = Order(
    allowed=(DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.FAILED, DeliveryState.UNCERTAIN),
    after=DeliveryState.CANCELLED,
    reason="dropped by the operator",
)
RELEASE = Order(allowed=(DeliveryState.HELD,), after=DeliveryState.PENDING, reason="released by the operator")


def _row(row: Mapping[str, object]) -> DeliveryRow:
    return DeliveryRow(**{**row, "state": DeliveryState(str(row["state"]))})  # type: ignore[arg-type]  # the columns are its fields


def listed(connection: Connection, states: Sequence[DeliveryState], limit: int) -> tuple[DeliveryRow, ...]:
    """The newest deliveries in these states (any state when none is named)."""
    chosen = (
        select(*_COLUMNS).outerjoin_from(deliveries, bodies).order_by(deliveries.c.created.desc(), deliveries.c.id).limit(limit)
    )
    if states:
        chosen = chosen.where(deliveries.c.state.in_(states))
    return tuple(_row(dict(row)) for row in connection.execute(chosen).mappings())


def tried_and_waiting(connection: Connection) -> tuple[str, ...]:
    """What failed at least once and waits for its next try; the ids."""
    return tuple(connection.execute(select(deliveries.c.id).where(PENDING, deliveries.c.attempt > 0)).scalars())


def counts(connection: Connection) -> Mapping[DeliveryState, int]:
    """How many deliveries are in each state."""
    rows = connection.execute(select(deliveries.c.state, func.count()).group_by(deliveries.c.state))
    return {DeliveryState(state): count for state, count in rows.tuples()}


def oldest_due(connection: Connection) -> datetime | None:
    """Since when the longest waiting delivery could have been sent; None when nothing waits."""
    return connection.execute(select(func.min(deliveries.c.not_before)).where(PENDING)).scalar()


def shown(connection: Connection, prefix: str) -> tuple[Detail, ...]:
    """The deliveries whose id begins with `prefix`."""
    chosen = (
        select(*_COLUMNS, *(column for column in deliveries.c if column not in _COLUMNS))
        .outerjoin_from(deliveries, bodies)
        .where(deliveries.c.id.startswith(prefix, autoescape=True))
        .limit(10)
    )
    return tuple(_detail(connection, dict(row)) for row in connection.execute(chosen).mappings())


def _detail(connection: Connection, row: Mapping[str, object]) -> Detail:
    moves = connection.execute(select(journal).where(journal.c.delivery == row["id"]).order_by(journal.c.at)).mappings()
    told = connection.execute(
        select(changes.c.key, alerts.c.subscription)
        .join(changes, changes.c.id == alerts.c.change)
        .where(alerts.c.delivery == row["id"])
    ).tuples()
    return Detail(
        line=_row({column.name: row[column.name] for column in _COLUMNS}),
        message=message_of(row, bodies_of(connection, {str(row["body"])}).get(str(row["body"]))),
        moves=tuple(Transition(at=m["at"], before=m["before"], after=m["after"], reason=m["reason"]) for m in moves),
        alerts=tuple((key, subscription) for key, subscription in told),
    )


def move(connection: Connection, ids: Sequence[str], order: Order, now: datetime) -> tuple[str, ...]:
    """Move deliveries that are in an allowed state; returns the ids moved. One that is being sent is never touched."""
    moved = []
    for identity in ids:
        row = connection.execute(
            select(deliveries.c.state, deliveries.c.not_before)
            .where(deliveries.c.id == identity, deliveries.c.state.in_(order.allowed))
            .with_for_update()
        ).one_or_none()
        if row is None:
            continue
        values: dict[str, object] = {"state": order.after, "reason": order.reason, "lease_until": None}
        if order.after is not DeliveryState.PENDING:
            values["settled_at"] = now
        else:
            values |= {"not_before": now, "settled_at": None}
            if row.state != DeliveryState.PENDING:
                values["tries_until"] = now + GIVE_UP
            elif row.not_before > now:
                values["planned_for"] = row.not_before  # a try out of turn
        connection.execute(update(deliveries).where(deliveries.c.id == identity).values(**values))
        note(connection, (identity,), before=row.state, after=order.after, reason=order.reason, now=now, owner="operator")
        moved.append(identity)
    return tuple(moved)

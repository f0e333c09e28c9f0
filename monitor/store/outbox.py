"""The outbox: a move of a delivery is one conditional UPDATE, fenced by owner and epoch, and leaves a line in the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, or_, select, update

from monitor.messages import Purpose
from monitor.messages.render import Body
from monitor.ports import Delivery, DeliveryState, Outcome, Result
from monitor.store.guard import count_move
from monitor.store.message_contents import bodies_of, message_of
from monitor.store.schema import OPEN, PENDING, alerts, deliveries, journal, subscriptions
from monitor.store.threads import UPDATES, threads
from monitor.store.tokens import tells_of

_OPERATOR = Purpose.OPERATOR.value
_CLAIMED = (DeliveryState.SENDING, DeliveryState.COMMITTING)


def _delivery(row: Mapping[Any, Any], body: Body | None, thread: str, tells: tuple[str, ...]) -> Delivery:
    return Delivery(
        id=row["id"],
        channel=row["channel"],
        recipient=row["recipient"],
        message=message_of(row, body),
        attempt=row["attempt"],
        owner=row["owner"],
        epoch=row["epoch"],
        created=row["created"],
        purpose=row["purpose"],
        tells=tells,
        step=max(1, row["attempt"] - row["unplanned"]),
        planned_for=row["planned_for"],
        tries_until=row["tries_until"],
        thread=thread,
    )


def note(
    connection: Connection, moved: Iterable[str], *, before: str, after: str, now: datetime, reason: str = "", owner: str = ""
) -> None:
    """Write a move of each delivery into the audit journal."""
    lines = [
        {"id": uuid4().hex, "at": now, "delivery": each, "before": before, "after": after, "reason": reason, "owner": owner}
        for each in moved
    ]
    if lines:
        connection.execute(insert(journal), lines)
        count_move(connection)


def claim(
    connection: Connection,
    owner: str,
    now: datetime,
    lease: float,
    limit: int,
    early: timedelta = timedelta(0),
    operator_since: datetime | None = None,
    without: Collection[str] = (),
) -> tuple[Delivery, ...]:
    """Take what is due, and of what was made within `early` and never tried what will be due within `early`.

    With `operator_since` nothing is taken but what was made for the operator since then; nothing of the channels in `without`.

    One statement on either engine: SQLite is in an immediate transaction, PostgreSQL skips locked rows.
    """
    due = (
        select(deliveries.c.id)
        .where(
            PENDING,
            deliveries.c.not_before <= now + early,
            or_(deliveries.c.not_before <= now, and_(deliveries.c.attempt == 0, deliveries.c.created >= now - early)),
            *([deliveries.c.purpose == _OPERATOR, deliveries.c.created >= operator_since] if operator_since else []),
            *([deliveries.c.channel.not_in(sorted(without))] if without else []),
        )
        .order_by(deliveries.c.not_before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = connection.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(due))
        .values(
            state=DeliveryState.SENDING,
            owner=owner,
            epoch=deliveries.c.epoch + 1,
            attempt=deliveries.c.attempt + 1,
            unplanned=deliveries.c.unplanned + case((deliveries.c.planned_for.is_not(None), 1), else_=0),
            lease_until=now + timedelta(seconds=lease),
        )
        .returning(*deliveries.c)
    ).mappings()
    rows = taken.all()
    # Looked up now and not at enqueue: by now the message that an update continues has been sent, or never will be.
    below = threads(connection, [row["id"] for row in rows if row["purpose"] in UPDATES])
    frozen = bodies_of(connection, {row["body"] for row in rows if row["body"]})
    tells = tells_of(connection, [row["id"] for row in rows])
    claimed = sorted(
        (_delivery(row, frozen.get(row["body"]), below.get(row["id"], ""), tells[row["id"]]) for row in rows),
        key=lambda delivery: delivery.created,
    )
    note(connection, (d.id for d in claimed), before=DeliveryState.PENDING, after=DeliveryState.SENDING, now=now, owner=owner)
    return tuple(claimed)


def _ours(delivery: Delivery) -> ColumnElement[bool]:
    """The fence: still claimed by this owner, in this very claim."""
    return and_(deliveries.c.id == delivery.id, deliveries.c.owner == delivery.owner, deliveries.c.epoch == delivery.epoch)


def committing(connection: Connection, delivery: Delivery, now: datetime) -> bool:
    """Journal that the last byte is about to go. False: the claim was taken over, or everyone it was for has left since."""
    if _nobody_left(connection, delivery.id):
        gone = connection.execute(
            update(deliveries)
            .where(_ours(delivery), deliveries.c.state == DeliveryState.SENDING)
            .values(state=DeliveryState.CANCELLED, reason="unsubscribed", settled_at=now, lease_until=None)
        )
        if gone.rowcount:
            _note_move(connection, delivery, DeliveryState.SENDING, DeliveryState.CANCELLED, "unsubscribed", now)
        return False
    moved = connection.execute(
        update(deliveries)
        .where(_ours(delivery), deliveries.c.state == DeliveryState.SENDING)
        .values(state=DeliveryState.COMMITTING)
    )
    if not moved.rowcount:
        return False
    _note_move(connection, delivery, DeliveryState.SENDING, DeliveryState.COMMITTING, "", now)
    return True


def _nobody_left(connection: Connection, delivery: str) -> bool:
    """Whether the delivery was for subscriptions, and all of them have ended."""
    ends = connection.execute(
        select(subscriptions.c.ended_at)
        .join(alerts, alerts.c.subscription == subscriptions.c.name)
        .where(alerts.c.delivery == delivery)
    ).scalars()
    found = list(ends)
    return bool(found) and all(ended is not None for ended in found)


def _note_move(connection: Connection, delivery: Delivery, before: str, after: str, reason: str, now: datetime) -> None:
    note(connection, (delivery.id,), before=before, after=after, reason=reason, now=now, owner=delivery.owner)


def settled_state(outcome: Outcome, not_before: datetime | None) -> DeliveryState:
    """Where an outcome leaves a delivery; a transient failure without a next time has used up its tries."""
    match outcome.result:
        case Result.SENT:
            return DeliveryState.SENT
        case Result.UNCERTAIN:
            return DeliveryState.UNCERTAIN
        case Result.TRANSIENT if not_before is not None:
            return DeliveryState.PENDING
        case _:
            return DeliveryState.FAILED


def settle(
    connection: Connection,
    delivery: Delivery,
    outcome: Outcome,
    now: datetime,
    not_before: datetime | None = None,
    *,
    untried: bool = False,
) -> bool:
    """Record how a claimed delivery ended. An answer that comes after recovery gave up waiting still settles the doubt."""
    after = settled_state(outcome, not_before)
    states = (*_CLAIMED, DeliveryState.UNCERTAIN) if outcome.result is not Result.UNCERTAIN else _CLAIMED
    before = connection.execute(
        select(deliveries.c.state).where(_ours(delivery), deliveries.c.state.in_(states)).with_for_update()
    ).scalar_one_or_none()
    if before is None:
        return False
    values: dict[str, object] = {"state": after, "reason": outcome.reason, "lease_until": None, "planned_for": None}
    if outcome.reference:
        values["provider_ref"] = outcome.reference
    if after is DeliveryState.PENDING:
        values["not_before"] = not_before
        values["attempt"] = deliveries.c.attempt - 1 if untried else deliveries.c.attempt
    else:
        values["settled_at"] = now
    connection.execute(update(deliveries).where(_ours(delivery)).values(**values))
    _note_move(connection, delivery, before, after, outcome.reason, now)
    return True


#: Reasons of one message, not of its channel: another that is taken says nothing of it. A provider's own time is kept.
_ITS_OWN = ("smtp\\____\\_rcpt%", "http\\_429%", "%ratelimited%", "rate\\_limited%")
#: A failed message is not tried again sooner than this, whatever wakes it.
_REST = timedelta(minutes=1)


def wake(connection: Connection, channel: str, now: datetime) -> int:
    """A channel took a message after it had failed: what else failed on it need not wait any longer. Returns how much."""
    last = (
        select(func.max(journal.c.at))
        .where(journal.c.delivery == deliveries.c.id, journal.c.after == DeliveryState.PENDING)
        .scalar_subquery()
    )
    rows = connection.execute(
        select(deliveries.c.id, deliveries.c.not_before, last.label("failed"))
        .where(PENDING, deliveries.c.channel == channel, deliveries.c.attempt > 0, deliveries.c.not_before > now)
        .where(*(deliveries.c.reason.not_like(each, escape="\\") for each in _ITS_OWN))
        .with_for_update(skip_locked=True)
    ).all()
    woken = 0
    for row in rows:
        earliest = max(now, (row.failed or now) + _REST)
        if earliest < row.not_before:
            values = {"not_before": earliest, "planned_for": row.not_before}
            connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(**values))
            woken += 1
    return woken


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a process knows when it puts right what others, or a failure of its own, left in the outbox."""

    owner: str  #: who it is
    accepted: Collection[str] = ()  #: deliveries that the file journal has as taken
    begun: Collection[tuple[str, int]] = ()  #: deliveries and claims whose last byte may have gone before the machine stopped
    holding: Collection[str] | None = None  #: what it is sending itself, and so leaves alone; None: it cannot tell
    previous: Collection[str] = ()  #: owners that are dead for certain
    resend: Collection[str] = ()  #: channels on which what is in doubt is sent again
    exclusive: bool = False  #: whether no other process can be alive on this database

    @property
    def left(self) -> ColumnElement[bool]:
        """Claims that nobody works on."""
        owner, lease = deliveries.c.owner, deliveries.c.lease_until
        dead: list[ColumnElement[bool]] = [lease.is_(None), owner.in_(list(self.previous))]
        if self.exclusive:
            dead.append(owner != self.owner)
        if self.holding is not None:
            dead.append(owner == self.owner)
        return or_(*dead)

    def after(self, state: str, delivery: str, epoch: int, channel: str) -> tuple[DeliveryState, str]:
        """The state that belongs to what was left, and why. Pure."""
        if delivery in self.accepted:
            return DeliveryState.SENT, "found_in_journal"
        if state == DeliveryState.UNCERTAIN:
            return DeliveryState.UNCERTAIN, ""
        if state == DeliveryState.SENDING and (delivery, epoch) not in self.begun:
            return DeliveryState.PENDING, "interrupted_before_commit"
        if channel in self.resend:
            return DeliveryState.PENDING, "interrupted_after_commit_resending"
        return DeliveryState.UNCERTAIN, "interrupted_after_commit"


def recover(connection: Connection, now: datetime, known: Known) -> Counter[str]:
    """Every non-terminal state that nobody works on: what was unfinished is sent again, what may have arrived is not.

    Taking over a live claim is safe in any case: it fails at its commit point.
    """
    done: Counter[str] = Counter()
    columns = (deliveries.c.id, deliveries.c.state, deliveries.c.epoch, deliveries.c.channel)
    rows = connection.execute(
        select(*columns)
        .where(OPEN, deliveries.c.state.in_((*_CLAIMED, DeliveryState.UNCERTAIN)))
        .where(or_(known.left, deliveries.c.lease_until <= now))
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        after, reason = known.after(row.state, row.id, row.epoch, row.channel)
        if after == row.state or row.id in (known.holding or ()):
            continue
        values: dict[str, object] = {"state": after, "reason": reason, "lease_until": None, "owner": known.owner}
        if after is DeliveryState.PENDING:
            values["not_before"] = now
        else:
            # The claim keeps its owner, so that a late answer of a process that only seemed dead can still settle it.
            values |= {"settled_at": now}
            del values["owner"]
        connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(**values))
        note(connection, (row.id,), before=row.state, after=after, reason=reason, now=now, owner=known.owner)
        done[reason] += 1
    return done

"""What the operator was told, and what there is to tell of the outbox and its channels."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, select, update

from monitor.domain.calendar import moment_words
from monitor.domain.operator_alarms import (
    ActiveAlarm,
    Alarm,
    Decision,
    Receiver,
    channels_in_trouble,
    decide,
    mark_notified,
    select_receiver,
)
from monitor.messages import Purpose
from monitor.messages.codes import reason_words, what_to_do
from monitor.messages.operator import operator_notice
from monitor.ports import DeliveryState
from monitor.store.bounces import ASKED_KIND
from monitor.store.delivery_admin import oldest_due
from monitor.store.message_contents import MessageRenderer, enqueue_one
from monitor.store.restore_guard import sending_disabled
from monitor.store.schema import IN_FORCE, deliveries, returns, standing_alarms, subscriptions, suspensions

#: A notice that was not handed over by then goes another way, too.
LATE = timedelta(minutes=15)
#: A message that could have gone this long ago and has not is stuck.
STUCK = timedelta(minutes=15)
#: Refusals are alarming for so long; after that they are history.
_LATELY = timedelta(days=7)
#: After so many tries it is not the message.
_TRIES = 3
#: Reasons by which a provider refuses us, rather than one recipient or one message.
_REFUSED = re.compile(
    r"smtp_\d{3}_auth|smtp_5\d\d_\w+(?: [\d.]+)? \(ours|auth_not_offered|no_recipient"
    r"|http_40[134]|http_410|(invalid|not)_auth|token_\w+|account_inactive|no_service|no_team|invalid_token"
    r"|channel_(not_found|is_archived)|action_prohibited|not_in_channel|missing_scope|channel_not_configured"
)
#: A notice that is lost goes another way; counted as well, it would raise the next one, and so for ever.
_NOT_OURS = deliveries.c.purpose != Purpose.OPERATOR
_WAITING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.COMMITTING)


def standing(connection: Connection, ways: Sequence[Receiver], now: datetime) -> tuple[ActiveAlarm, ...]:
    """Every alarm that is remembered. One whose notice the first way did not hand over is `lost` where there is another way."""
    rows = connection.execute(
        select(standing_alarms, deliveries.c.state, deliveries.c.channel, deliveries.c.created)
        .join(deliveries, deliveries.c.id == standing_alarms.c.delivery, isouter=True)
        .order_by(standing_alarms.c.about, standing_alarms.c.name)
    ).mappings()
    names = ("about", "name", "message", "weight", "since", "seen_at", "ended_at", "told_at", "told_weight", "delivery")
    found = []
    for row in rows:
        failed = row["state"] in (DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.CANCELLED)
        late = row["state"] in _WAITING and now - row["created"] > LATE
        other = bool(ways) and row["channel"] == ways[0].channel and any(way.channel != row["channel"] for way in ways)
        found.append(ActiveAlarm(**{name: row[name] for name in names}, lost=other and (failed or late)))
    return tuple(found)


def notify_operator(
    connection: Connection,
    renderer: MessageRenderer,
    found: Sequence[Alarm],
    ways: Sequence[Receiver],
    now: datetime,
    *,
    page: str = "",
) -> str:
    """Remember the alarms `found` now and put a notice of what is news into the outbox; returns its id, empty for none.

    Both in one transaction: a crash tells nothing twice and forgets nothing. Without `ways` alarms are only remembered.
    """
    decision = decide(standing(connection, ways, now), found, now)
    if not ways or not (decision.firing or decision.ended):
        _write(connection, decision)
        return ""
    avoided = channels_in_trouble(found)
    if any(each.lost for each in decision.firing):
        avoided.add(ways[0].channel)
    way = select_receiver(ways, sorted(avoided))
    notice = operator_notice(uuid4().hex, now, firing=decision.firing, ended=decision.ended, page=page)
    enqueue_one(
        connection,
        renderer,
        notice,
        channel=way.channel,
        recipient=way.to,
        target=way.target,
        now=now,
        changed={"change_set": _key(decision)},
    )
    _write(connection, replace(decision, standing=mark_notified(decision, notice.id, now)))
    return notice.id


def _key(decision: Decision) -> str:
    """What a notice is about: the very same is never put into the outbox twice, whoever looks."""
    parts = [f"{e.about}|{e.name}|{e.since.isoformat()}|{e.told_at}|{e.weight}|{e.delivery}" for e in decision.firing]
    parts += [f"ended|{e.about}|{e.name}|{e.since.isoformat()}" for e in decision.ended]
    return "operator:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:48]


def _write(connection: Connection, decision: Decision) -> None:
    for about, name in decision.forgotten:
        connection.execute(delete(standing_alarms).where(standing_alarms.c.about == about, standing_alarms.c.name == name))
    for each in decision.standing:
        values = {
            "message": each.message,
            "weight": each.weight,
            "since": each.since,
            "seen_at": each.seen_at,
            "ended_at": each.ended_at,
            "told_at": each.told_at,
            "told_weight": each.told_weight,
            "delivery": each.delivery,
        }
        mine = (standing_alarms.c.about == each.about, standing_alarms.c.name == each.name)
        if not connection.execute(update(standing_alarms).where(*mine).values(**values)).rowcount:
            connection.execute(insert(standing_alarms).values(about=each.about, name=each.name, **values))


def outbox_alarms(connection: Connection, now: datetime) -> list[Alarm]:
    """What is the matter with messages, channels and addresses. Names no recipient."""
    counted: dict[str, int] = dict(
        connection.execute(
            select(deliveries.c.state, func.count())
            .where(deliveries.c.state.in_((DeliveryState.UNCERTAIN, DeliveryState.HELD)), _NOT_OURS)
            .group_by(deliveries.c.state)
        )
        .tuples()
        .all()
    )
    lately = (deliveries.c.state == DeliveryState.FAILED, deliveries.c.settled_at > now - _LATELY, _NOT_OURS)
    failed = connection.execute(select(func.count()).select_from(deliveries).where(*lately)).scalar_one()
    found = [
        Alarm(about="outbox", name=name, message=words.format(count=_number(count)), weight=count, urgent=True)
        for name, count, words in (
            ("uncertain", counted.get(DeliveryState.UNCERTAIN, 0), "nobody knows whether {count} arrived"),
            ("held", counted.get(DeliveryState.HELD, 0), "{count} held for you to look at"),
            ("failed", failed, "{count} refused for good in the last seven days"),
        )
        if count
    ]
    if reason := sending_disabled(connection):
        found.append(Alarm(about="outbox", name="off", message=f"nothing is sent: {reason}", urgent=True))
    since = oldest_due(connection)
    if since is not None and now - since > STUCK and not reason:
        words = f"a message has been due since {moment_words(since)}"
        found.append(Alarm(about="outbox", name="stuck", message=words, since=since, urgent=True))
    quiet = select(func.count()).select_from(suspensions).where(suspensions.c.suspended_at.is_not(None))
    if count := connection.execute(quiet).scalar_one():
        words = f"{count} {'address gets' if count == 1 else 'addresses get'} nothing more, for what was sent there came back"
        found.append(Alarm(about="subscribers", name="suspended", message=words, weight=count))
    if count := _complaints(connection, now):
        words = (
            f"{count} complaint(s) that anybody may have written who was forwarded a message: look at them (`monitor outbox "
            "list`), and end the subscription if its reader wants no more (`monitor subscribers end NAME`)"
        )
        found.append(Alarm(about="subscribers", name="complaints", message=words, weight=count))
    return [*found, *_channel_alarms(connection, now)]


def _complaints(connection: Connection, now: datetime) -> int:
    """Messages of the last days about which somebody complained whom nobody vouches for, and whose reader still gets some."""
    wanted = select(subscriptions.c.name).where(subscriptions.c.target == deliveries.c.target, IN_FORCE)
    stopped = select(suspensions.c.target).where(
        suspensions.c.target == deliveries.c.target,
        suspensions.c.suspended_at.is_not(None) | (suspensions.c.reinstated_at > returns.c.received_at),
    )
    query = (
        select(func.count(returns.c.delivery.distinct()))
        .join(deliveries, deliveries.c.id == returns.c.delivery)
        .where(returns.c.kind == ASKED_KIND, returns.c.received_at > now - _LATELY, wanted.exists(), ~stopped.exists())
    )
    return int(connection.execute(query).scalar_one())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trouble:
    """What a channel says to messages since it last took one."""

    refused: int = 0
    unreachable: int = 0
    reason: str = ""


def _channel_alarms(connection: Connection, now: datetime) -> list[Alarm]:
    """Channels that refuse us, or cannot be reached, since they last took a message."""
    rows = connection.execute(
        select(
            deliveries.c.channel, deliveries.c.state, deliveries.c.reason, deliveries.c.attempt, deliveries.c.settled_at,
            deliveries.c.created,
        ).where(
            ((deliveries.c.state == DeliveryState.PENDING) & (deliveries.c.attempt > 0) & (deliveries.c.reason != ""))
            | ((deliveries.c.state == DeliveryState.FAILED) & (deliveries.c.settled_at > now - _LATELY))
        )
    ).all()  # fmt: skip
    if not rows:
        return []
    taken = dict(
        connection.execute(
            select(deliveries.c.channel, func.max(deliveries.c.settled_at))
            .where(deliveries.c.state == DeliveryState.SENT, deliveries.c.created > now - _LATELY)
            .group_by(deliveries.c.channel)
        )
        .tuples()
        .all()
    )
    troubles: dict[str, _Trouble] = {}
    for row in rows:
        if (row.settled_at or row.created) < taken.get(row.channel, row.created):
            continue
        before = troubles.get(row.channel, _Trouble())
        if _REFUSED.match(row.reason):
            troubles[row.channel] = replace(before, refused=before.refused + 1, reason=row.reason)
        elif row.state == DeliveryState.PENDING and row.attempt >= _TRIES:
            troubles[row.channel] = replace(before, unreachable=before.unreachable + 1, reason=before.reason or row.reason)
    return [_channel_alarm(channel, trouble) for channel, trouble in sorted(troubles.items())]


def _number(count: int) -> str:
    return "1 message" if count == 1 else f"{count} messages"


def _channel_alarm(channel: str, trouble: _Trouble) -> Alarm:
    name, count = ("refused", trouble.refused) if trouble.refused else ("unreachable", trouble.unreachable)
    words = f"{_number(count)} cannot be handed over: {reason_words(trouble.reason)}"
    if todo := what_to_do(trouble.reason):
        words += f"; {todo}"
    return Alarm(about=f"channel {channel}", name=name, message=words, urgent=True)


def alarming_since(connection: Connection) -> dict[tuple[str, str], datetime]:
    """Since when each thing is alarming that still is, by what it is about and its name."""
    rows = connection.execute(
        select(standing_alarms.c.about, standing_alarms.c.name, standing_alarms.c.since).where(
            standing_alarms.c.ended_at.is_(None)
        )
    )
    return {(row.about, row.name): row.since for row in rows}

"""The weekly test of the operator's ways: through the outbox like every message, and an alarm where it is not taken."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from monitor.domain.calendar import moment_words
from monitor.domain.canary import next_canary, planned
from monitor.domain.operator_alarms import Alarm, Receiver
from monitor.messages.codes import reason_words
from monitor.messages.operator import canary_notice
from monitor.ports import DeliveryState
from monitor.store.message_contents import MessageRenderer, enqueue_one
from monitor.store.notices import LATE
from monitor.store.schema import deliveries, facts

_DUE, _PREFIX = "canary_due", "canary:"
_WAITING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.COMMITTING)


def enqueue_canaries(
    connection: Connection, renderer: MessageRenderer, ways: Sequence[Receiver], now: datetime, *, page: str = ""
) -> int:
    """Put this week's test into the outbox, one for each way, where it is due; returns how many.

    In one transaction with the note of when the next is: a crash sends none twice. Without `ways` only that is noted.
    """
    noted = _noted(connection)
    due = planned(noted, now)
    if due > now:
        if due != noted:
            _note(connection, due)
        return 0
    key = f"{_PREFIX}{due.date().isoformat()}"
    there = select(deliveries.c.target).where(deliveries.c.change_set == key)
    told = set(connection.execute(there).scalars())
    todo = [way for way in {way.target: way for way in ways}.values() if way.target not in told]
    for way in todo:
        notice = canary_notice(uuid4().hex, now, page=page)
        place = {"channel": way.channel, "recipient": way.to, "target": way.target}
        enqueue_one(connection, renderer, notice, **place, now=now, changed={"change_set": key})
    _note(connection, next_canary(now))
    return len(todo)


def canary_alarms(connection: Connection, ways: Sequence[Receiver], now: datetime) -> list[Alarm]:
    """Each way whose latest test was refused, is in doubt or waits for too long. Names no recipient."""
    found = []
    for target, channel in {way.target: way.channel for way in ways}.items():
        mine = (deliveries.c.target == target, deliveries.c.change_set.startswith(_PREFIX))
        columns = (deliveries.c.state, deliveries.c.reason, deliveries.c.created)
        latest = connection.execute(select(*columns).where(*mine).order_by(deliveries.c.created.desc()).limit(1)).first()
        if latest is None or latest.state == DeliveryState.SENT:
            continue
        if latest.state in _WAITING and now - latest.created <= LATE:
            continue
        why = f": {reason_words(latest.reason)}" if latest.reason else ""
        message = f"the weekly test of {moment_words(latest.created)} was not taken ({latest.state}{why})"
        found.append(Alarm(about=f"channel {channel}", name="canary", message=message, since=latest.created, urgent=True))
    return found


def _noted(connection: Connection) -> datetime | None:
    value = connection.execute(select(facts.c.value).where(facts.c.name == _DUE)).scalar()
    with suppress(ValueError):
        return datetime.fromisoformat(value) if value else None
    return None


def _note(connection: Connection, due: datetime) -> None:
    written = connection.execute(update(facts).where(facts.c.name == _DUE).values(value=due.isoformat()))
    if not written.rowcount:
        connection.execute(insert(facts).values(name=_DUE, value=due.isoformat()))

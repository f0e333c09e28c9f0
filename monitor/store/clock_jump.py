"""Waits go by time that passes, not by what the clock is set to: when that jumps, every moment that is waited for moves along.

How far the clock was from the machine's uptime is kept in the database, so that a jump is noticed whoever comes next. After a
restart of the machine itself nothing tells how much time has passed; then what can be no wait of ours is shortened to one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, or_, select, text, update

from monitor.domain.alert_limits import GIVE_UP
from monitor.ports import DeliveryState
from monitor.store.schema import PENDING, deliveries, facts

#: Less than this is a clock that is kept right, a little at a time.
TOLERANCE = timedelta(seconds=20)
#: A message made later than now was made by a clock that was ahead.
_AHEAD = timedelta(minutes=1)
#: No wait of ours is longer: quiet hours last less than a day.
_MAX_WAIT = timedelta(hours=25)
_RETRY_AFTER = timedelta(hours=1)
#: A server whose clock is not ours is right: others go by it.
_AGREES = timedelta(minutes=1)
_MOMENTS = (deliveries.c.not_before, deliveries.c.planned_for, deliveries.c.tries_until, deliveries.c.lease_until)
_IN_HAND = (DeliveryState.SENDING, DeliveryState.COMMITTING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The evenly running time of a machine."""

    boot: str  #: names its run from power-on to power-off; empty where that is not known
    uptime: float  #: seconds since then


def follow_clock(connection: Connection, now: datetime, machine: Machine) -> timedelta:
    """Move what waits by as much as the clock jumped since somebody looked last; returns by how much."""
    name, here = f"clock:{machine.boot[:16]}", now.timestamp() - machine.uptime
    kept = connection.execute(select(facts.c.value).where(facts.c.name == name).with_for_update()).scalar()
    if kept is None:
        connection.execute(insert(facts).values(name=name, value=repr(here)))
        _shorten(connection, now)
        return timedelta(0)
    jump = timedelta(seconds=here - float(kept))
    if abs(jump) < TOLERANCE:
        return timedelta(0)
    connection.execute(update(facts).where(facts.c.name == name).values(value=repr(here)))
    if not _agrees(connection, now):
        return timedelta(0)
    _move(connection, jump)
    return jump


def _agrees(connection: Connection, now: datetime) -> bool:
    """Whether a server's clock is ours; a file has none."""
    if connection.dialect.name != "postgresql":
        return True
    there: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return abs(there - now) <= _AGREES


def _move(connection: Connection, by: timedelta) -> None:
    rows = connection.execute(
        select(deliveries.c.id, deliveries.c.created, *_MOMENTS).where(or_(PENDING, deliveries.c.state.in_(_IN_HAND)))
    ).mappings()
    for row in rows.all():
        moved = {column.name: row[column.name] + by for column in _MOMENTS if row[column.name] is not None}
        # When it was made stands in the message itself and stays.
        moved.setdefault("tries_until", row["created"] + GIVE_UP + by)
        connection.execute(update(deliveries).where(deliveries.c.id == row["id"]).values(**moved))


def _shorten(connection: Connection, now: datetime) -> None:
    """After a start of the machine: what was made in the future, or waits for longer than anything does."""
    rows = connection.execute(
        select(deliveries.c.id, deliveries.c.created, deliveries.c.not_before).where(
            PENDING, (deliveries.c.created > now + _AHEAD) | (deliveries.c.not_before > now + _MAX_WAIT)
        )
    ).all()
    for row in rows:
        ahead = row.created > now + _AHEAD
        wait = row.not_before - row.created if ahead else _RETRY_AFTER
        values = {"not_before": now + min(wait, _MAX_WAIT), "tries_until": now + GIVE_UP}
        connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(**values))

"""What a person is already about to be told: news that comes while a message still waits joins it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, literal_column, select

from monitor.domain.alert_limits import HOUR
from monitor.domain.model import Inspection
from monitor.messages import Purpose
from monitor.ports import DeliveryState
from monitor.store import restore_guard
from monitor.store.notification_stages import Waiting
from monitor.store.rows import change_of
from monitor.store.schema import PENDING, alerts, changes, deliveries

#: Purposes of messages that go out at once; digests, tests and notices are none of these.
IMMEDIATE = (Purpose.CHANGE, Purpose.CONFIRMED, Purpose.CORRECTED)


def waiting(
    connection: Connection, targets: Collection[str], known: Sequence[Inspection], now: datetime
) -> Mapping[str, Waiting]:
    """For each target that has one, the message that waits for its time and was never claimed; locked until the commit.

    Nothing is found while sending is off after a restore: what waits in the copy may have been sent since.
    """
    if restore_guard.sending_disabled(connection):
        return {}
    still = and_(
        PENDING,
        deliveries.c.not_before > now,
        deliveries.c.attempt == 0,
        deliveries.c.purpose.in_(IMMEDIATE),
    )
    columns = (deliveries.c.id, deliveries.c.target, deliveries.c.purpose, deliveries.c.not_before)
    rows = connection.execute(
        select(*columns).where(still).order_by(deliveries.c.not_before).with_for_update(skip_locked=True)
    ).all()
    found: dict[str, Waiting] = {}
    for row in rows:
        if row.target in targets:
            found.setdefault(row.target, Waiting(id=row.id, purpose=Purpose(row.purpose), not_before=row.not_before))
    if found:
        told = select(alerts.c.delivery, alerts.c.change, alerts.c.subscription, alerts.c.because, alerts.c.days_late)
        _fill(connection, found, known, connection.execute(told.join(deliveries).where(still).order_by(alerts.c.created)).all())
    return found


def _fill(connection: Connection, found: Mapping[str, Waiting], known: Sequence[Inspection], told: Sequence[Any]) -> None:
    """Give each waiting message its changes, at their inspections as believed now."""
    of = {each.id: each for each in found.values()}
    rows = [row for row in told if row.delivery in of]
    ids = {row.change for row in rows}
    inspections = {inspection.key: inspection for inspection in known}
    there = {
        row["id"]: change_of(row, inspections[row["inspection"]])
        for row in connection.execute(select(changes).where(changes.c.id.in_(ids))).mappings()
    }
    for row in rows:
        each, change = of[row.delivery], there[row.change]
        each.changes[row.change] = change
        each.because[row.subscription].append(row.because)
        key = change.inspection.key
        each.days_late[key] = max(each.days_late.get(key, 0), row.days_late)


def recent(connection: Connection, most: int, now: datetime) -> Mapping[str, Sequence[datetime]]:
    """When messages were made within the last hour, for each target that got at least `most`."""
    young = and_(
        deliveries.c.created > now - HOUR,
        deliveries.c.purpose.in_(IMMEDIATE),
        deliveries.c.state.not_in((DeliveryState.CANCELLED, DeliveryState.HELD)),
    )
    person = deliveries.c.target.op("||")(literal_column("''"))  # no column: by its index the whole table would be gone through
    many = select(person).where(young).group_by(person).having(func.count() >= most)
    found: dict[str, list[datetime]] = defaultdict(list)
    for target in connection.execute(many).scalars().all():
        found[target] += connection.execute(select(deliveries.c.created).where(young, deliveries.c.target == target)).scalars()
    return found

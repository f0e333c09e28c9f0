"""Threads: in a channel that has them, what confirms or corrects an inspection belongs below the message that told of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from monitor.messages import Purpose
from monitor.store.schema import changes, deliveries, notifications

#: Purposes of messages that continue an earlier one.
UPDATES = frozenset({Purpose.CONFIRMED, Purpose.CORRECTED})


def threads(connection: Connection, updates: Sequence[str]) -> Mapping[str, str]:
    """For each of these deliveries, the provider's reference of the first message to the same person on the same inspection.

    Deliveries without one are left out: the first message is still waiting, is in doubt, or went by a channel without threads.
    """
    if not updates:
        return {}
    told, now = notifications.alias(), changes.alias()
    told_before, before, first = notifications.alias(), changes.alias(), deliveries.alias()
    rows = connection.execute(
        select(told.c.delivery, first.c.provider_ref)
        .select_from(told)
        .join(deliveries, deliveries.c.id == told.c.delivery)
        .join(now, now.c.id == told.c.change)
        .join(before, before.c.inspection == now.c.inspection)
        .join(told_before, (told_before.c.change == before.c.id) & (told_before.c.target == told.c.target))
        .join(first, (first.c.id == told_before.c.delivery) & (first.c.channel == deliveries.c.channel))
        .where(told.c.delivery.in_(updates), first.c.id != told.c.delivery, first.c.provider_ref.is_not(None))
        .order_by(first.c.created.desc())
    )
    return {row.delivery: row.provider_ref for row in rows}  # the earliest comes last and stays

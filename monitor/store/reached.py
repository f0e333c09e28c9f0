"""Who was told of an area of an inspection, so that what confirms, corrects or withdraws it goes to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, or_, select

from monitor.domain.model import Change
from monitor.domain.subscriptions import Subscription
from monitor.ports import DeliveryState
from monitor.store.schema import alerts, changes, deliveries, notifications

#: Messages that nobody has had, nor will have without a word of the operator's.
_UNTOLD = (DeliveryState.CANCELLED, DeliveryState.FAILED, DeliveryState.HELD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """Whom news of some inspections has reached, or will: what waits to be sent counts."""

    people: frozenset[tuple[str, str, str]]  #: target, inspection key, area
    subscriptions: frozenset[tuple[str, str, str]]  #: name, inspection key, area; of digests before they are sent, too

    def by(self, subscription: Subscription, change: Change) -> tuple[bool, bool]:
        """Whether the subscription's reader was told of the change's area before, and whether by this subscription."""
        event = (change.inspection.key, change.area.value)
        return (subscription.target, *event) in self.people, (subscription.name, *event) in self.subscriptions


def reached(connection: Connection, inspections: Collection[str], without: Collection[str]) -> Reached:
    """Who was told of these inspections, by their keys, by any changes but those whose ids are named in `without`."""
    mine = changes.c.inspection.in_(inspections) & changes.c.id.not_in(list(without))
    had = or_(deliveries.c.id.is_(None), deliveries.c.state.not_in(_UNTOLD))
    event = (changes.c.inspection, changes.c.area)
    told = (
        select(notifications.c.target, *event)
        .join(changes, changes.c.id == notifications.c.change)
        .outerjoin(deliveries, deliveries.c.id == notifications.c.delivery)
        .where(mine, had)
    )
    alerted = (
        select(alerts.c.subscription, *event)
        .join(changes, changes.c.id == alerts.c.change)
        .outerjoin(deliveries, deliveries.c.id == alerts.c.delivery)
        .where(mine, had)
    )
    return Reached(
        people=frozenset(tuple(row) for row in connection.execute(told)),
        subscriptions=frozenset(tuple(row) for row in connection.execute(alerted)),
    )

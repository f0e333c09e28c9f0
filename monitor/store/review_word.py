"""The daily word to the operator on what waits for review: once a day, by one way, another where that fails."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, select

from monitor.domain.calendar import london_day
from monitor.domain.digests import latest_slot
from monitor.domain.operator_alarms import Receiver, select_receiver
from monitor.domain.review import ASKED_FOR, most_urgent
from monitor.domain.subscriptions import Frequency, currently_inadequate
from monitor.messages.review import review_notice
from monitor.ports import DeliveryState
from monitor.store.ledger import known
from monitor.store.message_contents import enqueue_one
from monitor.store.notices import LATE
from monitor.store.notification_log import NotificationLog
from monitor.store.policy import Policy
from monitor.store.review import found_items
from monitor.store.schema import deliveries
from monitor.store.tokens import token_of_message

_WAITING = (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.COMMITTING)


def notify_of_reviews(
    connection: Connection, policy: Policy, ways: Sequence[Receiver], avoided: Collection[str], now: datetime, *, page: str = ""
) -> str:
    """Put the day's word into the outbox where anything waits and it is not there yet; returns its id, empty for none.

    A day begins when digests go out. `avoided` are channels that are in trouble: they are taken where there is no other.
    """
    items = found_items(connection, since=now - ASKED_FOR) if ways else ()
    if not items:
        return ""
    key = f"review:{london_day(latest_slot(Frequency.DAILY, now)).isoformat()}"
    columns = (deliveries.c.target, deliveries.c.channel, deliveries.c.state, deliveries.c.created)
    targets = [way.target for way in ways]
    made = connection.execute(select(*columns).where(deliveries.c.change_set == key, deliveries.c.target.in_(targets))).all()
    if any(each.state == DeliveryState.SENT or _is_on_its_way(each.state, each.created, now) for each in made):
        return ""
    tried = {each.target for each in made}
    left = [way for way in ways if way.target not in tried]
    log = NotificationLog(connection)
    if not left or any(log.find(token_of_message(target, key)) for target in targets):
        return ""  # no way is left, or it was sent before the database was put back
    way = select_receiver(left, sorted(avoided))
    inadequate = currently_inadequate(known(connection, policy.history, (), london_day(now)))
    notice = review_notice(uuid4().hex, now, most_urgent(items, inadequate), page=page)
    enqueue_one(
        connection,
        policy.renderer,
        notice,
        channel=way.channel,
        recipient=way.to,
        target=way.target,
        now=now,
        changed={"change_set": key},
    )
    return notice.id


def _is_on_its_way(state: str, created: datetime, now: datetime) -> bool:
    """Whether a message may still be handed over in time."""
    return state == DeliveryState.HELD or (state in _WAITING and now - created <= LATE)

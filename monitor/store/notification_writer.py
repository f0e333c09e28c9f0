"""The write stage: all rows of what some news makes, each table at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from monitor.domain.subscriptions import Frequency
from monitor.ports import DeliveryState
from monitor.store.bulk import insert_many
from monitor.store.message_contents import body_row, delivery_row, footer_columns, new_ids
from monitor.store.notification_render import Frozen
from monitor.store.notification_stages import Group, Held, History, Match, News
from monitor.store.outbox import note
from monitor.store.schema import alerts, bodies, deliveries, notifications


class NotificationWriter:
    """Gathers rows, and writes them in the end; nothing else writes what people are told of news."""

    def __init__(self, connection: Connection, news: News, now: datetime) -> None:
        self._connection, self._news, self._now = connection, news, now
        self._bodies: dict[str, dict[str, Any]] = {}
        self._new: list[dict[str, Any]] = []
        self._joined: list[dict[str, Any]] = []  #: values of deliveries that waited, with `key` their id
        self._emptied: list[str] = []  #: deliveries that waited with nothing but what is withdrawn
        self._mentions: list[dict[str, Any]] = []
        self._delivery: dict[tuple[str, str], str] = {}  #: by change id and target

    def cancel(self, each: Group) -> None:
        """What waited tells nothing any more."""
        assert each.waiting is not None  # else there were something to tell
        self._note_delivery(each, each.waiting.id)
        self._emptied.append(each.waiting.id)

    def add(self, frozen: Frozen, held: Held, not_before: datetime) -> None:
        """A message: a new one, which begins as `held` says, or one that waits and tells more now."""
        each, body, identity = frozen.group, frozen.body, frozen.notice.id
        self._note_delivery(each, identity)
        self._bodies.setdefault(body.id, body_row(body.id, body.body))
        self._mentions += [{"key": doubt, "mentioned_in": identity} for doubt in frozen.mentions]
        if each.waiting:
            changed = {"purpose": frozen.notice.purpose.value, "change_set": body.change_set, "body": body.id}
            self._joined.append(changed | footer_columns(frozen.footer) | {"key": identity, "not_before": not_before})
            return
        lead = each.lead
        row = delivery_row(
            frozen.notice, body.id, frozen.footer, channel=lead.channel, recipient=lead.to, target=each.target, now=self._now
        )
        row |= {"change_set": body.change_set, "not_before": not_before, "state": held.state, "reason": held.reason}
        if held.state is DeliveryState.CANCELLED:
            row["settled_at"] = self._now
        self._new.append(row)

    def _note_delivery(self, each: Group, identity: str) -> None:
        for change in each.changes:
            self._delivery[change, each.target] = identity

    def write(self, matches: Sequence[Match], history: History) -> int:
        """Put everything into the database; returns how many deliveries are new."""
        insert_many(self._connection, bodies, list(self._bodies.values()))
        insert_many(self._connection, deliveries, self._new)
        self._write_joined()
        self._write_emptied()
        if self._mentions:
            mention = update(deliveries).where(deliveries.c.id == bindparam("key"))
            self._connection.execute(mention.values(mentioned_in=bindparam("mentioned_in")), self._mentions)
        if matches:
            insert_many(self._connection, alerts, self._alert_rows(matches, history))
            self._write_notifications()
        return len(self._new)

    def _write_joined(self) -> None:
        if not self._joined:
            return
        columns: dict[str, Any] = {name: bindparam(name) for name in self._joined[0] if name != "key"}
        mine = update(deliveries).where(deliveries.c.id == bindparam("key"))
        self._connection.execute(mine.values(columns), self._joined)
        ids = [each["key"] for each in self._joined]
        states = {"before": DeliveryState.PENDING, "after": DeliveryState.PENDING}
        note(self._connection, ids, **states, now=self._now, reason="grouped")

    def _write_emptied(self) -> None:
        if not self._emptied:
            return
        emptied = {"state": DeliveryState.CANCELLED, "reason": "withdrawn", "settled_at": self._now}
        self._connection.execute(update(deliveries).where(deliveries.c.id.in_(self._emptied)).values(emptied))
        states = {"before": DeliveryState.PENDING, "after": DeliveryState.CANCELLED}
        note(self._connection, self._emptied, **states, now=self._now, reason="withdrawn")

    def _write_notifications(self) -> None:
        """A row for every person and change of the alerts that were written: by the database, which has them at hand."""
        told = select(notifications.c.change).where(
            notifications.c.change == alerts.c.change, notifications.c.target == deliveries.c.target
        )
        fresh = (
            select(alerts.c.change, deliveries.c.target, alerts.c.delivery)
            .join(deliveries, deliveries.c.id == alerts.c.delivery)
            .where(alerts.c.change.in_(list(self._news.changes)), ~told.exists())
            .distinct()
        )
        self._connection.execute(insert(notifications).from_select(["change", "target", "delivery"], fresh))

    def _alert_rows(self, matches: Sequence[Match], history: History) -> list[dict[str, Any]]:
        """An alert whose person was told by an earlier message belongs to that; one of a digest waits for it."""
        rows = []
        for identity, match in zip(new_ids(len(matches)), matches, strict=True):
            at_once = match.subscription.frequency is Frequency.IMMEDIATE
            rows.append(
                {
                    "id": identity,
                    "change": match.change,
                    "subscription": match.subscription.name,
                    "delivery": (self._delivery.get(match.event) or history.told.get(match.event)) if at_once else None,
                    "because": match.because,
                    "days_late": self._news.days_late,
                    "created": self._now,
                }
            )
        return rows

"""Messages as they are kept: what everybody is told once, what is one person's beside each delivery, never made anew."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Connection, Select, delete, insert, select

from monitor.domain.message import Message
from monitor.messages import Notice
from monitor.messages.render import Body, Footer, joined
from monitor.ports import DeliveryState
from monitor.store.schema import bodies, deliveries


class MessageRenderer(Protocol):
    """A notice into a message; pure."""

    def body(self, notice: Notice) -> Body:
        """What everybody reads."""
        ...

    def footer(self, notice: Notice) -> Footer:
        """What one person reads."""
        ...


def new_ids(count: int) -> list[str]:
    """So many random ids, at a fraction of what single ones cost."""
    digits = os.urandom(16 * count).hex()
    return [digits[start : start + 32] for start in range(0, 32 * count, 32)]


def keep_body(connection: Connection, body: Body) -> str:
    """Freeze what everybody reads; returns its id."""
    identity = uuid4().hex
    connection.execute(insert(bodies).values(body_row(identity, body)))
    return identity


def body_row(identity: str, body: Body) -> dict[str, Any]:
    """The columns of a body."""
    return {"id": identity, "subject": body.subject, "forms": dict(body.forms), "headers": dict(body.headers)}


def body_of(row: Mapping[Any, Any]) -> Body:
    """The body of its row."""
    return Body(subject=row["subject"], forms=row["forms"], headers=row["headers"])


def footer_columns(footer: Footer) -> dict[str, Any]:
    """The columns of a delivery that hold what one person reads."""
    return {"footers": dict(footer.forms), "headers": dict(footer.headers)}


def message_of(row: Mapping[Any, Any], body: Body | None) -> Message:
    """The whole message of a delivery's row; without a body (its reader was erased) nothing is left of it."""
    if body is None:
        return Message(subject="")
    return joined(body, Footer(forms=row["footers"], headers=row["headers"]))


def bodies_of(connection: Connection, ids: set[str]) -> dict[str, Body]:
    """The bodies of these ids; there are few however many deliveries there are."""
    chosen: Select[Any] = select(bodies).where(bodies.c.id.in_(ids))
    return {row["id"]: body_of(row) for row in connection.execute(chosen).mappings()} if ids else {}


def forget_bodies(connection: Connection, ids: Sequence[str]) -> None:
    """Delete those of these bodies that nobody's delivery is made of any more."""
    used = select(deliveries.c.id).where(deliveries.c.body == bodies.c.id).exists()
    for identity in ids:
        connection.execute(delete(bodies).where(bodies.c.id == identity, ~used))


def delivery_row(
    notice: Notice, body: str, footer: Footer, *, channel: str, recipient: str, target: str, now: datetime
) -> dict[str, Any]:
    """The columns of a pending delivery of a frozen body. `change_set` is the notice's id until it is changed."""
    return {
        "id": notice.id,
        "purpose": notice.purpose.value,
        "channel": channel,
        "recipient": recipient,
        "target": target,
        "change_set": notice.id,
        "body": body,
        **footer_columns(footer),
        "state": DeliveryState.PENDING,
        "reason": "",
        "not_before": now,
        "created": now,
        "settled_at": None,
    }


def enqueue_one(
    connection: Connection,
    renderer: MessageRenderer,
    notice: Notice,
    *,
    channel: str,
    recipient: str,
    target: str,
    now: datetime,
    changed: Mapping[str, object] | None = None,
) -> None:
    """Freeze a message for one person and put it into the outbox; `changed` are columns unlike those of `delivery_row`."""
    body = keep_body(connection, renderer.body(notice))
    row = delivery_row(notice, body, renderer.footer(notice), channel=channel, recipient=recipient, target=target, now=now)
    connection.execute(insert(deliveries).values(row | dict(changed or {})))

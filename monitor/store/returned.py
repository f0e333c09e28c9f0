"""Mail that came back, on record: once for each mail, matched to its delivery, counted only where it is signed by us."""

from __future__ import annotations

import re
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from monitor.domain.mailboxes import mailbox
from monitor.domain.returned import Kind, ReturnedMail, about_the_address, words_of
from monitor.ports import DeliveryState
from monitor.store import suspensions
from monitor.store.outbox import note
from monitor.store.schema import deliveries, facts, returns

#: So many notes a delivery: a Message-ID is no secret to those who were answered, and a stranger must not fill the disk.
MOST = 20
_TERMINAL = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.CANCELLED)
_ID = re.compile(r"<?([0-9a-f]{32})@")
_POSITION = "returned_position"


class Taken(StrEnum):
    """What became of a mail that came back."""

    UNRELATED = "unrelated"  #: about no message of ours
    KNOWN = "known"  #: recorded before
    NOTED = "noted"  #: at its delivery; nothing follows from it
    COUNTED = "counted"  #: against the address
    SUSPENDED = "suspended"  #: the address gets nothing from now on


def take(connection: Connection, mail: ReturnedMail, signed: str | None, now: datetime) -> Taken:
    """Record one mail that came back.

    Args:
        connection: an open transaction.
        mail: as it was read.
        signed: the delivery whose mark, made here, is in the mail. Without it the message's id must do; then the mail is noted
            and nothing follows from it, for whoever answered or passed on the message has made that id known.
        now: the moment.
    """
    if mail.kind in {Kind.AUTOMATIC, Kind.OTHER, Kind.ARRIVED}:
        return Taken.UNRELATED
    row = _delivery(connection, mail, signed)
    if row is None:
        return Taken.UNRELATED
    # A message passed on by the address to others may come back from them: that is no fault of the address.
    wanted = mailbox(str(row.recipient))
    elsewhere = bool(wanted and mail.recipients) and wanted not in map(mailbox, mail.recipients)
    against = mail.kind is Kind.COMPLAINT or (
        mail.kind is Kind.BOUNCE and about_the_address(mail.code, mail.said) and not elsewhere
    )
    counted = bool(signed) and against
    if not _keep(connection, mail, row.id, counted=counted, now=now):
        return Taken.KNOWN
    words = words_of(mail, elsewhere=elsewhere and mail.kind is not Kind.COMPLAINT)
    _annotate(connection, row, words if signed else f"{words} (not signed by us: not counted)", bool(signed), now)
    if not counted:
        return Taken.NOTED
    stopped = (
        suspensions.suspend(connection, row.target, words, now)
        if mail.kind is Kind.COMPLAINT
        else suspensions.count(connection, row.target, words, now)
    )
    return Taken.SUSPENDED if stopped else Taken.COUNTED


def _delivery(connection: Connection, mail: ReturnedMail, signed: str | None) -> Row[Any, Any, Any, Any, Any] | None:
    ids = [signed] if signed else [found[1] for each in mail.message_ids if (found := _ID.match(each))]
    if not ids:
        return None
    columns = (deliveries.c.id, deliveries.c.target, deliveries.c.recipient, deliveries.c.state, deliveries.c.reason)
    return connection.execute(select(*columns).where(deliveries.c.id.in_(ids[:5])).with_for_update()).first()


def _keep(connection: Connection, mail: ReturnedMail, delivery: str, *, counted: bool, now: datetime) -> bool:
    """One row for one mail; False when it is there already, or when there are too many."""
    kept = select(func.count()).select_from(returns).where(returns.c.delivery == delivery)
    if connection.execute(kept).scalar_one() >= MOST and not counted:
        return False
    values = {"id": uuid4().hex, "delivery": delivery, "key": mail.key, "kind": str(mail.kind), "code": mail.code}
    try:
        with connection.begin_nested():
            connection.execute(insert(returns).values(**values, counted=counted, received_at=now))
    except IntegrityError:
        return False
    return True


def _annotate(connection: Connection, row: Row[Any, Any, Any, Any, Any], words: str, signed: bool, now: datetime) -> None:
    """The note at the delivery and in its journal. What came back was taken first: a doubt whether it was ends here."""
    after = DeliveryState.SENT if signed and row.state == DeliveryState.UNCERTAIN else DeliveryState(row.state)
    if row.state in _TERMINAL:
        reason = ", ".join(part for part in (row.reason, words) if part)
        connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(state=after, reason=reason[:500]))
    note(connection, (row.id,), before=row.state, after=after, reason=words, now=now)


def position(connection: Connection) -> str:
    """How far the mailbox was read, in its reader's own words; empty at the beginning."""
    return connection.execute(select(facts.c.value).where(facts.c.name == _POSITION)).scalar() or ""


def remember_position(connection: Connection, value: str) -> None:
    """Note how far the mailbox was read."""
    changed = connection.execute(update(facts).where(facts.c.name == _POSITION).values(value=value))
    if not changed.rowcount:
        connection.execute(insert(facts).values(name=_POSITION, value=value))

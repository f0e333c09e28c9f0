"""Mail that came back, on record: once for each mail, matched to its delivery, counted only where it is signed by us.

A complaint needs more than that: somebody who vouches for whoever wrote it.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from monitor.domain.bounces import BounceKind, BounceReport, IngestOutcome, about_the_address, vouches, words_of
from monitor.domain.mailboxes import mailbox
from monitor.ports import DeliveryState
from monitor.store import suspensions
from monitor.store.outbox import note
from monitor.store.schema import deliveries, facts, returns
from monitor.store.schema import suspensions as suspensions_table

#: So many notes a delivery: a Message-ID is no secret to those who were answered, and a stranger must not fill the disk.
MAX_NOTES = 20
#: The kind that is kept of a complaint for which nobody vouches.
ASKED_KIND = "complaint, not proven"
_TERMINAL = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.CANCELLED)
_ID = re.compile(r"<?([0-9a-f]{32})@")
_POSITION = "returned_position"


_MORE_WORDS = {
    IngestOutcome.ASKED: " (nobody vouches for it: not counted)",
    None: " (not signed by us: not counted)",
}


def take(connection: Connection, mail: BounceReport, signed: str | None, now: datetime) -> IngestOutcome:
    """Record one mail that came back.

    Args:
        connection: an open transaction.
        mail: as it was read.
        signed: the delivery whose mark, made here, is in the mail. Without it the message's id must do; then the mail is noted
            and nothing follows from it, for whoever answered or passed on the message has made that id known.
        now: the moment.
    """
    if mail.kind in {BounceKind.AUTOMATIC, BounceKind.OTHER, BounceKind.ARRIVED}:
        return IngestOutcome.UNRELATED
    row = _delivery(connection, mail, signed)
    if row is None:
        return IngestOutcome.UNRELATED
    elsewhere = _is_elsewhere(mail, str(row.recipient))
    became = IngestOutcome.NOTED
    if signed and mail.kind is BounceKind.COMPLAINT:
        became = _of_complaint(connection, mail, row)
    elif signed and mail.kind is BounceKind.BOUNCE and about_the_address(mail.code, mail.said) and not elsewhere:
        became = IngestOutcome.COUNTED
    if not _keep(connection, mail, row.id, became, now):
        return IngestOutcome.KNOWN
    words = words_of(mail, elsewhere=elsewhere and mail.kind is not BounceKind.COMPLAINT)
    _annotate(connection, row, words + _MORE_WORDS.get(became if signed else None, ""), bool(signed), now)
    return _follow_up(connection, row.target, became, words, now)


def _is_elsewhere(mail: BounceReport, recipient: str) -> bool:
    """Whether it came back from others, to whom the address passed it on: that is no fault of the address."""
    wanted = mailbox(recipient)
    return bool(wanted and mail.recipients) and wanted not in map(mailbox, mail.recipients)


def _follow_up(connection: Connection, target: str, became: IngestOutcome, words: str, now: datetime) -> IngestOutcome:
    """Stop sending to an address where enough came back, and say what became of the mail."""
    if became is IngestOutcome.SUSPENDED:
        stopped = suspensions.suspend(connection, target, words, now)
        return IngestOutcome.SUSPENDED if stopped else IngestOutcome.COUNTED
    stopped = became is IngestOutcome.COUNTED and suspensions.count(connection, target, words, now)
    return IngestOutcome.SUSPENDED if stopped else became


def _of_complaint(connection: Connection, mail: BounceReport, row: Row[Any, Any, Any, Any, Any, Any]) -> IngestOutcome:
    """What a complaint with our mark comes to. The mark alone proves little: whoever is forwarded a message has it.

    It counts where who wrote it can know, and once a message; one about a message from before a reinstatement counts no more.
    """
    reinstated, of, counted = suspensions_table.c.reinstated_at, returns.c.delivery == row.id, returns.c.counted.is_(True)
    since = connection.execute(select(reinstated).where(suspensions_table.c.target == row.target)).scalar()
    mine = select(returns.c.id).where(of, counted, returns.c.kind == BounceKind.COMPLAINT)
    old = since is not None and (row.settled_at is None or row.settled_at <= since)
    if old or connection.execute(mine).first() is not None:
        return IngestOutcome.NOTED
    return IngestOutcome.SUSPENDED if vouches(mail.author, str(row.recipient)) else IngestOutcome.ASKED


def _delivery(connection: Connection, mail: BounceReport, signed: str | None) -> Row[Any, Any, Any, Any, Any, Any] | None:
    ids = [signed] if signed else [found[1] for each in mail.message_ids if (found := _ID.match(each))]
    if not ids:
        return None
    of = deliveries.c
    columns = (of.id, of.target, of.recipient, of.state, of.reason, of.settled_at)
    return connection.execute(select(*columns).where(deliveries.c.id.in_(ids[:5])).with_for_update()).first()


def _keep(connection: Connection, mail: BounceReport, delivery: str, became: IngestOutcome, now: datetime) -> bool:
    """One row for one mail; False when it is there already, or when there are too many."""
    counted = became in {IngestOutcome.COUNTED, IngestOutcome.SUSPENDED}
    kept = select(func.count()).select_from(returns).where(returns.c.delivery == delivery)
    if connection.execute(kept).scalar_one() >= MAX_NOTES and not counted:
        return False
    values = {"id": uuid4().hex, "delivery": delivery, "key": mail.key, "code": mail.code}
    values["kind"] = ASKED_KIND if became is IngestOutcome.ASKED else str(mail.kind)
    try:
        with connection.begin_nested():
            connection.execute(insert(returns).values(**values, counted=counted, received_at=now))
    except IntegrityError:
        return False
    return True


def _annotate(connection: Connection, row: Row[Any, Any, Any, Any, Any, Any], words: str, signed: bool, now: datetime) -> None:
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

"""Whether the state is the one that was left: a restored or copied database must not send again what was sent since.

The database and a file beside it count the starts together. The database is written first, so the file is never ahead unless
the database went back in time; and a database that has been started before has a file, unless it was copied without it. A copy
of the whole folder agrees with itself: it is known by the file of the database being another one than at the last start. And
the journal of what was sent never knows of a try that the database does not, unless the database went back.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, delete, insert, select, update

from monitor.ports import DeliveryState
from monitor.store.bulk import insert_many
from monitor.store.notification_log import NotificationLog, known_tries, notification_log
from monitor.store.notification_stages import Reason
from monitor.store.outbox import note
from monitor.store.schema import deliveries, facts
from monitor.store.tokens import chunks, tells_of
from monitor.system.private_files import make_private
from monitor.system.sent_journal import Entry

_GENERATION, _PLACE, _OFF = "generation", "place", "sending_off"
#: A database that went back lacks the newest tries: these are looked at first.
_NEWEST = 200
_WAITING = (
    DeliveryState.PENDING,
    DeliveryState.HELD,
    DeliveryState.SENDING,
    DeliveryState.COMMITTING,
    DeliveryState.UNCERTAIN,
)
_BEHIND = "the journal beside the database knows of messages that it does not: it was put back, or removed"


def _fact(connection: Connection, name: str) -> str:
    return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar() or ""


def _remember(connection: Connection, name: str, value: str) -> None:
    changed = connection.execute(update(facts).where(facts.c.name == name).values(value=value))
    if not changed.rowcount:
        connection.execute(insert(facts).values(name=name, value=value))


def register_start(connection: Connection, beside: int | None, place: str = "") -> int:
    """Count one more start; turns sending off when this is not the state that was left.

    Args:
        connection: a transaction on the state.
        beside: what the file of the count says.
        place: which file the database is (`inode`); a state that never had a message to send may be anywhere.
    """
    here = int(_fact(connection, _GENERATION) or 0)
    if reason := another(connection, beside, place):
        _remember(connection, _OFF, reason)
    _remember(connection, _PLACE, place or _fact(connection, _PLACE))
    generation = max(here, beside or 0) + 1
    _remember(connection, _GENERATION, str(generation))
    return generation


def another(connection: Connection, beside: int | None, place: str) -> str:
    """Why this is not the state that was left; empty when it is. Changes nothing; see `register_start`."""
    here, left = int(_fact(connection, _GENERATION) or 0), _fact(connection, _PLACE)
    if beside is None and here > 1:
        return "the database was copied here without the rest of its state folder"
    if beside is not None and here == 0:
        return "the database that belongs to this state folder was removed: this is a new one"
    if beside is not None and beside > here:
        return "the database is an older copy of itself: it was restored"
    if left and place and left != place and connection.execute(select(deliveries.c.id).limit(1)).first():
        return "the state folder was copied or moved here: the one it was copied from may be sending too"
    return ""


def write_something(connection: Connection) -> None:
    """Take up a little more room than before, whoever asks."""
    _remember(connection, "written", os.urandom(2048).hex())


def sending_disabled(connection: Connection) -> str:
    """Why nothing is sent; empty when sending is on."""
    return _fact(connection, _OFF)


def disable_sending(connection: Connection, reason: str) -> None:
    """Have nothing sent for this reason; an empty one turns sending on."""
    _remember(connection, _OFF, reason)


def forget_place(connection: Connection) -> None:
    """Let the database be in any file: where it was does not hold of a copy."""
    connection.execute(delete(facts).where(facts.c.name == _PLACE))


def compare(connection: Connection, journal: Mapping[str, Entry]) -> int:
    """Keep what the journal knows of and the database does not; turns sending off when there is any. Returns how much."""
    missing = _missing(connection, dict(list(journal.items())[-_NEWEST:]))
    if missing:
        missing = _missing(connection, journal)
        rows = [
            {"delivery": each.delivery, "token": token, "epoch": each.epoch, "accepted": bool(each.accepted)}
            for each in missing
            for token in each.tells or ("",)
        ]
        insert_many(connection, notification_log, rows)
        _remember(connection, _OFF, sending_disabled(connection) or _BEHIND)
    return len(missing)


def behind(connection: Connection, journal: Mapping[str, Entry]) -> str:
    """Why this database is an older one than the journal; empty when it is not. Changes nothing; see `compare`."""
    return _BEHIND if _missing(connection, dict(list(journal.items())[-_NEWEST:])) else ""


def _missing(connection: Connection, journal: Mapping[str, Entry]) -> list[Entry]:
    """The tries that the database does not know, or not yet: every claim raises the epoch."""
    known: dict[str, tuple[int, str]] = {}
    for ids in chunks(journal):
        rows = connection.execute(
            select(deliveries.c.id, deliveries.c.epoch, deliveries.c.state).where(deliveries.c.id.in_(ids))
        )
        known |= {row.id: (row.epoch, row.state) for row in rows}
    before = known_tries(connection)
    found = []
    for identity, entry in journal.items():
        epoch, state = known.get(identity, (-1, ""))
        unsent = entry.accepted and entry.epoch == 0 and state in {DeliveryState.PENDING, DeliveryState.HELD}
        if entry.accepted is False:
            continue  # nothing was sent: to try it again is right
        if (epoch < entry.epoch or epoch < 0 or unsent) and before.get(identity, -1) < entry.epoch:
            found.append(entry)
    return found


def resume(connection: Connection, sent: Collection[str], now: datetime) -> int:
    """Turn sending on. What is known to have been sent is settled first, what may have been is held; returns how much."""
    log = NotificationLog(connection)
    tried = dict(
        connection.execute(
            select(notification_log.c.delivery, notification_log.c.accepted).order_by(notification_log.c.accepted)
        )
        .tuples()
        .all()
    )
    rows = connection.execute(
        select(deliveries.c.id, deliveries.c.state, deliveries.c.epoch).where(deliveries.c.state.in_(_WAITING))
    ).all()
    tells = tells_of(connection, [row.id for row in rows]) if log else {}
    epochs, done = known_tries(connection), 0
    for row in rows:
        move = _resumed(row.id in sent or tried.get(row.id) is True, tried.get(row.id), tells.get(row.id, ()), log)
        if move is None or move[0] == row.state:
            continue
        after, reason = move
        values = {"state": after, "reason": reason, "lease_until": None, "epoch": max(row.epoch, epochs.get(row.id, 0))}
        if after is DeliveryState.SENT:
            values["settled_at"] = now
            done += 1
        connection.execute(update(deliveries).where(deliveries.c.id == row.id).values(**values))
        note(connection, (row.id,), before=row.state, after=after, reason=reason, now=now)
    _remember(connection, _OFF, "")
    return done


def _resumed(sent: bool, tried: bool | None, tells: Collection[str], log: NotificationLog) -> tuple[DeliveryState, str] | None:
    """What becomes of a waiting delivery, and why; None when nothing of it is known elsewhere. Pure."""
    if sent:
        return DeliveryState.SENT, "found_in_journal"
    if tried is not None:
        return DeliveryState.HELD, Reason.DOUBTFUL.value
    found = [log.find(token) for token in tells]
    if not any(found):
        return None
    if all(each is not None and each.accepted for each in found):
        return DeliveryState.SENT, "found_in_journal"
    return DeliveryState.HELD, "a part of it was, or may have been, sent before the database was put back"


def inode(database: str | None) -> str:
    """Which file a SQLite database is: the same through restarts and renames of a volume, another one for every copy."""
    try:
        return str(Path(database).stat().st_ino) if database else ""
    except OSError:
        return ""


def read(path: Path) -> int | None:
    """The count in the file; None when there is none that can be read."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def write(path: Path, generation: int) -> None:
    """Put the count into the file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    with new.open("w", encoding="ascii") as file:
        make_private(new)
        file.write(str(generation))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)

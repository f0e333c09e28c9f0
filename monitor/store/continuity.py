"""Whether the state is the one that was left: a restored or copied database must not send again what was sent since.

The database and a file beside it count the starts together. The database is written first, so the file is never ahead unless
the database went back in time; and a database that has been started before has a file, unless it was copied without it. A copy
of the whole folder agrees with itself: it is known by the file of the database being another one than at the last start.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from monitor.ports import DeliveryState
from monitor.store.outbox import note
from monitor.store.schema import deliveries, facts

_GENERATION, _PLACE, _OFF = "generation", "place", "sending_off"


def _fact(connection: Connection, name: str) -> str:
    return connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar() or ""


def _remember(connection: Connection, name: str, value: str) -> None:
    changed = connection.execute(update(facts).where(facts.c.name == name).values(value=value))
    if not changed.rowcount:
        connection.execute(insert(facts).values(name=name, value=value))


def begin(connection: Connection, beside: int | None, place: str = "") -> int:
    """Count one more start; turns sending off when this is not the state that was left.

    Args:
        connection: a transaction on the state.
        beside: what the file of the count says.
        place: which file the database is (`place`); a state that never had a message to send may be anywhere.
    """
    here = int(_fact(connection, _GENERATION) or 0)
    left = _fact(connection, _PLACE)
    if beside is None and here > 1:
        _remember(connection, _OFF, "the database was copied here without the rest of its state folder")
    elif beside is not None and beside > here:
        _remember(connection, _OFF, "the database is an older copy of itself: it was restored")
    elif left and place and left != place and connection.execute(select(deliveries.c.id).limit(1)).first():
        _remember(connection, _OFF, "the state folder was copied or moved here: the one it was copied from may be sending too")
    _remember(connection, _PLACE, place or left)
    generation = max(here, beside or 0) + 1
    _remember(connection, _GENERATION, str(generation))
    return generation


def off(connection: Connection) -> str:
    """Why nothing is sent; empty when sending is on."""
    return _fact(connection, _OFF)


def resume(connection: Connection, sent: Collection[str], now: datetime) -> int:
    """Turn sending on. What the journal of sent messages knows better than the database is settled first; returns how much."""
    waiting = connection.execute(
        select(deliveries.c.id, deliveries.c.state).where(
            deliveries.c.state.in_(
                (
                    DeliveryState.PENDING,
                    DeliveryState.HELD,
                    DeliveryState.SENDING,
                    DeliveryState.COMMITTING,
                    DeliveryState.UNCERTAIN,
                )
            )
        )
    ).all()
    known = [row for row in waiting if row.id in sent]
    for row in known:
        connection.execute(
            update(deliveries)
            .where(deliveries.c.id == row.id)
            .values(state=DeliveryState.SENT, reason="found_in_journal", settled_at=now, lease_until=None)
        )
        note(connection, (row.id,), before=row.state, after=DeliveryState.SENT, reason="found_in_journal", now=now)
    _remember(connection, _OFF, "")
    return len(known)


def place(database: str | None) -> str:
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
        file.write(str(generation))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)

"""What a state is like, seen from outside, beside a monitor that runs or without one. Nothing is written or upgraded."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from monitor.domain.database_address import checked_database_address
from monitor.domain.operator_alarms import Alarm
from monitor.ports import DeliveryState, SourceState, StoreError
from monitor.store import clock_jump, delivery_admin, notices, restore_guard, review, schema
from monitor.store.metadata import APPLICATION_ID
from monitor.store.postgresql import refused, server_engine
from monitor.store.read_only import connect_read_only, damage
from monitor.store.sources import source_states
from monitor.system.sent_journal import SentJournal

#: Seconds that a server may take to be connected to, and to answer one question.
_CONNECT, _STATEMENT = 4, 4
#: Seconds that the check of a file may take.
_CHECK = 4.0


class Condition(StrEnum):
    """How a state is found."""

    FINE = "fine"
    MISSING = "missing"  #: there is none yet
    EMPTY = "empty"  #: a database without our tables
    FOREIGN = "foreign"  #: another application's
    NEWER = "newer"  #: written by a newer version of the monitor
    OLDER = "older"  #: by an older one: it is brought up to date at the next start
    DAMAGED = "damaged"
    HELD = "held"  #: another program lets nobody read it
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateFacts:
    """What was found. Beside `condition` and `words` all of it is known of a state of today's version alone."""

    condition: Condition
    words: str = ""  #: what the database said
    version: str = ""  #: of its schema
    current: str = schema.HEAD  #: the schema that this version of the monitor works with
    checked: bool = False  #: whether all of a file was checked for damage
    counts: Mapping[DeliveryState, int] = field(default_factory=dict)
    oldest_due: datetime | None = None
    off: str = ""  #: why nothing is sent, or will be from the next start on
    sources: Mapping[str, SourceState] = field(default_factory=dict)
    reviews: int = 0  #: judgements that wait for a person
    alarms: tuple[Alarm, ...] = ()  #: what messages, channels and addresses are about
    standing: Mapping[tuple[str, str], str] = field(default_factory=dict)  #: alarms not ended: about and name -> message
    jump: timedelta = timedelta(0)  #: by how much the clock was set since the state saw it last, in this run of the machine


def examine_state(url: str, folder: Path, *, now: datetime, boot: str, uptime: float) -> StateFacts:
    """Look at the state at `url`, whose journal and count of starts lie in `folder`. Never raises for what is found there.

    `boot` and `uptime` (seconds) are the machine's: by them it is seen whether the clock was set.
    """
    try:
        parsed = make_url(checked_database_address(url))
    except (ArgumentError, ValueError):
        return StateFacts(condition=Condition.UNREACHABLE, words="its address is none")
    file = Path(str(parsed.database)) if parsed.get_backend_name() == "sqlite" else None
    if file is not None and not file.exists():
        return StateFacts(condition=Condition.MISSING)
    try:
        engine = _engine_of(url, file)
    except StoreError as error:  # its driver is missing
        return StateFacts(condition=Condition.UNREACHABLE, words=str(error))
    try:
        said = damage(file, within=_CHECK) if file is not None else ""
        if said:
            return StateFacts(condition=Condition.FOREIGN if _no_database(said) else Condition.DAMAGED, words=said)
        with engine.connect() as connection:
            return _facts(connection, file, folder, now, clock_jump.Machine(boot=boot, uptime=uptime), checked=said == "")
    except sqlite3.DatabaseError as error:
        return _trouble(error)
    except DBAPIError as error:
        return _trouble(error.orig, url)
    finally:
        engine.dispose()


def _engine_of(url: str, file: Path | None) -> Engine:
    """What reads and cannot write. A pooler in transaction mode is content: nothing is set for a session."""
    if file is not None:
        return create_engine("sqlite://", creator=lambda: connect_read_only(file), poolclass=NullPool, hide_parameters=True)
    server = make_url(checked_database_address(url)).update_query_dict({"connect_timeout": str(_CONNECT)})
    return server_engine(server).execution_options(postgresql_readonly=True)


def _no_database(said: str) -> bool:
    return "file is not a database" in said


def _trouble(error: BaseException | None, url: str = "") -> StateFacts:
    """What a driver says, as a condition."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return StateFacts(condition=Condition.UNREACHABLE, words=refused(error, url))
    said = str(error)
    primary = code & 0xFF
    if primary in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StateFacts(condition=Condition.HELD, words=said)
    if primary == sqlite3.SQLITE_NOTADB:
        return StateFacts(condition=Condition.FOREIGN, words=said)
    damaged = primary == sqlite3.SQLITE_CORRUPT
    return StateFacts(condition=Condition.DAMAGED if damaged else Condition.UNREACHABLE, words=said)


def _facts(
    connection: Connection, file: Path | None, folder: Path, now: datetime, machine: clock_jump.Machine, *, checked: bool
) -> StateFacts:
    if file is None:
        connection.execute(text(f"SET LOCAL statement_timeout = {_STATEMENT * 1000}"))
    tables = set(inspect(connection).get_table_names())
    stamp = connection.exec_driver_sql("PRAGMA application_id").scalar() if file is not None else APPLICATION_ID
    if stamp != APPLICATION_ID:
        return StateFacts(condition=Condition.FOREIGN if stamp or tables else Condition.EMPTY)
    if "alembic_version" not in tables:
        return StateFacts(condition=Condition.EMPTY)
    version = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")
    if version != schema.HEAD:
        newer = not version.isdecimal() or version > schema.HEAD
        return StateFacts(condition=Condition.NEWER if newer else Condition.OLDER, version=version, checked=checked)
    return StateFacts(
        condition=Condition.FINE,
        version=version,
        checked=checked,
        counts=delivery_admin.counts(connection),
        oldest_due=delivery_admin.oldest_due(connection),
        off=_why_off(connection, file, folder),
        sources=source_states(connection),
        reviews=review.count_waiting(connection, now),
        alarms=tuple(notices.outbox_alarms(connection, now)),
        standing=_standing(connection),
        jump=_jump(connection, now, machine),
    )


def _why_off(connection: Connection, file: Path | None, folder: Path) -> str:
    """Why nothing is sent, or would be after the next start."""
    beside = restore_guard.read(folder / "generation")
    other = restore_guard.another(connection, beside, restore_guard.inode(str(file))) if file is not None else ""
    journal = SentJournal(folder / "sent.journal").latest()
    return restore_guard.sending_disabled(connection) or other or restore_guard.behind(connection, journal)


def _standing(connection: Connection) -> dict[tuple[str, str], str]:
    rows = connection.execute(
        select(schema.standing_alarms.c.about, schema.standing_alarms.c.name, schema.standing_alarms.c.message).where(
            schema.standing_alarms.c.ended_at.is_(None)
        )
    )
    return {(row.about, row.name): row.message for row in rows}


def _jump(connection: Connection, now: datetime, machine: clock_jump.Machine) -> timedelta:
    name = f"clock:{machine.boot[:16]}"
    kept = connection.execute(select(schema.facts.c.value).where(schema.facts.c.name == name)).scalar()
    jump = timedelta(0)
    with suppress(TypeError, ValueError):
        jump = timedelta(seconds=now.timestamp() - machine.uptime - float(kept or "nothing"))
    return jump if abs(jump) >= clock_jump.TOLERANCE else timedelta(0)

"""The whole state into another database, of either engine: all of it, compared, or nothing.

The source is read as it was at one moment. Into a server everything goes in one transaction, into SQLite in a file that gets
its name at the end: whatever is killed, the target is as empty as before, and the copy is simply made again.

Of two databases that know of the same messages one may send. A copy does not, until somebody says so; of a move the
source does not any more. At no time do both.
"""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, MetaData, create_engine, event, func, inspect, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable

from monitor.domain.database_address import shown_database_address, without_secrets
from monitor.ports import InUseError, StoreError, StoreUnavailable
from monitor.store import restore_guard, sources
from monitor.store.copy_rows import Row, Tally
from monitor.store.copy_sides import count, read, write
from monitor.store.engine import Opened, open_database, open_server
from monitor.store.failures import in_words
from monitor.store.metadata import APPLICATION_ID
from monitor.store.schema import HEAD, facts, leases, metadata

#: Seconds that another may take to make, or to give up making, the state in the target.
_PATIENCE = 5
#: What SQLite may keep in memory of a file that it writes, kB.
_CACHE = 32_768
#: Told of each step: what is done (``copy`` or ``compare``), the table, and how many rows more.
Progress = Callable[[str, str, int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiedTable:
    """One table, as it is on both sides."""

    name: str
    rows: int
    hash: str  #: of its rows in any order; the same on both sides


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What was copied."""

    tables: tuple[CopiedTable, ...]
    replaced: int  #: values with a character that the target cannot keep: it has U+FFFD in its place
    seconds: float
    sending_off: str  #: why the target sends nothing; empty when it does

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(table.rows for table in self.tables)


def open_source(url: str) -> Opened:
    """The database that is copied from, brought up to date, never made; close it. Raises StoreError where there is none."""
    return open_database(url, existing=True)


def count_rows(source: Opened) -> dict[str, int]:
    """How many rows each table has, for who shows progress."""
    with source.engine.execution_options(read_only=True).begin() as connection:
        return {table.name: count(connection, table) for table in metadata.sorted_tables}


def refuse_if_led(source: Opened) -> None:
    """Raise InUseError while one of the daemons on a server has a lease, by the server's own clock."""
    with source.engine.execution_options(read_only=True).begin() as connection:
        held = connection.execute(select(leases.c.name).where(leases.c.expires > func.clock_timestamp())).first()
    if held is not None:
        raise InUseError(
            "a monitor works on it; stop every one (after a crash, wait a minute until its lease has run out)",
            key=shown_database_address(source.engine.url.render_as_string(hide_password=False)),
        )


def copy_state(source: Opened, origin: str, target: str, *, move: bool = False, progress: Progress = lambda *_: None) -> Copied:
    """Copy everything into an empty database and compare it there; see the module.

    Args:
        source: of `open_source`.
        origin: its address.
        target: the address of where it goes.
        move: the source sends nothing from now on, and the target does if the source did. Nobody else may use the source.
        progress: see `Progress`.

    Raises:
        StoreError: the target is not empty, or what arrived is not what was there; then nothing of it is left.
    """
    began = time.monotonic()
    here, there = shown_database_address(origin), shown_database_address(target)
    copied_off = f"the state was copied here from {here}: the one that it was copied from may be sending, too"
    moved_off = f"the state was moved from here to {there}"
    with _reading(source) as reading, _said(target):
        before = restore_guard.sending_disabled(reading)
        into = _into_server if target.startswith("postgres") else _into_file
        with into(target) as writing:
            tables, replaced = _all_tables(reading, writing, there, progress)
            _settle(writing, copied_off)
    if move:
        # Each step alone leaves at most one that sends.
        with source.engine.begin() as connection:
            restore_guard.disable_sending(connection, moved_off)
        opened = open_database(target)
        with opened.engine.begin() as connection:
            restore_guard.disable_sending(connection, "" if before.startswith(moved_off) else before)
        opened.close()
    return Copied(
        tables=tables,
        replaced=replaced,
        seconds=time.monotonic() - began,
        sending_off=before if move else copied_off,
    )


@contextmanager
def _reading(source: Opened) -> Iterator[Connection]:
    """A transaction that sees everything as it is now, whoever writes meanwhile."""
    options = {"read_only": True}
    with source.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.execution_options(**options).begin():
            _take_time(connection)
            yield connection


def _take_time(connection: Connection) -> None:
    """A server may end who is idle in a transaction; here one side waits for the other."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))


@contextmanager
def _said(target: str) -> Iterator[None]:
    """Errors of a driver as a sentence: what cannot be written there, and why."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _in_words(error, target) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "psycopg":
            raise
        raise _in_words(error, target) from None


def _in_words(error: Exception, target: str) -> StoreError:
    original = error.orig if isinstance(error, DBAPIError) and error.orig else error
    known = in_words(original, waiting=False)
    # Its further lines quote the row.
    where, first = re.search(r"COPY (\w+), line \d+", str(original)), (str(original).splitlines() or [""])[0]
    table = f" ({where[1]})" if where else ""
    words = str(known) if known else f"cannot be written{table}: {without_secrets(first, target)[:300]}"
    return StoreError(words, key=shown_database_address(target))


def _all_tables(
    reading: Connection, writing: Connection, there: str, progress: Progress
) -> tuple[tuple[CopiedTable, ...], int]:
    """Copy each table and read it back; indexes and keys come between, when they cost least."""
    made = _bare_tables(writing)
    left = {table.name: Tally() for table in metadata.sorted_tables}
    for table in metadata.sorted_tables:
        write(writing, table, _counted(read(reading, table, left[table.name]), left[table.name], table.name, progress))
    _complete(writing, made)
    found = {table.name: Tally() for table in metadata.sorted_tables}
    for table in metadata.sorted_tables:
        for batch in read(writing, table, found[table.name]):
            found[table.name].add(batch)
            progress("compare", table.name, len(batch))
    wrong = [
        f"{name} ({left[name].rows} rows there, {found[name].rows} here)"
        for name in left
        if (left[name].rows, left[name].total) != (found[name].rows, found[name].total)
    ]
    if wrong:
        raise StoreError(f"what arrived is not what was sent: {', '.join(wrong)}. Nothing of it was kept", key=there)
    tables = tuple(CopiedTable(name=name, rows=tally.rows, hash=tally.hash) for name, tally in left.items())
    return tables, sum(tally.replaced for tally in left.values())


def _counted(batches: Iterator[list[Row]], tally: Tally, name: str, progress: Progress) -> Iterator[Sequence[Row]]:
    for batch in batches:
        tally.add(batch)
        yield batch
        progress("copy", name, len(batch))


def _settle(writing: Connection, reason: str) -> None:
    """What was true of the source alone is not of the copy; and it sends nothing yet."""
    restore_guard.forget_place(writing)
    sources.keep_fingerprint(writing, "")
    restore_guard.disable_sending(writing, reason)
    writing.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": HEAD})


# --- a server -------------------------------------------------------------------------------------------------------------


@contextmanager
def _into_server(url: str) -> Iterator[Connection]:
    """One transaction on an empty database of a server."""
    shown = shown_database_address(url)
    opened = open_server(url)
    try:
        with opened.engine.begin() as connection:
            _take_time(connection)
            _reserve(connection, shown)
            connection.execute(text("SET LOCAL TIME ZONE 'UTC'"))
            _empty(connection, shown)
            yield connection
            connection.execute(text("ANALYZE"))
    finally:
        opened.close()


def _reserve(connection: Connection, shown: str) -> None:
    """Take the lock under which a monitor makes its tables: one that starts meanwhile waits, and finds them made."""
    # A server needs a moment to notice that who had it was killed.
    connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}s'"))
    try:
        connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": APPLICATION_ID})
    except StoreUnavailable:
        raise InUseError("another copy, or a monitor that starts, is just making the state there", key=shown) from None
    connection.execute(text("SET LOCAL lock_timeout = 0"))


def _empty(connection: Connection, shown: str) -> None:
    """Remove tables of ours without a row, as a command that only looked makes them. Raises StoreError where one has any."""
    there = set(inspect(connection).get_table_names())
    filled = {
        table.name: rows
        for table in metadata.sorted_tables
        if table.name in there and (rows := count(connection, table)) and table is not facts
    }
    if filled:
        name, rows = max(filled.items(), key=lambda each: each[1])
        raise StoreError(
            f"is not empty ({rows} rows in {name}): a state is copied into an empty database only. Make another one, or remove "
            "this (dropdb NAME) and make it anew (createdb NAME)",
            key=shown,
        )
    metadata.drop_all(connection, [table for table in metadata.sorted_tables if table.name in there])
    connection.execute(text("DROP TABLE IF EXISTS alembic_version"))


# --- a file ---------------------------------------------------------------------------------------------------------------


@contextmanager
def _into_file(url: str) -> Iterator[Connection]:
    """A transaction on a new SQLite file, which gets its name when it is whole and on the disk."""
    path = Path(url.removeprefix("sqlite:///"))
    new = path.with_name(f"{path.name}.copying")
    try:
        _refuse_what_is_there(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        new.unlink(missing_ok=True)
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        engine = _hasty_file(new)
        try:
            with engine.begin() as connection:
                yield connection
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        finally:
            engine.dispose()
        _flush(new)
        new.replace(path)
        _flush(path.parent)
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", key=str(path)) from None
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def _refuse_what_is_there(path: Path) -> None:
    """Raise StoreError unless nothing is there, or an ordinary file without a byte: it is replaced, whatever it is."""
    if not os.path.lexists(path):
        return
    found = path.lstat()
    if not stat.S_ISREG(found.st_mode):
        raise StoreError("is a link, a folder or a device: name a file that is not there", key=str(path))
    if found.st_size:
        raise StoreError("is there already: a state is copied into a file that is not", key=str(path))


def _hasty_file(path: Path) -> Engine:
    """An engine of a file that nobody needs unless it is whole: it keeps no journal, and waits for no disk."""
    engine = create_engine(f"sqlite:///{path}", hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = {-_CACHE}"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN EXCLUSIVE")

    return engine


def _flush(path: Path) -> None:
    """Have it on the disk: the bytes of a file, the names in a folder."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# --- the schema -----------------------------------------------------------------------------------------------------------


def _bare_tables(writing: Connection) -> MetaData:
    """Make the tables without indexes and foreign keys: those are made faster when the rows are there."""
    made = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(made)
    for table in made.sorted_tables:
        # SQLite cannot add a key later; it looks at none while they are not switched on.
        keys: list[Any] | None = None if writing.dialect.name == "sqlite" else []
        writing.execute(CreateTable(table, include_foreign_key_constraints=keys))
    writing.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    return made


def _complete(writing: Connection, made: MetaData) -> None:
    """Add what `_bare_tables` left out."""
    server = writing.dialect.name != "sqlite"
    for table in made.sorted_tables:
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            writing.execute(CreateIndex(index))
        for key in sorted(table.foreign_key_constraints, key=lambda each: str(each.name)) if server else ():
            writing.execute(AddConstraint(key))  # of `made`: it would be left out of the next CREATE TABLE
    if not server and (lost := writing.exec_driver_sql("PRAGMA foreign_key_check").first()):
        raise StoreError(f"a row of {lost[0]} names one of {lost[2]} that is not there")

"""Opening a database: connection settings of either engine, and whether the state in it is ours and current."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from monitor.domain.database_address import checked_database_address, shown_database_address, without_secrets
from monitor.ports import StoreError
from monitor.store import notification_log, schema
from monitor.store.failures import in_words, say_in_words
from monitor.store.guard import Guard
from monitor.store.metadata import APPLICATION_ID
from monitor.store.postgresql import check_server, refused, server_engine
from monitor.system.private_files import make_private

#: How long a writer waits for another one before it gives up, seconds.
BUSY_TIMEOUT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A database, open and current."""

    engine: Engine  #: a commit is on the disk when it returns
    hasty: Engine  #: a commit outlives the process when it returns, and the machine when the next one on `engine` does
    guard: Guard | None = None  #: of its file; None for a server
    troubles: list[StoreError] = field(default_factory=list)  #: the latest, until a write comes through

    def note(self, trouble: StoreError) -> None:
        """Keep what went wrong last."""
        self.troubles[:] = [trouble]

    def close(self) -> None:
        """Release connections."""
        if self.hasty is not self.engine:
            self.hasty.dispose()
        self.engine.dispose()
        if self.guard is not None:
            self.guard.close()


def open_database(url: str, *, existing: bool = False) -> Opened:
    """A database with durable settings, its schema brought up to date. Raises StoreError where that cannot be.

    Args:
        url: its address.
        existing: it has to be there, with a state in it.
    """
    url, parsed = _checked(url)
    shown = shown_database_address(url)
    if parsed.get_backend_name() != "sqlite":
        engine = _server(url, parsed)
        with _opening(engine, url):
            _bring_up_to_date(engine, shown, existing=existing)
        return _opened(engine, url)
    if existing and not Path(str(parsed.database)).is_file():
        raise StoreError("there is no such file", key=shown)
    guard = Guard(_file(str(parsed.database)))
    engine, hasty = _sqlite(url, guard), _sqlite(url, guard, hasty=True)
    say_in_words(hasty, str(guard.path), guard)
    with _opening(engine, url):
        _bring_up_to_date(engine, shown, existing=existing)
        guard.start()
    opened = Opened(engine=engine, hasty=hasty, guard=guard)
    say_in_words(engine, str(guard.path), guard, met=opened.note)
    return opened


def open_server(url: str) -> Opened:
    """A server's database as it is, whatever is in it. Raises StoreError where it cannot be reached, or will not do."""
    url, parsed = _checked(url)
    return _opened(_server(url, parsed), url)


def _server(url: str, parsed: URL) -> Engine:
    shown = shown_database_address(url)
    try:
        engine = server_engine(parsed)
    except StoreError as error:
        raise StoreError(str(error), key=shown) from None
    with _opening(engine, url), engine.connect() as connection:
        check_server(connection, shown)
    return engine


def _opened(engine: Engine, url: str) -> Opened:
    opened = Opened(engine=engine, hasty=engine)
    say_in_words(engine, shown_database_address(url), None, lambda words: without_secrets(words, url), opened.note)
    return opened


def _checked(url: str) -> tuple[str, URL]:
    """An address as it is to be opened. Raises StoreError where it is none."""
    try:
        url = checked_database_address(url)
        return url, make_url(url)
    except (ArgumentError, ValueError) as error:
        # What the library says of an address repeats it.
        words = str(error) if not isinstance(error, ArgumentError) else "is not a database address"
        raise StoreError(words, key=shown_database_address(url)) from None


@contextmanager
def _opening(engine: Engine, url: str) -> Iterator[None]:
    """Why a database cannot be opened, in words; then its engine is disposed of."""
    shown = shown_database_address(url)
    try:
        yield
    except (OperationalError, DatabaseError) as error:
        engine.dispose()
        words = str(in_words(error.orig, waiting=False) or "") or f"cannot be opened: {refused(error.orig, url)}"
        raise StoreError(words, key=shown) from None
    except StoreError:
        engine.dispose()
        raise


def _file(path: str) -> Path:
    """The file of a SQLite database, made for its owner alone."""
    file = Path(path)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as error:
        raise StoreError(f"cannot be opened: {error.strerror}", key=str(file)) from None
    for each in (file, *(file.with_name(file.name + beside) for beside in ("-wal", "-shm"))):
        make_private(each)
    return file


def _sqlite(url: str, guard: Guard, *, hasty: bool = False) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False}, hide_parameters=True)

    @event.listens_for(engine, "do_connect")
    def look(*_arguments: Any) -> None:
        guard.look()  # a new connection to a file that was removed would make an empty one

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN is deferred: two writers that read first then fail with "database is locked" (F13).
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {'NORMAL' if hasty else 'FULL'}")
        # What was committed is in the file itself at once: a plain copy of it is a whole one, and `Guard` can look there.
        cursor.execute(f"PRAGMA wal_autocheckpoint = {0 if hasty else 1}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        guard.look()
        read_only = connection.get_execution_options().get("read_only")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _bring_up_to_date(engine: Engine, key: str, *, existing: bool) -> None:
    with engine.connect().execution_options(read_only=True) as connection:
        found = _version(connection)
        tables = [] if found else inspect(connection).get_table_names()
        if engine.dialect.name == "sqlite":
            stamp = connection.execute(text("PRAGMA application_id")).scalar()
            if stamp != APPLICATION_ID and (stamp or tables or found):
                raise StoreError("is a SQLite file of another application", key=key)
    if found == schema.HEAD:
        return
    if found is None and not (set(tables) & set(schema.metadata.tables)):
        if existing:
            raise StoreError("there is no state of a monitor in it", key=key)
        _create(engine)
        return
    _upgrade(engine, key)


def _create(engine: Engine) -> None:
    """A new database gets the whole schema at once: importing the migration machinery would double the first start."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:id)"), {"id": APPLICATION_ID})
        if _version(connection) is not None:
            return  # another process was first
        assert notification_log.notification_log.metadata is schema.metadata  # imported, so that it is made too
        schema.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": schema.HEAD})
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")


def _upgrade(engine: Engine, key: str) -> None:
    from alembic.util.exc import CommandError

    from monitor.store.migrations.run import upgrade

    try:
        upgrade(engine)
    except CommandError as error:
        raise StoreError(f"was written by a newer version of the monitor, or by something else: {error}", key=key) from error

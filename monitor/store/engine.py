"""Opening a database: connection settings of either engine, and whether the state in it is ours and current."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from monitor.domain.database_address import checked_database_address, shown_database_address, without_secrets
from monitor.domain.database_words import database_words
from monitor.ports import StoreError
from monitor.store import schema

#: Marks a SQLite file as ours ("OfMo"): a stranger's file is refused instead of being filled with our tables.
APPLICATION_ID = 0x4F664D6F
#: How long a writer waits for another one before it gives up, seconds.
BUSY_TIMEOUT = 30


def open_engine(url: str) -> Engine:
    """An engine with durable settings, its schema brought up to date. Raises StoreError where that cannot be."""
    shown = shown_database_address(url)
    try:
        url = checked_database_address(url)
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        # What the library says of an address repeats it.
        words = str(error) if not isinstance(error, ArgumentError) else "is not a database address"
        raise StoreError(words, key=shown) from None
    if parsed.get_backend_name() == "sqlite":
        engine = _sqlite(url, str(parsed.database))
    else:
        server = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(server, pool_pre_ping=True, hide_parameters=True)
    try:
        _bring_up_to_date(engine, shown)
    except (OperationalError, DatabaseError) as error:
        engine.dispose()
        said = without_secrets(str(error.orig), url)
        raise StoreError(database_words(said) or f"cannot be opened: {said}", key=shown) from None
    except StoreError:
        engine.dispose()
        raise
    return engine


def _sqlite(url: str, path: str) -> Engine:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False}, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN is deferred: two writers that read first then fail with "database is locked" (F13).
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get("read_only")
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")

    return engine


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _bring_up_to_date(engine: Engine, key: str) -> None:
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

"""Both ends of a copy of the state: how each engine gives all rows of a table, and takes them. Constant memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, func, select
from sqlalchemy.dialects import postgresql

from monitor.store.copy_rows import Row, Tally, kind_of, plainer

#: Rows at a time: a page with its text takes some kilobytes.
BATCH = 500
_PREPARER = postgresql.dialect().identifier_preparer  # type: ignore[no-untyped-call]
#: How PostgreSQL writes each kind as SQLite keeps it.
_WRITTEN = {
    "moment": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    "day": "to_char({0}, 'YYYY-MM-DD')",
    "flag": "({0}::int)::text",
    "bytes": "{0}",
}


def count(connection: Connection, table: Table) -> int:
    """How many rows a table has."""
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def read(connection: Connection, table: Table, tally: Tally) -> Iterator[list[Row]]:
    """Every row of a table in batches, in no order; replaced characters are counted in `tally`."""
    turned = plainer(table, tally)
    rows = _sqlite_rows(connection, table) if connection.dialect.name == "sqlite" else _server_rows(connection, table)
    while batch := [turned(row) for row in islice(rows, BATCH)]:
        yield batch


def write(connection: Connection, table: Table, batches: Iterable[Sequence[Row]]) -> None:
    """Put rows into an empty table."""
    if connection.dialect.name == "sqlite":
        names, places = _names(table), ", ".join("?" for _ in table.c)
        for batch in batches:
            _driver(connection).executemany(f"INSERT INTO {_quoted(table.name)} ({names}) VALUES ({places})", batch)  # noqa: S608
        return
    with (
        _driver(connection).cursor() as cursor,
        cursor.copy(f"COPY {_quoted(table.name)} ({_names(table)}) FROM STDIN") as copy,
    ):
        for batch in batches:
            for row in batch:
                copy.write_row(row)


def _driver(connection: Connection) -> Any:
    """The driver's own connection, in the transaction of ours."""
    return connection.connection.driver_connection


def _quoted(name: str) -> str:
    """A name of ours as both engines take it."""
    return _PREPARER.quote(name)


def _names(table: Table) -> str:
    return ", ".join(_quoted(column.name) for column in table.c)


def _sqlite_rows(connection: Connection, table: Table) -> Iterator[Sequence[object]]:
    cursor: sqlite3.Cursor = _driver(connection).execute(f"SELECT {_names(table)} FROM {_quoted(table.name)}")  # noqa: S608
    while rows := cursor.fetchmany(BATCH):
        yield from rows


def _server_rows(connection: Connection, table: Table) -> Iterator[Sequence[object]]:
    kinds = [kind_of(column) for column in table.c]
    written = (
        _WRITTEN.get(kind, "{0}::text").format(_quoted(column.name)) for kind, column in zip(kinds, table.c, strict=True)
    )
    wanted = f"COPY (SELECT {', '.join(written)} FROM {_quoted(table.name)}) TO STDOUT"  # noqa: S608  # names of ours
    with _driver(connection).cursor() as cursor, cursor.copy(wanted) as copy:
        copy.set_types(["bytea" if kind == "bytes" else "text" for kind in kinds])
        yield from copy.rows()

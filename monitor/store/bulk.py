"""Many rows at once: thousands of alerts belong to one change, and most of their cost was the way to the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, Connection, Table, insert
from sqlalchemy.sql.schema import ScalarElementColumnDefault


def insert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns.

    What SQLAlchemy does anew for each row (defaults, parameter names, types) is looked up once for all of them.
    """
    if not rows:
        return
    dialect = connection.dialect
    given = {column.name: column.default.arg for column in table.c if isinstance(column.default, ScalarElementColumnDefault)}
    names = [column.name for column in table.c if column.name in rows[0] or column.name in given]
    statement = insert(table).compile(dialect=dialect, column_keys=names)
    writers = [(name, table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names]
    # Moments are the same few in thousands of rows; documents differ, and cannot be looked up.
    changed = [
        (name, write if isinstance(table.c[name].type, JSON) else lru_cache(maxsize=64)(write))
        for name, write in writers
        if write is not None
    ]

    def written(row: Mapping[str, Any]) -> dict[str, Any]:
        values = {**given, **row}
        for name, write in changed:
            values[name] = write(values[name])
        return values

    if statement.positional:
        order = statement.positiontup or []
        connection.exec_driver_sql(str(statement), [tuple(map(written(row).__getitem__, order)) for row in rows])
    else:
        connection.exec_driver_sql(str(statement), [written(row) for row in rows])

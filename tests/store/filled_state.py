"""A state with rows in every table, as many as wanted: made from the schema alone, so that a new table or column is in it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import JSON, Column, DateTime, String, Table

from monitor.store import open_store
from monitor.store.copy_rows import kind_of
from monitor.store.schema import metadata

_BEGAN = datetime(2026, 1, 5, 8, 0, 0, 123456)
#: What text has to survive: quotes, tabs, line ends, what COPY and JSON escape, and characters of all lengths in UTF-8.
TEXTS = (
    "Leeds' children’s services: “inadequate”",
    "a\tb\\N\\.\r\n\\\\ ,\"'\n",
    "",
    "\\N",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \u200b\u2028 e\u0301 \ufffe \x01\x7f",
    "NULL",
)


def _value(column: Column[object], index: int, rows: Mapping[str, int], text: str) -> object:
    """The value of the row with this number: keys differ, foreign ones point at a row that is there."""
    if column.foreign_keys:
        return _foreign(column, index, rows, text)
    if column.nullable and index % 5 == 1:
        return None
    if isinstance(column.type, JSON):
        return json.dumps({"a": [index, TEXTS[index % len(TEXTS)]], "é": None})
    kind = "moment" if isinstance(column.type, DateTime) else kind_of(column)
    return _text(column, index, text) if kind == "text" else _MADE[kind](index)


_MADE: Mapping[str, Callable[[int], object]] = {
    "moment": lambda n: f"{_BEGAN + timedelta(seconds=n * 7, microseconds=n % 2):%Y-%m-%d %H:%M:%S.%f}",
    "day": lambda n: (_BEGAN.date() - timedelta(days=n % 3000)).isoformat(),
    "flag": lambda n: bool(n % 2),
    "whole": lambda n: n % 1000,
    "real": lambda n: (n % 97) / 97 + 1e-9,
    "bytes": lambda n: bytes([n % 256, 0, 10, 92]) * 100,
}


def _foreign(column: Column[object], index: int, rows: Mapping[str, int], text: str) -> object:
    if column.nullable and index % 3 == 0:
        return None
    other = next(iter(column.foreign_keys)).column
    before = [each for each in column.table.c if each.foreign_keys and not each.nullable]
    if column in before[1:]:
        index //= rows[next(iter(before[0].foreign_keys)).column.table.name]  # no two rows name the same pair
    return _value(other, index % rows[other.table.name], rows, text)


def _text(column: Column[object], index: int, text: str) -> str:
    size = column.type.length if isinstance(column.type, String) and column.type.length else 10**6
    if column.primary_key or column.name in {"key", "url", "canonical_url", "target", "change_set", "sha256", "name"}:
        return f"{index:032x}"[-size:]
    return f"{TEXTS[index % len(TEXTS)]}{text if column.name == 'text' else ''}"[:size]


def rows_of(table: Table, rows: Mapping[str, int], text: str = "") -> Iterator[tuple[object, ...]]:
    """Rows of a table, `rows[table.name]` of them; `text` makes those of articles longer."""
    for index in range(rows[table.name]):
        yield tuple(_value(column, index, rows, text) for column in table.c)


def filled(path: Path, rows: Mapping[str, int], text: str = "") -> Path:
    """A SQLite state with this many rows in each table; what is not named has as many as ``""`` says."""
    open_store(f"sqlite:///{path}").close()
    every = {table.name: rows.get(table.name, rows.get("", 0)) for table in metadata.sorted_tables}
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for table in metadata.sorted_tables:
            names = ", ".join(f'"{column.name}"' for column in table.c)
            places = ", ".join("?" for _ in table.c)
            connection.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({places})', rows_of(table, every, text))
        connection.execute("COMMIT")
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    return path

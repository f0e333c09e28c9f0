"""The state of an installation in which nothing is to be done but to ask the sources, without the machinery of the store.

Most checks find nothing. What they read and write is a page of plain SQL on a SQLite file, and importing SQLAlchemy costs
them more than all the rest. So the store leaves a seal when it has looked at everything; as long as the seal holds and
nothing waits, a check is done here. Whatever is new, due or different is the store's: this module never writes an article, a
link, a change or a message.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor import __version__
from monitor.domain.model import Link
from monitor.ports import PollResult, SourceState, Validators
from monitor.store.poll_columns import poll_row, source_row

#: What is written under `facts` in the database by who has seen to everything.
FINGERPRINT = "seal"
_BUSY_SECONDS = 30.0
_VERSIONS = Path(__file__).parent / "migrations" / "versions"
#: Anything of this and the store itself has to be opened. The parameter is the present moment.
_WAITING = """
    SELECT EXISTS (SELECT 1 FROM links WHERE state = 'new' AND retry_at <= :now)
        OR EXISTS (SELECT 1 FROM deliveries WHERE state = 'pending' AND not_before <= :now)
        OR EXISTS (SELECT 1 FROM deliveries WHERE state IN ('sending', 'committing'))
        OR EXISTS (SELECT 1 FROM alerts WHERE delivery IS NULL)
"""


def config_fingerprint(files: Iterable[Path], period: str) -> str:
    """What a start that saw to everything depends on: the program, its schema, these files of configuration, and the period.

    The period (a day, an hour) is in it so that whatever else a full start does is done once in it at least.
    """
    parts = [__version__, period, *sorted(path.name for path in _VERSIONS.glob("m*.py"))]
    digest = hashlib.sha256("\n".join(parts).encode())
    for path in files:
        digest.update(b"\0" + (path.read_bytes() if path.is_file() else b"-"))
    return digest.hexdigest()


class IdleState:
    """A sealed state in which nothing waits. Close it before the store is opened."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def source_states(self) -> Mapping[str, SourceState]:
        """What is remembered of every source that was ever asked, by name."""
        query = "SELECT name, validators, last_success, next_due_at, failures, cursor, polled_before, declared FROM sources"
        rows = self._connection.execute(query)
        return {
            name: SourceState(
                name=name,
                validators={url: Validators(**values) for url, values in json.loads(validators).items()},
                last_success=_moment(last_success),
                next_due_at=_moment(next_due_at),
                failures=failures,
                cursor=cursor,
                polled_before=bool(polled_before),
                declared=declared,
            )
            for name, validators, last_success, next_due_at, failures, cursor, polled_before, declared in rows
        }

    def is_quiet(self, asked: PollResult) -> bool:
        """Whether a poll brought nothing new: no link that is not known, and none in another edition."""
        return all(self._is_known(link) for link in asked.poll.links)

    def _is_known(self, link: Link) -> bool:
        query = "SELECT source, edition FROM links WHERE canonical_url = ?"
        row = self._connection.execute(query, (link.canonical_url,)).fetchone()
        return row is not None and (not link.edition or row[0] != link.source or row[1] == link.edition)

    def record(self, asked: Sequence[PollResult], now: datetime) -> bool:
        """Write polls that brought nothing new, of sources that were asked before, in one transaction.

        False when they could not be written, and then none of them is: the store says better why.
        """
        if not asked:
            return True
        states = self.source_states()
        rows = [_plain(source_row(each, states[each.source], now)) for each in asked]
        lines = [_plain(poll_row(each, 0, now)) for each in asked]
        changed = ", ".join(f"{name} = :{name}" for name in rows[0])
        columns, values = ", ".join(lines[0]), ", ".join(f":{name}" for name in lines[0])
        try:
            with self._connection:  # commits, or rolls back
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.executemany(f"UPDATE sources SET {changed} WHERE name = :name", rows)  # noqa: S608  # our names
                self._connection.executemany(f"INSERT INTO polls ({columns}) VALUES ({values})", lines)  # noqa: S608
        except sqlite3.Error:
            return False
        return True

    def close(self) -> None:
        """Release the file."""
        self._connection.close()


def open_if_idle(database: Path, expected: str, now: datetime) -> IdleState | None:
    """A look at the state in a SQLite file; None where the store has to be opened.

    Args:
        database: the file.
        expected: the seal that a full start in this period would have left.
        now: the moment.
    """
    if not database.is_file():
        return None
    connection = sqlite3.connect(database, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        found = connection.execute("SELECT value FROM facts WHERE name = ?", (FINGERPRINT,)).fetchone()
        if found == (expected,) and not connection.execute(_WAITING, {"now": _value(now)}).fetchone()[0]:
            return IdleState(connection)
    except sqlite3.Error:
        pass  # whatever is the matter with it, the store says it better
    connection.close()
    return None


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in row.items()}


def _value(value: Any) -> Any:
    """A value as SQLAlchemy writes it into SQLite."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return json.dumps(value) if isinstance(value, dict) else value


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)

"""What a database says when it cannot, in words for who has to do something about it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from monitor.ports import StateChanged, StoreError, StoreUnavailable
from monitor.store.guard import Guard
from monitor.store.postgresql import refusal


@dataclass(frozen=True, slots=True)
class _Words:
    """What is the matter, and what follows: for who runs the monitor, which waits, and for a command, which has ended."""

    cause: str
    waiting: str
    ended: str = ""  #: empty: the same

    def said(self, *, waiting: bool) -> str:
        return f"{self.cause}. {self.waiting if waiting else self.ended or self.waiting}"


_FULL = _Words("the disk is full; nothing is lost", "Free some space; it goes on by itself", "Free some space and try again")
_HELD = _Words(
    "another program keeps the database locked",
    "It goes on by itself when that lets go",
    "Try again when that has let go of it",
)
_BY_CODE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
    sqlite3.SQLITE_READONLY: _Words(
        "it cannot be written", "See who owns it and its folder, and whether its disk is read-only"
    ),
    sqlite3.SQLITE_IOERR: _Words(
        "reading or writing fails",
        "See whether its disk is full or broken; it goes on by itself when it can",
        "See whether its disk is full or broken, and try again",
    ),
    sqlite3.SQLITE_CANTOPEN: _Words("it cannot be opened", "See whether the folder is there and who owns it"),
    sqlite3.SQLITE_PERM: _Words("it may not be opened", "See who owns it"),
}
_DAMAGED = {
    sqlite3.SQLITE_CORRUPT: "the database is damaged ({error}); stop the monitor and put a backup back, as "
    "docs/runbook.md says",
    sqlite3.SQLITE_NOTADB: "this file is no database, or a damaged one; is its address right? Otherwise put a backup back "
    "(docs/runbook.md)",
}
_GOES_ON = "It goes on by itself when it can"
#: PostgreSQL's classes of errors that are about the server, not about a statement (first two characters of SQLSTATE).
_SERVER = {"08": "", "53": "it is short of resources", "57": "it is going down or was interrupted", "58": "a system error"}


def in_words(error: BaseException | None, guard: Guard | None = None, *, waiting: bool = True) -> StoreError | None:
    """An error of a driver as one of ours; None for what is a fault in a statement, and so in the monitor.

    `waiting`: whoever met it tries again by itself; a command that ends by it does not.
    """
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        if code & 0xFF in _DAMAGED:
            if guard is None:
                return StateChanged(_DAMAGED[code & 0xFF].format(error=error))
            guard.damaged(str(error))
            return StateChanged(guard.trouble)
        words = _BY_CODE.get(code & 0xFF)
        return StoreUnavailable(words.said(waiting=waiting)) if words else None
    state = getattr(error, "sqlstate", None) or ""
    if state == "53100":
        return StoreUnavailable(_FULL.said(waiting=waiting))
    if state and (row := refusal(error)):
        return StoreUnavailable(f"{row.means}. {_GOES_ON}" if waiting else row.means)
    if state[:2] in _SERVER:
        return StoreUnavailable(f"the database server does not answer as it should: {_SERVER[state[:2]] or 'no connection'}")
    return None


def say_in_words(
    engine: Engine,
    key: str,
    guard: Guard | None = None,
    clean: Callable[[str], str] = lambda words: words,
    met: Callable[[StoreError], object] = lambda _error: None,
) -> None:
    """From now on errors of this engine that are about the database itself are raised as ours, with what to do.

    `clean` takes secrets out of what a server says; `met` is told of each.
    """

    @event.listens_for(engine, "handle_error")
    def translate(context: Any) -> None:
        found = in_words(context.original_exception, guard)
        if found is None and context.is_disconnect:
            found = StoreUnavailable(f"the database cannot be reached. {_GOES_ON}")
        elif found is None and _unreachable(context.sqlalchemy_exception):
            row = refusal(context.original_exception)
            why = row.means if row else clean(_first_line(context.original_exception))
            found = StoreUnavailable(f"the database cannot be reached: {why}. {_GOES_ON}")
        if found is not None:
            said = type(found)(str(found), key=key)
            met(said)
            raise said from context.original_exception


def _unreachable(error: DBAPIError | None) -> bool:
    """Whether a driver could not even connect: psycopg has no SQLSTATE for that."""
    if not isinstance(error, OperationalError) or isinstance(error, IntegrityError):
        return False
    return not hasattr(error.orig, "sqlite_errorcode") and not getattr(error.orig, "sqlstate", None)


def _first_line(error: BaseException | None) -> str:
    """What an error says, without its further lines, which may repeat an address."""
    return (str(error).strip().splitlines() or [""])[0][:200]

"""A SQLite database that is only looked at: nothing is written, not even a file beside it. Light to import."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path


def connect_read_only(file: Path, timeout: float = 2.0) -> sqlite3.Connection:
    """A connection that cannot write; `timeout` is in seconds. Raises sqlite3.OperationalError where there is no such file.

    Where no log lies beside the file nobody has it open and all of it is in the file itself; read as one that does not
    change, it needs no log. Otherwise a reader would make one, which may be another user's than the monitor's.
    """
    beside = file.with_name(file.name + "-wal").exists()
    uri = f"{file.absolute().as_uri()}?mode=ro{'' if beside else '&immutable=1'}"
    return sqlite3.connect(uri, uri=True, timeout=timeout, check_same_thread=False)


def damage(file: Path, *, timeout: float = 2.0, within: float | None = None) -> str | None:
    """What SQLite finds wrong with a database; empty for nothing, None where `within` seconds did not suffice for all of it.

    Raises sqlite3.OperationalError where it cannot be read, as when another program holds it.
    """
    until = time.monotonic() + (within or 0.0)
    with closing(connect_read_only(file, timeout)) as database:
        if within is not None:
            database.set_progress_handler(lambda: int(time.monotonic() > until), 10_000)
        try:
            said = str(database.execute("PRAGMA quick_check(1)").fetchone()[0]).splitlines()[-1]
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_INTERRUPT:
                return None
            raise
        except sqlite3.DatabaseError as error:
            said = str(error)
    return "" if said == "ok" else said

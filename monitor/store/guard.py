"""Whether the file of a SQLite database is still the one that was opened: not replaced, not removed, not gone back.

Every move of a delivery raises a number in the file's own header. Each commit is written into the file at once (see `engine`),
so the number that stands there never falls, unless an older copy was written over it.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import Connection

from monitor.ports import StateChanged
from monitor.system.private_files import make_private

_HEADER = 100
_MAGIC = b"SQLite format 3\x00"
_WHAT_TO_DO = "Nothing is sent or recorded any more. Stop the monitor and see “the state was changed” in docs/runbook.md"
#: Closing any handle of a file ends all locks that this process has on it, SQLite's too. So there is one, for everybody.
_handles: dict[tuple[int, int], tuple[int, int]] = {}
_handles_lock = threading.Lock()


def count_move(connection: Connection) -> None:
    """Raise the number in the header, as part of the transaction."""
    if connection.dialect.name == "sqlite":
        moves = int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)
        connection.exec_driver_sql(f"PRAGMA user_version = {(moves + 1) % 2**31}")


def _forget_log(path: Path) -> None:
    """Remove the log of the file that was there: read together with another file it would make a third one of both."""
    mine = set()
    for handle in Path("/proc/self/fd").glob("*"):
        with suppress(OSError):
            found = handle.stat()
            mine.add((found.st_dev, found.st_ino))
    for beside in ("-wal", "-shm"):
        with suppress(OSError):
            log = path.with_name(path.name + beside)
            there = log.stat()
            if (there.st_dev, there.st_ino) in mine:  # not one that was brought along with the other file
                log.unlink()


class Guard:
    """Looks at one file before every transaction. What it found once stays: a restart has to sort it out."""

    def __init__(self, path: Path) -> None:
        self.path = path  #: of the database
        self._moves = -1
        self._lock = threading.Lock()
        self._anchor: sqlite3.Connection | None = None
        self._place: tuple[int, int] | None = None
        self._file = -1
        self.trouble = ""  #: what is the matter with the file; empty while nothing is
        self.on_removed: list[Callable[[], object]] = []  #: puts back what else was removed with it

    def start(self) -> None:
        """Remember which file it is; from now on `look` compares."""
        there = self.path.stat()
        self._place = (there.st_dev, there.st_ino)
        with _handles_lock:
            file, users = _handles.get(self._place, (-1, 0))
            self._file = file if users else os.open(self.path, os.O_RDONLY)
            _handles[self._place] = (self._file, users + 1)
        # What was removed can be read through a connection that was open before.
        self._anchor = sqlite3.connect(self.path, check_same_thread=False, isolation_level=None)
        self._anchor.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def look(self) -> None:
        """Raise StateChanged when the file is not what it was."""
        if self._place is None:
            return
        if not self.trouble and (what := self._changed()):
            self.trouble = f"{what}. {_WHAT_TO_DO}"
            _forget_log(self.path)
        if self.trouble:
            raise StateChanged(self.trouble, key=str(self.path))

    def check(self, connection: Connection) -> None:
        """Go through the whole database; raise StateChanged where it is damaged. Takes time with its size."""
        if (said := connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()) != "ok":
            self.damaged(str(said).partition("\n")[0])
            self.look()

    def damaged(self, what: str) -> None:
        """Note that the database itself says that it is broken."""
        self.trouble = self.trouble or f"the database is damaged ({what}). {_WHAT_TO_DO}"

    def close(self) -> None:
        """Release the file; every connection to it has been closed before."""
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None
        if self._place is not None:
            with _handles_lock:
                file, users = _handles.pop(self._place)
                if users > 1:
                    _handles[self._place] = (file, users - 1)
                else:
                    os.close(file)
            self._place = None

    def _changed(self) -> str:
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return self._removed()
        except OSError as error:
            return f"the database cannot be looked at any more ({error.strerror})"
        if (there.st_dev, there.st_ino) != self._place:
            return "another file was put in the place of the database while the monitor ran"
        known = self._moves  # before looking: what another thread has seen meanwhile may be newer than what we are about to see
        for patience in (0.02, 0.2, 1.0, 1.0, 0.0):
            header = os.pread(self._file, _HEADER, 0)
            if len(header) == _HEADER and header.startswith(_MAGIC):
                break
            time.sleep(patience)  # it may be being written
        else:
            return "the database was overwritten while the monitor ran: it does not begin as one"
        moves = int.from_bytes(header[60:64])
        if moves < known:
            return "an older copy was written over the database while the monitor ran"
        with self._lock:
            self._moves = max(self._moves, moves)
        return ""

    def _removed(self) -> str:
        """Put back what was removed, as it was at its last commit: the reader of a restart must know what was sent."""
        said = "the database was removed while the monitor ran"
        try:
            with self._lock:
                self._put_back()
        except (OSError, sqlite3.Error) as error:
            return f"{said}, and could not be put back ({error})"
        for put_back in self.on_removed:
            with suppress(OSError):
                put_back()
        return f"{said}; it was put back as it was"

    def _put_back(self) -> None:
        if self._anchor is None or self.path.exists():
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = self.path.with_suffix(".rescued")
        new.unlink(missing_ok=True)
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(new)) as copy:
            self._anchor.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
        make_private(new)
        for beside in ("-wal", "-shm"):
            self.path.with_name(self.path.name + beside).unlink(missing_ok=True)
        new.replace(self.path)

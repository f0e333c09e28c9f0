"""A backup put in the place of a state: what was sent since stays known, and nothing is sent until somebody says so."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.domain.calendar import moment_words
from monitor.ports import StoreError
from monitor.store import schema
from monitor.store.backup import DATABASE, JOURNAL, KEY, Manifest, opened_backup
from monitor.system.private_files import make_private

#: Of the database that was there, whose last transactions may stand in its log alone: it goes where that goes, and must not be
#: read together with another file.
_LOG, _SHARED = f"{DATABASE}-wal", f"{DATABASE}-shm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put where."""

    manifest: Manifest
    aside: tuple[Path, ...]  #: what was there before, under another name


def check_backup(archive: Path) -> tuple[Manifest, str]:
    """Verify a backup and change nothing: its manifest, and the schema that a start would bring it to.

    Raises StoreError with why it could not be put back.
    """
    with opened_backup(archive, schema.HEAD) as (manifest, _):
        return manifest, schema.HEAD


def restore_backup(archive: Path, state: Path, *, now: datetime, over: bool = False) -> Restored:
    """Put a backup into a state folder in which no monitor runs (the caller holds its lock). Sending is off afterwards.

    A journal that is there stays, with what that of the backup knows before it: it is the newest there is. With `over` a
    database that is there is moved aside; without, it is refused.

    Raises StoreError where the backup is none, is damaged or newer than this program, or the folder has a state already.
    """
    database = state / DATABASE
    if database.exists() and not over:
        words = "there is a state already; --over puts the backup in its place, and keeps what was there under another name"
        raise StoreError(words, key=str(database))
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    with opened_backup(archive, schema.HEAD, state) as (manifest, work):
        _disable_sending(work / DATABASE, f"it was restored from a backup of {moment_words(manifest.made, year=True)}")
        # What may fail comes before the first thing that is moved: then everything is where it was.
        _merge_journals(state / JOURNAL, work / JOURNAL)
        aside = _moved_aside(state, now, keeps_key=_same(work / KEY, state / KEY))
        if (work / KEY).exists() and not (state / KEY).exists():
            (work / KEY).replace(state / KEY)
        (work / DATABASE).replace(database)
    for name in (DATABASE, JOURNAL, KEY):
        make_private(state / name)
    return Restored(manifest=manifest, aside=aside)


def _disable_sending(database: Path, reason: str) -> None:
    """Before the database is in its place: at no moment is there one that would send."""
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT OR REPLACE INTO facts (name, value) VALUES ('sending_off', ?)", (reason,))


def _same(one: Path, other: Path) -> bool:
    return not one.exists() or not other.exists() or one.read_bytes() == other.read_bytes()


def _moved_aside(state: Path, now: datetime, *, keeps_key: bool) -> tuple[Path, ...]:
    """Keep what was there, under a name that says since when."""
    mark = f".before-{now:%Y%m%dT%H%M%SZ}"
    (state / _SHARED).unlink(missing_ok=True)
    moved = []
    for name in (_LOG, DATABASE, *(() if keeps_key else (KEY,))):
        path = state / name
        if path.exists():
            target = state / (f"{DATABASE}{mark}-wal" if name == _LOG else f"{name}{mark}")
            path.replace(target)
            moved.append(target)
    return tuple(moved)


def _merge_journals(here: Path, backup: Path) -> None:
    """What either knows as sent stays known: the lines of the backup that are not here come before those that are."""
    if not backup.exists():
        return
    known = here.read_bytes().splitlines(keepends=True) if here.exists() else []
    # The answer to a try overwrites one byte of its line: what is here is the newer word on it.
    tries = {_try(line) for line in known}
    lines = [line for line in backup.read_bytes().splitlines(keepends=True) if line.endswith(b"\n") and _try(line) not in tries]
    new = here.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(b"".join([*lines, *known]))
        file.flush()
        os.fsync(file.fileno())
    new.replace(here)


def _try(line: bytes) -> tuple[bytes, bytes]:
    """Which try of which delivery a line of the journal is about."""
    words = line.split()
    return (words[0] if words else b"", words[1][1:] if len(words) > 1 else b"")

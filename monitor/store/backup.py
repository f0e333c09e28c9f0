"""A backup of a state in SQLite: one archive with the database as it is at one moment, and what belongs to it.

Made beside a monitor that runs. A manifest names every file in it with size and hash; nothing else in an archive is looked at,
and no name in it becomes a path.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from monitor.ports import StoreError
from monitor.store.metadata import APPLICATION_ID
from monitor.store.read_only import connect_read_only, damage

DATABASE, JOURNAL, KEY = "monitor.db", "sent.journal", "links.key"
#: The database first: a journal that is copied after it knows at least as much as it.
_FILES = (DATABASE, JOURNAL, KEY)
_MANIFEST, _FORMAT = "manifest.json", 1
_MAX_MANIFEST = 1 << 20
_CHUNK = 1 << 20
_NAME = re.compile(r"monitor-([0-9]{8}T[0-9]{6})Z\.tar\.gz")
#: A backup that is newer than now by more than this was made by a clock that was wrong.
FUTURE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an archive says of itself."""

    made: datetime
    monitor: str  #: the version that made it
    schema: str
    files: dict[str, tuple[int, str]]  #: name -> size in bytes, SHA-256

    def as_json(self) -> str:
        """As it stands in the archive."""
        files = {name: {"size": size, "sha256": digest} for name, (size, digest) in self.files.items()}
        said = {
            "format": _FORMAT,
            "made": self.made.isoformat(),
            "monitor": self.monitor,
            "schema": self.schema,
            "files": files,
        }
        return json.dumps(said, indent=2)


def backup_name(now: datetime) -> str:
    """What a backup is called: ``monitor-20261128T030000Z.tar.gz``."""
    return f"monitor-{now.astimezone(UTC):%Y%m%dT%H%M%S}Z.tar.gz"


def backups_in(folder: Path) -> list[tuple[datetime, Path]]:
    """The backups in a folder, oldest first, each with when it was made by its name."""
    with suppress(OSError):  # a folder that cannot be read cannot be written either, which whoever makes a backup is told
        return _backups_in(folder)
    return []


def _backups_in(folder: Path) -> list[tuple[datetime, Path]]:
    return sorted((made, each) for each in folder.iterdir() if (made := _made(each.name)) is not None and each.is_file())


def _made(name: str) -> datetime | None:
    """When a backup was made, by its name; None for what is not called like one, or after a moment that there is not."""
    found = _NAME.fullmatch(name)
    with suppress(ValueError):
        return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC) if found else None
    return None


def prune_backups(folder: Path, keep: int, *, now: datetime) -> list[Path]:
    """Remove all but the newest backups of a folder, by their names; what else lies there stays. Returns what is gone.

    Those of the future go first: a clock that was wrong made them, and nobody knows how old they are.
    """
    found = sorted(backups_in(folder), key=lambda each: (each[0] <= now + FUTURE, *each))
    old = [path for _, path in found[:-keep]] if keep else []
    for path in old:
        path.unlink(missing_ok=True)
    return old


def forget_leftovers(folder: Path, now: datetime) -> None:
    """Remove what a backup that was cut off more than a day ago left in a folder."""
    for each in folder.glob(".backup-*"):
        with suppress(OSError):
            if each.is_dir() and now.timestamp() - each.stat().st_mtime > timedelta(days=1).total_seconds():
                shutil.rmtree(each)


def make_backup(state: Path, target: Path, *, now: datetime, version: str) -> Manifest:
    """Write the backup of a state folder to a file that is not there, whole or not at all, for its owner alone.

    Raises StoreError where there is nothing to back up, where it cannot be written, or what was copied is damaged.
    """
    source = state / DATABASE
    if not source.is_file():
        raise StoreError("there is no database to back up", key=str(source))
    if target.exists():
        raise StoreError("is there already, and is not written over", key=str(target))
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=target.parent) as work:
            copies = _copied(state, Path(work))
            files = {path.name: (path.stat().st_size, _digest(path)) for path in copies}
            manifest = Manifest(made=now, monitor=version, schema=_schema(copies[0]), files=files)
            _write(Path(work) / "archive", copies, manifest)
            os.link(Path(work) / "archive", target)  # unlike a move, this writes over nothing
            _sync(target.parent)
    except FileExistsError:
        raise StoreError("is there already, and is not written over", key=str(target)) from None
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror or error}", key=str(target)) from None
    except sqlite3.Error as error:
        raise StoreError(f"cannot be read: {error}", key=str(source)) from None
    return manifest


def _copied(state: Path, work: Path) -> list[Path]:
    """Copies of what belongs to the state, the database first."""
    database = work / DATABASE
    os.close(os.open(database, os.O_WRONLY | os.O_CREAT, 0o600))
    with closing(connect_read_only(state / DATABASE, timeout=30.0)) as source, closing(sqlite3.connect(database)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
    if said := damage(database):
        raise StoreError(f"is damaged ({said}): no backup of it is made", key=str(state / DATABASE))
    copies = [database]
    for name in _FILES[1:]:
        with suppress(FileNotFoundError), (state / name).open("rb") as source_file:
            _put(source_file.read(), work / name)
            copies.append(work / name)
    return copies


def _put(content: bytes, path: Path) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def _write(path: Path, copies: list[Path], manifest: Manifest) -> None:
    """The archive, through to the disk; the manifest comes first."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive:
            said = manifest.as_json().encode()
            head = tarfile.TarInfo(_MANIFEST)
            head.size, head.mode = len(said), 0o600
            archive.addfile(head, io.BytesIO(said))
            for each in copies:
                member = tarfile.TarInfo(each.name)
                member.size, member.mode = each.stat().st_size, 0o600
                with each.open("rb") as content:
                    archive.addfile(member, content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """A new name in a folder outlasts a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _schema(database: Path) -> str:
    with closing(connect_read_only(database)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


@contextmanager
def opened_backup(archive: Path, newest: str, beside: Path | None = None) -> Iterator[tuple[Manifest, Path]]:
    """The manifest of a backup, and a folder with its files, each verified; the folder is gone at the end of the block.

    Verified is: every hash, the database as SQLite sees it, whose it is, and that its schema is none after `newest`.
    `beside` is the folder in which that folder is made; without it, where temporary files are.

    Raises StoreError with what is wrong with it.
    """
    if archive.exists() and not archive.is_file():
        raise StoreError("is a folder, a pipe or a device, and no backup", key=str(archive))
    try:
        with tempfile.TemporaryDirectory(prefix=".restore-", dir=beside) as work:
            manifest = _unpacked(archive, Path(work))
            _verify(Path(work) / DATABASE, manifest, newest, archive)
            yield manifest, Path(work)
    except FileNotFoundError:
        raise StoreError("there is no such file", key=str(archive)) from None
    except (tarfile.TarError, EOFError, sqlite3.Error) as error:
        raise StoreError(f"is no backup, or a damaged one: {error}", key=str(archive)) from None
    except OSError as error:
        raise StoreError(f"cannot be read: {error.strerror or error}", key=str(archive)) from None


def _unpacked(archive: Path, work: Path) -> Manifest:
    """Write the files that the manifest names, under our own names for them."""
    with tarfile.open(archive, mode="r:gz") as members:
        manifest = _manifest(members, archive)
        for name, (size, digest) in manifest.files.items():
            member = members.next()
            if member is None or member.name != name or not member.isreg() or member.size != size:
                raise StoreError(f"is no backup, or a damaged one: {name} is not in it as its manifest says", key=str(archive))
            content = members.extractfile(member)
            if content is None or _poured(content, work / name) != digest:
                raise StoreError(f"is damaged: the hash of {name} is another than its manifest says", key=str(archive))
    return manifest


def _poured(content: IO[bytes], target: Path) -> str:
    """Write a file; returns its SHA-256."""
    found = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := content.read(_CHUNK):
            found.update(chunk)
            file.write(chunk)
    return found.hexdigest()


def _manifest(members: tarfile.TarFile, archive: Path) -> Manifest:
    member = members.next()
    content = members.extractfile(member) if member is not None and member.isreg() else None
    if member is None or member.name != _MANIFEST or member.size > _MAX_MANIFEST or content is None:
        raise StoreError("is no backup of the monitor's: it does not begin with a manifest", key=str(archive))
    try:
        said: Any = json.loads(content.read())
        if said["format"] != _FORMAT:
            raise StoreError(f"was made by a newer version of the monitor ({said['monitor']})", key=str(archive))
        files = {str(name): (int(each["size"]), str(each["sha256"])) for name, each in said["files"].items()}
        manifest = Manifest(
            made=datetime.fromisoformat(said["made"]), monitor=str(said["monitor"]), schema=str(said["schema"]), files=files
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise StoreError("is no backup, or a damaged one: its manifest cannot be read", key=str(archive)) from None
    if not {DATABASE} <= set(files) <= set(_FILES):
        raise StoreError("is no backup of the monitor's: it holds other files", key=str(archive))
    return manifest


def _verify(database: Path, manifest: Manifest, newest: str, archive: Path) -> None:
    if said := damage(database):
        raise StoreError(f"is damaged: the database in it is not sound ({said})", key=str(archive))
    with closing(connect_read_only(database)) as connection:
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise StoreError("is no backup of the monitor's: the database in it is another program's", key=str(archive))
    if (found := _schema(database)) > newest:
        words = f"was made by version {manifest.monitor}, whose database (schema {found}) this one does not know: install that"
        raise StoreError(words, key=str(archive))

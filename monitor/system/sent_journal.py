"""The journal of what is sent, beside the database: who was told what, written through to the disk before the database knows.

It bridges a crash, a full disk or a locked database between a provider's answer and the database. And it tells a database
that was put back from a backup what was sent since: by whom it was told and what, for the ids there are given anew.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from monitor.system.clock import boot_id
from monitor.system.private_files import make_private

_BEGUN, _ACCEPTED, _REFUSED = "?", "+", "-"
#: Lines that are kept. One is about 150 bytes.
MAX_LINES = 50_000
_MIN_LINE = 33  #: bytes of a line: an id and the end


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One try to hand a delivery over, from just before its last byte."""

    delivery: str
    accepted: bool | None  #: whether the provider took it; None: nobody knows (yet)
    epoch: int = 0  #: of the claim; 0 where it is not known
    boot: str = ""  #: of the machine, when it was written
    tells: tuple[str, ...] = ()  #: tokens of who is told what; see `ports.Delivery`


def _line(entry: Entry) -> str:
    mark = {None: _BEGUN, True: _ACCEPTED, False: _REFUSED}[entry.accepted]
    return f"{entry.delivery} {mark}{entry.epoch} {entry.boot or '-'} {','.join(entry.tells)}".rstrip() + "\n"


def _entry(line: str) -> Entry | None:
    """A line as an entry; an id alone is one that was accepted. None for what is no line of ours."""
    identity, *rest = line.split()
    if not rest:
        return Entry(delivery=identity, accepted=True)
    mark, epoch = rest[0][:1], rest[0][1:]
    if mark not in {_BEGUN, _ACCEPTED, _REFUSED} or not epoch.isdecimal():
        return None
    return Entry(
        delivery=identity,
        accepted={_BEGUN: None, _ACCEPTED: True, _REFUSED: False}[mark],
        epoch=int(epoch),
        boot=rest[1] if len(rest) > 1 and rest[1] != "-" else "",
        tells=tuple(rest[2].split(",")) if len(rest) > 2 else (),
    )


class SentJournal:
    """A file with a line for each try. Safe for several threads of one process, which is its only writer.

    The answer to a try overwrites one byte of its line, which takes no space: a disk that became full in between
    holds it nevertheless.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._file: int | None = None
        self._marks: dict[tuple[str, int], int] = {}  # where the mark of a try is that has no answer yet

    def begin(self, delivery: str, epoch: int, tells: tuple[str, ...] = ()) -> None:
        """Note that the last byte of a try is about to go. Raises OSError where that cannot be written."""
        entry = Entry(delivery=delivery, accepted=None, epoch=epoch, boot=boot_id()[:8], tells=tells)
        with self._lock:
            self._marks[delivery, epoch] = self._append(_line(entry)) + len(delivery) + 1

    def answer(self, delivery: str, epoch: int, *, accepted: bool) -> None:
        """Note what the provider said to a try. Raises OSError where that cannot be written."""
        with self._lock:
            at = self._marks.get((delivery, epoch))
            if at is None or not self._is_there():
                self._append(_line(Entry(delivery=delivery, accepted=accepted, epoch=epoch)))
            else:
                os.pwrite(self._open(), (_ACCEPTED if accepted else _REFUSED).encode(), at)
                os.fsync(self._open())
            self._marks.pop((delivery, epoch), None)

    def add(self, delivery: str) -> None:
        """Note an accepted delivery of which nothing else is known."""
        with self._lock:
            self._append(f"{delivery}\n")

    def entries(self) -> Iterator[Entry]:
        """Every try in it, the oldest first; a line that a crash cut short is none of ours."""
        try:
            text = self._path.read_bytes().decode("ascii", "replace")
        except FileNotFoundError:
            return
        for line in text.splitlines(keepends=True):
            if line.endswith("\n") and line.strip() and (entry := _entry(line)) is not None:
                yield entry

    def read(self) -> frozenset[str]:
        """The ids of the deliveries that were accepted."""
        return frozenset(entry.delivery for entry in self.entries() if entry.accepted)

    def latest(self) -> Mapping[str, Entry]:
        """Of each delivery what its last try came to; one that was ever accepted stays accepted."""
        found: dict[str, Entry] = {}
        for entry in self.entries():
            before = found.get(entry.delivery)
            if before is None or not before.accepted:
                found[entry.delivery] = entry
        return found

    def trim(self, keep: int = MAX_LINES) -> None:
        """Forget all but the newest lines when there are more than twice as many; the database knows the others long since.

        What there is stays open from now on: what is open can be put back when it is removed.
        """
        with self._lock:
            size = self._path.stat().st_size if self._path.exists() else 0
            # A file of so few bytes has no more lines, however short: that is all that is looked at every minute.
            lines = self._path.read_bytes().splitlines(keepends=True) if size > 2 * keep * _MIN_LINE else []
            if len(lines) > 2 * keep:
                gone, marks = sum(map(len, lines[:-keep])), dict(self._marks)
                new = self._path.with_suffix(".new")
                with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                    file.write(b"".join(lines[-keep:]))
                    file.flush()
                    os.fsync(file.fileno())
                new.replace(self._path)
                self._close()
                self._marks = {which: at - gone for which, at in marks.items() if at >= gone}
            if self._path.exists():
                self._open()

    def rescue(self) -> None:
        """Put the file back where it was removed while it was open; its bytes are still there."""
        with self._lock:
            if self._file is None or self._path.exists():
                return
            size = os.fstat(self._file).st_size
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(os.pread(self._file, size, 0))
                file.flush()
                os.fsync(file.fileno())
            self._close()

    def _append(self, line: str) -> int:
        """Write a line through to the disk, whole or not at all; returns where it begins."""
        if not self._is_there():
            self._close()
        file = self._open()
        end = os.fstat(file).st_size
        cut = b"\n" if end and os.pread(file, 1, end - 1) != b"\n" else b""  # a crash left half a line
        said = cut + line.encode("ascii")
        try:
            if os.pwrite(file, said, end) < len(said):
                raise OSError(28, "No space left on device", str(self._path))
            os.fsync(file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(file, end)
            raise
        return end + len(cut)

    def _open(self) -> int:
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            make_private(self._path)
        return self._file

    def _is_there(self) -> bool:
        """Whether the open file is still the one at its path."""
        if self._file is None:
            return False
        try:
            here, there = os.fstat(self._file), self._path.stat()
        except OSError:
            return False
        return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = None
        self._marks.clear()

"""Who may watch: one process a state folder, and one of several daemons on a shared database."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TextIO

from monitor.ports import Clock, InUseError, StoreError
from monitor.system.private_files import make_private


@contextmanager
def single_instance(state: Path) -> Iterator[None]:
    """One monitor a state folder: two would poll twice. The lock ends with the process, however that ends."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(os.open(state / "monitor.lock", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+")
        make_private(state / "monitor.lock")
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", key=str(state)) from None
    with file:
        _lock(file, state)
        file.truncate(0)
        file.write(f"process {os.getpid()}")
        file.flush()
        yield


def refuse_if_held(state: Path) -> None:
    """Raise StoreError, which names the process, where a monitor has the state folder; make nothing."""
    with suppress(OSError), (state / "monitor.lock").open() as file:
        _lock(file, state)


def _lock(file: TextIO, state: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        raise InUseError(
            f"in use by another monitor ({holder}); stop it, or use --state for another folder", key=str(state)
        ) from None


class Owners:
    """Under which names this state folder sent before. Whoever holds the folder's lock knows that all of them are dead.

    A copy of the folder is another one: the names in it may be those of a monitor that lives.
    """

    def __init__(self, state: Path) -> None:
        self._path = state / "owners"
        self.previous = self._read()

    def _read(self) -> tuple[str, ...]:
        try:
            place, *names = self._path.read_text(encoding="ascii").split()
        except (OSError, ValueError):
            return ()
        return tuple(names) if place == self._place() else ()

    def _place(self) -> str:
        there = self._path.parent.stat()
        return f"{there.st_dev}:{there.st_ino}"

    def add(self, owner: str) -> None:
        """Note a name before anything is claimed under it."""
        self._write((*self.previous, owner))

    def keep(self, owner: str) -> None:
        """Forget all names but one: what the others left was put right."""
        self._write((owner,))

    def _write(self, names: Sequence[str]) -> None:
        new = self._path.with_suffix(".new")
        with suppress(OSError):  # on a full disk what they left waits for its lease
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
                file.write("\n".join((self._place(), *names)))
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)


class Leases(Protocol):
    """The part of the store that knows who has what to himself."""

    def acquire_lease(self, name: str, *, owner: str, now: datetime, length: timedelta) -> int | None:
        """Take or renew a lease; its epoch, None when another holds it."""
        ...

    def release_lease(self, name: str, *, owner: str, now: datetime) -> None:
        """Give a lease back at an orderly end, so that another need not wait until it runs out."""
        ...


class LeaseElection:
    """The lease by which one of several daemons on a shared database polls."""

    LENGTH = timedelta(seconds=45)

    def __init__(self, store: Leases, clock: Clock, owner: str) -> None:
        self._store = store
        self._clock = clock
        self._owner = owner

    def acquire(self) -> bool:
        """Take or renew it; whether it is ours."""
        now = self._clock.now()
        return self._store.acquire_lease("poll", owner=self._owner, now=now, length=self.LENGTH) is not None

    def release(self) -> None:
        """Give it back."""
        self._store.release_lease("poll", owner=self._owner, now=self._clock.now())


class SoleDaemon:
    """There is no other daemon."""

    def acquire(self) -> bool:
        """Always."""
        return True

    def release(self) -> None:
        """Nobody waits for it."""

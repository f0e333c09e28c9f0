"""Who may watch: one process a state folder, and one of several daemons on a shared database."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager, nullcontext, suppress
from datetime import timedelta
from pathlib import Path
from typing import Protocol, TextIO

from monitor.ports import InUseError, LeaderElection, LostLeadError, StoreError
from monitor.system.clock import uptime
from monitor.system.private_files import make_private

_log = logging.getLogger(__name__)
#: How often whoever leads asks for more of the lead, seconds; well within the time that it is held for.
LEAD_EVERY = 5.0
#: How often another asks for it, seconds: after an orderly end that is all that the others wait.
SEEK_EVERY = 2.0


@contextmanager
def single_instance(state: Path, database: Path | None = None) -> Iterator[None]:
    """One monitor a state folder, and one a file that is a `database`, by whatever name: two would poll twice.

    The locks end with the process, however that ends.
    """
    with ExitStack() as locks:
        for path, place in _locks_of(state, database).items():
            locks.enter_context(_locked(path, place))
        yield


def _locks_of(state: Path, database: Path | None) -> dict[Path, Path]:
    """The files that are locked, each with what it stands for. That of `state/monitor.db` is the state folder's own."""
    own = {state.resolve() / "monitor.lock": state}
    return own if database is None else {database.resolve().with_suffix(".lock"): database} | own


@contextmanager
def _locked(path: Path, place: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "a+")
        make_private(path)
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", key=str(place)) from None
    with file:
        _lock(file, place)
        file.truncate(0)
        file.write(f"process {os.getpid()}")
        file.flush()
        yield


def refuse_if_held(state: Path) -> None:
    """Raise StoreError, which names the process, where a monitor has the state folder; make nothing."""
    with suppress(OSError), (state / "monitor.lock").open() as file:
        _lock(file, state)


def _lock(file: TextIO, place: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip() or "another process"
        other = (
            "use --state for another folder" if place.is_dir() else "a SQLite file has one monitor, PostgreSQL may have several"
        )
        raise InUseError(f"in use by another monitor ({holder}); stop it, or {other}", key=str(place)) from None


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

    def acquire_lease(self, name: str, *, owner: str, length: timedelta, previous: Collection[str] = ()) -> int | None:
        """Take or renew a lease by the server's clock; its epoch, None when another holds it."""
        ...

    def release_lease(self, name: str, *, owner: str) -> None:
        """Give a lease back at an orderly end, so that another need not wait until it runs out."""
        ...

    def in_term(self, name: str, *, owner: str, epoch: int) -> AbstractContextManager[None]:
        """What is begun within it writes nothing once this term is over: LostLeadError."""
        ...


class LeaseElection:
    """The lease by which one of several daemons on a shared database polls.

    By our own count it ends a little earlier than by the server's, and without asking anybody: a database that does not answer
    keeps nobody in the lead. `previous` are owners from the same state folder: whoever has its lock knows that they are dead.
    """

    LENGTH = timedelta(seconds=20)
    _NAME = "poll"

    def __init__(
        self, store: Leases, owner: str, previous: Collection[str] = (), *, uptime: Callable[[], float] = uptime
    ) -> None:
        self.owner = owner
        self._store = store
        self._previous = tuple(previous)
        self._uptime = uptime
        self._epoch, self._until = 0, 0.0

    @property
    def epoch(self) -> int:
        """By which our term is known from every other one; 0 while it is not our turn, as far as we know."""
        return self._epoch if self._uptime() < self._until else 0

    def acquire(self) -> None:
        """Ask for the lead, or for more of it. Blocking."""
        asked = self._uptime()
        epoch = self._store.acquire_lease(self._NAME, owner=self.owner, length=self.LENGTH, previous=self._previous)
        self._epoch, self._until = epoch or 0, asked + self.LENGTH.total_seconds()

    def term(self) -> AbstractContextManager[None]:
        """What is begun within it writes nothing once our term is over. Raises LostLeadError where we have none."""
        epoch = self.epoch
        if not epoch:
            raise LostLeadError("another daemon polls")
        return self._store.in_term(self._NAME, owner=self.owner, epoch=epoch)

    def release(self) -> None:
        """Leave it to another. Blocking."""
        self._epoch = 0
        self._store.release_lease(self._NAME, owner=self.owner)


class SoleDaemon:
    """There is no other daemon."""

    epoch = 1

    def acquire(self) -> None:
        """It is always ours."""

    def term(self) -> AbstractContextManager[None]:
        """It never ends."""
        return nullcontext()

    def release(self) -> None:
        """Nobody waits for it."""


async def seek_lead(lead: LeaderElection, changed: Callable[[int, int], Awaitable[object]] | None = None) -> None:
    """Ask for the lead again and again, without end; `changed` is told of the epoch before and the new one (0: not ours)."""
    before = lead.epoch
    while True:
        await asyncio.sleep(LEAD_EVERY if lead.epoch else SEEK_EVERY)
        try:
            await asyncio.to_thread(lead.acquire)
        except Exception as error:  # noqa: BLE001  # what we hold we hold until it runs out
            _log.warning("cannot ask for the lead: %s", error)
        if (now := lead.epoch) != before:
            before, ended = now, before
            if changed is not None:
                await changed(ended, now)


@asynccontextmanager
async def in_the_lead(lead: LeaderElection) -> AsyncIterator[None]:
    """Poll until the end of the block, as the only one. Raises InUseError where another monitor does."""
    await asyncio.to_thread(lead.acquire)
    if not lead.epoch:
        raise InUseError("another monitor on the same database polls")
    renewing = asyncio.create_task(seek_lead(lead))
    try:
        with lead.term():
            yield
    finally:
        renewing.cancel()
        with suppress(StoreError):  # it runs out by itself
            await asyncio.to_thread(lead.release)

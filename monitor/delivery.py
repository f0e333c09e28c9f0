"""Drains the outbox: claim, send, settle. What an outcome leads to is decided by pure functions; the rest is a shell.

A claim is committed before anything is sent. The channel calls the commit point just before the last byte that lets a
provider act; that journals ``committing``, fenced by owner and epoch. After the provider's yes the delivery goes into a
file journal before the database learns of it, so that a crash between the two is not a doubt.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

from monitor.ports import Channel, Clock, Delivery, Outcome, Result

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

#: Waits after the first, second ... transient failure; the last one repeats until `GIVE_UP`.
RETRY = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
#: A message that could not be handed over for this long is a failure that somebody has to look at.
GIVE_UP = timedelta(hours=72)
#: Bounds of a provider's Retry-After that are believed, seconds.
RETRY_AFTER = (1.0, 6 * 3600.0)
#: How much the waits spread, so that a provider that was down is not met by everything at once.
JITTER = 0.2
#: Longer than any send can take (the answer to a mail's last dot may take ten minutes), seconds.
LEASE = 1200.0
#: How often claims past their lease are looked for, seconds.
RECOVER_EVERY = 60.0


class Deliveries(Protocol):
    """The part of the store that sending needs."""

    def claim(
        self,
        *,
        owner: str,
        now: datetime,
        lease: float,
        limit: int = 1,
        early: timedelta = timedelta(0),
        operator_since: datetime | None = None,
        without: Collection[str] = (),
    ) -> tuple[Delivery, ...]:
        """Take pending deliveries for sending; committed before anything is sent.

        What was just made may go `early`; with `operator_since` only what the operator is told since; nothing of the channels
        in `without`.
        """
        ...

    def committing(self, delivery: Delivery, *, now: datetime) -> bool:
        """Journal that the last byte is about to go; False when the claim is no longer ours or it was cancelled."""
        ...

    def settle(self, delivery: Delivery, outcome: Outcome, *, now: datetime, not_before: datetime | None = None) -> bool:
        """Record how a claimed delivery ended; False when the claim is no longer ours."""
        ...

    def recover(self, *, now: datetime, owner: str, accepted: Collection[str] = ()) -> Mapping[str, int]:
        """Put every delivery that a dead owner left behind into its right state; counts by what was done.

        `accepted` are deliveries found in the file journal.
        """
        ...

    def enqueue_digests(self, *, now: datetime) -> int:
        """Write the digests that are due; returns how many."""
        ...


# --- decisions ------------------------------------------------------------------------------------------------------------


def next_try(delivery: Delivery, outcome: Outcome, now: datetime) -> datetime | None:
    """When a transient failure is tried again; None when it has been tried long enough. Pure: the jitter is the delivery's."""
    if now - delivery.created >= GIVE_UP:
        return None
    if outcome.retry_after is not None:
        low, high = RETRY_AFTER
        return now + timedelta(seconds=min(max(outcome.retry_after, low), high))
    wait = RETRY[min(max(delivery.attempt, 1), len(RETRY)) - 1]
    seed = hashlib.sha256(f"{delivery.id}:{delivery.attempt}".encode()).digest()
    spread = 1 + JITTER * (int.from_bytes(seed[:4]) / 2**31 - 1)
    return now + wait * spread


def settlement(
    delivery: Delivery, outcome: Outcome, now: datetime, *, resend_doubtful: bool
) -> tuple[Outcome, datetime | None]:
    """What to record: the outcome (a doubtful one as transient where the operator chose to resend) and the next try."""
    if outcome.result is Result.UNCERTAIN and resend_doubtful:
        outcome = Outcome(result=Result.TRANSIENT, reason=f"{outcome.reason} (resending as configured)")
    if outcome.result is not Result.TRANSIENT:
        return outcome, None
    again = next_try(delivery, outcome, now)
    return (outcome, again) if again else (Outcome(result=Result.PERMANENT, reason=f"gave up: {outcome.reason}"), None)


# --- the journal beside the database --------------------------------------------------------------------------------------


class SentJournal:
    """Ids of deliveries that a provider accepted, one a line, on disk before the database is told.

    It bridges a crash between the two, and tells a restored database what was sent since its copy was made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def add(self, delivery: str) -> None:
        """Write one id through to the disk."""
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(f"{delivery}\n".encode())
                file.flush()
                os.fsync(file.fileno())

    def read(self) -> frozenset[str]:
        """The ids in it; a line that a crash cut short is none of ours."""
        try:
            text = self._path.read_bytes().decode("ascii", "replace")
        except FileNotFoundError:
            return frozenset()
        return frozenset(line.strip() for line in text.splitlines(keepends=True) if line.endswith("\n"))

    def trim(self, keep: int = 100_000) -> None:
        """Forget all but the newest ids when there are more than twice as many; the database knows the others long since."""
        with self._lock:
            lines = self._path.read_bytes().splitlines(keepends=True) if self._path.exists() else []
            if len(lines) > 2 * keep:
                new = self._path.with_suffix(".new")
                new.write_bytes(b"".join(lines[-keep:]))
                new.replace(self._path)


# --- the loop -------------------------------------------------------------------------------------------------------------


def new_owner() -> str:
    """A name that no other process, before or after, has."""
    return f"{os.getpid()}-{secrets.token_hex(8)}"


@dataclass(kw_only=True)
class Outbox:
    """Sends what is due. `drain` for the daemon, `send_due` for a single cycle; both recover first what a crash left."""

    store: Deliveries
    channels: Mapping[str, Channel]
    clock: Clock
    journal: SentJournal | None = None
    concurrency: int = 8  #: messages in flight at once, over all channels
    per_channel: int = 2  #: of them by one channel, where that does not say itself how many it takes `at_once`
    idle: float = 1.0  #: seconds between looks into an empty outbox
    lease: float = LEASE  #: seconds after which a claim counts as abandoned
    recover_every: float = RECOVER_EVERY  #: seconds between looks for abandoned claims and due digests
    owner: str = field(default_factory=new_owner)
    off: Callable[[], str] = lambda: ""  #: asked before each claim: why nothing may be sent, empty when it may
    _recover_at: float = field(init=False, default=0.0)  # of the event loop's clock
    _started: bool = field(init=False, default=False)
    _off_since: datetime | None = field(init=False, default=None)
    _turns: dict[str, asyncio.Semaphore] = field(init=False, default_factory=dict)
    _claimed: Counter[str] = field(init=False, default_factory=Counter)  #: by channel: not yet settled
    _claim_at: float = field(init=False, default=0.0)  #: of the event loop's clock: when it is looked again in any case

    async def drain(self, stop: asyncio.Event) -> Counter[str]:
        """Send until `stop` is set; then claim nothing more, wait for every message in flight to be settled, and return.

        Returns how many deliveries ended in which result. Cancelling it instead leaves messages in flight in doubt.
        """
        done: Counter[str] = Counter()
        flying: set[asyncio.Task[str]] = set()
        while not stop.is_set():
            await self.recover()
            for delivery in await self._claim_for_free_turns():
                flying.add(asyncio.create_task(self._deliver(delivery)))
            flying = await self._pause(flying, stop, done)
        for ended in await asyncio.gather(*flying):
            done[ended] += 1
        return done

    async def send_due(self, *, early: timedelta = timedelta(0)) -> Counter[str]:
        """Send everything that is due, and `early` what was just made; returns how many deliveries ended in which result."""
        await self.recover()
        done: Counter[str] = Counter()
        while claimed := await self._claim(self.concurrency, early):
            for ended in await asyncio.gather(*(self._deliver(delivery) for delivery in claimed)):
                done[ended] += 1
        return done

    async def recover(self) -> Mapping[str, int]:
        """Put what a dead process left behind into its right state, and write digests: at the start and every minute."""
        loop = asyncio.get_running_loop()
        if self._started and loop.time() < self._recover_at:
            return {}
        self._recover_at = loop.time() + self.recover_every
        await _in_thread(lambda: self.store.enqueue_digests(now=self.clock.now()))
        accepted = self.journal.read() if self.journal and not self._started else frozenset()
        found = await _in_thread(lambda: self.store.recover(now=self.clock.now(), owner=self.owner, accepted=accepted))
        if self.journal and not self._started:
            self.journal.trim()
        self._started = True
        for reason, count in found.items():
            _log.warning("outbox: %d deliveries %s", count, reason.replace("_", " "))
        return found

    def _at_once(self, channel: str) -> int:
        return int(getattr(self.channels.get(channel), "at_once", self.per_channel))

    async def _claim_for_free_turns(self) -> tuple[Delivery, ...]:
        """Several by one commit, while what is in flight keeps the channels busy; but a slow channel holds up no other."""
        full = {name for name, count in self._claimed.items() if count >= self._at_once(name)}
        room = self.concurrency - sum(min(count, self._at_once(name)) for name, count in self._claimed.items())
        now = asyncio.get_running_loop().time()
        if (full or 2 * room < self.concurrency) and now < self._claim_at:
            return ()
        self._claim_at = now + self.idle
        return await self._claim(room, without=full)

    async def _claim(self, room: int, early: timedelta = timedelta(0), without: Collection[str] = ()) -> tuple[Delivery, ...]:
        if room <= 0:
            return ()
        now = self.clock.now()
        since: datetime | None = None
        if reason := await _in_thread(self.off):
            if self._off_since is None:
                _log.error("nothing is sent: %s; `monitor outbox resume` says how to go on", reason)
                self._off_since = now
            since = self._off_since  # that nothing is sent has to be told nevertheless
        wanted: dict[str, Any] = {"limit": room, "early": early, "operator_since": since, "without": without}
        return await _in_thread(lambda: self.store.claim(owner=self.owner, now=now, lease=self.lease, **wanted))

    async def _pause(self, flying: set[asyncio.Task[str]], stop: asyncio.Event, done: Counter[str]) -> set[asyncio.Task[str]]:
        """Wait for a message to land, for the next look, or for the end; returns what is still in flight."""
        stopping = asyncio.create_task(stop.wait())
        try:
            landed, _ = await asyncio.wait({*flying, stopping}, timeout=self.idle, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        for task in flying & landed:
            done[task.result()] += 1
        return flying - landed

    async def _deliver(self, delivery: Delivery) -> str:
        name = delivery.channel
        turn = self._turns.setdefault(name, asyncio.Semaphore(self._at_once(name)))
        self._claimed[name] += 1
        try:
            async with turn:
                return await _in_thread(lambda: self._send(delivery))
        finally:
            self._claimed[name] -= 1

    def _send(self, delivery: Delivery) -> str:
        """Claimed to settled, in one thread. Whatever a channel does, the delivery gets an outcome."""
        channel = self.channels.get(delivery.channel)
        committed = False

        def commit() -> bool:
            nonlocal committed
            committed = self.store.committing(delivery, now=self.clock.now())
            return committed

        if channel is None:
            outcome = Outcome(result=Result.TRANSIENT, reason="channel_not_configured")
        else:
            try:
                outcome = channel.send(delivery, commit)
            except Exception as error:  # noqa: BLE001
                # A fault of ours. What the provider knows of the message depends on whether the last byte went.
                _log.exception("channel %s", delivery.channel)
                result = Result.UNCERTAIN if committed else Result.TRANSIENT
                outcome = Outcome(result=result, reason=f"fault: {type(error).__name__}")
        if outcome.result is Result.SENT and self.journal:
            self.journal.add(delivery.id)
        now = self.clock.now()
        doubtful = getattr(channel, "on_uncertain", "hold") == "resend"
        outcome, again = settlement(delivery, outcome, now, resend_doubtful=doubtful)
        settled = self.store.settle(delivery, outcome, now=now, not_before=again)
        level = logging.INFO if outcome.result is Result.SENT else logging.WARNING
        _log.log(level, "delivery %s by %s: %s %s", delivery.id, delivery.channel, outcome.result, outcome.reason)
        return str(outcome.result) if settled else "lost_claim"


async def _in_thread(work: Callable[[], _T]) -> _T:
    """Run blocking work in a thread that does not keep a process alive: a stuck provider must not block its end."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_T] = loop.create_future()

    def give(result: _T | None, error: BaseException | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # without an error there is a result

    def run() -> None:
        try:
            result, failure = work(), None
        except BaseException as error:  # noqa: BLE001
            result, failure = None, error
        try:
            loop.call_soon_threadsafe(give, result, failure)
        except RuntimeError:
            return  # the loop is gone: nobody waits for this any more

    threading.Thread(target=run, name="delivery", daemon=True).start()
    return await future

"""Drains the outbox: claim, send, settle. What an outcome leads to is decided by pure functions; the rest is a shell.

A claim is committed before anything is sent. The channel calls the commit point just before the last byte that lets a
provider act; that journals ``committing``, fenced by owner and epoch, in a file and in the database. The provider's answer goes
into the file before the database learns of it, so that a crash between the two is not a doubt. An answer that the database
cannot take (its disk is full, somebody has locked it) is kept and offered again until it does.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from monitor.delivery_retries import RETRY, next_try, settlement
from monitor.domain.alert_limits import GIVE_UP
from monitor.ports import Channel, Clock, Delivery, Outcome, Result, StoreError
from monitor.system.clock import boot_id
from monitor.system.clock_watch import ClockWatch, Waits
from monitor.system.in_thread import in_thread
from monitor.system.sent_journal import SentJournal

__all__ = ["GIVE_UP", "RETRY", "Deliveries", "Outbox", "SentJournal", "new_owner", "next_try", "settlement"]

_log = logging.getLogger(__name__)

#: Longer than any send can take (the answer to a mail's last dot may take ten minutes), seconds.
LEASE = 1200.0
#: How often claims past their lease are looked for, seconds.
RECOVER_EVERY = 60.0
#: Between two tries to tell a database that is full, locked or away, seconds.
RETRY_AFTER = 5.0
#: A database that takes longer to answer is one that hangs, seconds.
PROMPT = 10.0
_NO_ANSWER = "the database has not answered for {:.0f} seconds: another program may have locked it. It goes on by itself"


class Deliveries(Waits, Protocol):
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

    def settle(
        self, delivery: Delivery, outcome: Outcome, *, now: datetime, not_before: datetime | None = None, untried: bool = False
    ) -> bool:
        """Record how a claimed delivery ended; False when the claim is no longer ours. What is `untried` used up no try."""
        ...

    def recover(
        self,
        *,
        now: datetime,
        owner: str,
        accepted: Collection[str] = (),
        begun: Collection[tuple[str, int]] = (),
        holding: Collection[str] | None = None,
        previous: Collection[str] = (),
        resend: Collection[str] = (),
    ) -> Mapping[str, int]:
        """Put every delivery that nobody works on into its right state; counts by what was done. See `store.outbox.Known`."""
        ...

    def wake(self, channel: str, *, now: datetime) -> int:
        """What waits for its next try on a channel that takes messages again need not wait; returns how much."""
        ...

    def enqueue_digests(self, *, now: datetime) -> int:
        """Write the digests that are due; returns how many."""
        ...


def new_owner() -> str:
    """A name that no other process, before or after, has."""
    return f"{os.getpid()}-{secrets.token_hex(8)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a provider said to a delivery, for the database."""

    delivery: Delivery
    outcome: Outcome
    not_before: datetime | None
    begun: bool  #: whether the file journal has a line for it that wants an answer
    untried: bool = False  #: something of ours came in between: it is as if it had not been claimed


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
    again: float = RETRY_AFTER  #: seconds between tries to reach a database that cannot be reached
    owner: str = field(default_factory=new_owner)
    previous: Collection[str] = ()  #: owners before this one that are dead for certain
    recovered: Callable[[], object] = lambda: None  #: called when what they left was put right
    leads: Callable[[], object] = lambda: True  #: whether it is this process that writes digests
    uptime: Callable[[], float] | None = None  #: seconds that go on evenly whatever is done to the clock; None: it is not real
    check: Callable[[], object] = lambda: None  #: raises StoreError while something of the database is the matter
    off: Callable[[], str] = lambda: ""  #: asked before each claim: why nothing may be sent, empty when it may
    _recover_at: float = field(init=False, default=0.0)  # of the event loop's clock
    _started: bool = field(init=False, default=False)
    _stopping: bool = field(init=False, default=False)
    _off_since: datetime | None = field(init=False, default=None)
    _off_reason: str = field(init=False, default="")
    _trouble: str = field(init=False, default="")
    _turns: dict[str, asyncio.Semaphore] = field(init=False, default_factory=dict)
    _claimed: Counter[str] = field(init=False, default_factory=Counter)  #: by channel: not yet settled
    _holding: set[str] = field(init=False, default_factory=set)  #: the ids of what is claimed and not yet settled
    _answers: list[_Answer] = field(init=False, default_factory=list)  #: that the database could not take yet
    _taking: set[str] = field(init=False, default_factory=set)  #: channels that took a message, with nothing failed since
    _clock_watch: ClockWatch | None = field(init=False, default=None)
    _asked_at: float | None = field(init=False, default=None)  #: of the monotonic clock: since when the database is asked
    _claim_at: float = field(init=False, default=0.0)  #: of the event loop's clock: when it is looked again in any case

    def __post_init__(self) -> None:
        if self.uptime is not None:
            self._clock_watch = ClockWatch(self.store, self.clock, self.uptime)
            self.store.watch_clock(self._clock_watch.look_now)

    @property
    def trouble(self) -> str:
        """Why nothing is sent just now, and what to do; empty while what is due is sent."""
        silent = time.monotonic() - self._asked_at if self._asked_at is not None else 0.0
        return self._trouble or self._off_reason or (_NO_ANSWER.format(silent) if silent > PROMPT else "")

    async def drain(self, stop: asyncio.Event) -> Counter[str]:
        """Send until `stop` is set; then claim nothing more, wait for every message in flight to be settled, and return.

        Returns how many deliveries ended in which result. Cancelling it instead leaves messages in flight in doubt.
        """
        done: Counter[str] = Counter()
        flying: set[asyncio.Task[str]] = set()
        self._stopping = False
        while not stop.is_set():
            self._asked_at = time.monotonic()
            try:
                await self.recover()
                for delivery in await self._claim_for_free_turns():
                    flying.add(asyncio.create_task(self._deliver(delivery)))
                await in_thread(self.check)
                self._well()
            except StoreError as error:
                self._unwell(error)
            self._asked_at = None
            flying = await self._pause(flying, stop, done)
        self._stopping = True
        for ended in await asyncio.gather(*flying):
            done[ended] += 1
        with suppress(StoreError):  # what the database does not take now, the next start finds in the journal
            await self._settle_answers()
        return done

    async def send_due(self, *, early: timedelta = timedelta(0)) -> Counter[str]:
        """Send everything that is due, and `early` what was just made; returns how many deliveries ended in which result.

        Raises StoreError where the database cannot be reached.
        """
        self._stopping = False
        await self.recover()
        done: Counter[str] = Counter()
        while claimed := await self._claim(self.concurrency, early):
            for ended in await asyncio.gather(*(self._deliver(delivery) for delivery in claimed)):
                done[ended] += 1
            if self._answers:
                await self._settle_answers()
        return done

    async def recover(self) -> Mapping[str, int]:
        """Put what a dead process left behind into its right state, and write digests: at the start and every minute."""
        loop = asyncio.get_running_loop()
        if self._answers:
            await self._settle_answers()
        if self._clock_watch is not None:
            await self._clock_watch.look()
        if self._started and loop.time() < self._recover_at:
            return {}
        found = await in_thread(self._recover)
        self._recover_at = loop.time() + self.recover_every
        self._started = True
        for reason, count in found.items():
            _log.warning("outbox: %d deliveries %s", count, reason.replace("_", " "))
        return found

    def _recover(self) -> Mapping[str, int]:
        now = self.clock.now()
        if self.leads():
            self.store.enqueue_digests(now=now)
        tries = self.journal.latest().values() if self.journal else ()
        here = boot_id()[:8]
        found = self.store.recover(
            now=now,
            owner=self.owner,
            accepted={each.delivery for each in tries if each.accepted},
            begun={(each.delivery, each.epoch) for each in tries if each.accepted is None and each.boot not in {here, ""}},
            holding=frozenset(self._holding),
            previous=self.previous,
            resend=[name for name, channel in self.channels.items() if _resends(channel)],
        )
        if self.journal:
            with suppress(OSError):  # on a full disk it stays as long as it is
                self.journal.trim()
        if not self._started:
            self.recovered()
        return found

    async def _settle_answers(self) -> None:
        """Offer the database again what it could not take. Raises StoreError when it still cannot."""
        waiting, self._answers = self._answers, []
        try:
            while waiting:
                await in_thread(lambda: self._settle(waiting[0]))
                self._holding.discard(waiting.pop(0).delivery.id)
        finally:
            self._answers = waiting + self._answers

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
        self._off_reason = await in_thread(self.off)
        if self._off_reason:
            if self._off_since is None:
                self._off_since = now
                if self._off_reason not in self._trouble:
                    _log.error("nothing is sent: %s", self._off_reason)
            since = self._off_since  # that nothing is sent has to be told nevertheless
        else:
            self._off_since = None
        wanted: dict[str, Any] = {"limit": room, "early": early, "operator_since": since, "without": without}
        claimed = await in_thread(lambda: self.store.claim(owner=self.owner, now=now, lease=self.lease, **wanted))
        self._holding.update(delivery.id for delivery in claimed)
        return claimed

    async def _pause(self, flying: set[asyncio.Task[str]], stop: asyncio.Event, done: Counter[str]) -> set[asyncio.Task[str]]:
        """Wait for a message to land, for the next look, or for the end; returns what is still in flight."""
        stopping = asyncio.create_task(stop.wait())
        patience = max(self.idle, self.again) if self._trouble else self.idle
        try:
            landed, _ = await asyncio.wait({*flying, stopping}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        for task in flying & landed:
            done[task.result()] += 1
        return flying - landed

    def _unwell(self, error: StoreError) -> None:
        """The database cannot be reached: said once a cause, tried again and again."""
        if str(error) != self._trouble:
            self._trouble = str(error)
            if not (self._off_reason and self._off_reason in self._trouble):
                _log.error("nothing is sent: %s", error)

    def _well(self) -> None:
        if self._trouble and not self._answers:  # an answer comes before its trouble: not well while one waits
            _log.warning("messages are sent again")
            self._trouble = ""

    async def _deliver(self, delivery: Delivery) -> str:
        name = delivery.channel
        turn = self._turns.setdefault(name, asyncio.Semaphore(self._at_once(name)))
        self._claimed[name] += 1
        try:
            async with turn:
                return await in_thread(lambda: self._send(delivery))
        finally:
            self._claimed[name] -= 1

    def _send(self, delivery: Delivery) -> str:
        """Claimed to settled, in one thread. An answer that the database cannot take is kept for later."""
        answer = self._hand_over(delivery)
        try:
            ended = self._settle(answer)
        except StoreError as error:
            self._answers.append(answer)
            self._unwell(error)
            return "unsettled"
        self._holding.discard(delivery.id)
        return ended

    def _hand_over(self, delivery: Delivery) -> _Answer:
        """What a channel makes of a delivery. Whatever it does, there is an outcome."""
        channel = self.channels.get(delivery.channel)
        begun = committed = False
        hindered = "the monitor is about to stop" if self._stopping else ""

        def commit() -> bool:
            nonlocal begun, committed, hindered
            try:
                if self.journal:
                    self.journal.begin(delivery.id, delivery.epoch, delivery.tells)
                    begun = True
                committed = self.store.committing(delivery, now=self.clock.now())
            except (StoreError, OSError) as error:
                hindered = f"not sent, for that could not be recorded: {_words(error)}"
            return committed

        if channel is None or hindered:
            outcome = Outcome(result=Result.TRANSIENT, reason=hindered or "channel_not_configured")
        else:
            try:
                outcome = channel.send(delivery, commit)
            except Exception as error:  # noqa: BLE001
                # A fault of ours. What the provider knows of the message depends on whether the last byte went.
                _log.exception("channel %s", delivery.channel)
                result = Result.UNCERTAIN if committed else Result.TRANSIENT
                outcome = Outcome(result=result, reason=f"fault: {type(error).__name__}")
        if hindered and not committed:
            # Nothing is the matter with the message or its channel.
            outcome = Outcome(result=Result.TRANSIENT, reason=hindered)
        outcome, again = settlement(delivery, outcome, self.clock.now(), resend_doubtful=_resends(channel))
        untried = bool(hindered) and not committed
        if untried:
            again = self.clock.now() + timedelta(seconds=0 if self._stopping else self.again)
        return _Answer(delivery=delivery, outcome=outcome, not_before=again, begun=begun, untried=untried)

    def _settle(self, answer: _Answer) -> str:
        """Write an answer through to the file journal, then into the database. Raises StoreError where that cannot be."""
        delivery, outcome = answer.delivery, answer.outcome
        if self.journal and answer.begun and outcome.result is not Result.UNCERTAIN:
            try:
                self.journal.answer(delivery.id, delivery.epoch, accepted=outcome.result is Result.SENT)
            except OSError as error:
                _log.error("the journal of sent messages cannot be written: %s", _words(error))
        now = self.clock.now()
        untried = {"untried": True} if answer.untried else {}
        settled = self.store.settle(delivery, outcome, now=now, not_before=answer.not_before, **untried)
        level = logging.INFO if outcome.result is Result.SENT else logging.WARNING
        _log.log(level, "delivery %s by %s: %s %s", delivery.id, delivery.channel, outcome.result, outcome.reason)
        self._watch_channel(delivery.channel, outcome, now)
        return str(outcome.result) if settled else "lost_claim"

    def _watch_channel(self, name: str, outcome: Outcome, now: datetime) -> None:
        """A channel that takes a message after it failed takes others too: they need not wait for their time."""
        if outcome.result is Result.TRANSIENT:
            self._taking.discard(name)
        elif outcome.result is Result.SENT and name not in self._taking:
            self._taking.add(name)
            if woken := self.store.wake(name, now=now):
                _log.warning("channel %s takes messages again: %d need not wait any longer", name, woken)


def _resends(channel: Channel | None) -> bool:
    """Whether what may have arrived is sent again."""
    return getattr(channel, "on_uncertain", "hold") == "resend"


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, StoreError) else str(getattr(error, "strerror", None) or type(error).__name__)

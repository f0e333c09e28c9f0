"""Which job runs when: polls as they fall due, reading after them, the outbox all the time, and an orderly end.

APScheduler keeps no state: what is due when is a column of the store (`next_due_at`), so that a restart asks nothing twice
and forgets nothing. Its own clock is the wall clock; a watchdog plans everything anew when that jumps.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.app.leader import SoleDaemon, seek_lead
from monitor.domain.operator_alarms import Alarm
from monitor.domain.schedule import MAX_PAUSE
from monitor.pipeline import Pipeline
from monitor.polling import is_declared_anew
from monitor.ports import Clock, LeaderElection, LostLeadError, Source, SourceState, StoreError

_log = logging.getLogger(__name__)

#: Between the first polls after a start, seconds: many sources, one small machine.
_STAGGER = 0.25
#: How often links that failed are looked at again, seconds.
READ_EVERY = 60.0
#: Threads for what blocks. Some wait for a page that takes its time in the reading process; sending must not wait for those.
_THREADS = 32
#: Wall clock against monotonic clock, seconds: more is a jump (or a machine that slept).
_JUMP = 30.0
WATCH_EVERY = 10.0
_MAX_BEAT = 6 * WATCH_EVERY
#: A due time that is so little past, of a source that is planned for later, was set by hand.
_ASKED = timedelta(minutes=1)
#: What a message in flight may take at the end, seconds.
PATIENCE = 12.0
#: Before an outbox that stopped by a fault starts again, seconds.
RESTART_AFTER = 5.0
#: Sends the outbox until told to stop; ends after the message in flight is settled.
Drain = Callable[[asyncio.Event], Awaitable[object]]
#: Gives every alarm there is cause for; blocking.
Evaluate = Callable[[], Sequence[Alarm]]
#: Tells the operator what is news of them; blocking.
Notify = Callable[[Sequence[Alarm]], object]
#: Fetches the mail that came back; blocking.
Collect = Callable[[], object]
#: How often it is looked for alarms, seconds.
EVALUATE_EVERY = 240  # the operator is told within five minutes
SOON = 15.0  #: after the first polls: what they have in common is one alarm
#: Alarms with which a monitor is as good as dead: it gives no sign of life. That nothing is sent is known at every moment.
_NO_LIFE = frozenset({"unpolled", "stuck", "space"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """How the daemon is."""

    started: datetime
    beat: float  #: seconds since the event loop last came round
    polls: int
    failed_polls: int
    last_poll: datetime | None
    recorded: int
    changes: int
    delivering: bool  #: whether what is due is sent
    stopped: str = ""  #: why it is not, and what to do
    leading: bool = True  #: whether it is this daemon that polls
    alarms: tuple[Alarm, ...] = ()  #: what a person should look at

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it does not do its work: nothing is sent, the loop is stuck, or an alarm says that it is as good as dead."""
        found = [] if self.delivering else [f"nothing is sent: {self.stopped or 'the outbox does not run'}"]
        if self.beat >= _MAX_BEAT:
            found.append(f"the event loop has not come round for {self.beat:.0f} seconds")
        return (*found, *(str(alarm) for alarm in self.alarms if alarm.name in _NO_LIFE))

    @property
    def ready(self) -> bool:
        """Whether it does its work: the loop comes round, sources are polled, and the outbox is drained."""
        return not self.reasons


@dataclass(slots=True)
class _Tally:
    polls: int = 0
    failed_polls: int = 0
    recorded: int = 0
    changes: int = 0
    last_poll: datetime | None = None


@dataclass(kw_only=True)
class Daemon:
    """Runs the pipeline and the outbox until stopped. `start` and `stop` once, within one event loop."""

    pipeline: Pipeline
    drain: Drain
    clock: Clock
    stopped: Callable[[], str] = str  #: why nothing is sent just now; empty while what is due is sent
    evaluate: Evaluate = tuple
    notify: Notify | None = None
    heartbeat: Callable[[], Awaitable[object]] | None = None  #: gives a sign of life
    is_alive: Callable[[], object] = str  #: told at the start, and each time the loop comes round
    collect: Collect | None = None
    collect_every: float = 300.0  #: seconds
    lead: LeaderElection = field(default_factory=SoleDaemon)
    _scheduler: Any = field(init=False, default=None)
    _stopping: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[object]] = field(init=False, default_factory=list)
    _to_read: asyncio.Event = field(init=False, default_factory=asyncio.Event)
    _jobs: set[asyncio.Task[Any]] = field(init=False, default_factory=set)
    _tally: _Tally = field(init=False, default_factory=_Tally)
    _alarms: tuple[Alarm, ...] = field(init=False, default=())
    _heard: set[str] = field(init=False, default_factory=set)  #: sources that answered since the start
    _reading: asyncio.Task[Any] | None = field(init=False, default=None)
    _started: datetime = field(init=False)
    _beat: float = field(init=False, default=0.0)

    async def start(self) -> None:
        """Plan every source and begin to send. Returns at once."""
        self._started, self._beat = self.clock.now(), time.monotonic()
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, thread_name_prefix="monitor"))
        self._scheduler = AsyncIOScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )
        self._scheduler.add_listener(_report, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        self._scheduler.start()
        with contextlib.suppress(Exception):  # asked again soon, and then it is said
            await asyncio.to_thread(self.lead.acquire)
        self._tasks = [
            asyncio.create_task(self._deliver(), name="deliver"),
            asyncio.create_task(self._watch(), name="watchdog"),
            asyncio.create_task(seek_lead(self.lead, self._change_term), name="lead"),
            asyncio.create_task(self._read(), name="read"),
        ]
        await self._plan_all()

    def end_soon(self) -> None:
        """Claim no message more from now on; `stop` follows, when the pages have said what they are saying."""
        self._stopping.set()

    async def stop(self, *, patience: float = PATIENCE) -> None:
        """Poll no more, finish the message in flight, and end. Reading that is cut off is done again after the next start.

        Args:
            patience: seconds that a message in flight may take; after that its outcome is sorted out at the next start.
        """
        self._stopping.set()
        if self._scheduler is not None:
            self._scheduler.shutdown(wait=False)
        for task in self._jobs:
            task.cancel()
        deliver, *others = self._tasks
        for task in others:
            task.cancel()
        done, _ = await asyncio.wait([deliver], timeout=patience)
        if not done:
            _log.warning("a message was still in flight after %.0f s; the next start sorts it out", patience)
            deliver.cancel()
        await asyncio.gather(*self._tasks, *self._jobs, return_exceptions=True)
        if self.lead.epoch:
            with contextlib.suppress(Exception):  # it runs out by itself
                await asyncio.to_thread(self.lead.release)

    @property
    def health(self) -> Health:
        """How it is now."""
        stopped = self.stopped()
        return Health(
            started=self._started,
            beat=time.monotonic() - self._beat,
            polls=self._tally.polls,
            failed_polls=self._tally.failed_polls,
            last_poll=self._tally.last_poll,
            recorded=self._tally.recorded,
            changes=self._tally.changes,
            delivering=bool(self._tasks) and not self._tasks[0].done() and not stopped,
            stopped=stopped,
            leading=self.lead.epoch > 0,
            alarms=(*self._alarms, *_stopped_alarm(stopped, self._alarms)),
        )

    async def _state(self, name: str) -> SourceState:
        """What is remembered of a source; nothing while the database cannot be asked."""
        try:
            return await asyncio.to_thread(self.pipeline.store.source_state, name)
        except StoreError as error:
            _log.error("%s", error)
            return SourceState(name=name)

    async def _plan_all(self) -> None:
        """A job for every source at its own due time, the first ones a little apart; and what is left is read."""
        now = self.clock.now()
        for index, source in enumerate(self.pipeline.sources):
            state = await self._state(source.name)
            due = state.next_due_at or now
            # A due time far ahead was written by a clock that was wrong.
            latest = now + max(MAX_PAUSE, timedelta(seconds=source.interval)) * 2
            due = now if due > latest or is_declared_anew(source, state) else due
            self._plan(source, max(due, now + timedelta(seconds=_STAGGER * index)))
        self._to_read.set()
        self._scheduler.add_job(
            self._evaluate,
            "interval",
            seconds=EVALUATE_EVERY,
            id="look",
            replace_existing=True,
            next_run_time=datetime.now(UTC),
        )
        if self.collect:
            self._scheduler.add_job(
                self._collect,
                "interval",
                seconds=self.collect_every,
                id="returned mail",
                replace_existing=True,
                next_run_time=datetime.now(UTC),
            )

    def _plan(self, source: Source, due: datetime) -> None:
        # The scheduler lives by the machine's clock; ours may have travelled.
        wait = due - self.clock.now()
        self._scheduler.add_job(
            self._poll,
            "date",
            run_date=datetime.now(UTC) + wait,
            args=[source],
            id=f"poll:{source.name}",
            replace_existing=True,
        )

    async def _poll(self, source: Source) -> None:
        """Poll one source, read what is new, and plan its next poll."""
        if not self.lead.epoch:
            return  # planned again when we lead
        with self._endable(), self.lead.term():
            try:
                polled = await self.pipeline.poll(source)
                self._tally.polls += 1
                self._tally.failed_polls += polled.failure is not None
                self._tally.last_poll = self.clock.now()
                if polled.new:
                    self._to_read.set()
            finally:
                if not self._stopping.is_set():
                    state = await self._state(source.name)
                    if state.last_success is None or source.name not in self._heard:
                        self._evaluate_soon()  # a start in which nothing answers is seen by who just started it
                    if state.last_success is not None:
                        self._heard.add(source.name)
                    fallback = self.clock.now() + timedelta(seconds=source.interval)
                    due = state.next_due_at
                    self._plan(source, due if due and due > self.clock.now() else fallback)

    async def _read(self) -> object:
        """Read what polls bring, at once; and what was left: failed links whose time has come, and those of a dead process.

        Polling goes on meanwhile: however long a page takes, no source waits for it.
        """
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(READ_EVERY):
                    await self._to_read.wait()
            self._to_read.clear()
            try:
                if self.lead.epoch:
                    await self._read_links()
            except LostLeadError as error:
                _log.warning("%s", error)
            except Exception:  # noqa: BLE001
                _log.exception("reading stopped; it starts again")
        return None

    async def _read_links(self) -> None:
        with self.lead.term():
            self._reading = asyncio.create_task(self.pipeline.read_links())
        try:
            recorded, _ = await self._reading
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) and task.cancelling():
                raise
            return  # the term is over
        self._tally.recorded += len(recorded)
        self._tally.changes += sum(len(each.changes) for each in recorded)

    async def _collect(self) -> None:
        """Fetch the mail that came back; one daemon does so, however many there are."""
        if self.lead.epoch and self.collect:
            with self._endable():
                await asyncio.to_thread(self.collect)

    def _evaluate_soon(self) -> None:
        """Look for alarms in a moment instead of in minutes; what else happens until then is in the same look."""
        soon = datetime.now(UTC) + timedelta(seconds=SOON)
        job = self._scheduler.get_job("look")
        if job is not None and job.next_run_time > soon:
            job.modify(next_run_time=soon)

    async def _evaluate(self) -> None:
        """Say what became alarming, once, and what is well again; one daemon tells the operator, too."""
        with self._endable():
            found = tuple(await asyncio.to_thread(self.evaluate))
            before = {alarm.key for alarm in self._alarms}
            for alarm in found:
                if alarm.key not in before:
                    _log.warning("to look at: %s", alarm)
            for about in sorted({about for about, _ in before} - {alarm.about for alarm in found}):
                _log.warning("well again: %s", about)
            self._alarms = found
            if self.lead.epoch and self.notify:
                with self.lead.term():
                    await asyncio.to_thread(self.notify, found)
            if self.lead.epoch and self.heartbeat and self.health.ready:
                await self.heartbeat()

    @contextlib.contextmanager
    def _endable(self) -> Iterator[None]:
        """A job that `stop` may cut off: whatever it had not recorded is done again after the next start."""
        task = asyncio.current_task()
        if task is not None:
            self._jobs.add(task)
            task.add_done_callback(self._jobs.discard)
        try:
            yield
        except asyncio.CancelledError:
            if not self._stopping.is_set():
                raise
        except LostLeadError as error:
            _log.warning("%s", error)
        except StoreError as error:
            _log.error("%s", error)  # the job comes round again

    async def _deliver(self) -> object:
        """Drain the outbox until the end; a fault in it is logged and does not end it."""
        while not self._stopping.is_set():
            try:
                await self.drain(self._stopping)
            except Exception:  # noqa: BLE001
                _log.exception("the outbox stopped; it starts again")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), RESTART_AFTER)
        return None

    async def _change_term(self, before: int, now: int) -> None:
        """Begin with everything anew; what was begun in an earlier term is another daemon's by now."""
        if before and self._reading is not None:
            self._reading.cancel()
        self.pipeline.prefetched.forget()
        if now:
            _log.warning("this daemon polls from now on")
            await self._plan_all()
        else:
            _log.warning("another daemon polls from now on")

    async def _watch(self) -> object:
        """Keep the beat; plan everything anew when the wall clock jumped."""
        offset = time.time() - time.monotonic()
        while True:
            self.is_alive()
            await asyncio.sleep(WATCH_EVERY)
            self._beat = time.monotonic()
            jump = time.time() - time.monotonic() - offset
            if abs(jump) > _JUMP:
                _log.warning("the clock jumped by %.0f s; planning anew", jump)
                offset += jump
                await self._plan_all()
            elif self.lead.epoch:
                with contextlib.suppress(Exception):  # whoever asks the store next says what is the matter
                    await self._plan_asked_for()

    async def _plan_asked_for(self) -> None:
        """Poll what somebody has asked to be polled by hand: their word is a due time of a moment ago."""
        now, states = self.clock.now(), await asyncio.to_thread(self.pipeline.store.source_states)
        for source in self.pipeline.sources:
            state, job = states.get(source.name), self._scheduler.get_job(f"poll:{source.name}")
            due = state.next_due_at if state else None
            asked = due is not None and timedelta() <= now - due < _ASKED
            if asked and job is not None and job.next_run_time > datetime.now(UTC) + timedelta(seconds=1):
                self._plan(source, now)


def _stopped_alarm(why: str, others: Sequence[Alarm]) -> tuple[Alarm, ...]:
    """That nothing is sent, where no other alarm says so: a database that cannot be asked raises none."""
    if not why or any(alarm.about == "outbox" and alarm.name == "off" for alarm in others):
        return ()
    return (Alarm(about="outbox", name="stopped", message=f"nothing is sent: {why}", urgent=True),)


def _report(event: Any) -> None:
    """What the scheduler would otherwise keep to itself."""
    _log.error("%s: %s", event.job_id, getattr(event, "exception", None) or "was not run in time")

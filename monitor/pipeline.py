"""Poll -> fetch -> read -> classify -> record. Calls the stages in order and decides nothing.

    Source -poll-> Link -fetch-> Page -read-> Article | Report -classify-> Reading -record-> Recorded

What a stage decides is decided in `domain`; what it remembers is in the store. Everything up to `record` may be done again
at any time: the store's unique keys make a repetition do nothing. Failures are values and go to the store with a reason.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from monitor.domain.model import Article, Change, Link, Reading, Report
from monitor.domain.timetable import MOST_TRIES, TRIES_BY_REASON, full_fetch_due, next_due, next_try
from monitor.ports import Clock, Fetcher, FetchFailure, LinkFailure, Page, Poll, ReadError, Recorded, Source, Store

_log = logging.getLogger(__name__)
_BATCH = 100
_MOST_PUT_BY = 32 << 20  # bytes of pages that wait in memory to be read

Document = Article | Report
#: Bytes to prose, blocking; raises ReadError for what is no article and no report. The source is None when it was removed.
Read = Callable[[Page, Link, Source | None], Document]
#: Prose to judgements; pure.
Classify = Callable[[Document], Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What asking one source came to."""

    source: str
    links: int = 0  #: announced
    new: int = 0  #: of them never seen before
    not_modified: bool = False
    failure: FetchFailure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What one round of polling and reading came to."""

    polled: tuple[Polled, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    unread: tuple[LinkFailure, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change that this round found."""
        return tuple(change for recorded in self.recorded for change in recorded.changes)

    @property
    def deliveries(self) -> int:
        """How many messages this round put into the outbox."""
        return sum(recorded.deliveries for recorded in self.recorded)


@dataclass(kw_only=True)
class Pipeline:
    """The stages, joined. `sources` are the enabled ones; `concurrency` is how many pages are fetched at once.

    A source's first poll is a baseline: what it lists is recorded and alerts nobody. `watched_before` says that the sources
    count as watched all along, for a replay of a past day that starts from empty state.
    """

    store: Store
    fetcher: Fetcher
    sources: Sequence[Source]
    read: Read
    classify: Classify
    clock: Clock
    concurrency: int = 4
    keep: Callable[[Page], object] | None = None  #: puts a raw page by, for rules to come
    watched_before: bool = False
    _tries: dict[str, int] = field(default_factory=dict, init=False)
    _fetched: dict[str, Page] = field(default_factory=dict, init=False)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def cycle(self) -> Cycle:
        """Poll every source once, then read everything there is to read."""
        polled = await asyncio.gather(*(self.poll(source) for source in self.sources))
        recorded, unread = await self.read_links()
        return Cycle(polled=tuple(polled), recorded=recorded, unread=unread)

    async def poll(self, source: Source) -> Polled:
        """Ask one source what is there, and save its links, validators and next due time in one transaction."""
        state = await asyncio.to_thread(self.store.source_state, source.name)
        if full_fetch_due(name=source.name, last_success=state.last_success, now=self.clock.now()):
            state = replace(state, validators={})
        poll = await _guarded(source.poll(self.fetcher, state), source)
        now = self.clock.now()
        failures = state.failures + 1 if poll.failure else 0
        retry_after = poll.failure.retry_after if poll.failure else None
        due = next_due(
            now=now, interval=timedelta(seconds=source.interval), failures=failures, retry_after=retry_after, name=source.name
        )
        new = await asyncio.to_thread(self.store.record_poll, source.name, poll, now=now, next_due_at=due)
        self._put_by(new, poll)
        if poll.failure:
            # The first failure is news, and every tenth of a row; the status page knows of the others.
            level = logging.WARNING if failures % 10 == 1 else logging.DEBUG
            _log.log(level, "%s: %s: %s %s", source.name, poll.failure.url, poll.failure.reason, poll.failure.detail)
        elif state.failures:
            _log.warning("%s: answers again after %d failures", source.name, state.failures)
        return Polled(
            source=source.name, links=len(poll.links), new=len(new), not_modified=poll.not_modified, failure=poll.failure
        )

    def _put_by(self, new: Sequence[Link], poll: Poll) -> None:
        """Keep the pages of new links that polling fetched already, as far as memory allows: nobody is asked twice."""
        room = _MOST_PUT_BY - sum(len(page.body) for page in self._fetched.values())
        for link in new:
            page = poll.pages.get(link.url)
            if page is not None and len(page.body) <= room:
                self._fetched[link.url] = page
                room -= len(page.body)

    async def read_links(self) -> tuple[tuple[Recorded, ...], tuple[LinkFailure, ...]]:
        """Fetch, read, classify and record every link that is due; in the order announced, whatever comes back first."""
        recorded: list[Recorded] = []
        unread: list[LinkFailure] = []
        seen: set[str] = set()
        async with self._reading:  # one reader at a time, however many sources ask for one: links are taken once
            while True:
                due = await asyncio.to_thread(self.store.links_to_read, now=self.clock.now(), limit=_BATCH)
                batch = [(link, first and not self.watched_before) for link, first in due if link.canonical_url not in seen]
                if not batch:
                    return tuple(recorded), tuple(unread)
                seen.update(link.canonical_url for link, _ in batch)
                for outcome in await self._read_batch(batch):
                    if isinstance(outcome, LinkFailure):
                        unread.append(outcome)
                    else:
                        recorded.append(outcome)

    async def _read_batch(self, batch: Sequence[tuple[Link, bool]]) -> list[Recorded | LinkFailure]:
        turn = asyncio.Semaphore(self.concurrency)

        async def document(link: Link) -> tuple[Document, Reading] | LinkFailure:
            async with turn:
                return await self._document(link)

        outcomes: list[Recorded | LinkFailure] = []
        tasks = [asyncio.create_task(document(link)) for link, _ in batch]
        try:
            for (link, baseline), task in zip(batch, tasks, strict=True):
                outcomes.append(await self._record(link, await task, baseline=baseline))
        finally:
            for task in tasks:
                task.cancel()
        return outcomes

    async def _document(self, link: Link) -> tuple[Document, Reading] | LinkFailure:
        """Fetch, read and classify one link; everything that can go wrong with it is a value."""
        answer = self._fetched.pop(link.url, None) or await self.fetcher.fetch(link.url)
        if isinstance(answer, FetchFailure):
            most = 1 if answer.permanent else MOST_TRIES
            return await self._failed(link, answer.reason, answer.detail, most=most, wait=answer.retry_after)
        source = next((source for source in self.sources if source.name == link.source), None)

        def read_and_classify() -> tuple[Document, Reading]:
            if self.keep is not None:
                self.keep(answer)  # before reading: a page that nobody can read today is the one to keep
            document = self.read(answer, link, source)
            return document, self.classify(document)

        try:
            return await asyncio.to_thread(read_and_classify)
        except ReadError as error:
            return await self._failed(link, error.reason, str(error), most=TRIES_BY_REASON.get(error.reason, 1))
        except Exception as error:  # noqa: BLE001
            # A page that trips a fault of ours must not keep every other page from being read.
            _log.exception("reading %s", link.url)
            return await self._failed(link, "fault", f"{type(error).__name__}: {error}", most=TRIES_BY_REASON["fault"])

    async def _record(
        self, link: Link, outcome: tuple[Document, Reading] | LinkFailure, *, baseline: bool
    ) -> Recorded | LinkFailure:
        if isinstance(outcome, LinkFailure):
            return outcome
        document, reading = outcome
        now = self.clock.now()
        recorded = await asyncio.to_thread(self.store.record, document, reading, link=link, baseline=baseline, now=now)
        self._tries.pop(link.canonical_url, None)
        for change in recorded.changes:
            old = change.old.words if change.old else "no rating"
            _log.info("%s, %s: %s -> %s (%s)", change.authority.name, change.area.words, old, change.new.words, change.outlet)
        return recorded

    async def _failed(self, link: Link, reason: str, detail: str, *, most: int, wait: float | None = None) -> LinkFailure:
        now = self.clock.now()
        tries = self._tries[link.canonical_url] = self._tries.get(link.canonical_url, 0) + 1
        again = next_try(now=now, tries=tries, most=most, retry_after=wait)
        failure = LinkFailure(link=link, reason=reason, detail=detail, permanent=again is None)
        await asyncio.to_thread(self.store.link_failed, failure, now=now, retry_at=again)
        _log.log(logging.DEBUG if again is None else logging.INFO, "%s: not read: %s %s", link.url, reason, detail)
        return failure


async def _guarded(polling: Awaitable[Poll], source: Source) -> Poll:
    """A fault of ours in one source is that source's failure, not the daemon's."""
    try:
        return await polling
    except Exception as error:  # noqa: BLE001
        _log.exception("polling %s", source.name)
        return Poll(failure=FetchFailure(url="", reason="fault", detail=f"{type(error).__name__}: {error}"))

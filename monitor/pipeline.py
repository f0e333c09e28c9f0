"""Poll -> fetch -> read -> classify -> record. Calls the stages in order and decides nothing.

    Source -poll-> Link -fetch-> Page -read-> Article | Report -classify-> Reading -record-> Recorded

What a stage decides is decided in `domain`; what it remembers is in the store. Everything up to `record` may be done again
at any time: the store's unique keys make a repetition do nothing. Failures are values and go to the store with a reason.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.domain.model import Article, Change, Link, Reading, Report
from monitor.domain.timetable import MOST_TRIES, TRIES_BY_REASON, full_fetch_due, next_due, next_try
from monitor.ports import (
    Asked,
    Clock,
    Fetcher,
    FetchFailure,
    LinkFailure,
    Page,
    Poll,
    ReadError,
    Recorded,
    Source,
    SourceState,
    Store,
    Validators,
)

_log = logging.getLogger(__name__)
_BATCH = 100
MOST_PUT_BY = 32 << 20  #: bytes of pages that wait in memory to be read
_OLDEST = 10 * 365 * 86400  # seconds that an answer may say it is old
_TOGETHER = 0.05  # seconds in which answers are gathered that one transaction can save

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

    async def cycle(self, asked: Sequence[Asked] = ()) -> Cycle:
        """Poll every source once, then read everything there is to read. Sources in `asked` have been asked already."""
        states = await asyncio.to_thread(self.store.source_states)
        polled = list(await self._save(asked))

        async def keep(answers: Sequence[Asked]) -> None:
            polled.extend(await self._save(answers))

        already = {each.source for each in asked}
        rest = [source for source in self.sources if source.name not in already]
        await ask_all(rest, states, self.fetcher, self.clock, keep)
        order = {source.name: index for index, source in enumerate(self.sources)}
        recorded, unread = await self.read_links()
        return Cycle(polled=tuple(sorted(polled, key=lambda each: order.get(each.source, 0))), recorded=recorded, unread=unread)

    async def poll(self, source: Source) -> Polled:
        """Ask one source what is there, and save its links, validators and next due time in one transaction."""
        state = (await asyncio.to_thread(self.store.source_states)).get(source.name, SourceState(name=source.name))
        return (await self._save([await ask(source, state, self.fetcher, self.clock)]))[0]

    async def _save(self, asked: Sequence[Asked]) -> list[Polled]:
        """Write polls in one transaction. One answer that cannot be written is its source's failure, not the others'."""
        if not asked:
            return []
        try:
            fresh = await asyncio.to_thread(self.store.record_polls, asked, now=self.clock.now())
        except Exception as error:
            if len(asked) > 1:
                return [polled for each in asked for polled in await self._save([each])]
            if asked[0].poll.failure:
                raise
            _log.exception("saving %s", asked[0].source)
            return await self._save([replace(asked[0], poll=_fault(error))])
        for each, new in zip(asked, fresh, strict=True):
            self._put_by(new, each.poll)
        return [polled_of(each, len(new)) for each, new in zip(asked, fresh, strict=True)]

    def _put_by(self, new: Sequence[Link], poll: Poll) -> None:
        """Keep the pages of new links that polling fetched already, as far as memory allows: nobody is asked twice."""
        room = MOST_PUT_BY - sum(len(page.body) for page in self._fetched.values())
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


class FirstAnswer:
    """A fetcher that remembers what the first answer was like: that is the source's own page, whatever else it asks for."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._page: Page | None = None

    async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
        """As the fetcher does."""
        answer = await self._fetcher.fetch(url, validators)
        if self._page is None and isinstance(answer, Page):
            self._page = answer
        return answer

    @property
    def fingerprint(self) -> str:
        """Of the answer's bytes; empty where it had none."""
        body = self._page.body if self._page else b""
        return hashlib.blake2b(body, digest_size=8).hexdigest() if body else ""

    def age(self, now: datetime) -> int | None:
        """Seconds since the answer was made, by what it says itself; None where it does not. Caches on the way keep answers."""
        headers = self._page.headers if self._page else {}
        told = [int(headers["age"])] if re.fullmatch(r"[0-9]{1,9}", headers.get("age", "")) else []
        with contextlib.suppress(ValueError, TypeError):  # a date that is none, or names no zone
            told.append(max(0, int((now - parsedate_to_datetime(headers.get("date", ""))).total_seconds())))
        return min(max(told), _OLDEST) if told else None


async def ask(source: Source, state: SourceState, fetcher: Fetcher, clock: Clock) -> Asked:
    """Ask one source what is there; everything that can go wrong is a value. Nothing is saved."""
    if full_fetch_due(name=source.name, last_success=state.last_success, now=clock.now()):
        state = replace(state, validators={})
    first = FirstAnswer(fetcher)
    poll = await _guarded(source.poll(first, state), source)
    if poll.failure is None:
        poll = replace(poll, fingerprint=first.fingerprint, age=first.age(clock.now()))
    due = next_due(
        now=clock.now(),
        interval=timedelta(seconds=source.interval),
        failures=state.failures + 1 if poll.failure else 0,
        retry_after=poll.failure.retry_after if poll.failure else None,
        name=source.name,
    )
    return Asked(source=source.name, poll=poll, next_due_at=due, failures_before=state.failures)


async def ask_all(
    sources: Sequence[Source],
    states: Mapping[str, SourceState],
    fetcher: Fetcher,
    clock: Clock,
    keep: Callable[[Sequence[Asked]], Awaitable[None]],
) -> None:
    """Ask sources, all at once as far as the fetcher lets them; what comes back at about one time goes to `keep` together.

    A host that is asked slowly, for politeness, holds up nothing but its own sources.
    """
    answers: asyncio.Queue[Asked] = asyncio.Queue()

    async def one(source: Source) -> None:
        answers.put_nowait(await ask(source, states.get(source.name, SourceState(name=source.name)), fetcher, clock))

    tasks = [asyncio.create_task(one(source)) for source in sources]
    try:
        waiting = len(tasks)
        while waiting:
            together = [await answers.get()]
            await asyncio.sleep(_TOGETHER if waiting > 1 else 0)
            while not answers.empty():
                together.append(answers.get_nowait())
            waiting -= len(together)
            await keep(together)
    finally:
        for task in tasks:
            task.cancel()


def light(asked: Sequence[Asked]) -> list[Asked]:
    """The same, without the pages that are more than may wait in memory: those are asked for again when their turn comes."""
    kept: list[Asked] = []
    room = MOST_PUT_BY
    for each in asked:
        room -= sum(len(page.body) for page in each.poll.pages.values())
        kept.append(each if room >= 0 or not each.poll.pages else replace(each, poll=replace(each.poll, pages={})))
    return kept


def polled_of(asked: Asked, new: int) -> Polled:
    """What asking came to when `new` links were not known; says in the log when a source begins to fail or is back."""
    failure, before = asked.poll.failure, asked.failures_before
    if failure:
        # The first failure is news, and every tenth of a row; the status page knows of the others.
        level = logging.WARNING if before % 10 == 0 else logging.DEBUG
        _log.log(level, "%s: %s: %s %s", asked.source, failure.url, failure.reason, failure.detail)
    elif before:
        _log.warning("%s: answers again after %d failures", asked.source, before)
    return Polled(
        source=asked.source,
        links=len(asked.poll.links),
        new=new,
        not_modified=asked.poll.not_modified,
        failure=failure,
    )


async def _guarded(polling: Awaitable[Poll], source: Source) -> Poll:
    """A fault of ours in one source is that source's failure, not the daemon's."""
    try:
        return await polling
    except Exception as error:  # noqa: BLE001
        _log.exception("polling %s", source.name)
        return _fault(error)


def _fault(error: Exception) -> Poll:
    return Poll(failure=FetchFailure(url="", reason="fault", detail=f"{type(error).__name__}: {error}"))

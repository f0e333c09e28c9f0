"""Poll -> fetch -> read -> classify -> record. Calls the stages in order and decides nothing.

    Source -poll-> Link -fetch-> Page -read-> Article | Report -classify-> Reading -record-> Recorded

What a stage decides is decided in `domain`; what it remembers is in the store. Everything up to `record` may be done again
at any time: the store's unique keys make a repetition do nothing. Failures are values and go to the store with a reason.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import TypeVar
from urllib.parse import urlsplit

from monitor.asking import MOST_PUT_BY, Polled, ask, ask_all, fault, polled_of
from monitor.domain.model import Article, Change, Link, Reading, Report
from monitor.domain.timetable import MOST_TRIES, TRIES_BY_REASON, next_try
from monitor.ports import (
    Asked,
    Classified,
    Clock,
    Fetcher,
    FetchFailure,
    LinkFailure,
    Page,
    Poll,
    ReadError,
    Recorded,
    Source,
    Store,
)

_log = logging.getLogger(__name__)
_BATCH = 100
_GROUP = 25  # documents recorded in one transaction, at most
_UNKEPT = 4 << 20  # bytes of read pages that wait for a transaction to be kept in

_Result = TypeVar("_Result")
Document = Article | Report
#: Bytes to prose, blocking; raises ReadError for what is no article and no report. The source is None when it was removed.
Read = Callable[[Page, Link, Source | None], Document]
#: Prose to judgements; pure.
Classify = Callable[[Document], Reading]


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
    keep: Callable[[Sequence[Page]], object] | None = None  #: puts raw pages by, for rules to come; blocking
    watched_before: bool = False
    _tries: dict[str, int] = field(default_factory=dict, init=False)
    _fetched: dict[str, Page] = field(default_factory=dict, init=False)
    _unkept: list[Page] = field(default_factory=list, init=False)
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
        state = await asyncio.to_thread(self.store.source_state, source.name)
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
            return await self._save([replace(asked[0], poll=fault(error))])
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
        hosts: dict[str, asyncio.Semaphore] = {}

        async def take(link: Link, baseline: bool) -> _Taken:
            # A host that is asked slowly, for politeness, gets half of the places at most: the rest is for others.
            host = "" if link.url in self._fetched else urlsplit(link.url).netloc
            places = self.concurrency if not host else max(1, self.concurrency // 2)
            async with hosts.setdefault(host, asyncio.Semaphore(places)), turn:
                return await self._take(link, baseline)

        outcomes: list[Recorded | LinkFailure] = []
        tasks = [asyncio.create_task(take(link, baseline)) for link, baseline in batch]
        try:
            while len(outcomes) < len(tasks):
                waiting = tasks[len(outcomes) :]
                await waiting[0]
                ready = list(takewhile(asyncio.Task.done, waiting))[:_GROUP]
                outcomes += await self._settle([task.result() for task in ready])
        finally:
            for task in tasks:
                task.cancel()
        return outcomes

    async def _take(self, link: Link, baseline: bool) -> _Taken:
        """Fetch and read one link; everything that can go wrong with it is a value."""
        answer = self._fetched.pop(link.url, None) or await self._fetch(link.url)
        if isinstance(answer, FetchFailure):
            most = 1 if answer.permanent else MOST_TRIES
            trouble = _Trouble(reason=answer.reason, detail=answer.detail, most=most, wait=answer.retry_after)
            return _Taken(link=link, baseline=baseline, outcome=trouble)
        source = next((source for source in self.sources if source.name == link.source), None)
        outcome = await asyncio.to_thread(_attempt, link, lambda: self.read(answer, link, source))
        # Kept even when nobody can read it today: that is the one to keep. Soon, for many large pages are much memory.
        self._unkept.append(answer)
        if sum(len(page.body) for page in self._unkept) > _UNKEPT:
            pages, self._unkept = self._unkept, []
            await asyncio.to_thread(self._keep, pages)
        return _Taken(link=link, baseline=baseline, outcome=outcome)

    async def _fetch(self, url: str) -> Page | FetchFailure:
        try:
            return await self.fetcher.fetch(url)
        except Exception as error:  # noqa: BLE001  # an address that trips a fault of ours is one address
            _log.exception("fetching %s", url)
            return FetchFailure(url=url, reason="fault", detail=f"{type(error).__name__}: {error}")

    def _keep(self, pages: Sequence[Page]) -> None:
        try:
            if self.keep is not None and pages:
                self.keep(pages)
        except Exception:  # noqa: BLE001
            _log.exception("keeping %d pages", len(pages))  # an alert is worth more than its copy

    async def _settle(self, group: Sequence[_Taken]) -> list[Recorded | LinkFailure]:
        """Classify documents and record them together, in their order; note why others could not be read."""
        pages, self._unkept = self._unkept, []
        # Side by side: compressing pages leaves the interpreter to the classifier.
        kept = asyncio.create_task(asyncio.to_thread(self._keep, pages))
        found = await asyncio.to_thread(lambda: [self._classified(each) for each in group])
        await kept  # before what they say is recorded
        recorded = iter(await asyncio.to_thread(self._recorded, [each for each in found if isinstance(each, Classified)]))
        outcomes: list[Recorded | LinkFailure] = []
        for taken, each in zip(group, found, strict=True):
            outcome = each if isinstance(each, _Trouble) else next(recorded)
            if isinstance(outcome, _Trouble):
                outcomes.append(await self._failed(taken.link, outcome))
                continue
            self._tries.pop(taken.link.canonical_url, None)
            outcomes.append(outcome)
            for change in outcome.changes:
                old = change.old.words if change.old else "no rating"
                name, outlet = change.authority.display_name, change.outlet
                _log.info("%s, %s: %s -> %s (%s)", name, change.area.words, old, change.new_words, outlet)
        return outcomes

    def _classified(self, taken: _Taken) -> Classified | _Trouble:
        document = taken.outcome
        if isinstance(document, _Trouble):
            return document
        reading = _attempt(taken.link, lambda: self.classify(document))
        if isinstance(reading, _Trouble):
            return reading
        return Classified(document=document, reading=reading, link=taken.link, baseline=taken.baseline)

    def _recorded(self, found: Sequence[Classified]) -> list[Recorded | _Trouble]:
        """Record documents in one transaction; one by one where that fails: what can be recorded is, and the rest is told."""
        now = self.clock.now()
        if len(found) > 1:
            try:
                return list(self.store.record_all(found, now=now))
            except Exception:  # noqa: BLE001
                _log.debug("recording %d documents together", len(found), exc_info=True)
        outcomes: list[Recorded | _Trouble] = []
        for each in found:
            try:
                outcomes += self.store.record_all([each], now=now)
            except Exception as error:  # noqa: BLE001
                # Where it is the store and not the document, noting this will fail as well, and end the cycle.
                _log.warning("recording %s: %s: %s", each.document.url, type(error).__name__, error)
                detail = f"{type(error).__name__}: {error}"
                outcomes.append(_Trouble(reason="unrecorded", detail=detail, most=TRIES_BY_REASON["unrecorded"]))
        return outcomes

    async def _failed(self, link: Link, trouble: _Trouble) -> LinkFailure:
        now = self.clock.now()
        tries = self._tries[link.canonical_url] = self._tries.get(link.canonical_url, 0) + 1
        again = next_try(now=now, tries=tries, most=trouble.most, retry_after=trouble.wait)
        failure = LinkFailure(link=link, reason=trouble.reason, detail=trouble.detail, permanent=again is None)
        await asyncio.to_thread(self.store.link_failed, failure, now=now, retry_at=again)
        level = logging.DEBUG if again is None else logging.INFO
        _log.log(level, "%s: not read: %s %s", link.url, trouble.reason, trouble.detail)
        return failure


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trouble:
    """Why a link gave no article, how often it may be tried, and how many seconds the server wants to be left alone."""

    reason: str
    detail: str
    most: int
    wait: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A link that was fetched and read, or was tried."""

    link: Link
    baseline: bool
    outcome: Document | _Trouble


def _attempt(link: Link, work: Callable[[], _Result]) -> _Result | _Trouble:
    """Do what a page can make fail; a page that trips a fault of ours must not keep every other page from being read."""
    try:
        return work()
    except ReadError as error:
        return _Trouble(reason=error.reason, detail=str(error), most=TRIES_BY_REASON.get(error.reason, 1))
    except Exception as error:  # noqa: BLE001
        _log.exception("reading %s", link.url)
        return _Trouble(reason="fault", detail=f"{type(error).__name__}: {error}", most=TRIES_BY_REASON["fault"])

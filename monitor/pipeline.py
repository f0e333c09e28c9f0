"""Poll -> fetch -> read -> classify -> record. Calls the stages in order and decides nothing.

    Source -poll-> Link -fetch-> Page -read-> Article | Report -classify-> ClassifierResult -record-> Recorded

What a stage decides is decided in `domain`; what it remembers is in the store. Everything up to `record` may be done again
at any time: the store's unique keys make a repetition do nothing. Failures are values and go to the store with a reason.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import uuid4

from monitor.domain.calendar import london_day
from monitor.domain.document_attestations import as_seen
from monitor.domain.model import Article, Change, ClassifierResult, Link, Report, SourceClass, percent
from monitor.domain.review import ReviewItem
from monitor.domain.schedule import PASSING, completed_at, is_deadly, next_try
from monitor.domain.turns import MAX_HOPS, PATIENCE, Turn, choose_turns
from monitor.polling import PollSummary, PrefetchedPages, Timekeeper, fault, poll_source, poll_sources, summary_of
from monitor.ports import (
    Classified,
    Clock,
    ElsewhereError,
    Fetcher,
    FetchFailure,
    LinkFailure,
    LostLeadError,
    Page,
    PollResult,
    ReadError,
    Recorded,
    Source,
    Store,
    Waiting,
)

_log = logging.getLogger(__name__)
Document = Article | Report
#: Bytes to prose, blocking; raises ReadError for what is no article and no report. The source is None when it was removed.
Read = Callable[[Page, Link, Source | None], Document]
#: Prose to judgements; pure.
Classify = Callable[[Document], ClassifierResult]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What one round of polling and reading came to."""

    polled: tuple[PollSummary, ...] = ()
    recorded: tuple[Recorded, ...] = ()
    unread: tuple[LinkFailure, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change that this round found."""
        return tuple(change for recorded in self.recorded for change in recorded.changes)

    @property
    def for_review(self) -> tuple[ReviewItem, ...]:
        """What this round found that a person is asked about."""
        return tuple(item for recorded in self.recorded for item in recorded.for_review)

    @property
    def deliveries(self) -> int:
        """How many messages this round put into the outbox."""
        return sum(recorded.deliveries for recorded in self.recorded)


@dataclass(kw_only=True)
class Pipeline:
    """The stages, joined. `sources` are the enabled ones; `concurrency` is how many pages are read at once.

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
    timekeeper: Timekeeper | None = None  #: tells when our clock is wrong; None where it is meant to be, as in a replay
    prefetched: PrefetchedPages = field(default_factory=PrefetchedPages)
    reader: str = field(default_factory=lambda: uuid4().hex)  #: by which notes of what is looked into are known as ours
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _fresh: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    async def cycle(self, results: Sequence[PollResult] = ()) -> Cycle:
        """Poll every source once, then read everything there is to read. Sources in `results` have been asked already."""
        states = await asyncio.to_thread(self.store.source_states)
        polled = list(await self._save(results))

        async def keep(answers: Sequence[PollResult]) -> None:
            polled.extend(await self._save(answers))

        already = {each.source for each in results}
        rest = [source for source in self.sources if source.name not in already]
        await poll_sources(rest, states, self.fetcher, self.clock, keep)
        order = {source.name: index for index, source in enumerate(self.sources)}
        recorded, unread = await self.read_links(patience=PATIENCE)
        return Cycle(polled=tuple(sorted(polled, key=lambda each: order.get(each.source, 0))), recorded=recorded, unread=unread)

    async def poll(self, source: Source) -> PollSummary:
        """Ask one source what is there, and save its links, validators and next due time in one transaction."""
        state = await asyncio.to_thread(self.store.source_state, source.name)
        return (await self._save([await poll_source(source, state, self.fetcher, self.clock)]))[0]

    async def _save(self, results: Sequence[PollResult]) -> list[PollSummary]:
        """Write polls in one transaction. One answer that cannot be written is its source's failure, not the others'."""
        if not results:
            return []
        if trouble := await self.clock_trouble():  # nothing is written by a wrong clock: it is asked again by a right one
            wrong = FetchFailure(url="", reason="clock", detail=trouble)
            return [PollSummary(source=each.source, failure=wrong) for each in results]
        try:
            fresh = await asyncio.to_thread(self.store.record_polls, results, now=self.clock.now())
        except LostLeadError:
            raise
        except Exception as error:
            if len(results) > 1:
                return [polled for each in results for polled in await self._save([each])]
            if results[0].poll.failure:
                raise
            _log.exception("saving %s", results[0].source)
            return await self._save([replace(results[0], poll=fault(error))])
        for each, new in zip(results, fresh, strict=True):
            self.prefetched.keep(new, each.poll.pages)
        if any(fresh):
            self._fresh.set()
        return [summary_of(each, len(new)) for each, new in zip(results, fresh, strict=True)]

    async def clock_trouble(self) -> str:
        """What is the matter with our clock, in words; empty when it is right."""
        if self.timekeeper is None or self.timekeeper.agrees():
            return ""
        states = await asyncio.to_thread(self.store.source_states)
        return self.timekeeper.trouble(max((each.last_success for each in states.values() if each.last_success), default=None))

    async def _cut_off(self, running: Collection[asyncio.Task[_Taken]]) -> None:
        """End in good order what is under way: no page killed anybody."""
        for task in running:
            task.cancel()
        if running:
            await asyncio.to_thread(self.store.reading_ended, reader=self.reader)

    async def read_links(self, *, patience: timedelta | None = None) -> tuple[tuple[Recorded, ...], tuple[LinkFailure, ...]]:
        """Fetch, read, classify and record every link that is due, each as it is done; what polls bring meanwhile, too.

        After `patience`, no page of a host that gives trouble is begun any more: those wait for another time.
        """
        outcomes: list[Recorded | LinkFailure] = []
        running: dict[asyncio.Task[_Taken], Turn] = {}
        async with self._reading:  # one reader at a time, however many ask for one: links are taken once
            end = None if patience is None else self.clock.now() + patience
            wake = asyncio.create_task(self._fresh.wait())
            try:
                outcomes += await self._count_the_dead()
                while True:
                    self._fresh.clear()
                    if await self.clock_trouble():
                        break  # an alarm, and the answer of every poll, say so
                    for turn, waiting in await self._next(running.values(), end):
                        running[asyncio.create_task(self._take(waiting))] = turn
                    if not running:
                        break
                    if wake.done():
                        wake = asyncio.create_task(self._fresh.wait())
                    await asyncio.wait((*running, wake), return_when=asyncio.FIRST_COMPLETED)
                    done = [task for task in running if task.done()]
                    if await self.clock_trouble():
                        continue  # what these pages said is not recorded by a wrong clock
                    outcomes += await self._settle([task.result() for task in done])
                    for task in done:
                        del running[task]
            finally:
                wake.cancel()
                await self._cut_off(running)
        return _parted(outcomes)

    async def _next(self, busy: Collection[Turn], end: datetime | None) -> list[tuple[Turn, Waiting]]:
        """The links to begin with now; `turns.choose_turns` decides."""
        now = self.clock.now()
        due = await asyncio.to_thread(self.store.links_to_read, now=now)
        official = {source.name for source in self.sources if source.source_class is SourceClass.OFFICIAL}
        taken = {turn.key for turn in busy}
        waiting = {each.link.canonical_url: each for each in due if each.link.canonical_url not in taken}
        turns = [_turn(each, official=each.link.source in official) for each in waiting.values()]
        chosen = choose_turns(turns, tuple(busy), self.concurrency, patient=end is None or now < end)
        return [(turn, waiting[turn.key]) for turn in chosen]

    async def _count_the_dead(self) -> list[LinkFailure]:
        """Note a try against every page that was being looked into when a process died."""
        dead = await asyncio.to_thread(self.store.read_by_the_dead, reader=self.reader, now=self.clock.now())
        died = _Trouble(reason="died", detail="the monitor died while this page was being read")
        return [await self._failed(each, died) for each in dead]

    async def _take(self, waiting: Waiting) -> _Taken:
        """Fetch, read and classify one link; everything that can go wrong with it is a value."""
        link, url = waiting.link, waiting.link.url
        source = next((source for source in self.sources if source.name == link.source), None)
        for _ in range(MAX_HOPS):
            answer = self.prefetched.take(url) or await self._fetch(url)
            if isinstance(answer, FetchFailure):
                trouble = _Trouble(answer.reason, answer.detail, answer.permanent, answer.retry_after, page=False)
                return _Taken(waiting=waiting, outcome=trouble)
            await asyncio.to_thread(self.store.reading_begins, link, reader=self.reader, now=self.clock.now())
            outcome = await asyncio.to_thread(self._read_and_classify, answer, waiting, source)
            if not isinstance(outcome, ElsewhereError):
                return _Taken(waiting=waiting, outcome=outcome, page=answer)
            url = outcome.to
        trouble = _Trouble("redirect_loop", f"more than {MAX_HOPS} pages send their readers on, at last to {url[:200]}")
        return _Taken(waiting=waiting, outcome=trouble)

    async def _fetch(self, url: str) -> Page | FetchFailure:
        try:
            return await self.fetcher.fetch(url)
        except Exception as error:  # noqa: BLE001  # an address that trips a fault of ours is one address
            _log.exception("fetching %s", url)
            return FetchFailure(url=url, reason="fault", detail=f"{type(error).__name__}: {error}")

    def _read_and_classify(self, page: Page, waiting: Waiting, source: Source | None) -> Classified | ElsewhereError | _Trouble:
        """One page from bytes to judgements; what trips a fault of ours must not keep every other page from being read."""
        link = waiting.link
        try:
            document = self.read(page, link, source)
            result = self.classify(as_seen(document, london_day(link.published or self.clock.now())))
        except ElsewhereError as error:
            return error
        except ReadError as error:
            return _Trouble(error.reason, str(error), permanent=error.reason not in PASSING)
        except Exception as error:  # noqa: BLE001
            _log.exception("reading %s", link.url)
            return _Trouble("fault", f"{type(error).__name__}: {error}")
        return Classified(
            document=document,
            result=result,
            link=link,
            baseline=waiting.baseline and not self.watched_before,
            again_at=completed_at(document, result, now=self.clock.now(), since=waiting.since, readings=waiting.readings),
        )

    def _keep(self, pages: Sequence[Page]) -> None:
        try:
            if self.keep is not None and pages:
                self.keep(pages)
        except Exception:  # noqa: BLE001
            _log.exception("keeping %d pages", len(pages))  # an alert is worth more than its copy

    async def _settle(self, group: Sequence[_Taken]) -> list[Recorded | LinkFailure]:
        """Record documents together; note why others could not be read. Pages are kept before what they say is recorded."""
        if not group:
            return []
        # Kept even when nobody can read it today: that is the one to keep.
        await asyncio.to_thread(self._keep, [each.page for each in group if each.page is not None])
        found = [each.outcome for each in group if isinstance(each.outcome, Classified)]
        recorded = iter(await asyncio.to_thread(self._recorded, found))
        outcomes: list[Recorded | LinkFailure] = []
        for taken in group:
            outcome = next(recorded) if isinstance(taken.outcome, Classified) else taken.outcome
            outcomes.append(await self._failed(taken.waiting, outcome) if isinstance(outcome, _Trouble) else _told(outcome))
        return outcomes

    def _recorded(self, found: Sequence[Classified]) -> list[Recorded | _Trouble]:
        """Record documents in one transaction; one by one where that fails: what can be recorded is, and the rest is told."""
        now = self.clock.now()
        if len(found) > 1:
            try:
                return list(self.store.record_all(found, now=now))
            except LostLeadError:
                raise
            except Exception:  # noqa: BLE001
                _log.debug("recording %d documents together", len(found), exc_info=True)
        outcomes: list[Recorded | _Trouble] = []
        for each in found:
            try:
                outcomes += self.store.record_all([each], now=now)
            except LostLeadError:
                raise
            except Exception as error:  # noqa: BLE001
                # Where it is the store and not the document, noting this will fail as well, and end the cycle.
                _log.warning("recording %s: %s: %s", each.document.url, type(error).__name__, error)
                outcomes.append(_Trouble("unrecorded", f"{type(error).__name__}: {error}"))
        return outcomes

    async def _failed(self, waiting: Waiting, trouble: _Trouble) -> LinkFailure:
        now, deadly = self.clock.now(), is_deadly(trouble.reason, page=trouble.page)
        again = next_try(
            now=now,
            reason=trouble.reason,
            tries=waiting.tries + 1,
            deaths=waiting.deaths + deadly,
            permanent=trouble.permanent,
            retry_after=trouble.wait,
        )
        failure = LinkFailure(
            link=waiting.link, reason=trouble.reason, detail=trouble.detail, permanent=again is None, deadly=deadly
        )
        await asyncio.to_thread(self.store.link_failed, failure, now=now, retry_at=again)
        level = logging.DEBUG if again is None else logging.INFO
        _log.log(level, "%s: not read: %s %s", waiting.link.url, trouble.reason, trouble.detail)
        return failure


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a link gave no article, whether another try is of use, and how many seconds the server wants to be left alone."""

    reason: str
    detail: str
    permanent: bool = False
    wait: float | None = None
    page: bool = True  #: there was a page, which is to blame


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """A link that was fetched, read and classified, or was tried; with its page, if there was one."""

    waiting: Waiting
    outcome: Classified | _Trouble
    page: Page | None = None


def _turn(waiting: Waiting, *, official: bool) -> Turn:
    return Turn(
        key=waiting.link.canonical_url,
        host=waiting.host,
        since=waiting.since,
        official=official,
        tries=waiting.tries,
        readings=waiting.readings,
        deaths=waiting.deaths,
        trouble=waiting.trouble,
    )


def _told(recorded: Recorded) -> Recorded:
    """What was recorded, with its changes told in the log, and what waits for a person."""
    for change in recorded.changes:
        old = change.old.words if change.old else "no rating"
        name, outlet = change.authority.display_name, change.outlet
        _log.info("%s, %s: %s -> %s (%s)", name, change.area.words, old, change.new_words, outlet)
    for item in recorded.for_review:
        said = item.judgement
        name, likely = said.authority.display_name, percent(said.probability)
        _log.info("for review (%s): %s, %s: %s (%s)", likely, name, said.area.words, said.rating.words, item.outlet)
    return recorded


def _parted(outcomes: Sequence[Recorded | LinkFailure]) -> tuple[tuple[Recorded, ...], tuple[LinkFailure, ...]]:
    """What was recorded, and what could not be read."""
    recorded = tuple(each for each in outcomes if isinstance(each, Recorded))
    return recorded, tuple(each for each in outcomes if isinstance(each, LinkFailure))

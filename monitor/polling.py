"""Asks sources what is there: all at once, each failure a value, and nothing of it saved yet."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from monitor.domain.masked import masked
from monitor.domain.model import Link
from monitor.domain.right_time import agree, true_time, wrong_clock_words
from monitor.domain.schedule import full_fetch_due, next_due
from monitor.domain.turns import prefetched
from monitor.ports import Clock, Fetcher, FetchFailure, Page, Poll, PollResult, Source, SourceState, Validators

_log = logging.getLogger(__name__)
_BELIEVED_FOR = 6 * 3600.0  # seconds that the time a server told is counted on
_MAX_TOLD = 1000  # servers that tell it
_PREFETCHED_FOR = 900.0  # seconds that a page is good for that was fetched with its feed
_TOGETHER = 0.05  # seconds in which answers are gathered that one transaction can save
_OLDEST = 10 * 365 * 86400  # seconds that an answer may say it is old


@dataclass(frozen=True, slots=True, kw_only=True)
class PollSummary:
    """What asking one source came to."""

    source: str
    links: int = 0  #: announced
    new: int = 0  #: of them never seen before
    not_modified: bool = False
    failure: FetchFailure | None = None


class PrefetchedPages:
    """Pages that polling fetched already, as far as memory allows: nobody is asked for them twice.

    What nobody takes in a while (its link was passed over) makes room for others.
    """

    def __init__(self) -> None:
        self._pages: dict[str, tuple[float, Page]] = {}  # with when they came, the oldest first

    def keep(self, links: Sequence[Link], pages: Mapping[str, Page]) -> None:
        """Put the pages of links by, each until it is taken."""
        now = time.monotonic()
        self._pages = {url: (at, page) for url, (at, page) in self._pages.items() if now - at < _PREFETCHED_FOR}
        found = [(link.url, pages[link.url]) for link in links if link.url in pages]
        held = sum(len(page.body) for _, page in self._pages.values())
        kept = prefetched([len(page.body) for _url, page in found], held)
        self._pages.update({url: (now, page) for (url, page), fits in zip(found, kept, strict=True) if fits})

    def forget(self) -> None:
        """Let go of them all: by the time that they are asked for they would be old."""
        self._pages.clear()

    def take(self, url: str) -> Page | None:
        """The page at an address, once."""
        at, page = self._pages.pop(url, (0.0, None))
        return page if time.monotonic() - at < _PREFETCHED_FOR else None


class Timekeeper:
    """A fetcher that notes what time it is by the servers that answer (``Date``), each by its host."""

    def __init__(self, fetcher: Fetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._told: dict[str, tuple[datetime, float]] = {}  # what a host said, and when, by a clock that nobody sets

    async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
        """As the fetcher does."""
        answer = await self._fetcher.fetch(url, validators)
        if isinstance(answer, Page) and answer.headers.get("age", "0") == "0":  # a cache tells when it was made
            with contextlib.suppress(ValueError, TypeError):
                date = parsedate_to_datetime(answer.headers.get("date", ""))
                if len(self._told) >= _MAX_TOLD:  # whoever has a hundred hosts tells the time no better
                    self._told.pop(next(iter(self._told)))
                self._told[urlsplit(answer.url).netloc] = (date.astimezone(UTC), time.monotonic())
        return answer

    def agrees(self) -> bool:
        """Whether some server told the time as our clock has it: then it is right, whatever else there is."""
        now = self._clock.now()
        return any(agree(now, each) for each in self._told_now())

    def _told_now(self) -> list[datetime]:
        machine = time.monotonic()
        return [date + timedelta(seconds=machine - at) for date, at in self._told.values() if machine - at < _BELIEVED_FOR]

    def trouble(self, newest: datetime | None = None) -> str:
        """What is the matter with our clock, in words; empty when it is right. `newest`: when the state was last written."""
        now = self._clock.now()
        true = true_time(now, self._told_now(), newest)
        return wrong_clock_words(now, true) if true is not None else ""


class RecordingFetcher:
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


def declaration_of(source: Source) -> str:
    """What stands for how a source is declared; empty for one that does not tell."""
    return str(getattr(source, "declaration", ""))


def is_declared_anew(source: Source, state: SourceState) -> bool:
    """Whether a source is declared otherwise than when it was asked last: then it is asked at once."""
    return bool(state.declared) and state.declared != declaration_of(source)


async def poll_source(source: Source, state: SourceState, fetcher: Fetcher, clock: Clock) -> PollResult:
    """Ask one source what is there; everything that can go wrong is a value. Nothing is saved."""
    declared = declaration_of(source)
    if is_declared_anew(source, state):
        state = replace(state, validators={}, failures=0)  # what was learnt of another address says nothing of this one
    if full_fetch_due(name=source.name, last_success=state.last_success, now=clock.now()):
        state = replace(state, validators={})
    first = RecordingFetcher(fetcher)
    poll = await _guarded(source.poll(first, state), source)
    if poll.failure is None:
        poll = replace(poll, fingerprint=poll.fingerprint or first.fingerprint, age=first.age(clock.now()))
    due = next_due(
        now=clock.now(),
        interval=timedelta(seconds=source.interval),
        failures=state.failures + 1 if poll.failure else 0,
        retry_after=poll.failure.retry_after if poll.failure else None,
        name=source.name,
    )
    return PollResult(source=source.name, poll=poll, next_due_at=due, failures_before=state.failures, declared=declared)


async def poll_sources(
    sources: Sequence[Source],
    states: Mapping[str, SourceState],
    fetcher: Fetcher,
    clock: Clock,
    keep: Callable[[Sequence[PollResult]], Awaitable[None]],
) -> None:
    """Ask sources, all at once as far as the fetcher lets them; what comes back at about one time goes to `keep` together.

    A host that is asked slowly, for politeness, holds up nothing but its own sources.
    """
    answers: asyncio.Queue[PollResult] = asyncio.Queue()

    async def one(source: Source) -> None:
        answers.put_nowait(await poll_source(source, states.get(source.name, SourceState(name=source.name)), fetcher, clock))

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


def drop_bodies(asked: Sequence[PollResult]) -> list[PollResult]:
    """The same, without the pages that are more than may wait in memory: those are asked for again when their turn comes."""
    kept = prefetched([sum(len(page.body) for page in each.poll.pages.values()) for each in asked])
    return [each if fits else replace(each, poll=replace(each.poll, pages={})) for each, fits in zip(asked, kept, strict=True)]


def summary_of(asked: PollResult, new: int) -> PollSummary:
    """What asking came to when `new` links were not known; says in the log when a source begins to fail or is back."""
    failure, before = asked.poll.failure, asked.failures_before
    if failure:
        # The first failure is news, and every tenth of a row; the status page knows of the others.
        level = logging.WARNING if before % 10 == 0 else logging.DEBUG
        _log.log(level, "%s: %s: %s %s", asked.source, masked(failure.url), failure.reason, masked(failure.detail))
    elif before:
        _log.warning("%s: answers again after %d failures", asked.source, before)
    return PollSummary(
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
        return fault(error)


def fault(error: Exception) -> Poll:
    """The poll that a fault of ours comes to."""
    return Poll(failure=FetchFailure(url="", reason="fault", detail=f"{type(error).__name__}: {error}"))

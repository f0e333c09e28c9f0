"""A world for the pipeline: fakes with verbs, each doing one thing that real ones do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from monitor.domain.model import Article, Change, ClassifierResult, Link, SourceClass
from monitor.domain.turns import COSTLY
from monitor.domain.urls import queue_of
from monitor.ports import (
    Classified,
    ElsewhereError,
    FetchFailure,
    LinkFailure,
    Page,
    Poll,
    PollResult,
    ReadError,
    Recorded,
    SourceState,
    Validators,
    Waiting,
)


class FakeClock:
    def __init__(self, start: datetime = datetime(2026, 8, 3, 12, tzinfo=UTC)) -> None:
        self.moment = start

    def now(self) -> datetime:
        return self.moment

    def today(self) -> date:
        return self.moment.date()

    def advance(self, **length: float) -> None:
        self.moment += timedelta(**length)


@dataclass
class FakeSource:
    """Lists what it is told to list."""

    name: str = "gazette"
    outlet: str = "The Gazette"
    source_class: SourceClass = SourceClass.PRESS
    interval: float = 900.0
    lists_first_published: bool = True
    answer: Poll = field(default_factory=Poll)
    trips: Exception | None = None
    asked_with: list[SourceState] = field(default_factory=list)

    def lists(self, *urls: str) -> FakeSource:
        self.answer = Poll(links=tuple(link(url, self.name) for url in urls), validators={"feed": Validators(etag="1")})
        return self

    def fails(self, reason: str = "timeout", retry_after: float | None = None) -> FakeSource:
        self.answer = Poll(failure=FetchFailure(url="feed", reason=reason, retry_after=retry_after))
        return self

    async def poll(self, fetcher: object, state: SourceState) -> Poll:
        self.asked_with.append(state)
        if self.trips:
            raise self.trips
        return self.answer


def link(url: str, source: str = "gazette") -> Link:
    return Link(source=source, url=url, canonical_url=url)


@dataclass
class FakeFetcher:
    """Serves what it was given; everything else is not found."""

    answers: dict[str, Page | FetchFailure] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def serves(self, url: str, body: str = "text") -> FakeFetcher:
        self.answers[url] = Page(url=url, status=200, content_type="text/html", body=body.encode())
        return self

    def refuses(
        self, url: str, reason: str = "timeout", *, permanent: bool = False, retry_after: float | None = None
    ) -> FakeFetcher:
        self.answers[url] = FetchFailure(url=url, reason=reason, permanent=permanent, retry_after=retry_after)
        return self

    async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
        self.asked.append(url)
        return self.answers.get(url) or FetchFailure(url=url, reason="not_found", status=404, permanent=True)


@dataclass
class FakeStore:
    """Remembers in memory what the pipeline needs remembered."""

    states: dict[str, SourceState] = field(default_factory=dict)
    waiting: dict[str, tuple[Waiting, datetime]] = field(default_factory=dict)
    looked_into: dict[str, str] = field(default_factory=dict)  # address -> by whom
    known: set[str] = field(default_factory=set)
    recorded: list[tuple[str, bool]] = field(default_factory=list)
    failures: list[tuple[LinkFailure, datetime | None]] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)  # of the last failure of an address
    finds: tuple[Change, ...] = ()
    trips: Exception | None = None
    commits: int = 0  # of polls
    groups: list[int] = field(default_factory=list)  # documents recorded together
    refuses: set[str] = field(default_factory=set)  # titles of documents and names of sources

    def source_state(self, name: str) -> SourceState:
        return self.states.get(name, SourceState(name=name))

    def source_states(self) -> dict[str, SourceState]:
        return dict(self.states)

    def record_polls(self, asked: Sequence[PollResult], *, now: datetime) -> tuple[tuple[Link, ...], ...]:
        if any(each.source in self.refuses and not each.poll.failure for each in asked):
            raise ValueError("cannot be written")
        self.commits += 1
        return tuple(self._record_poll(each, now) for each in asked)

    def _record_poll(self, asked: PollResult, now: datetime) -> tuple[Link, ...]:
        name, poll = asked.source, asked.poll
        before = self.source_state(name)
        self.states[name] = SourceState(
            name=name,
            validators=poll.validators,
            last_success=before.last_success if poll.failure else now,
            next_due_at=asked.next_due_at,
            failures=before.failures + 1 if poll.failure else 0,
            polled_before=before.polled_before or not poll.failure,
        )
        new = tuple(each for each in poll.links if each.canonical_url not in self.known)
        self.known.update(each.canonical_url for each in new)
        first = not before.polled_before
        self.waiting |= {
            each.canonical_url: (Waiting(link=each, baseline=first, host=queue_of(each.url), since=each.published or now), now)
            for each in new
        }
        return new

    def links_to_read(self, *, now: datetime, limit: int = 100) -> tuple[Waiting, ...]:
        due = [each for url, (each, when) in self.waiting.items() if when <= now and url not in self.looked_into]
        trouble = Counter(
            {each.host: each.tries for each, _ in self.waiting.values() if self.reasons.get(each.link.canonical_url) in COSTLY}
        )
        return tuple(replace(each, trouble=trouble[each.host]) for each in due[:limit])

    def reading_begins(self, link: Link, *, reader: str, now: datetime) -> None:
        self.looked_into[link.canonical_url] = reader

    def reading_ended(self, *, reader: str) -> None:
        self.looked_into = {url: by for url, by in self.looked_into.items() if by != reader}

    def read_by_the_dead(self, *, reader: str, now: datetime) -> tuple[Waiting, ...]:
        return tuple(self.waiting[url][0] for url, by in self.looked_into.items() if by != reader)

    def link_failed(self, failure: LinkFailure, *, now: datetime, retry_at: datetime | None) -> None:
        if self.trips:
            raise self.trips
        self.failures.append((failure, retry_at))
        url = failure.link.canonical_url
        self.reasons[url] = failure.reason
        self.looked_into.pop(url, None)
        each, _ = self.waiting.pop(url)
        if retry_at is not None:
            tried = replace(each, tries=each.tries + 1, deaths=each.deaths + failure.deadly)
            self.waiting[url] = (tried, retry_at)

    def record_all(self, found: Sequence[Classified], *, now: datetime) -> tuple[Recorded, ...]:
        if self.trips:
            raise self.trips
        if any(each.document.title in self.refuses for each in found):
            raise ValueError("cannot be written")
        self.groups.append(len(found))
        for each in found:
            assert each.link is not None
            self.recorded.append((each.document.title, each.baseline))
            del self.waiting[each.link.canonical_url]
            self.looked_into.pop(each.link.canonical_url, None)
        return tuple(Recorded(duplicate=False, changes=self.finds, deliveries=len(self.finds)) for _ in found)


def read(page: Page, link: Link, source: object) -> Article:
    """The body is the title; some bodies cannot be read."""
    text = page.body.decode()
    if text == "consent":
        raise ReadError("a consent page", reason="interstitial")
    if text == "heavy":
        raise ReadError("took too long", reason="timeout")
    if text == "menu":
        raise ReadError("no article", reason="no_article")
    if text == "torn":
        raise ReadError("cut off", reason="damaged")
    if text == "blank":
        raise ReadError("nothing", reason="empty")
    if text == "copy":
        raise ReadError("not from an official source", reason="unofficial_report")
    if text.startswith("on to "):
        raise ElsewhereError(text.removeprefix("on to "))
    if text == "bomb":
        raise RuntimeError("boom")
    return Article(url=page.url, title=text, text=text)


def classify(document: object) -> ClassifierResult:
    return ClassifierResult()

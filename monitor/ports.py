"""The seams: what the pipeline and the delivery loop ask of the outside world, and the tree of errors that crosses them.

Expected failures are values with a named reason (`FetchFailure`, `Outcome`); exceptions here are for what stops a command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from monitor.domain.message import Message
from monitor.domain.model import Article, Change, ClassifierResult, Link, Report, SourceClass
from monitor.domain.review import ReviewItem


class MonitorError(Exception):
    """Base of every expected error. Carries what it is about (a file, URL, source, channel) and what to do."""

    exit_status = 1

    def __init__(self, message: str, *, key: str = "") -> None:
        self.key = key
        super().__init__(f"{key}: {message}" if key else message)


class ConfigError(MonitorError):
    """Configuration that cannot be used; the message names file, table, key and the nearest valid value."""

    exit_status = 2


class ReadError(MonitorError):
    """Bytes that are no article and no report. `reason` is a short code: ``encrypted``, ``not_a_report`` ..."""

    def __init__(self, message: str, *, reason: str, key: str = "") -> None:
        self.reason = reason
        super().__init__(message, key=key)


class ElsewhereError(ReadError):
    """A page that is no article and sends its readers on to another address, as a redirect does."""

    def __init__(self, to: str, *, key: str = "") -> None:
        self.to = to
        super().__init__(f"the page sends its readers on to {to[:200]}", reason="refresh", key=key)


class StoreError(MonitorError):
    """State that cannot be opened or is not ours."""


class StoreUnavailable(StoreError):
    """State that cannot be read or written for now: a full disk, a lock, a server that is down. It goes on by itself."""


class StateChanged(StoreError):
    """State that was replaced, removed or damaged while it was in use. Somebody has to look; nothing is sent until then."""


class Clock(Protocol):
    """Where the time comes from. Nothing else calls now()."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...

    def today(self) -> date:
        """The calendar day in London."""
        ...


class LeaderElection(Protocol):
    """Who of several daemons polls."""

    @property
    def epoch(self) -> int:
        """By which our term is known from every other one; 0 while it is not our turn, as far as we know."""
        ...

    def acquire(self) -> None:
        """Ask for the lead, or for more of it. Blocking."""
        ...

    def term(self) -> AbstractContextManager[None]:
        """What is begun within it writes nothing once our term is over. Raises LostLeadError where we have none."""
        ...

    def release(self) -> None:
        """Leave it to another. Blocking."""
        ...


class InUseError(StoreError):
    """State that another monitor works on."""


class LostLeadError(StoreError):
    """Another daemon has the lead by now: what was about to be written is its to find out anew."""


# --- fetching -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "anything new?" with."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A successful answer. `body` is decoded from its transfer encoding and within the size limit; 304 has an empty body."""

    url: str  #: after redirects
    status: int
    content_type: str
    body: bytes
    validators: Validators = Validators()
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)  #: lower-case names
    retrieved: datetime | None = None
    moved_to: str = ""  #: the same as `url` when every redirect on the way was permanent: the address to use from now on

    @property
    def not_modified(self) -> bool:
        """Whether the server said that nothing changed."""
        return self.status == 304


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailure:
    """A fetch that gave no page: a reason code, whether a later try may help, and when the server wants it."""

    url: str
    reason: str
    detail: str = ""
    status: int | None = None
    retry_after: float | None = None  #: seconds
    permanent: bool = False


class Fetcher(Protocol):
    """One polite HTTP client for everything the monitor reads."""

    async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
        """GET `url`, conditionally when validators are given. Never raises for what a server or network does."""
        ...


# --- sources --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """What the store remembers of a source between polls."""

    name: str
    validators: Mapping[str, Validators] = field(default_factory=dict, hash=False)  #: by URL: a source may read several pages
    last_success: datetime | None = None
    next_due_at: datetime | None = None
    failures: int = 0
    cursor: str = ""
    polled_before: bool = False  #: False on the very first poll: its links are a baseline and never alert
    declared: str = ""  #: how it was declared when it was asked last; see `PollResult`


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What one poll of a source found."""

    links: tuple[Link, ...] = ()
    max_new: int = 0  #: of the links that prove to be new, read so many, the first ones, and only remember the rest; 0: all
    passed_over: tuple[tuple[str, str], ...] = ()  #: title, and why it is not followed
    validators: Mapping[str, Validators] = field(default_factory=dict, hash=False)
    not_modified: bool = False
    failure: FetchFailure | None = None
    cursor: str = ""
    items: int = 0  #: what the source showed before any filter: silence of items is the alarm, not silence of news
    undated: int = 0  #: of the items, those without a date or a title
    newest: datetime | None = None  #: publication of the newest item
    moved_to: str = ""  #: where a permanent redirect says that the source now lives
    fingerprint: str = ""  #: of what changes by itself, else of the first answer's bytes: a dead copy is the same for ever
    age: int | None = None  #: seconds since the first answer was made, where it says so
    pages: Mapping[str, Page] = field(default_factory=dict, hash=False)  #: articles that polling itself fetched, by URL


@dataclass(frozen=True, slots=True, kw_only=True)
class PollResult:
    """One source, asked once: what came back, and when it is to be asked again."""

    source: str
    poll: Poll
    next_due_at: datetime
    failures_before: int = 0  #: in a row, without this one
    declared: str = ""  #: stands for the declaration by which it was asked; another one is not what was asked


class Source(Protocol):
    """Something that announces articles or reports."""

    name: str
    outlet: str
    source_class: SourceClass
    interval: float  #: seconds between polls
    lists_first_published: bool  #: whether the dates it lists are those of publication, and not of the last change

    async def poll(self, fetcher: Fetcher, state: SourceState) -> Poll:
        """Ask once for what is there now. Failures are returned, not raised."""
        ...


# --- delivery -------------------------------------------------------------------------------------------------------------


class DeliveryState(StrEnum):
    """Where a delivery stands; `delivery` moves it and the store guards each move."""

    HELD = "held"
    PENDING = "pending"
    SENDING = "sending"
    COMMITTING = "committing"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One rendered message for one recipient, as claimed for sending."""

    id: str
    channel: str  #: name of a `[channel.NAME]`
    recipient: str  #: address within the channel; empty where the channel is the recipient
    message: Message
    attempt: int
    owner: str
    epoch: int  #: fencing token of the claim
    created: datetime
    purpose: str = ""  #: a `messages.Purpose`
    tells: tuple[str, ...] = ()  #: who is told what, as tokens that are the same however often it is found (`store.tokens`)
    step: int = 0  #: which wait comes after a failure; tries out of turn count for none. 0: that of the attempt
    planned_for: datetime | None = None  #: this try is out of turn: when it would have been tried anyway
    tries_until: datetime | None = None  #: after that it is given up
    thread: str = ""  #: what an `Outcome` called the message that this one continues; empty: it stands alone


class Result(StrEnum):
    """How a send ended."""

    SENT = "sent"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of a send, with the provider's reason and when to try again."""

    result: Result
    reason: str = ""
    retry_after: float | None = None  #: seconds
    reference: str = ""  #: what the provider calls the message, in the channel's own form; updates can be put below it


class CommitPoint(Protocol):
    """Called by a channel just before the last byte that lets a provider act. False: stop, the claim is no longer ours."""

    def __call__(self) -> bool:
        """Journal ``committing`` for this delivery; fenced by owner and epoch."""
        ...


class Channel(Protocol):
    """A way out."""

    name: str

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        """Hand one message to the provider. Blocking; run in a thread. Never raises for what a provider does."""
        ...


# --- state ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Classified:
    """An article or report with what it says, and the link that led to it; `baseline` when a source's first poll brought it."""

    document: Article | Report
    result: ClassifierResult
    link: Link | None
    baseline: bool
    again_at: datetime | None = None  #: when the link is to be read again, for there may be more to come


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What recording one article came to."""

    duplicate: bool  #: these very bytes (or this canonical URL, unchanged) were recorded before
    changes: tuple[Change, ...] = ()
    deliveries: int = 0
    background: tuple[str, ...] = ()  #: why judgements were recorded but announced nothing (reason codes)
    for_review: tuple[ReviewItem, ...] = ()  #: what a person is asked about from now on
    left: bool = False  #: nothing was written of it: the sources that are watched are to say it, for it may be news to somebody


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A link that waits to be read, with what became of it so far."""

    link: Link
    baseline: bool  #: a source's first poll brought it
    host: str
    since: datetime  #: when it was published or first seen, whichever was first
    tries: int = 0  #: in vain
    deaths: int = 0  #: processes that it cost
    trouble: int = 0  #: tries of links of its host that still wait and failed at last for a reason of `turns.COSTLY`
    readings: int = 0  #: how often it was read before


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFailure:
    """A link that could not be turned into an article this time."""

    link: Link
    reason: str
    detail: str = ""
    permanent: bool = False
    deadly: bool = False  #: it cost a process


class Store(Protocol):
    """What polling and reading need of all state; each method is one transaction. Sending's part is `delivery.Deliveries`."""

    def source_state(self, name: str) -> SourceState:
        """What is remembered of a source; an empty state when it is new."""
        ...

    def source_states(self) -> Mapping[str, SourceState]:
        """What is remembered of every source that was ever asked, by name."""
        ...

    def record_polls(self, results: Sequence[PollResult], *, now: datetime) -> tuple[tuple[Link, ...], ...]:
        """Save links, validators and next due time of polls, all in one transaction; of each the links not seen before."""
        ...

    def links_to_read(self, *, now: datetime, limit: int = 100) -> tuple[Waiting, ...]:
        """Links that wait to be read and whose time has come: of each host the next ones, none that is being read."""
        ...

    def reading_begins(self, link: Link, *, reader: str, now: datetime) -> None:
        """Note, before a page is looked into, who looks: should that be its end, it is known which page it was."""
        ...

    def reading_ended(self, *, reader: str) -> None:
        """Take back every such note of a reader, which ends in good order."""
        ...

    def read_by_the_dead(self, *, reader: str, now: datetime) -> tuple[Waiting, ...]:
        """Links that were being looked into when a process died: any but `reader`'s own that cannot still be at it."""
        ...

    def link_failed(self, failure: LinkFailure, *, now: datetime, retry_at: datetime | None) -> None:
        """Note a failed link; without `retry_at` it is given up."""
        ...

    def record_all(self, found: Sequence[Classified], *, now: datetime) -> tuple[Recorded, ...]:
        """Record documents in their order, with judgements, changes and every delivery due: all of it in one transaction."""
        ...

"""What became of addresses that sources announced."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLink:
    """What became of an address that a source announced."""

    url: str
    source: str
    title: str
    first_seen: datetime
    baseline: bool
    state: str  #: new | read | given_up | passed_over
    failures: int
    reason: str
    detail: str
    relevant: bool | None  #: of the article that was read
    article_reason: str  #: why it was found to say nothing
    background: tuple[str, ...] = ()  #: why the ledger announced nothing of it, or not all
    changes: tuple[str, ...] = ()  #: keys of the changes it made


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenUp:
    """A link that was tried for the last time, and never became an article."""

    url: str
    source: str
    reason: str
    detail: str
    at: datetime
    published: datetime | None
    baseline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LastPoll:
    """How a source was asked last, and the newest item that it has shown."""

    at: datetime
    reason: str  #: why it failed; empty when it did not
    newest: datetime | None  #: the date that the newest item of its latest list with dates has

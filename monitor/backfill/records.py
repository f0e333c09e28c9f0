"""What an archive has of one page or article, and what could not be read of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

#: Bytes of a page at most; the same as the fetcher's limit for a report.
MAX_PAGE = 20 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A page or an article of an archive, before anything is made of it."""

    file: str
    offset: int  #: in the file, as it lies there; the number of the line in a file of JSON lines that is compressed
    url: str
    body: bytes = b""  #: of the page; empty where the archive has the article itself
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    retrieved: datetime | None = None
    published: date | None = None
    title: str = ""
    text: str | None = None  #: of the article, where the archive has it
    outlet: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """What could not be read, where it stands, and why (a reason code, and words)."""

    file: str
    offset: int
    url: str
    reason: str
    detail: str = ""


class Skipped:
    """A record that is no page: a request, a picture, an answer that is none."""


SKIPPED = Skipped()
Read = Record | Unread | Skipped

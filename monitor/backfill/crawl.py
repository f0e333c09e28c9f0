"""Sitemaps as archives: their pages are fetched politely, and kept as WARC files in the state folder, each fetched once."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from monitor.backfill.records import Unread
from monitor.extraction.sandbox import Sandbox
from monitor.ports import ConfigError, Fetcher, FetchFailure, Page, ReadError

_READER = "monitor.extraction.feeds.sitemap:read_sitemap"
_TOGETHER = 20  #: pages that are fetched side by side, as far as their hosts allow, and written together
_MAX_MAPS = 500  #: sitemaps of an index, and of indexes in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """A sitemap's pages, as archives, and what could not be had."""

    archives: tuple[Path, ...]
    unread: tuple[Unread, ...]


async def crawl(
    sitemap: str,
    folder: Path,
    fetcher: Fetcher,
    sandbox: Sandbox,
    *,
    most: int,
    along: Callable[[int, int], None] = lambda _done, _of: None,
) -> Crawled:
    """Fetch the newest `most` pages of a sitemap (an address or a file) that are not in its `folder` yet.

    `along` hears how many pages of how many are there. Raises ConfigError for what is no sitemap.
    """
    own = folder / hashlib.sha256(sitemap.encode()).hexdigest()[:16]
    own.mkdir(parents=True, exist_ok=True)
    entries, unread = await _entries(sitemap, fetcher, sandbox)
    wanted = [url for url, _ in sorted(entries.items(), key=lambda each: each[1], reverse=True)][:most]
    there = _fetched(own)
    todo = [url for url in wanted if url not in there]
    for start in range(0, len(todo), _TOGETHER):
        along(len(wanted) - len(todo) + start, len(wanted))
        group = todo[start : start + _TOGETHER]
        answers = await asyncio.gather(*(fetcher.fetch(url) for url in group))
        pages = [(url, page) for url, page in zip(group, answers, strict=True) if isinstance(page, Page)]
        unread += [_unread(sitemap, answer) for answer in answers if isinstance(answer, FetchFailure)]
        if pages:
            _write(own / f"pages-{uuid4().hex}.warc.gz", pages)
    along(len(wanted), len(wanted))
    return Crawled(archives=tuple(sorted(own.glob("*.warc.gz"))), unread=tuple(unread))


def _unread(sitemap: str, failure: FetchFailure) -> Unread:
    return Unread(file=sitemap, offset=0, url=failure.url, reason=failure.reason, detail=failure.detail)


async def _entries(sitemap: str, fetcher: Fetcher, sandbox: Sandbox) -> tuple[dict[str, str], list[Unread]]:
    """The pages of a sitemap and of those that it names, by address with when they were changed; and maps that failed."""
    entries: dict[str, str] = {}
    unread: list[Unread] = []
    waiting, seen = [sitemap], {sitemap}
    while waiting and len(seen) <= _MAX_MAPS:
        address = waiting.pop(0)
        body = await _body(address, fetcher)
        if isinstance(body, FetchFailure):
            if address == sitemap:
                raise ConfigError(f"the sitemap cannot be fetched: {body.reason} {body.detail}".strip(), key=sitemap)
            unread.append(_unread(sitemap, body))
            continue
        try:
            found = await asyncio.to_thread(sandbox.call, _READER, body, address)
        except ReadError as error:
            if address == sitemap:
                raise ConfigError(str(error), key="" if sitemap in str(error) else sitemap) from None
            unread.append(Unread(file=sitemap, offset=0, url=address, reason=error.reason, detail=str(error)))
            continue
        entries |= {each["url"]: each["published"] or "" for each in found["entries"]}
        more = [each["url"] for each in found["maps"] if each["url"] not in seen]
        waiting, seen = [*waiting, *more], seen | set(more)
    return entries, unread


async def _body(address: str, fetcher: Fetcher) -> bytes | FetchFailure:
    if not address.startswith(("http://", "https://")):
        return await asyncio.to_thread(Path(address).read_bytes)
    answer = await fetcher.fetch(address)
    return answer if isinstance(answer, FetchFailure) else answer.body


def _fetched(folder: Path) -> set[str]:
    """The addresses that a folder's archives hold."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    return {
        record.headers.get("WARC-Target-URI") or ""
        for path in folder.glob("*.warc.gz")
        for record in ArchiveIterator(path, record_types=WarcRecordType.response, parse_http=False)
    }


def _write(path: Path, pages: Sequence[tuple[str, Page]]) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(b"".join(gzip.compress(record) for record in _records(pages)))
    new.replace(path)


def _records(pages: Iterable[tuple[str, Page]]) -> Iterable[bytes]:
    for url, page in pages:
        yield warc_record(url, page.body, page.content_type, page.retrieved)


def warc_record(url: str, body: bytes, content_type: str, retrieved: datetime | None) -> bytes:
    """A page as a WARC record."""
    from fastwarc.warc import WarcRecord, WarcRecordType

    record = WarcRecord()
    record.init_headers(WarcRecordType.response)
    record.headers["WARC-Target-URI"] = url
    if retrieved is not None:
        record.headers["WARC-Date"] = retrieved.strftime("%Y-%m-%dT%H:%M:%SZ")
    record.headers["Content-Type"] = "application/http; msgtype=response"
    kind = "".join(char for char in content_type if char.isprintable())
    record.set_bytes_content(f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n\r\n".encode() + body)
    held = io.BytesIO()
    record.write(held)
    return held.getvalue()

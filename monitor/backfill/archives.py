"""The records of a part of an archive, one after another; what cannot be read is told with its place, and the rest is read.

The only module that knows fastwarc.
"""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from monitor.backfill.boundaries import is_gzip, member, next_member, next_plain, plain_records
from monitor.backfill.plan import Form, Part, opened
from monitor.extraction.dates import parse_moment

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

#: Bytes of a page at most; the same as the fetcher's limit for a report.
MAX_PAGE = 20 << 20
#: A line longer than this is a mistake, not an article.
MAX_LINE = 32 << 20
_MAX_RECORD = 64 << 20
#: Types of content that are no page and no report.
_NO_PAGES = (
    "image/", "video/", "audio/", "font/", "text/css", "text/javascript", "application/javascript", "application/x-javascript",
    "application/json", "application/rss+xml", "application/atom+xml",
)  # fmt: skip


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


def records(part: Part) -> Iterator[Read]:
    """Everything that a part holds, in its order. Raises OSError where its file cannot be read at all."""
    if part.form is Form.WARC:
        with Path(part.files[0]).open("rb") as file:
            yield from _warc(file, part)
    elif part.form is Form.JSONL:
        with opened(part.files[0]) as file:
            yield from _json_lines(file, part)
    else:
        for name in part.files:
            yield _page(name)


# --- WARC -----------------------------------------------------------------------------------------------------------------


class _Range(io.RawIOBase):
    """A part of a file as a file."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file, self._start, self._at, self._end = file, start, start, end

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at - self._start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: self._start, io.SEEK_CUR: self._at, io.SEEK_END: self._end}[whence]
        self._at = min(max(base + offset, self._start), self._end)
        return self.tell()

    def read(self, size: int = -1) -> bytes:
        left = self._end - self._at
        self._file.seek(self._at)
        found = self._file.read(left if size < 0 else min(size, left))
        self._at += len(found)
        return found

    def readinto(self, buffer: Any) -> int:
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)


def _warc(file: BinaryIO, part: Part) -> Iterator[Read]:
    """The records of a range; behind a damaged one it goes on with the next that is whole."""
    name, at = part.files[0], part.start
    end = part.end if part.end is not None else file.seek(0, io.SEEK_END)
    file.seek(at)
    packed = is_gzip(file.read(3))
    while at < end:
        last, trouble = at, ""
        try:
            for offset, record in _iterated(file, name, at, end):
                last = offset
                yield record
        except (OSError, ValueError, EOFError) as error:
            trouble = str(error) or type(error).__name__
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # of fastwarc, which is written in Rust: no Exception of Python's
                raise
            trouble = "fastwarc gave up on it"
        behind = max(_ends(file, last, end, packed=packed))
        if not trouble and behind >= end:
            return
        if not trouble and packed and behind == last:
            return  # compressed as one piece: nobody can say where its last record ends
        yield Unread(
            file=name, offset=behind, url="", reason="damaged" if trouble else "cut_off", detail=trouble or "it ends too early"
        )
        found = next_member(file, behind + 1, end, most=_MAX_RECORD) if packed else next_plain(file, behind + 1, end)
        if found is None:
            return
        at = found


def _ends(file: BinaryIO, offset: int, end: int, *, packed: bool) -> Iterator[int]:
    """The offset, and where the whole record there ends, and each behind it: of a kind that nobody asked for, too."""
    yield offset
    if not packed:
        yield from (after for _, after in plain_records(file, offset, end))
        return
    while offset < end and (whole := member(file, offset, most=_MAX_RECORD)) is not None:
        offset = whole[2]
        yield offset


def _iterated(file: BinaryIO, name: str, start: int, end: int) -> Iterator[tuple[int, Read]]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    wanted = WarcRecordType.response | WarcRecordType.resource
    for record in ArchiveIterator(_Range(file, start, end), record_types=wanted, auto_decode="none"):
        offset = start + record.stream_pos
        yield offset, _record(record, name, offset)


def _record(record: WarcRecord, name: str, offset: int) -> Read:
    """One WARC record as a page; what its server did to the bytes on their way is undone."""
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    http = record.http_headers if record.is_http_parsed else None
    if urlsplit_scheme(url) not in ("http", "https") or (http is not None and not 200 <= (http.status_code or 0) < 300):
        return SKIPPED
    kind = (http.get("Content-Type") if http is not None else record.headers.get("Content-Type")) or ""
    if kind.lower().startswith(_NO_PAGES):
        return SKIPPED
    unread = partial(Unread, file=name, offset=offset, url=url)
    promised = record.content_length
    if promised > MAX_PAGE:
        return unread(reason="too_large", detail=f"larger than {MAX_PAGE >> 20} MB")
    body = record.reader.read()
    if len(body) < promised:
        return unread(reason="cut_off", detail=f"{len(body)} of {promised} bytes are there")
    try:
        if http is not None:
            body = _decoded(body, http.get("Transfer-Encoding") or "", http.get("Content-Encoding") or "")
        retrieved = record.record_date.astimezone(UTC) if "WARC-Date" in record.headers else None
    except (OSError, ValueError, zlib.error) as error:
        return unread(reason="undecodable", detail=str(error))
    refresh = http.get("Refresh") if http is not None else None
    return Record(
        file=name,
        offset=offset,
        url=url,
        body=body,
        content_type=kind,
        headers={"refresh": refresh} if refresh else {},
        retrieved=retrieved,
    )


def urlsplit_scheme(url: str) -> str:
    """The scheme of an address; empty for what is none."""
    try:
        return urlsplit(url).scheme.lower()
    except ValueError:
        return ""


def _decoded(body: bytes, transfer: str, content: str) -> bytes:
    """A body without the encodings its server put on it. Archives that took them off keep the header: such bytes are left."""
    if "chunked" in transfer.lower() and _is_chunked(body):
        from fastwarc.stream_io import ChunkedReader

        body = ChunkedReader(io.BytesIO(body)).read()
    for name in reversed([each.strip().lower() for each in content.split(",")]):
        if name in ("gzip", "x-gzip") and is_gzip(body):
            body = _inflated(body, 31)
        elif name == "deflate":
            body = _inflated(body, 15 if body[:1] == b"\x78" else -15)
        elif name in ("br", "zstd"):
            from fastwarc.stream_io import BrotliReader, ZstdReader

            body = _limited((BrotliReader if name == "br" else ZstdReader)(io.BytesIO(body)).read(MAX_PAGE + 1))
    return body


def _is_chunked(body: bytes) -> bool:
    size = body[:20].partition(b"\r\n")[0].partition(b";")[0].strip()
    return 0 < len(size) <= 8 and not size.strip(b"0123456789abcdefABCDEF")


def _inflated(body: bytes, bits: int) -> bytes:
    return _limited(zlib.decompressobj(bits).decompress(body, MAX_PAGE + 1))


def _limited(body: bytes) -> bytes:
    if len(body) > MAX_PAGE:
        raise ValueError(f"inflates to more than {MAX_PAGE >> 20} MB")
    return body


# --- JSON lines -----------------------------------------------------------------------------------------------------------


def _json_lines(file: BinaryIO, part: Part) -> Iterator[Read]:
    """One article a line. Of a compressed file the places are numbers of lines, for nobody can seek in it."""
    name, plain = part.files[0], not hasattr(file, "mtime")
    at = file.seek(part.start)
    number = 0
    try:
        while (part.end is None or at < part.end) and (line := file.readline(MAX_LINE + 1)):
            number += 1
            where = at if plain else number
            at += len(line)
            if len(line) > MAX_LINE:
                yield Unread(file=name, offset=where, url="", reason="too_long", detail=f"a line of more than {MAX_LINE} bytes")
                while line and not line.endswith(b"\n"):
                    line = file.readline(MAX_LINE)
                    at += len(line)
            elif line.strip():
                yield _article(line, name, where)
    except (EOFError, zlib.error, OSError) as error:
        yield Unread(file=name, offset=at if plain else number + 1, url="", reason="damaged", detail=str(error))


def _article(line: bytes, name: str, offset: int) -> Read:
    unread = partial(Unread, file=name, offset=offset)
    try:
        item = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return unread(url="", reason="bad_json", detail=str(error))
    if not isinstance(item, dict):
        return unread(url="", reason="bad_json", detail=f"expected an object, found {type(item).__name__}")
    url, title, outlet = (each if isinstance(each := item.get(key), str) else "" for key in ("url", "title", "outlet"))
    told = next((item[key] for key in ("date", "published", "date_publish") if item.get(key)), None)
    moment = parse_moment(str(told)) if told is not None else None
    if told is not None and moment is None:
        return unread(url=url, reason="bad_date", detail=f"{str(told)[:60]!r} is no date; write 2017-06-13")
    text, html = (item.get(key) for key in ("text", "html"))
    if not isinstance(text, str) and not isinstance(html, str):
        return unread(url=url, reason="no_text", detail="neither `text` nor `html` is there as a string")
    from monitor.domain.calendar import london_day

    return Record(
        file=name,
        offset=offset,
        url=url,
        title=title,
        outlet=outlet,
        text=text if isinstance(text, str) and text.strip() else None if isinstance(html, str) else "",
        body=html.encode("utf-8", "replace") if isinstance(html, str) else b"",
        content_type="text/html; charset=utf-8",
        published=london_day(moment) if moment else None,
    )


# --- files ----------------------------------------------------------------------------------------------------------------


def _page(name: str) -> Read:
    """A page or report that is a file of its own."""
    try:
        with opened(name) as file:
            body = file.read(MAX_PAGE + 1)
    except (OSError, EOFError, zlib.error) as error:
        return Unread(file=name, offset=0, url=name, reason="unreadable", detail=str(error))
    if len(body) > MAX_PAGE:
        return Unread(file=name, offset=0, url=name, reason="too_large", detail=f"larger than {MAX_PAGE >> 20} MB")
    plain = Path(name).suffixes[:1] == [".txt"]
    return Record(file=name, offset=0, url=name, body=body, content_type="text/plain" if plain else "text/html")

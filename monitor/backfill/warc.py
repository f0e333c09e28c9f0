"""The records of a range of a WARC file. The only module, beside what writes one, that knows fastwarc."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from monitor.backfill.boundaries import is_gzip, member, next_member, next_plain, plain_records
from monitor.backfill.plan import Part
from monitor.backfill.records import MAX_PAGE, SKIPPED, Read, Record, Unread

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_MAX_RECORD = 64 << 20
#: Types of content that are no page and no report.
_NO_PAGES = (
    "image/", "video/", "audio/", "font/", "text/css", "text/javascript", "application/javascript", "application/x-javascript",
    "application/json", "application/rss+xml", "application/atom+xml",
)  # fmt: skip


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


def warc_records(file: BinaryIO, part: Part) -> Iterator[Read]:
    """The records of a range; behind a damaged one it goes on with the next that is whole."""
    at: int | None = part.start
    end = part.end if part.end is not None else file.seek(0, io.SEEK_END)
    file.seek(part.start)
    packed = is_gzip(file.read(3))
    while at is not None and at < end:
        last, trouble = at, ""
        try:
            for offset, record in _iterated(file, part.files[0], at, end):
                last = offset
                yield record
        except BaseException as error:  # noqa: BLE001  # raised again by _trouble, but for what bytes do
            trouble = _trouble(error)
        behind = max(_ends(file, last, end, packed=packed))
        if not trouble and (behind >= end or (packed and behind == last)):
            return  # the whole, or compressed as one piece: nobody can say where its last record ends
        reason = "damaged" if trouble else "cut_off"
        yield Unread(file=part.files[0], offset=behind, url="", reason=reason, detail=trouble or "it ends too early")
        at = next_member(file, behind + 1, end, most=_MAX_RECORD) if packed else next_plain(file, behind + 1, end)


def _trouble(error: BaseException) -> str:
    """What fastwarc says of bytes that it cannot read; any other error is raised again."""
    if type(error).__name__ == "PanicException":  # it is written in Rust, whose panics are no Exception of Python's
        return "fastwarc gave up on it"
    if not isinstance(error, OSError | ValueError | EOFError):
        raise error
    return str(error) or type(error).__name__


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
    head = http if http is not None else record.headers
    kind = head.get("Content-Type") or ""
    if not _is_page(url, http.status_code if http is not None else 200, kind):
        return SKIPPED
    unread = partial(Unread, file=name, offset=offset, url=url)
    promised = record.content_length
    if promised > MAX_PAGE:
        return unread(reason="too_large", detail=f"larger than {MAX_PAGE >> 20} MB")
    body = record.reader.read()
    if len(body) < promised:
        return unread(reason="cut_off", detail=f"{len(body)} of {promised} bytes are there")
    try:
        body = _decoded(body, head.get("Transfer-Encoding") or "", head.get("Content-Encoding") or "")
    except (OSError, ValueError, zlib.error) as error:
        return unread(reason="undecodable", detail=str(error))
    date: datetime | None = record.record_date  # none where nobody can read it, whatever its type says
    refresh = head.get("Refresh")
    return Record(
        file=name,
        offset=offset,
        url=url,
        body=body,
        content_type=kind,
        headers={"refresh": refresh} if refresh else {},
        retrieved=date.astimezone(UTC) if date else None,
    )


def _is_page(url: str, status: int | None, kind: str) -> bool:
    """Whether a record can be a page or a report: an answer that is one, from the web, of a type that is read."""
    web = url[:8].lower().startswith(("http://", "https://"))
    return web and 200 <= (status or 0) < 300 and not kind.lower().startswith(_NO_PAGES)


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

"""Where records of a WARC file begin, so that a large one can be read in parts, and read on behind a damaged record."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO

GZIP = b"\x1f\x8b\x08"
_WARC = b"WARC/"
_CHUNK = 1 << 20
_LENGTH = re.compile(rb"^content-length[ \t]*:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
_MAX_HEAD = 64 * 1024
_CLOSE = 4  #: a record ends with two empty lines, which no length counts
_GAP = b"\r\n\r\nWARC/"


def is_gzip(start: bytes) -> bool:
    """Whether bytes begin a gzip member."""
    return start.startswith(GZIP)


def head_of(start: bytes) -> tuple[int, int] | None:
    """Length of a record's head and of its content, by the record's first bytes; None for what is no whole head."""
    if not start.startswith(_WARC):
        return None
    end = min((at + len(gap) for gap in (b"\r\n\r\n", b"\n\n") if (at := start.find(gap)) >= 0), default=0)
    length = _LENGTH.search(start, 0, end) if end else None
    return (end, int(length[1])) if length else None


def member(file: BinaryIO, offset: int, *, most: int) -> tuple[bytes, int, int] | None:
    """First bytes, inflated size and end (offset in the file) of the gzip member at an offset.

    None where none is, or where it is damaged, cut off, or inflates to more than `most` bytes.
    """
    file.seek(offset)
    inflate = zlib.decompressobj(31)
    start, size, read = b"", 0, 0
    try:
        while not inflate.eof:
            packed = inflate.unconsumed_tail or file.read(_CHUNK)
            if not packed:
                return None
            read += 0 if inflate.unconsumed_tail else len(packed)
            out = inflate.decompress(packed, _CHUNK)
            start += out[: _MAX_HEAD - len(start)]
            size += len(out)
            if size > most or not start.startswith(_WARC[: len(start)]):
                return None
    except zlib.error:
        return None
    return start, size, offset + read - len(inflate.unused_data)


def holds_one_record(start: bytes, size: int) -> bool:
    """Whether a gzip member of `size` inflated bytes that begins so is one whole record."""
    head = head_of(start)
    return head is not None and abs(size - sum(head) - _CLOSE) <= _CLOSE


def next_member(file: BinaryIO, offset: int, end: int, *, most: int) -> int | None:
    """Where the first whole record in a gzip member of its own begins at `offset` or behind it and before `end`."""
    for at in _found(file, GZIP, offset, end):
        whole = member(file, at, most=most)
        if whole and holds_one_record(whole[0], whole[1]):
            return at
    return None


def next_plain(file: BinaryIO, offset: int, end: int) -> int | None:
    """Where a record that is not compressed begins at `offset` or behind it and before `end`: behind two empty lines."""
    for at in _found(file, _GAP, max(0, offset - len(_GAP) + len(_WARC)), end):
        file.seek(at + len(_GAP) - len(_WARC))
        if head_of(file.read(_MAX_HEAD)):
            return at + len(_GAP) - len(_WARC)
    return None


def plain_records(file: BinaryIO, offset: int, end: int) -> Iterator[tuple[int, int]]:
    """Begin and end of one record after another, by their lengths; stops where they are not to be believed."""
    while offset < end:
        file.seek(offset)
        head = head_of(file.read(_MAX_HEAD))
        if head is None or offset + sum(head) > end:
            return
        after = offset + sum(head)
        file.seek(after)
        gap = file.read(_CLOSE)
        after += len(gap) - len(gap.lstrip(b"\r\n"))
        yield offset, after
        offset = after


def _found(file: BinaryIO, needle: bytes, offset: int, end: int) -> Iterator[int]:
    """The offsets of some bytes between two others."""
    keep = len(needle) - 1
    while offset < end:
        file.seek(offset)
        chunk = file.read(min(_CHUNK, end - offset + keep))
        at = chunk.find(needle)
        while at >= 0 and offset + at < end:
            yield offset + at
            at = chunk.find(needle, at + 1)
        if len(chunk) <= keep:
            return
        offset += len(chunk) - keep

"""Reads a response body while counting: what arrives, and what it inflates to.

The client's own decoding hands over a whole decompressed chunk at once (an 809-byte answer became 512 MiB), so the bytes are
taken raw and inflated here, a bounded piece at a time.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import AsyncIterator

_PIECE = 256 * 1024
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's, by name of the wrapper
_RAW_DEFLATE = -15
_GZIP, _ZLIB, _LOOK_AT = 0x1F, 0x78, 4  # what such a body begins with, and how much of it tells
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*[<{\[][\x20-\x7e\s]")  # none of the codings makes this of anything
_NOT_OURS = frozenset({"br", "zstd", "compress", "x-compress", "dcb", "dcz"})  # packed, in a way that was not asked for
_MAX_MEMBERS = 1000  # a file of empty gzip members inflates to nothing for ever


class BodyRefusedError(Exception):
    """The body cannot be taken; `reason` is a code of `failures`."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)


class Inflater:
    """Undoes one Content-Encoding, refusing more than `limit` bytes of result.

    Names that are no coding ("UTF-8", "none", "aws-chunked") are passed over as browsers do: such a body is plain. What a body
    begins with is believed before its label, which a cache or a proxy may have left on, or put on twice.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        parts = (part.partition(";")[0].strip("\t \"'").lower() for part in encoding.split(","))
        labels = [name for name in parts if name in _WINDOW_BITS or name in _NOT_OURS]
        names = list(dict.fromkeys(labels))
        self._unasked = encoding.strip()[:60] if len(names) > 1 or _NOT_OURS.intersection(names) else ""
        self._twice = len(labels) == 2 and len(names) == 1
        self._limit = limit
        self._held = b""
        self._parts: list[bytes] = []
        self._size = 0
        self._members = 1
        self._bits = _WINDOW_BITS.get(names[0], 0) if names else 0
        self._zlib = zlib.decompressobj(self._bits) if self._bits else None
        self._begun = False

    def feed(self, chunk: bytes) -> None:
        """Take the next raw bytes."""
        if not self._begun:
            chunk = self._held = self._held + chunk
            if len(chunk) < _LOOK_AT:
                return
            self._look(chunk)
        self._take(chunk)

    def _take(self, chunk: bytes) -> None:
        if self._zlib is None:
            self._keep(chunk)
            return
        try:
            self._inflate(chunk)
        except zlib.error as error:
            raise BodyRefusedError("encoding", f"broken {'gzip' if self._bits > 15 else 'deflate'}: {error}") from error

    def _look(self, chunk: bytes) -> None:
        """By the first bytes of a body with a label: what it is."""
        self._begun = True
        if not self._bits and not self._unasked:
            return
        if chunk[0] == _GZIP:
            self._bits = _WINDOW_BITS["gzip"]
        elif _MARKUP.match(chunk):
            self._zlib = None
            return
        elif self._unasked:
            raise BodyRefusedError("encoding", f"Content-Encoding {self._unasked!r} was not asked for")
        elif chunk[0] == _ZLIB or self._bits == _WINDOW_BITS["deflate"]:
            # half of the servers leave the wrapper out
            self._bits = _WINDOW_BITS["deflate"] if chunk[0] & 0x0F == 8 else _RAW_DEFLATE
        self._zlib = zlib.decompressobj(self._bits)

    def _inflate(self, chunk: bytes) -> None:
        while chunk:
            assert self._zlib is not None
            if self._zlib.eof:  # another gzip member follows; anything else after the end is padding
                if self._bits < 16 or not chunk.startswith(b"\x1f\x8b"):
                    return
                self._members += 1
                if self._members > _MAX_MEMBERS:
                    raise BodyRefusedError("encoding", "too many gzip members")
                self._zlib = zlib.decompressobj(self._bits)
            self._keep(self._zlib.decompress(chunk, _PIECE))
            chunk = self._zlib.unconsumed_tail or self._zlib.unused_data

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise BodyRefusedError("too_large", f"more than {self._limit} bytes")
        self._parts.append(piece)

    def finish(self) -> bytes:
        """The whole body; refuses a packed one that stopped early."""
        if not self._begun and self._held:
            self._look(self._held)
            self._take(self._held)
        if self._zlib is not None and not self._zlib.eof and self._size:
            raise BodyRefusedError("incomplete", "the packed stream stops early")
        whole = b"".join(self._parts)
        if self._twice and whole[:1] == bytes([_GZIP]):
            inner = Inflater("gzip", self._limit)
            inner.feed(whole)
            return inner.finish()
        return whole


async def read_body(chunks: AsyncIterator[bytes], *, encoding: str, limit: int) -> bytes:
    """Collect raw `chunks` into the decoded body, at most `limit` bytes on the wire and after inflating.

    Raises `BodyRefusedError` with reason ``encoding``, ``too_large`` or ``incomplete``.
    """
    inflater = Inflater(encoding, limit)
    wire = 0
    async for chunk in chunks:
        wire += len(chunk)
        if wire > limit:
            raise BodyRefusedError("too_large", f"more than {limit} bytes on the wire")
        inflater.feed(chunk)
    return inflater.finish()

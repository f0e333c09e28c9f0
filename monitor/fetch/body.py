"""Reads a response body while counting: what arrives, and what it inflates to.

The client's own decoding hands over a whole decompressed chunk at once (an 809-byte answer became 512 MiB), so the bytes are
taken raw and inflated here, a bounded piece at a time.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

_PIECE = 256 * 1024
_GZIP = 31  # zlib's window bits for a gzip wrapper
_MAX_MEMBERS = 1000  # a file of empty gzip members inflates to nothing for ever


class BodyRefusedError(Exception):
    """The body cannot be taken; `reason` is a code of `failures`."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)


class Inflater:
    """Undoes one Content-Encoding, refusing more than `limit` bytes of result."""

    def __init__(self, encoding: str, limit: int) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip"):
            raise BodyRefusedError("encoding", f"Content-Encoding {name[:60]!r} was not asked for")
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._members = 1
        self._zlib = zlib.decompressobj(_GZIP) if name.endswith("gzip") else None

    def feed(self, chunk: bytes) -> None:
        """Take the next raw bytes."""
        if self._zlib is None:
            self._keep(chunk)
            return
        try:
            self._inflate(chunk)
        except zlib.error as error:
            raise BodyRefusedError("encoding", f"broken gzip: {error}") from error

    def _inflate(self, chunk: bytes) -> None:
        while chunk:
            assert self._zlib is not None
            if self._zlib.eof:  # another gzip member follows; anything else after the end is padding
                if not chunk.startswith(b"\x1f\x8b"):
                    return
                self._members += 1
                if self._members > _MAX_MEMBERS:
                    raise BodyRefusedError("encoding", "too many gzip members")
                self._zlib = zlib.decompressobj(_GZIP)
            self._keep(self._zlib.decompress(chunk, _PIECE))
            chunk = self._zlib.unconsumed_tail or self._zlib.unused_data

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise BodyRefusedError("too_large", f"more than {self._limit} bytes")
        self._parts.append(piece)

    def finish(self) -> bytes:
        """The whole body; refuses a gzip stream that stopped early."""
        if self._zlib is not None and not self._zlib.eof and self._size:
            raise BodyRefusedError("incomplete", "the gzip stream stops early")
        return b"".join(self._parts)


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

"""Reads a response body while counting: what arrives, and what it inflates to.

The client's own decoding hands over a whole decompressed chunk at once (an 809-byte answer became 512 MiB), so the bytes are
taken raw and inflated here, a bounded piece at a time.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

_PIECE = 256 * 1024
_WINDOW_BITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's, by name of the wrapper
_RAW_DEFLATE = -15
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

    Names that are no coding ("UTF-8", "none", "aws-chunked") are passed over as browsers do: such a body is plain.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        names = [name for part in encoding.split(",") if (name := part.strip().lower()) in _WINDOW_BITS or name in _NOT_OURS]
        if len(names) > 1 or _NOT_OURS.intersection(names):
            raise BodyRefusedError("encoding", f"Content-Encoding {encoding.strip()[:60]!r} was not asked for")
        self._limit = limit
        self._parts: list[bytes] = []
        self._size = 0
        self._members = 1
        self._bits = _WINDOW_BITS[names[0]] if names else 0
        self._zlib = zlib.decompressobj(self._bits) if names else None
        self._begun = False

    def feed(self, chunk: bytes) -> None:
        """Take the next raw bytes."""
        if self._zlib is None:
            self._keep(chunk)
            return
        try:
            self._inflate(chunk)
        except zlib.error as error:
            raise BodyRefusedError("encoding", f"broken {'gzip' if self._bits > 15 else 'deflate'}: {error}") from error

    def _inflate(self, chunk: bytes) -> None:
        if not self._begun and self._bits == _WINDOW_BITS["deflate"] and chunk and chunk[0] & 0x0F != 8:
            self._zlib = zlib.decompressobj(_RAW_DEFLATE)  # half of the servers leave the wrapper out
        self._begun = self._begun or bool(chunk)
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
        if self._zlib is not None and not self._zlib.eof and self._size:
            raise BodyRefusedError("incomplete", "the packed stream stops early")
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

"""One host on loopback: a feed of what it announces, and pages that answer as they like."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape

#: Writes a whole answer, status line included, or as much of one as it likes.
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
_KEPT = 200  # entries of the feed


def answer(body: str | bytes, *, content_type: str = "text/html; charset=utf-8", headers: str = "") -> Answer:
    """What a well-behaved server says; `headers` are further lines, each with its end."""
    encoded = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body

    async def write(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nContent-Length: {len(encoded)}\r\n{headers}Connection: close\r\n\r\n"
        writer.write(head.encode() + encoded)
        await writer.drain()

    return write


@dataclass
class Site:
    """A host at an address of its own, for each is asked as politely as the others. 127.0.0.1 itself is exempt from waiting."""

    name: str
    host: str
    base: str = ""
    pages: dict[str, Answer] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    asked: int = 0  #: how often it was asked for anything
    polled: int = 0  #: and for its feed
    tagged: bool = False  #: whether it says when nothing has changed
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self) -> None:
        """Begin to serve, on a free port."""
        server = await asyncio.start_server(self._serve, self.host, 0, limit=1 << 16)
        self.base = f"http://{self.host}:{server.sockets[0].getsockname()[1]}"

    def announce(self, title: str, page: Answer, item: str = "") -> str:
        """List a page in the feed; returns its path. `item` is how it is listed, where not as usual."""
        path = f"/{self.name}-story-{len(self.pages)}"
        self.pages[path] = page
        published = f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT"
        self.items.append(
            item or f"<item><title>{escape(title)}</title><link>{self.base}{path}</link><pubDate>{published}</pubDate></item>"
        )
        return path

    def feed(self) -> Answer:
        """The latest of what was announced."""
        self.polled += 1
        items = "".join(self.items[-_KEPT:])
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{self.name}</title>{items}</channel></rss>'
        return answer(feed, content_type="application/rss+xml", headers=f'ETag: "{len(self.items)}"\r\n' if self.tagged else "")

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError):
            try:
                head = await reader.readuntil(b"\r\n\r\n")
                self.asked += 1
                path = head.split(b" ", 2)[1].decode("latin-1")
                if self.tagged and f'if-none-match: "{len(self.items)}"' in head.decode("latin-1").lower():
                    self.polled += 1
                    writer.write(b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n")
                    return
                page = self.feed() if path == "/feed" else self.pages.get(path, answer("<p>There is no such page.</p>"))
                await page(writer)
            finally:
                writer.close()

"""Visitors who hold connections to the monitor's page: idle ones, requests that never end, answers that nobody reads."""

from __future__ import annotations

import asyncio
import contextlib

_ADDRESSES = tuple(f"127.0.1.{number}" for number in range(1, 6))
_AT_ONCE = 200
_FORM = (
    b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\n"
)


class Holders:
    """What is held open, opened again as it is closed."""

    def __init__(self, page: tuple[str, int]) -> None:
        self._page = page
        self._idle: list[asyncio.StreamWriter] = []
        self._slow: set[asyncio.Task[None]] = set()
        self.opened = 0  #: connections, all together
        self.held = 0  #: at most at one time, as far as the other side has not closed them yet

    async def hold_idle(self, connections: int = 1_100) -> None:
        """So many connections on which nothing is asked."""
        self._idle = [writer for writer in self._idle if not _is_closed(writer)]
        for start in range(len(self._idle), connections, _AT_ONCE):
            wanted = range(start, min(start + _AT_ONCE, connections))
            found = await asyncio.gather(*(self._open(number) for number in wanted))
            self._idle += [writer for writer in found if writer is not None]
        self.held = max(self.held, len(self._idle))

    async def ask_slowly(self, requests: int = 60) -> None:
        """So many forms that come a letter a second, and whole pages asked for that nobody reads."""
        self._slow = {task for task in self._slow if not task.done()}
        for number in range(len(self._slow), requests):
            self._slow.add(asyncio.create_task(self._letter_by_letter(number) if number % 2 else self._unread(number)))

    async def _open(self, number: int) -> asyncio.StreamWriter | None:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(2):
                source = (_ADDRESSES[number % len(_ADDRESSES)], 0)
                _, writer = await asyncio.open_connection(*self._page, local_addr=source)
                self.opened += 1
                return writer
        return None

    async def _letter_by_letter(self, number: int) -> None:
        writer = await self._open(number)
        if writer is not None:
            with contextlib.suppress(OSError):
                writer.write(_FORM)
                for _ in range(9000):
                    writer.write(b"a")
                    await writer.drain()
                    await asyncio.sleep(1)

    async def _unread(self, number: int) -> None:
        writer = await self._open(number)
        if writer is not None:
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            with contextlib.suppress(OSError):
                for _ in range(100):
                    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    await asyncio.sleep(0.5)


def _is_closed(writer: asyncio.StreamWriter) -> bool:
    reader: asyncio.StreamReader = writer.transport.get_protocol()._stream_reader  # type: ignore[union-attr]
    return writer.is_closing() or reader.at_eof() or reader.exception() is not None

"""A raw HTTP server on loopback that misbehaves by path: each fault is a function that writes what it likes to a socket."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import struct
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

CERTIFICATES = Path(__file__).parent / "certificates"
FEED_TYPE = "application/rss+xml"
Answer = Callable[[asyncio.StreamWriter, dict[str, str]], Awaitable[None]]

FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Gazette</title>
<item><title>Council’s services rated good</title><link>/a</link><pubDate>Tue, 13 Jun 2017 09:00:00 +0100</pubDate></item>
<item><title>Park opens</title><link>/b</link><pubDate>Mon, 12 Jun 2017 09:00:00 +0100</pubDate></item>
</channel></rss>"""
BOMB = 64 * 1024 * 1024


def response(
    body: bytes | str = b"", *, status: str = "200 OK", kind: str = FEED_TYPE, headers: dict[str, str] | None = None
) -> bytes:
    """An ordinary response."""
    data = body.encode() if isinstance(body, str) else body
    fields = {"Content-Type": kind, "Content-Length": str(len(data))} | (headers or {})
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + data


def says(body: bytes | str = FEED, **more: object) -> Answer:
    """Answers with one response."""

    async def answer(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
        writer.write(response(body, **more))  # type: ignore[arg-type]
        await writer.drain()

    return answer


def raw(data: bytes) -> Answer:
    """Writes these bytes and closes."""

    async def answer(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
        writer.write(data)
        await writer.drain()
        writer.close()

    return answer


async def hang(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
    """Says nothing."""
    await asyncio.sleep(30)


async def drip(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
    """One byte at a time, for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)


async def stop_midway(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
    """Stops in the middle of the body and keeps the connection."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n" + b"x" * 500)
    await writer.drain()
    await asyncio.sleep(30)


async def endless(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
    """Chunks without end."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    while True:
        writer.write(chunk)
        await writer.drain()


async def reset(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
    """Resets the connection."""
    sock = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.close()


def cycle(*answers: Answer) -> Answer:
    """Answers in turn, then again from the start."""
    turn = 0

    async def answer(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
        nonlocal turn
        turn += 1
        await answers[(turn - 1) % len(answers)](writer, request)

    return answer


async def conditional(writer: asyncio.StreamWriter, request: dict[str, str]) -> None:
    """Does it right: an ETag, and 304 to a client that has it."""
    if request.get("if-none-match") == '"v1"':
        writer.write(b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n')
    else:
        writer.write(response(FEED, headers={"ETag": '"v1"'}))
    await writer.drain()


def bomb(encoding: str) -> bytes:
    """A small body that inflates to 64 MiB."""
    once = gzip.compress(b"\0" * BOMB, 9)
    made = {
        "gzip": once,
        "gzip, gzip": gzip.compress(once, 9),
        "deflate": zlib.compress(b"\0" * BOMB, 9),
        "br": b"\x1b" * 1000,
        "zstd": b"\x28\xb5\x2f\xfd" + b"\0" * 1000,
    }
    return response(made[encoding], kind="text/html", headers={"Content-Encoding": encoding})


class FaultServer:
    """Serves `routes` on a free port; everything else is a healthy feed, robots.txt is missing."""

    def __init__(self, routes: dict[str, Answer], certificate: str = "") -> None:
        self.routes = routes
        self.asked: list[str] = []
        self.requests: list[dict[str, str]] = []
        self._certificate = certificate
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> FaultServer:
        context = None
        if self._certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(CERTIFICATES / f"{self._certificate}.pem")
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def url(self, path: str, scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *fields = head.split("\r\n")
        path = line.split(" ")[1]
        request = {name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields if field)}
        self.asked.append(path)
        self.requests.append(request)
        if path == "/robots.txt" and path not in self.routes:
            writer.write(response(status="404 Not Found"))
            return True
        answer = self.routes.get(path.partition("?")[0]) or self.routes.get(path) or conditional
        await answer(writer, request)
        return not writer.is_closing()

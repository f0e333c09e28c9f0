"""The server with real connections: those that are held for nothing, and those that are waited for."""

from __future__ import annotations

import asyncio
import resource
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import Request, Response

from monitor.web import Entrypoint
from monitor.web.app import create_app
from monitor.web.asgi import PAGE_THREADS
from monitor.web.server import Server, build_server, places
from tests.conftest import ROOT
from tests.web.fakes import FakeDaemon, site_of

PLACES = 16
HELLO = b"GET /healthz HTTP/1.1\r\nHost: monitor.test\r\nConnection: close\r\n\r\n"


class Site:
    """A served application; `bounds` are those of its connections."""

    def __init__(self, server: Server, port: int) -> None:
        self.server = server
        self.port = port
        self.opened: list[asyncio.StreamWriter] = []

    async def open(self, sent: bytes = b"", address: str = "127.0.0.1") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection from an address of this machine, with what is sent on it at once."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        self.opened.append(writer)
        writer.write(sent)
        return reader, writer

    async def ask(self, request: bytes = HELLO, address: str = "127.0.0.1") -> bytes:
        """The whole answer on a new connection."""
        reader, _ = await self.open(request, address)
        return await asyncio.wait_for(reader.read(), 10)

    @property
    def held(self) -> int:
        return len(self.server.server_state.connections)


@asynccontextmanager
async def serving(app: Any = None, **bounds: float) -> AsyncIterator[Site]:
    app = app or Entrypoint(FakeDaemon(), lambda: None)  # type: ignore[arg-type, return-value]
    server = build_server(app, PLACES * 4)
    for name, value in bounds.items():
        setattr(server.config.http, name, value)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        task = asyncio.create_task(server.serve(sockets=[listening]))
        async with asyncio.timeout(10):
            while not server.started:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        site = Site(server, listening.getsockname()[1])
        try:
            yield site
        finally:
            for writer in site.opened:
                writer.close()
            server.should_exit = True
            await task


async def closed(reader: asyncio.StreamReader) -> bool:
    """Wait until the other side has closed a connection."""
    try:
        return await asyncio.wait_for(reader.read(), 10) is not None
    except ConnectionResetError:
        return True


async def test_many_idle_connections_take_few_places_and_a_newcomer_is_answered() -> None:
    async with serving() as site:
        for _ in range(20 * PLACES):
            await site.open()
        assert b'"status": "ok"' in await site.ask()
        assert site.held <= PLACES


@pytest.mark.parametrize("sent", [b"", b"GET / HT", HELLO[:-2]])
async def test_who_asks_nothing_is_not_waited_for(sent: bytes) -> None:
    async with serving(request_within=0.2) as site:
        reader, writer = await site.open(sent)
        assert await closed(reader)
        assert site.held == 0
        writer.close()


async def test_a_request_that_comes_letter_by_letter_does_not_renew_its_time() -> None:
    async with serving(request_within=0.5) as site:
        reader, writer = await site.open(b"GET / HTTP/1.1\r\nX: ")

        async def trickle() -> None:
            while True:
                writer.write(b"a")
                await asyncio.sleep(0.05)

        trickling = asyncio.create_task(trickle())
        assert await closed(reader)
        trickling.cancel()


@pytest.mark.parametrize("body", [b"", b"to=a"])
async def test_a_form_that_never_ends_is_cut_off(body: bytes) -> None:
    got = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await Entrypoint(FakeDaemon(), lambda: reading)(scope, receive, send)  # type: ignore[arg-type, return-value]

    async def reading(scope: Any, receive: Any, send: Any) -> None:
        got.set()
        while (await receive()).get("more_body"):
            pass

    async with serving(app, answered_within=0.3) as site:
        reader, _ = await site.open(b"POST /subscribe HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n" + body)
        assert await closed(reader)
        assert got.is_set()


async def test_an_answer_that_is_due_is_not_cut_for_newcomers() -> None:
    go_on = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        await go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"at last"})

    async with serving(Entrypoint(FakeDaemon(), lambda: slow)) as site:  # type: ignore[arg-type, return-value]
        waiting, _ = await site.open(HELLO.replace(b"/healthz", b"/"))
        await asyncio.sleep(0.1)
        for _ in range(10 * PLACES):
            await site.open()
        go_on.set()
        assert (await asyncio.wait_for(waiting.read(), 10)).count(b"at last") == 1


async def test_the_place_of_who_holds_most_is_given_away_first() -> None:
    async with serving() as site:
        quiet, writer = await site.open(address="127.0.0.2")  # the oldest of all
        for _ in range(10 * PLACES):
            await site.open(address="127.0.0.3")
        writer.write(HELLO)
        assert b'"status": "ok"' in await asyncio.wait_for(quiet.read(), 10)


async def test_two_requests_on_one_connection_are_both_answered() -> None:
    async with serving() as site:
        reader, writer = await site.open(HELLO.replace(b"Connection: close\r\n", b"") + HELLO)
        assert (await asyncio.wait_for(reader.read(), 10)).count(b"200 OK") == 2
        writer.close()


def forms() -> Any:
    """The pages as they are, with a form that is read to its end and a page that is more than anybody's buffers hold."""
    app = create_app(site_of())

    @app.post("/form")
    async def form(request: Request) -> dict[str, int]:
        return {"size": len(await request.body())}

    @app.get("/long")
    def long() -> Response:
        return Response("a" * (64 << 20))

    return Entrypoint(FakeDaemon(), lambda: app)  # type: ignore[arg-type, return-value]


ENDLESS = b"POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nto=a"
UNREAD = b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("request_", [ENDLESS, UNREAD])
@pytest.mark.parametrize("how", ["cut off", "left", "the end"])
async def test_who_does_not_finish_is_no_fault_of_ours(request_: bytes, how: str, caplog: pytest.LogCaptureFixture) -> None:
    async with serving(forms(), answered_within=0.5 if how == "cut off" else 60) as site:
        assert b"200" in await site.ask()
        _, writer = await site.open(request_)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(0.2)
        if how == "left":
            writer.transport.abort()
        if how != "the end":
            async with asyncio.timeout(10):
                while site.held or site.server.server_state.tasks:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
    assert [record.message for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}] == []


async def test_at_the_end_an_answer_that_is_due_is_given_and_nobody_else_is_waited_for() -> None:
    go_on = asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] != "/slow":
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await go_on.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"at last"})

    async with serving(Entrypoint(FakeDaemon(), lambda: slow)) as site:  # type: ignore[arg-type, return-value]
        due, _ = await site.open(HELLO.replace(b"/healthz", b"/slow"))
        idle, _ = await site.open()
        half, _ = await site.open(ENDLESS)
        await asyncio.sleep(0.1)
        site.server.should_exit = True
        assert await closed(idle)
        assert await closed(half)
        go_on.set()
        assert b"at last" in await asyncio.wait_for(due.read(), 10)


async def test_pages_are_made_a_few_at_once_however_many_ask() -> None:
    app, made, most = create_app(site_of()), [0], [0]

    @app.get("/slow")
    def slow() -> str:
        made[0] += 1
        most[0] = max(most[0], made[0])
        time.sleep(0.05)
        made[0] -= 1
        return "done"

    async with serving(Entrypoint(FakeDaemon(), lambda: app)) as site:  # type: ignore[arg-type, return-value]
        asked = HELLO.replace(b"/healthz", b"/slow")
        answers = await asyncio.gather(*(site.ask(asked) for _ in range(PLACES - 2)))
    assert all(b"done" in answer for answer in answers)
    assert 1 < most[0] <= PAGE_THREADS


def test_places_leave_descriptors_for_messages() -> None:
    assert [places(descriptors) for descriptors in (64, 256, 1024, 8192)] == [16, 64, 256, 256]


def test_more_descriptors_are_asked_for_at_the_start() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    code = "from monitor.web.server import raise_descriptor_limit as r; import resource; r(); print(resource.getrlimit(7)[0])"
    assert resource.RLIMIT_NOFILE == 7
    for limits, expected in (((256, 256), "256"), ((256, 2000), "2000")):
        ended = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            capture_output=True,
            text=True,
            preexec_fn=lambda limits=limits: resource.setrlimit(resource.RLIMIT_NOFILE, limits),
        )
        assert ended.stdout.strip() == expected, ended.stderr
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)

"""Connections that are kept: used again, given up when the server goes or speaks out of turn, never held against a site."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from monitor.ports import FetchFailure, Page
from tests.fetch.fault_server import CERTIFICATES, FaultServer, response, says
from tests.fetch.test_faults import LIMITS, fetcher


class Visits:
    """Serves one script a connection: what is written after each request on it; after the last the connection is closed."""

    def __init__(self, *scripts: list[bytes]) -> None:
        self.scripts = list(scripts)
        self.connections = 0

    async def __aenter__(self) -> Visits:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.base = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        script = self.scripts[self.connections - 1] if self.connections <= len(self.scripts) else []
        try:
            for answer in script:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(answer)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


PAGE = response("<p>one</p>")


async def bodies(server: Visits, count: int, pause: float = 0.0) -> list[bytes | str]:
    got: list[bytes | str] = []
    async with fetcher(robots=False) as client:
        for _ in range(count):
            answer = await client.fetch(f"{server.base}/x")
            got.append(answer.body if isinstance(answer, Page) else answer.reason)
            await asyncio.sleep(pause)
    return got


async def test_a_connection_is_used_again():
    async with Visits([PAGE] * 3) as server:
        assert await bodies(server, 3) == [b"<p>one</p>"] * 3
    assert server.connections == 1


async def test_a_connection_that_the_server_closed_is_replaced():
    async with Visits([PAGE], [PAGE]) as server:
        assert await bodies(server, 2, pause=0.05) == [b"<p>one</p>"] * 2
    assert server.connections == 2


async def test_a_connection_closed_instead_of_an_answer_is_tried_again_once_on_a_new_one():
    async with Visits([PAGE, b""], [PAGE]) as server:
        assert await bodies(server, 2) == [b"<p>one</p>"] * 2
    assert server.connections == 2


async def test_a_site_that_closes_every_connection_is_asked_twice_and_has_failed():
    async with Visits([b""], [b""]) as server:
        assert await bodies(server, 1) == ["reset"]
    assert server.connections == 2


async def test_half_a_page_is_not_asked_for_again():
    async with Visits([PAGE, PAGE[:-5]]) as server:
        assert await bodies(server, 2) == [b"<p>one</p>", "incomplete"]
    assert server.connections == 1


@pytest.mark.parametrize("pause", [0.0, 0.05])
async def test_what_nobody_asked_for_is_nobodys_answer(pause):
    """A second answer behind the first must not be taken for the answer to the next request."""
    async with Visits([PAGE + response("<p>planted</p>")], [PAGE]) as server:
        assert await bodies(server, 2, pause) == [b"<p>one</p>"] * 2
    assert server.connections == 2


async def test_what_comes_late_and_unasked_is_nobodys_answer():
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(PAGE)
        await asyncio.sleep(0.03)
        writer.write(response("<p>planted</p>"))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/x"
    async with fetcher(robots=False) as client:
        for _ in range(2):
            answer = await client.fetch(address)
            assert isinstance(answer, Page)
            assert answer.body == b"<p>one</p>"
            await asyncio.sleep(0.06)
    server.close()


async def test_an_unread_body_ends_the_connection():
    async with Visits([response("x" * 300_000, status="404 Not Found")], [PAGE]) as server:
        assert await bodies(server, 2) == ["not_found", b"<p>one</p>"]
    assert server.connections == 2


async def test_http_1_0_is_understood():
    old = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n<p>old</p>"
    async with Visits([old], [old]) as server:
        assert await bodies(server, 2) == [b"<p>old</p>"] * 2
    assert server.connections == 2


async def test_hints_before_the_answer_are_passed_over():
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
    async with Visits([early + PAGE]) as server:
        assert await bodies(server, 1) == [b"<p>one</p>"]


async def test_a_large_page_arrives_whole():
    body = bytes(range(1, 256)) * 6000
    async with Visits([response(body)]) as server:
        assert await bodies(server, 1) == [body]


async def test_tls_connections_are_used_again():
    async with FaultServer({}, "good") as server, fetcher(ca_file=str(CERTIFICATES / "ca.pem")) as client:
        answers = [await client.fetch(server.url("/feed", "https", "localhost")) for _ in range(3)]
        assert all(isinstance(answer, Page) for answer in answers)
        assert len(server._tasks) == 1


async def test_a_redirect_to_something_that_is_no_address():
    async with (
        FaultServer({"/x": says(status="302 Found", headers={"Location": "http://[::1/"})}) as server,
        fetcher() as client,
    ):
        answer = await client.fetch(server.url("/x"))
    assert isinstance(answer, FetchFailure)


async def test_a_host_that_must_wait_lets_others_pass():
    limits = replace(LIMITS, burst=1, delay=0.2, exempt_hosts=frozenset(), connections=2)
    async with FaultServer({}) as server, fetcher(limits=limits, robots=False) as client:
        slow = [server.url(f"/slow{number}") for number in range(3)]
        await asyncio.gather(*map(client.fetch, [*slow, server.url("/quick", host="localhost")]))
    assert server.asked.index("/quick") < 2
    assert sorted(server.asked) == ["/quick", "/slow0", "/slow1", "/slow2"]

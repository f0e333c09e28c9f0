"""Through a proxy: what it is asked, what is still checked, and which requests go there."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from urllib.parse import urlsplit

import pytest

from monitor.fetch import HttpFetcher, Proxies, network, proxies_of
from monitor.fetch.addresses import refuse_inner_name
from monitor.fetch.proxies import Proxy, proxy_of
from monitor.ports import ConfigError, FetchFailure, Page
from tests.fetch.fault_server import CERTIFICATES, FaultServer, response, says
from tests.fetch.test_faults import fetcher

NAME = "paper.example"  # nobody can look it up


class ProxyServer:
    """An http proxy on loopback that leads every name to one server, and notes what it was asked."""

    def __init__(self, to: FaultServer, *, password: str = "") -> None:
        self.asked: list[str] = []
        self._to = to
        self._password = base64.b64encode(password.encode()).decode() if password else ""
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> ProxyServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()

    @property
    def address(self) -> str:
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
                self.asked.append(f"{method} {target}")
                if self._password and f"Basic {self._password}" not in head.decode():
                    writer.write(response(status="407 Proxy Authentication Required"))
                    continue
                inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._to.port)
                if method == "CONNECT":
                    writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    await asyncio.gather(
                        self._pipe(reader, inner_writer), self._pipe(inner_reader, writer), return_exceptions=True
                    )
                    return
                inner_writer.write(head.replace(target.encode(), (urlsplit(target).path or "/").encode(), 1))
                inner_writer.write_eof()
                writer.write(await inner_reader.read())
        writer.close()

    @staticmethod
    async def _pipe(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(4096):
            writer.write(data)
        writer.close()


def through(address: str, **more: object) -> HttpFetcher:
    return fetcher(proxies=proxies_of(address, {}), allow_private=False, **more)


async def test_a_page_is_asked_for_through_the_proxy():
    async with FaultServer({"/x": says("<p>x</p>")}) as server, ProxyServer(server) as proxy, through(proxy.address) as client:
        page = await client.fetch(f"http://{NAME}/x")
    assert isinstance(page, Page), page
    assert (page.body, page.url) == (b"<p>x</p>", f"http://{NAME}/x")
    assert proxy.asked == [f"GET http://{NAME}/robots.txt", f"GET http://{NAME}/x"]


async def test_tls_goes_through_a_tunnel_and_is_checked_as_ever():
    for certificate, good in (("other", True), ("good", False)):
        async with (
            FaultServer({"/x": says("<p>x</p>")}, certificate) as server,
            ProxyServer(server) as proxy,
            through(proxy.address, ca_file=str(CERTIFICATES / "ca.pem"), robots=False) as client,
        ):
            answer = await client.fetch("https://elsewhere.example/x")
        assert isinstance(answer, Page) is good
        assert good or (isinstance(answer, FetchFailure) and answer.reason == "tls")
        assert proxy.asked == ["CONNECT elsewhere.example:443"]


async def test_the_proxy_is_told_who_we_are_and_the_page_is_not():
    async with FaultServer({"/x": says("<p>x</p>")}) as server, ProxyServer(server, password="jo:p@ss") as proxy:
        async with through(proxy.address.replace("//", "//jo:p%40ss@"), robots=False) as client:
            assert isinstance(await client.fetch(f"http://{NAME}/x"), Page)
        async with through(proxy.address.replace("//", "//jo:wrong@"), robots=False) as client:
            for url in (f"http://{NAME}/x", f"https://{NAME}/x"):
                answer = await client.fetch(url)
                assert isinstance(answer, FetchFailure)
                assert answer.reason == "proxy"
                assert "wrong" not in repr(answer)


async def test_a_proxy_that_is_not_there_is_no_fault_of_the_site():
    async with FaultServer({}) as server, ProxyServer(server) as proxy:
        address = proxy.address
    async with through(address) as client:
        answer = await client.fetch(f"http://{NAME}/x")
    assert isinstance(answer, FetchFailure)
    assert (answer.reason, answer.permanent) == ("proxy", False)


@pytest.mark.parametrize("url", ["http://intranet/x", "https://metadata.google.internal/x", "http://printer.local/"])
async def test_an_inner_name_is_not_asked_for(url):
    async with FaultServer({}) as server, ProxyServer(server) as proxy, through(proxy.address, robots=False) as client:
        answer = await client.fetch(url)
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "blocked_address"
    assert proxy.asked == []


async def test_a_name_that_is_known_here_to_be_an_inner_address_is_not_asked_for(monkeypatch):
    async def resolve(host: str, port: int, seconds: float | None) -> list[str]:
        return {
            "evil.example": ["93.184.216.34", "169.254.169.254"],
            "inner.example": ["10.0.0.1"],
            "127.0.0.1": ["127.0.0.1"],
        }[host]

    monkeypatch.setattr(network, "resolve", resolve)
    async with FaultServer({}) as server, ProxyServer(server) as proxy, through(proxy.address, robots=False) as client:
        for host in ("evil.example", "inner.example"):
            answer = await client.fetch(f"http://{host}/x")
            assert isinstance(answer, FetchFailure)
            assert answer.reason == "blocked_address"
        assert isinstance(await client.fetch("http://10.0.0.1/x"), FetchFailure)
        assert proxy.asked == []
    async with (
        FaultServer({"/x": says("<p>x</p>")}) as server,
        ProxyServer(server) as proxy,
        fetcher(proxies=proxies_of(proxy.address, {}), robots=False) as client,
    ):
        assert isinstance(await client.fetch("http://inner.example/x"), Page)  # an operator's own network


async def test_this_machine_is_asked_directly():
    async with (
        FaultServer({}) as server,
        ProxyServer(server) as proxy,
        fetcher(proxies=proxies_of(proxy.address, {})) as client,
    ):
        assert isinstance(await client.fetch(server.url("/feed")), Page)
    assert proxy.asked == []


ONE, TWO = Proxy(address="http://one.example:80"), Proxy(address="http://two.example:8080")


@pytest.mark.parametrize(
    ("configured", "environ", "http", "https"),
    [
        ("", {}, None, None),
        ("", {"HTTP_PROXY": "http://one.example", "HTTPS_PROXY": "two.example:8080"}, ONE, TWO),
        ("", {"http_proxy": "http://one.example", "HTTP_PROXY": "x.example"}, ONE, None),
        ("", {"HTTPS_PROXY": '"http://two.example:8080"'}, None, TWO),
        ("", {"ALL_PROXY": "two.example:8080/"}, TWO, TWO),
        ("", {"all_proxy": "two.example:8080", "HTTPS_PROXY": "one.example"}, TWO, ONE),
        ("one.example", {"HTTPS_PROXY": "http://two.example:8080"}, ONE, ONE),
        ("direct", {"HTTPS_PROXY": "http://two.example:8080"}, None, None),
        ("one.example", {"NO_PROXY": "gazette.example"}, None, None),
        ("one.example", {"NO_PROXY": "other.example, .GAZETTE.example"}, None, None),
        ("one.example", {"no_proxy": "*.gazette.example"}, None, None),
        ("one.example", {"NO_PROXY": "*"}, None, None),
        ("one.example", {"NO_PROXY": "zette.example,gazette.example.org,10.0.0.0/8"}, ONE, ONE),
        ("one.example", {"NO_PROXY": "gazette.example:8080"}, ONE, ONE),
        ("one.example", {"NO_PROXY": "localhost 127.0.0.1  gazette.example"}, None, None),
        ("one.example", {"NO_PROXY": "'other.example;gazette.example.'"}, None, None),
        ("one.example", {"NO_PROXY": "gazette.example:443"}, ONE, None),
    ],
)
def test_which_proxy_a_page_is_asked_for_through(configured, environ, http, https):
    proxies = proxies_of(configured, environ)
    assert (proxies.of("http://www.gazette.example/x"), proxies.of("https://www.gazette.example/x")) == (http, https)


def test_a_network_may_be_asked_directly():
    proxies = proxies_of("one.example", {"NO_PROXY": "10.0.0.0/8,www.example.org:8443"})
    assert proxies.of("http://10.1.2.3/") is None
    assert proxies.of("https://www.example.org:8443/") is None
    assert proxies.of("https://www.example.org/") == ONE


@pytest.mark.parametrize(
    "address",
    ["socks5://jo:hunter2@one.example", "http://jo:hunter2@", "http://jo:hunter2@one.example:x", "http://one.example/hunter2"],
)
def test_no_error_repeats_what_may_be_a_secret(address):
    for configured, environ, key in ((address, {}, "proxy"), ("", {"HTTPS_PROXY": address}, "HTTPS_PROXY")):
        with pytest.raises(ConfigError) as caught:
            proxies_of(configured, environ)
        assert "hunter2" not in str(caught.value)
        assert key in str(caught.value)
    assert "hunter2" not in repr(proxy_of("http://jo:hunter2@one.example"))


def test_names_of_inner_networks():
    inner = ["intranet", "a.local", "A.LOCAL.", "x.home.arpa", "db.corp"]
    assert [name for name in inner if not refuse_inner_name(name)] == []
    assert not refuse_inner_name("www.example.org")


def test_nothing_is_asked_through_a_proxy_by_itself():
    assert Proxies().of("https://www.example.org/") is None

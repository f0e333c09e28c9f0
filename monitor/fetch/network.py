"""Connects only where `addresses` allows, checked on the very address that is connected to.

A check before the request can be passed with one DNS answer and betrayed with the next; here the resolved address is checked
and then dialled, so redirects, rebinding and literal addresses all meet the same rule.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import httpcore
import httpx

from monitor.fetch.addresses import refuse_address
from monitor.fetch.heads import Heads
from monitor.fetch.limits import Limits


class AddressRefusedError(httpcore.ConnectError):
    """The host resolves to an address that must not be contacted."""


class NameUnknownError(httpcore.ConnectError):
    """The host does not resolve."""


class KnownSocket(httpcore.AsyncNetworkStream):
    """A connection that knows its socket, and mends the heads of what it reads.

    For each request the pool asks every kept connection whether its server has closed it, and the library underneath looks
    up all that it knows of the connection each time: a third of what a request costs.
    """

    def __init__(self, inner: httpcore.AsyncNetworkStream, known: socket.socket | None = None) -> None:
        self._inner = inner
        self._socket: socket.socket = known or inner.get_extra_info("socket")
        self._heads = Heads()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As the inner one; the head of an answer comes at once."""
        while True:
            data = await self._inner.read(max_bytes, timeout)
            if passed := self._heads.take(data):
                return passed
            if not data:
                return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As the inner one."""
        self._heads.expect()
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        """As the inner one."""
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        """As the inner one; the socket stays the same."""
        return KnownSocket(await self._inner.start_tls(ssl_context, server_hostname, timeout), self._socket)

    def get_extra_info(self, info: str) -> Any:
        """Whether anything came unasked (``is_readable``), from the socket itself; all else from the inner one."""
        if info != "is_readable":
            return self._inner.get_extra_info(info)
        descriptor = self._socket.fileno()
        if descriptor < 0:  # closed
            return True
        ready = select.poll()
        ready.register(descriptor, select.POLLIN)
        return bool(ready.poll(0))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Resolves, checks, then dials the checked address. TLS still verifies the host's name, not the address."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Dial the first permitted address of `host`."""
        addresses = await self._resolve(host, port, timeout)
        refusals = [refuse_address(address, allow_private=self._allow_private) for address in addresses]
        # One refused address condemns the name: an honest site has no inner address among its answers.
        if bad := next((refusal for refusal in refusals if refusal), ""):
            raise AddressRefusedError(f"{host}: {bad}")
        failure: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in addresses[:4]:
            try:
                return KnownSocket(await self._inner.connect_tcp(address, port, timeout, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure if failure is not None else NameUnknownError(f"{host} has no address")

    async def _resolve(self, host: str, port: int, seconds: float | None) -> list[str]:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(seconds):
                # As bytes: for a text the interpreter first loads its tables of international names (10 ms).
                found = await loop.getaddrinfo(host.encode("ascii"), port, type=socket.SOCK_STREAM)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host}: no answer from DNS") from error
        except (OSError, UnicodeError) as error:
            raise NameUnknownError(f"{host}: {error}") from error
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Never: a page has no business with this machine's sockets."""
        raise AddressRefusedError(f"unix socket {path}")

    async def sleep(self, seconds: float) -> None:
        """Wait, for the pool's own retries."""
        await asyncio.sleep(seconds)


@cache
def shared_ssl_context(ca_file: str = "") -> ssl.SSLContext:
    """The one TLS context of the process (26 ms to build); `ca_file` replaces the shipped authorities."""
    import certifi  # only when the first https page is asked for

    return ssl.create_default_context(cafile=ca_file or certifi.where())


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx over a pool that dials through `GuardedBackend`: no proxies, no retries, no HTTP/2; `context` is for https."""

    def __init__(self, limits: Limits, *, allow_private: bool, context: ssl.SSLContext | None = None) -> None:
        # Replaces the constructor on purpose: the original has no parameter for the network backend.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=limits.connections,
            max_keepalive_connections=limits.connections,
            keepalive_expiry=30.0,
            network_backend=GuardedBackend(allow_private=allow_private),
        )


class LateTransport(httpx.AsyncBaseTransport):
    """A transport that is made when it is first asked: loading the certificates takes longer than a check that needs none."""

    def __init__(self, make: Callable[[], httpx.AsyncBaseTransport]) -> None:
        self._make = make
        self._made: httpx.AsyncBaseTransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on."""
        if self._made is None:
            self._made = self._make()
        return await self._made.handle_async_request(request)

    async def aclose(self) -> None:
        """Close every connection."""
        if self._made is not None:
            await self._made.aclose()

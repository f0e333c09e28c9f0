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

from monitor.fetch.addresses import refuse_address, refuse_inner_name
from monitor.fetch.limits import Limits
from monitor.fetch.proxies import Proxy
from monitor.fetch.response_heads import Heads

_LOOK_UP = 2.0  #: seconds; behind a proxy there often is no DNS for the world outside
_KNOWN_FOR = 600.0  #: seconds
_MAX_KNOWN = 1000


class AddressRefusedError(httpcore.ConnectError):
    """The host resolves to an address that must not be contacted."""


class NameUnknownError(httpcore.ConnectError):
    """The host does not resolve."""


class ProxyUnreachableError(httpcore.ConnectError):
    """There is no connection to the proxy."""


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


async def resolve(host: str, port: int, seconds: float | None) -> list[str]:
    """The addresses of a host. Raises `NameUnknownError`, or a timeout of httpcore's."""
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
        addresses = await resolve(host, port, timeout)
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
    """The one TLS context of the process: the shipped authorities, this machine's own, and those of `ca_file` (PEM).

    A network that looks into TLS has an authority of its own; OpenSSL also reads ``SSL_CERT_FILE``.
    """
    import certifi  # only when the first https page is asked for

    context = ssl.create_default_context(cafile=certifi.where())
    context.set_default_verify_paths()
    if ca_file:
        context.load_verify_locations(ca_file)
    return context


class GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx over a pool that dials through `GuardedBackend`: no retries, no HTTP/2; `context` is for https."""

    def __init__(self, limits: Limits, *, allow_private: bool, context: ssl.SSLContext | None = None) -> None:
        # Replaces the constructor on purpose: the original has no parameter for the network backend.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context,
            max_connections=limits.connections,
            max_keepalive_connections=limits.connections,
            keepalive_expiry=30.0,
            network_backend=GuardedBackend(allow_private=allow_private),
        )


class ProxyBackend(GuardedBackend):
    """Dials the proxy, which may well be on a private network; what fails is the proxy's fault and no site's."""

    def __init__(self) -> None:
        super().__init__(allow_private=True)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Dial the proxy."""
        try:
            return await super().connect_tcp(host, port, timeout, local_address, socket_options)
        except (httpcore.NetworkError, httpcore.TimeoutException) as error:
            raise ProxyUnreachableError(f"the proxy {host}:{port}: {error}") from error


class ProxiedTransport(httpx.AsyncHTTPTransport):
    """httpx over a pool that asks a proxy, which then looks up and dials the host itself.

    So the rule about addresses is kept as far as it can be: a host that resolves here to an address that must not be contacted
    is refused, and one that does not resolve here when its name is an inner one. What the proxy makes of the name is its own.
    """

    def __init__(self, limits: Limits, proxy: Proxy, *, allow_private: bool, context: ssl.SSLContext) -> None:
        # Replaces the constructor on purpose, as GuardedTransport does.
        self._allow_private = allow_private
        self._refusals: dict[str, tuple[float, str]] = {}
        self._pool = httpcore.AsyncHTTPProxy(
            proxy.address,
            proxy_auth=(proxy.user.encode(), proxy.password.encode()) if proxy.user or proxy.password else None,
            ssl_context=context,
            proxy_ssl_context=context if proxy.address.startswith("https:") else None,
            max_connections=limits.connections,
            max_keepalive_connections=limits.connections,
            keepalive_expiry=30.0,
            network_backend=ProxyBackend(),
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass the request on, unless its host must not be contacted."""
        now = asyncio.get_running_loop().time()
        until, refusal = self._refusals.get(request.url.host, (0.0, ""))
        if until < now:
            refusal = await self._refusal(request.url.host, request.url.port or 443)
            if len(self._refusals) > _MAX_KNOWN:
                self._refusals.clear()
            self._refusals[request.url.host] = (now + _KNOWN_FOR, refusal)
        if refusal:
            error = AddressRefusedError(f"{request.url.host}: {refusal}")
            raise httpx.ConnectError(str(error), request=request) from error
        return await super().handle_async_request(request)

    async def _refusal(self, host: str, port: int) -> str:
        if self._allow_private:
            return ""
        try:
            addresses = await resolve(host, port, _LOOK_UP)
        except (httpcore.NetworkError, httpcore.TimeoutException):
            return refuse_inner_name(host)
        return next((refusal for address in addresses if (refusal := refuse_address(address))), "")


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

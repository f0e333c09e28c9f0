"""Connections that are kept for the next request to the same site."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import SplitResult, quote, urlsplit

from monitor.fetch.failures import FetchError
from monitor.fetch.limits import Limits
from monitor.fetch.network import dial, shared_ssl_context
from monitor.fetch.wire import Answer, Headers, Line, Wire

Origin = tuple[str, str, int]  # scheme, host, port
_KEPT = 30.0  # seconds; servers commonly close an idle connection after 60
_PORTS = {"http": 80, "https": 443}
#: What may stand in a path or query as it is (WHATWG); all else is written as %XX.
_PATH_SAFE = "%!$&'()*+,-./:;=@[\\]^_|~"
_QUERY_SAFE = _PATH_SAFE + "?`{}"


class Pool:
    """Asks over kept connections where it can and over new ones where it must. How many ask at once is its user's matter."""

    def __init__(self, limits: Limits, *, allow_private: bool, ca_file: str = "") -> None:
        self._limits = limits
        self._allow_private = allow_private
        self._ca_file = ca_file
        self._idle: dict[Origin, list[Wire]] = {}

    @asynccontextmanager
    async def exchange(self, url: str, headers: Headers) -> AsyncIterator[tuple[Answer, AsyncIterator[bytes]]]:
        """GET `url`: the head of the answer and its raw body, to be read inside the block.

        A connection whose answer was read to the end is kept. Raises `FetchError` here and while the body is read.
        """
        origin, target, host = _parts(url)
        wire, answer = await self._ask(origin, target, [(b"Host", host), *headers])
        try:
            yield answer, wire.body()
        finally:
            self._put_back(origin, wire)

    async def close(self) -> None:
        """Close every kept connection."""
        for wires in self._idle.values():
            for wire in wires:
                wire.close()
        self._idle.clear()
        await asyncio.sleep(0)  # the loop closes sockets at its next round

    async def _ask(self, origin: Origin, target: bytes, headers: Headers) -> tuple[Wire, Answer]:
        kept = self._take(origin)
        while kept is not None:
            try:
                return kept, await kept.ask(target, headers)
            except FetchError as error:
                kept.close()
                if kept.heard or error.reason != "reset":
                    raise
            except BaseException:
                kept.close()
                raise
            kept = self._take(origin)  # closed by the server in the moment that it was taken: it says nothing of the site
        wire = Wire(await self._dial(origin), self._limits)
        try:
            return wire, await wire.ask(target, headers)
        except BaseException:
            wire.close()
            raise

    async def _dial(self, origin: Origin) -> Line:
        scheme, host, port = origin
        tls = shared_ssl_context(self._ca_file) if scheme == "https" else None
        return await dial(host, port, Line, tls=tls, allow_private=self._allow_private, seconds=self._limits.connect_timeout)

    def _take(self, origin: Origin) -> Wire | None:
        """A kept connection that is still good, the most recently used one; the others of the site that are not are closed."""
        oldest = asyncio.get_running_loop().time() - _KEPT
        wires = self._idle.get(origin, [])
        while wires:
            wire = wires.pop()
            if wire.usable and wire.idle_since > oldest:
                return wire
            wire.close()
        self._idle.pop(origin, None)
        return None

    def _put_back(self, origin: Origin, wire: Wire) -> None:
        if not wire.next_exchange():
            wire.close()
            return
        wire.idle_since = asyncio.get_running_loop().time()
        self._idle.setdefault(origin, []).append(wire)
        if sum(map(len, self._idle.values())) > self._limits.connections:
            first = min((name for name, wires in self._idle.items() if wires), key=lambda name: self._idle[name][0].idle_since)
            self._idle[first].pop(0).close()


def _parts(url: str) -> tuple[Origin, bytes, bytes]:
    """Where to connect, what to ask for there, and the Host header. Raises `FetchError` ``bad_url``."""
    try:
        parts = urlsplit(url)
        host = _ascii_host(parts)
        port = parts.port
    except ValueError as error:  # UnicodeError is one
        raise FetchError("bad_url", str(error)) from error
    target = quote(parts.path or "/", safe=_PATH_SAFE) + (f"?{quote(parts.query, safe=_QUERY_SAFE)}" if parts.query else "")
    name = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[parts.scheme]:
        name = f"{name}:{port}"
    return (parts.scheme, host, port or _PORTS[parts.scheme]), target.encode("ascii"), name.encode("ascii")


def _ascii_host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return host if host.isascii() else host.encode("idna").decode("ascii")

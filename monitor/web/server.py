"""The HTTP server: uvicorn, with bounds on how many connections are held, and for how long one may say nothing.

Who holds connections open must not take the descriptors that messages are delivered with, nor the page from others. So there
are fewer places than descriptors; when all are taken, a newcomer gets the place of whoever holds most and says least.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import socket
from collections import Counter
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

_log = logging.getLogger(__name__)
#: Connections held at once, where there are descriptors enough.
MAX_CONNECTIONS = 256
#: Of all descriptors, so many are for connections to the page; the others are for sources, mail and the state.
_SHARE = 4
_MIN_CONNECTIONS = 16
#: Descriptors that are asked for at the start: 1,024 is what most systems give, and little.
_WANTED_DESCRIPTORS = 8192
#: Seconds within which a request has to be asked; and until all of it is answered, with whatever the other side sends or reads.
REQUEST_WITHIN = 10.0
ANSWERED_WITHIN = 60.0
#: How important a connection is whose answer has begun.
_STARTED = 2
#: Connections that are taken from the kernel at once.
_BACKLOG = 64
_SAY_AGAIN = 60.0
#: At the end: for answers that are due to be taken, seconds.
LAST_ANSWERS_WITHIN = 2.0


def raise_descriptor_limit() -> int:
    """As many descriptors as the system allows this process, up to a few thousand; returns how many there are now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, _WANTED_DESCRIPTORS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            soft = wanted
    return _WANTED_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft


def places(descriptors: int) -> int:
    """How many connections may be held, of so many descriptors."""
    return max(_MIN_CONNECTIONS, min(MAX_CONNECTIONS, descriptors // _SHARE))


class Server(uvicorn.Server):
    """Uvicorn that leaves signals to us: its own re-raises them, and a clean stop would look like a crash."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End. What is due is answered first; who only holds a connection, or does not take the answer, is not waited for."""
        for server in self.servers:
            server.close()
        loop = asyncio.get_running_loop()
        end = loop.time() + LAST_ANSWERS_WITHIN
        while self._cut(below=_STARTED) and loop.time() < end:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.05)
        self._cut()
        await super().shutdown(sockets)

    def _cut(self, below: int | None = None) -> int:
        """Cut the connections that are less important, or all; returns how many are left."""
        held = [each for each in self.server_state.connections if isinstance(each, BoundedConnection)]
        cut = [each for each in held if below is None or each.importance < below]
        for each in cut:
            each.cut()
        return len(held) - len(cut)


def build_server(app: Any, descriptors: int) -> Server:
    """A server for an ASGI application, in a process that has so many descriptors."""

    class Bounded(BoundedConnection):
        most = places(descriptors)

    return Server(
        uvicorn.Config(
            app,
            http=Bounded,
            ws="none",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=5,
            backlog=_BACKLOG,
            lifespan="on",
        )
    )


class BoundedConnection(H11Protocol):
    """One connection. It is closed when it is silent or slow for too long, or when its place is wanted more elsewhere."""

    most = MAX_CONNECTIONS
    request_within = REQUEST_WITHIN
    answered_within = ANSWERED_WITHIN
    _said_at = float("-inf")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._deadline: asyncio.TimerHandle | None = None
        self.since = self.loop.time()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Take a place; another one's where there is none."""
        super().connection_made(transport)
        self._allow(self.request_within)
        if len(self.connections) > self.most:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """Read on; what is complete is answered."""
        before = self.cycle
        super().data_received(data)
        if self.cycle is not before and not self.cycle.response_complete:
            self._allow(self.answered_within)

    def on_response_complete(self) -> None:
        """Wait for the next request on this connection."""
        self._allow(self.request_within)
        before = self.cycle
        super().on_response_complete()
        if self.cycle is not before:  # it was sent already
            self._allow(self.answered_within)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        if self._deadline is not None:
            self._deadline.cancel()
        super().connection_lost(exc)

    @property
    def importance(self) -> int:
        """What would be lost with it: nothing asked, asked by halves, answered to somebody who reads slowly, an answer due."""
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn's declaration leaves out that there is none at first
        if cycle is None or cycle.response_complete:
            return 0
        if cycle.more_body:
            return 1
        return _STARTED if cycle.response_started else 3

    def cut(self) -> None:
        """End it now, whatever is still to be written."""
        self.connections.discard(self)
        self.transport.abort()

    def _allow(self, seconds: float) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        self.since = self.loop.time()
        self._deadline = self.loop.call_later(seconds, self.cut)

    def _make_room(self) -> None:
        """Cut the oldest of the least important connections, of the address that holds most of them."""
        held = [each for each in self.connections if isinstance(each, BoundedConnection) and each is not self]
        least = min(each.importance for each in held)
        idle = [each for each in held if each.importance == least]
        by_address = Counter(each.address for each in idle)
        chosen = min(idle, key=lambda each: (-by_address[each.address], each.since))
        now = self.loop.time()
        if now - type(self)._said_at >= _SAY_AGAIN:
            type(self)._said_at = now
            _log.warning(
                "%d connections to the page are held, %d of them by %s", self.most, by_address[chosen.address], chosen.address
            )
        chosen.cut()

    @property
    def address(self) -> str:
        """Who is at the other end, as far as the network knows."""
        return self.client[0] if self.client else ""

"""One connection, one HTTP/1.1 exchange after another: the grammar is h11's, the sockets are asyncio's, the limits are ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import h11

from monitor.fetch.failures import FetchError
from monitor.fetch.limits import Limits

Headers = Sequence[tuple[bytes, bytes]]
_MOST_WAITING = 256 * 1024  # bytes received and not yet asked for, above which the socket is not read
_HEADERS_TOO_LARGE = 431  # by which h11 hints why it will not go on


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The head of a response; its body is still on the wire."""

    status: int
    headers: dict[str, str]  #: lower-case names; repeated ones joined by commas
    size: int  #: bytes of all headers


class Line(asyncio.Protocol):
    """The bytes of one connection as they come. What comes unasked, between two exchanges, makes it unusable."""

    def __init__(self) -> None:
        self.asked = False  #: whether an answer is being waited for
        self.broken = False  #: ended, or spoke out of turn: not to be used for another exchange
        self._received = bytearray()
        self._ended = False
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by the event loop."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Called by the event loop."""
        if not self.asked:
            self.broken = True
            self.close()
            return
        self._received += data
        if len(self._received) > _MOST_WAITING and self._transport is not None:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """Called by the event loop, which then closes the connection."""
        self._ended = self.broken = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by the event loop."""
        self._ended = self.broken = True
        self._error = exc
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def write(self, data: bytes) -> None:
        """Send; a request is small, so there is nothing to wait for."""
        assert self._transport is not None
        self._transport.write(data)

    async def read(self, seconds: float) -> bytes:
        """What has come, waiting for it at most `seconds`; empty at the end. Raises FetchError ``timeout`` or ``reset``."""
        if not self._received and not self._ended:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._waiter
            except TimeoutError as error:
                raise FetchError("timeout", f"silent for {seconds:g} s") from error
            finally:
                self._waiter = None
        if self._received:
            data = bytes(self._received)
            self._received.clear()
            if len(data) > _MOST_WAITING and self._transport is not None:
                self._transport.resume_reading()
            return data
        if self._error is not None:
            raise FetchError("reset", f"{type(self._error).__name__}: {self._error}")
        return b""

    def rest(self) -> bool:
        """Expect nothing until the next request; False when the connection is over, or something is left of the answer."""
        self.asked = False
        return not self.broken and not self._received

    def close(self) -> None:
        """End the connection now; nothing that is still on its way matters."""
        if self._transport is not None:
            self._transport.abort()


class Wire:
    """One connection and where its conversation stands."""

    def __init__(self, line: Line, limits: Limits) -> None:
        self._line = line
        self._limits = limits
        self._grammar = h11.Connection(h11.CLIENT, max_incomplete_event_size=limits.header_bytes)
        self.heard = False  #: whether anything of the present answer has come
        self.idle_since = 0.0  #: loop time

    @property
    def usable(self) -> bool:
        """Whether another exchange may be tried: the server is there and said nothing unasked."""
        return not self._line.broken

    async def ask(self, target: bytes, headers: Headers) -> Answer:
        """Send ``GET target`` and wait for the head of the answer.

        Raises `FetchError`: ``timeout``, ``reset``, ``protocol``, ``headers_too_large``.
        """
        self.heard = False
        try:
            request = self._grammar.send(h11.Request(method=b"GET", target=target, headers=list(headers)))
            end = self._grammar.send(h11.EndOfMessage())
        except h11.LocalProtocolError as error:
            raise FetchError("bad_url", f"it cannot be asked for: {error}") from error
        self._line.asked = True
        self._line.write((request or b"") + (end or b""))
        while True:
            event = await self._event()
            if type(event) is h11.Response:
                return _answer(event)

    async def body(self) -> AsyncIterator[bytes]:
        """The raw bytes of the answer's body. Raises `FetchError`: ``timeout``, ``reset``, ``incomplete``, ``protocol``."""
        while True:
            event = await self._event()
            if type(event) is h11.Data:
                yield bytes(event.data)
            elif type(event) is h11.EndOfMessage:
                return

    def next_exchange(self) -> bool:
        """Get ready for another exchange; False when the answer was not read to its end or the server will not go on."""
        grammar = self._grammar
        if grammar.our_state is not h11.DONE or grammar.their_state is not h11.DONE or grammar.trailing_data[0]:
            return False
        grammar.start_next_cycle()
        return self._line.rest()

    def close(self) -> None:
        """End the connection now."""
        self._line.close()

    async def _event(self) -> h11.Event:
        """The next event of the answer, reading as much as it takes."""
        grammar = self._grammar
        try:
            while True:
                event = grammar.next_event()
                if event is h11.NEED_DATA:
                    data = await self._line.read(self._limits.read_timeout)
                    if not data and grammar.their_state is h11.SEND_RESPONSE:
                        raise FetchError("reset", "the server closed the connection without an answer")
                    self.heard = True
                    grammar.receive_data(data)
                elif event is h11.PAUSED or type(event) is h11.ConnectionClosed:
                    raise FetchError("protocol", "the server ended the conversation out of turn")
                else:
                    return event  # type: ignore[return-value]  # h11 types the two sentinels above as classes
        except h11.RemoteProtocolError as error:
            if error.error_status_hint == _HEADERS_TOO_LARGE:
                raise FetchError("headers_too_large", f"more than {self._limits.header_bytes} bytes of headers") from error
            reason = "incomplete" if grammar.their_state is h11.ERROR and self._line.broken else "protocol"
            raise FetchError(reason, str(error)) from error


def _answer(event: h11.Response) -> Answer:
    headers: dict[str, str] = {}
    size = 0
    for name, value in event.headers:
        size += len(name) + len(value) + 4
        key, text = name.decode("ascii"), _text(value)
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return Answer(status=event.status_code, headers=headers, size=size)


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")

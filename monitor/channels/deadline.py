"""A total time for a whole conversation, however slowly its other side drips: it never trips a timeout of single reads."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Protocol


class Connection(Protocol):
    """What `http.client` and `smtplib` call a connection: its socket, once it has one."""

    sock: socket.socket | None


@contextmanager
def deadline_of(connection: Connection, seconds: float) -> Iterator[None]:
    """End the connection after `seconds`; whoever reads or writes on it then gets an error."""

    def end() -> None:
        with suppress(OSError):
            if connection.sock is not None:
                connection.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()

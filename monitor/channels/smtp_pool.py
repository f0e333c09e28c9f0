"""Conversations with one mail server that stay open for the next mail: greeting, encryption and login cost many round trips."""

from __future__ import annotations

import smtplib
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

#: A line without a mail for this long is closed: servers count open ones, and end them by themselves. Seconds.
IDLE = 10.0
#: So many mails a line: servers that limit them allow a hundred.
MAX_MAILS = 50
#: A server that was there a moment ago answers at once, seconds.
_STILL_THERE = 5.0


@dataclass(slots=True)
class Connection:
    """One open conversation, greeted and logged in."""

    smtp: smtplib.SMTP
    mails: int = 0  #: that the server took on it
    since: float = 0.0  #: it has been unused, of the monotonic clock


class SmtpPool:
    """Open lines to one server. Whoever takes one has it alone; safe for several threads."""

    def __init__(self, idle: float = IDLE) -> None:
        self._idle = idle
        self._free: deque[Connection] = deque()  # the one used last on the right
        self._lock = threading.Lock()
        self._closing = False

    def take(self) -> Connection | None:
        """A line on which the server has just answered and nothing is left over from the mail before; None without one."""
        while True:
            with self._lock:
                if not self._free:
                    return None
                connection = self._free.pop()
            if _reset(connection.smtp):
                return connection
            connection.smtp.close()

    def keep(self, connection: Connection) -> None:
        """Give a line back after a mail that the server took."""
        if connection.mails >= MAX_MAILS:
            farewell(connection.smtp)
            return
        with self._lock:
            connection.since = time.monotonic()
            self._free.append(connection)
            self._close_later()

    def _close_later(self) -> None:
        """See to it that what stays unused is closed; the lock is held."""
        if not self._closing:
            self._closing = True
            timer = threading.Timer(self._idle, self._close_idle)
            timer.daemon = True
            timer.start()

    def _close_idle(self) -> None:
        with self._lock:
            self._closing = False
            old: list[Connection] = []
            while self._free and time.monotonic() - self._free[0].since >= self._idle:
                old.append(self._free.popleft())
            if self._free:
                self._close_later()
        for connection in old:
            farewell(connection.smtp)


def _reset(smtp: smtplib.SMTP) -> bool:
    """Whether the server is still there and has forgotten the mail before."""
    try:
        if smtp.sock is None:
            return False
        patience = smtp.sock.gettimeout()
        smtp.sock.settimeout(_STILL_THERE)
        answered = smtp.rset()[0] == 250
        smtp.sock.settimeout(patience)
    except (OSError, smtplib.SMTPException):
        return False
    return answered


def farewell(smtp: smtplib.SMTP) -> None:
    """End a conversation in which nothing is left to say; the answer is not waited for."""
    with suppress(OSError, smtplib.SMTPException):
        smtp.putcmd("quit")
    smtp.close()

"""Where returned mail is found: a folder of an IMAP server, or a Maildir that a mail server fills.

Mail is taken once, in the order it came. What was about a message of ours is marked as read; anything else is left as it was,
for the mailbox may have other readers.
"""

from __future__ import annotations

import imaplib
import os
import re
import socket
import ssl
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from monitor.channels.tls import context_of, tls_reason
from monitor.domain.calendar import MONTHS
from monitor.domain.web_address import LOOPBACK
from monitor.ports import ConfigError, MonitorError
from monitor.postmaster.report import MAX_MAIL

#: Seconds for one answer, and for all that is done in one visit.
TIMEOUT, DEADLINE = 30.0, 120.0
#: So many mails a visit; the next one goes on from there.
MAX_AT_ONCE = 200
#: A mailbox that is looked into for the first time is read back so far.
FIRST = timedelta(days=30)
_PORTS = {"imap": 143, "imaps": 993}

#: Takes one mail; whether it was about a message of ours.
Take = Callable[[bytes], bool]


class MailboxError(MonitorError):
    """A mailbox that cannot be read; `reason` is a short code without secrets."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"the mailbox of returned mail cannot be read: {reason.replace('_', ' ')}")


class Mailbox(Protocol):
    """Somewhere that returned mail comes to."""

    def visit(self, take: Take, position: str, now: datetime) -> Iterator[str]:
        """Take what came since `position`, and give the new position after each mail. Blocking. Raises MailboxError.

        What was given before an error stands: a server that is slow or breaks off does not make us begin again.
        """
        ...


class _Bounded(imaplib.IMAP4):
    """A session that ends at a deadline, however slowly the server drips, and in which no answer is longer than asked for."""

    def __init__(self, host: str, port: int, *, deadline: float, timeout: float, **encrypted: Any) -> None:
        self.timer = threading.Timer(deadline, self._end)
        self.timer.daemon = True
        super().__init__(host, port, timeout=timeout, **encrypted)

    def open(self, *where: Any, **how: Any) -> None:
        super().open(*where, **how)
        self.timer.start()  # the greeting is waited for within the deadline, too

    def _end(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def read(self, size: int) -> bytes:
        if size > MAX_MAIL + 1024:
            raise self.abort("an answer longer than was asked for")
        return super().read(size)


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):
    """The same, encrypted from the first byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapMailbox:
    """One folder of an IMAP server. Its position is ``UIDVALIDITY:UID`` of the last mail seen."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str
    context: ssl.SSLContext | None  #: None: not encrypted, to this machine only
    timeout: float = TIMEOUT
    deadline: float = DEADLINE

    def visit(self, take: Take, position: str, now: datetime) -> Iterator[str]:
        """Read what came since; a folder that was made anew is read from `FIRST` on."""
        try:
            with self._opened() as imap:
                yield from self._read(imap, take, position, now)
        except ssl.SSLError as error:
            raise MailboxError(tls_reason(error)) from None
        except TimeoutError:
            raise MailboxError("timeout") from None
        except imaplib.IMAP4.abort:
            raise MailboxError("disconnected") from None
        except imaplib.IMAP4.error:
            raise MailboxError("refused") from None
        except (OSError, ValueError):
            raise MailboxError("unreachable") from None

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        """A session that is logged in."""
        how = {"deadline": self.deadline, "timeout": self.timeout}
        if self.context:
            imap: _Bounded = _BoundedTls(self.host, self.port, ssl_context=self.context, **how)
        else:
            imap = _Bounded(self.host, self.port, **how)
        try:
            try:
                imap.login(_quoted(self.user), self.password)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error:
                raise MailboxError("login_refused") from None
            if imap.select(_quoted(self.folder))[0] != "OK":
                raise MailboxError("no_such_folder")
            yield imap
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                imap.logout()
            imap.timer.cancel()

    def _read(self, imap: imaplib.IMAP4, take: Take, position: str, now: datetime) -> Iterator[str]:
        validity = _number(imap.response("UIDVALIDITY")[1])
        known, _, last = position.partition(":")
        after = int(last) if known == str(validity) and last.isdecimal() else 0
        first = now - FIRST
        since = f"SINCE {first.day}-{MONTHS[first.month - 1][:3].capitalize()}-{first.year}"
        wanted = f"UID {after + 1}:*" if after else since
        answer = imap.uid("SEARCH", wanted)[1]
        found = {int(each) for line in answer if isinstance(line, bytes) for each in line.split() if each.isdigit()}
        # A range that ends in * always holds the newest mail, even when that was seen.
        for uid in sorted(uid for uid in found if uid > after)[:MAX_AT_ONCE]:
            if take(_fetched(imap, uid)):
                imap.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")
            yield f"{validity}:{uid}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _number(answer: object) -> int:
    found = re.search(rb"\d+", answer[0]) if isinstance(answer, list) and answer and isinstance(answer[0], bytes) else None
    return int(found[0]) if found else 0


def _fetched(imap: imaplib.IMAP4, uid: int) -> bytes:
    """The beginning of one mail; reading it does not mark it. Empty when it is gone."""
    answer = imap.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{MAX_MAIL}>)")[1]
    return next((part[1] for part in answer if isinstance(part, tuple) and isinstance(part[1], bytes)), b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Maildir:
    """A Maildir. What was taken moves from ``new`` to ``cur``; anything else stays, and is not read again while we run."""

    folder: Path
    passed: set[str] = field(default_factory=set)

    def visit(self, take: Take, position: str, now: datetime) -> Iterator[str]:
        """Take what is in ``new``. There is no position: what was taken is elsewhere."""
        try:
            names = sorted(path.name for path in (self.folder / "new").iterdir())
            for name in [each for each in names if each not in self.passed and not each.startswith(".")][:MAX_AT_ONCE]:
                raw = read_start(self.folder / "new" / name)
                if raw is not None and take(raw):
                    (self.folder / "new" / name).rename(self.folder / "cur" / f"{name}:2,S")
                else:
                    self.passed.add(name)
                yield position
            self.passed.intersection_update(names)
        except OSError as error:
            raise MailboxError((error.strerror or "unreadable").lower().replace(" ", "_")) from None


def read_start(path: Path) -> bytes | None:
    """The beginning of a file; None for what is none. Links are not followed: others may write into the folder."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return None  # another reader was first
    except OSError:
        if path.is_symlink():
            return None
        raise
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        return None
    with os.fdopen(number, "rb") as file:
        return file.read(MAX_MAIL)


def mailbox_of(url: str, *, ca_file: str = "") -> Mailbox:
    """The mailbox at ``imaps://USER:PASSWORD@HOST/FOLDER`` or ``maildir:///PATH``.

    Raises ConfigError, never with a secret in its message.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigError(_FORMS, key="url") from None
    if parts.scheme == "maildir" and parts.path.startswith("/") and not parts.netloc:
        return Maildir(folder=Path(unquote(parts.path)))
    return _imap_mailbox(parts, port, ca_file)


def _imap_mailbox(parts: SplitResult, port: int | None, ca_file: str) -> ImapMailbox:
    """The mailbox of an address of IMAP, as `mailbox_of` has it."""
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme not in _PORTS or not (parts.hostname and user and password):
        raise ConfigError(_FORMS, key="url")
    if parts.scheme == "imap" and parts.hostname not in LOOPBACK:
        raise ConfigError("imap:// would send the password in clear text; use imaps://", key="url")
    folder = unquote(parts.path.lstrip("/")) or "INBOX"
    if not all(each.isascii() and each.isprintable() for each in (user, password, folder)):
        raise ConfigError("user, password and folder: plain ASCII only", key="url")
    context = context_of(ca_file)
    port = port or _PORTS[parts.scheme]
    return ImapMailbox(
        host=parts.hostname,
        port=port,
        user=user,
        password=password,
        folder=folder,
        context=context if parts.scheme == "imaps" else None,
    )


_FORMS = "expected imaps://USER:PASSWORD@HOST/FOLDER, or maildir:///PATH"

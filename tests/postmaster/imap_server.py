"""A small IMAP4rev1 server on loopback: LOGIN, SELECT, UID SEARCH, UID FETCH, UID STORE, LOGOUT; with verbs, and with faults."""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Folder:
    """A mailbox's memory, and how its server behaves."""

    mails: dict[int, bytes] = field(default_factory=dict)  #: by UID
    seen: set[int] = field(default_factory=set)
    validity: int = 7
    password: str = "hunter2"
    name: str = "INBOX"
    said: list[str] = field(default_factory=list)  #: every command
    announced: int | None = None  #: the length of a mail that it pretends
    hang_at: str = ""  #: a verb that is never answered
    drop_at: str = ""  #: a verb at which it hangs up
    drop_after: int = 0  #: hangs up at the mail after so many of a session
    drip: float = 0.0  #: seconds between the bytes of every answer

    def receives(self, raw: bytes) -> int:
        """Put a mail into it; its UID."""
        uid = max(self.mails, default=0) + 1
        self.mails[uid] = raw
        return uid

    def begins_anew(self) -> None:
        """What a server does when it loses its index: the same mails, other numbers."""
        self.validity += 1
        self.mails = {number + 100: raw for number, raw in enumerate(self.mails.values())}


def _found(folder: Folder, criteria: str) -> list[int]:
    uids = sorted(folder.mails)
    if wanted := re.match(r"UID (\d+):\*", criteria):
        # A range up to the last mail holds the last mail, wherever it begins (RFC 3501, 6.4.8).
        return [uid for uid in uids if uid >= int(wanted[1])] or uids[-1:]
    return uids


def _answers(folder: Folder, tag: str, words: str) -> Iterator[bytes]:
    verb = words.upper()
    if verb.startswith("LOGIN"):
        good = f'"{folder.password}"' in words
        yield f"{tag} {'OK in' if good else 'NO [AUTHENTICATIONFAILED] no'}\r\n".encode()
    elif verb.startswith("SELECT"):
        if f'"{folder.name}"' not in words:
            yield f"{tag} NO [NONEXISTENT] no such folder\r\n".encode()
            return
        yield f"* {len(folder.mails)} EXISTS\r\n* OK [UIDVALIDITY {folder.validity}] then\r\n{tag} OK [READ-WRITE] in\r\n".encode()
    elif verb.startswith("UID SEARCH"):
        uids = " ".join(map(str, _found(folder, words[len("UID SEARCH ") :])))
        yield f"* SEARCH {uids}\r\n{tag} OK done\r\n".encode()
    elif wanted := re.match(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", words, re.IGNORECASE):
        raw = folder.mails[int(wanted[1])][: int(wanted[2])]
        yield f"* 1 FETCH (UID {wanted[1]} BODY[]<0> {{{folder.announced or len(raw)}}}\r\n".encode()
        yield raw + b")\r\n" + f"{tag} OK done\r\n".encode()
    elif wanted := re.match(r"UID STORE (\d+) \+FLAGS\.SILENT \(\\Seen\)", words, re.IGNORECASE):
        folder.seen.add(int(wanted[1]))
        yield f"{tag} OK done\r\n".encode()
    elif verb.startswith("CAPABILITY"):
        yield f"* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n".encode()
    elif verb.startswith("LOGOUT"):
        yield f"* BYE until then\r\n{tag} OK done\r\n".encode()
    else:
        yield f"{tag} BAD what?\r\n".encode()


def _converse(folder: Folder, connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def say(data: bytes) -> None:
        for piece in [data[n : n + 1] for n in range(len(data))] if folder.drip else [data]:
            connection.sendall(piece)
            time.sleep(folder.drip)

    say(b"* OK ready\r\n")
    fetched = 0
    with connection.makefile("rb") as lines:
        for line in lines:
            tag, _, words = line.decode().strip().partition(" ")
            folder.said.append(words)
            verb = words.upper()
            fetched += verb.startswith("UID FETCH")
            if (folder.drop_at and verb.startswith(folder.drop_at)) or 0 < folder.drop_after < fetched:
                return
            if folder.hang_at and verb.startswith(folder.hang_at):
                time.sleep(3)
                return
            for answer in _answers(folder, tag, words):
                say(answer)
            if verb.startswith("LOGOUT"):
                return


@contextmanager
def imap_server(folder: Folder | None = None, context: ssl.SSLContext | None = None) -> Iterator[tuple[Folder, int]]:
    """A server and its port; with a `context`, encrypted from the first byte."""
    folder = folder or Folder()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection: Any = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def talk(connection: Any) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) if context else connection as talking:
                _converse(folder, talking)
        except OSError:
            return  # the client would not go on: that is what some tests are about

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield folder, listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=2)

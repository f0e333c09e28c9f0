"""What systemd is told of a service of ``Type=notify``: that it is up, and that its loop comes round."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Supervisor:
    """The socket that a service manager listens at (``NOTIFY_SOCKET``); an empty name is nobody."""

    address: str

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Supervisor:
        """The one that started this process, if any did."""
        return cls(environ.get("NOTIFY_SOCKET", ""))

    def is_alive(self) -> None:
        """It is up, and its loop came round: whoever stops hearing this for longer than ``WatchdogSec`` starts it again."""
        if not self.address.startswith(("/", "@")):
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as there:
            there.setblocking(False)  # a manager that does not listen holds nobody up
            there.sendto(b"READY=1\nWATCHDOG=1", self.address.replace("@", "\0", 1) if self.address[0] == "@" else self.address)

"""Where a channel's messages go, as they will be sent: what `monitor check` shows, and what has to be there before a start."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import parseaddr
from typing import Protocol

from monitor.channels.mime import usable
from monitor.ports import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Server, account and recipient of one channel. Holds no secret."""

    service: str  #: ``mail``, ``Slack bot`` ...
    host: str = ""  #: empty where there is none, or where it would be part of a secret
    port: int | None = None
    security: str = ""  #: ``starttls``, ``ssl``, ``insecure``
    user: str = ""  #: by whose name is logged in; empty: without a login
    sender: str = ""
    helo_name: str = ""  #: how we introduce ourselves to a mail server
    recipient: str = ""  #: who gets a message that names nobody; empty: nobody
    takes_to: bool = False  #: whether `to` of a subscription chooses a recipient
    confirms: bool = False  #: whether only the owner of an address reads what is sent to it
    example: str = ""  #: a recipient, as an example, where one has to be named

    def words(self) -> str:
        """The route in one line, without who it is for."""
        place = f" by {self.host}" + (f" port {self.port}" if self.port else "") if self.host else ""
        parts = [f"{self.service}{place}" + (f" ({self.security})" if self.security else "")]
        if self.user or self.service == "mail":
            parts.append(f"login {self.user}" if self.user else "no login")
        if self.sender:
            parts += [f"from {self.sender}", f"introduces itself as {self.helo_name}"]
        return ", ".join(parts)

    def reaches(self, to: str) -> str:
        """Who gets a message with this `to`; empty when nobody does."""
        return (to if self.takes_to else "") or self.recipient

    def missing(self, to: str) -> str:
        """What is to be written so that a message with this `to` reaches somebody; empty when it does."""
        if self.reaches(to):
            return ""
        return f'names no recipient: write to = "{self.example}"' if self.takes_to else "names no recipient in its address"

    def unusable(self, to: str) -> str:
        """Why no mail can be sent to this `to`, with what was meant; empty when it can, or is no mail, or has no domain."""
        if not self.confirms or "@" not in to or (usable(to) and not to.endswith(".")):
            return ""
        meant = parseaddr(to.removeprefix("mailto:").strip(" ."))[1].replace(" ", "")
        return f"{to!r} is no address alone" + (
            f"; write {meant!r}" if usable(meant) and "." in meant.partition("@")[2] else "; write as in name@example.org"
        )


class RoutedChannel(Channel, Protocol):
    """A channel that says where it leads."""

    route: Route

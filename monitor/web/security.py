"""What holds for every answer: which names the site answers to, and what a browser may do with what it gets."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders

from monitor.web.pages import BASE, message_page

Message = MutableMapping[str, Any]
Asgi = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

#: What every answer says of itself: scripts, styles and pictures of ours alone, no frame, no form to elsewhere, nothing kept.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # with none at all a browser does not say either that a form is our own
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
#: Where nothing else is said of keeping. In one place, so that it is forgotten nowhere.
_KEPT_BY_NOBODY = ("Cache-Control", "no-store")


def host_name(host: str) -> str:
    """The name in a ``Host`` header, without its port, in lower case; empty where it is none, or the port is no number."""
    try:
        parts = urlsplit(f"//{host}")
        is_one = host.isascii() and "@" not in host and parts.netloc == host and (parts.port is None or parts.port > 0)
        return (parts.hostname or "").rstrip(".") if is_one else ""
    except ValueError:
        return ""


def answers_to(public_url: str, listen: str, others: Iterable[str] = ()) -> frozenset[str]:
    """The names that visitors may call the site by: its public one, this machine's, the one it listens at, and others."""
    names = {*others, "localhost", socket.gethostname().lower(), listen.lower(), host_name(urlsplit(public_url).netloc)}
    return frozenset(names - {""})


class Guard:
    """An ASGI application around another: refuses requests by a foreign name, and puts the headers on every answer.

    A page of another site can have a name of its own point to us, and read what we answer to it. An address in figures is
    nobody's name. Without `names` every name will do.
    """

    def __init__(self, app: Asgi, names: frozenset[str] | None = None, public_url: str = "") -> None:
        self._app = app
        self._names = names
        self._public_url = public_url
        self._base = urlsplit(public_url).path.rstrip("/")

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Answer one request, or pass on whatever else a server asks."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        BASE.set(self._base)
        head = scope["method"] == "HEAD"

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (*SECURITY_HEADERS.items(), _KEPT_BY_NOBODY):
                    headers.setdefault(name, value)
            elif head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        if not self._is_ours(Headers(scope=scope).get("host", "")) and not _is_file(scope):
            refused = message_page(
                "Another site was meant",
                "Nothing here has the name that was asked for. Whoever runs the monitor names it in public_url or hosts.",
                status=421,
                go_on=("Go to the site by its own name", self._public_url) if self._public_url else None,
            )
            await refused(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _is_ours(self, host: str) -> bool:
        name = host_name(host)
        return self._names is None or name in self._names or _is_address(name)


def _is_file(scope: Message) -> bool:
    """Whether a file of the program is asked for: by those the page that refuses looks like one, and they tell nothing."""
    return str(scope["path"]).startswith("/static/")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return True

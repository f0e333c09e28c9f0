"""Answers that are there already, given before anything else is asked: whoever reads along costs news no time."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.web.site import Site


class AtOnce:
    """An ASGI application around another, which is asked only for what the site does not hold."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self._app = app
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        answer = self._site.at_once(Request(scope)) if scope["type"] == "http" else None
        await (answer or self._app)(scope, receive, send)

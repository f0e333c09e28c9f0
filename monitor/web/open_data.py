"""What holds for data that pages of other sites may read: who may (anybody), and how often (as the headers say)."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers, MutableHeaders

from monitor.web.problem import problem
from monitor.web.rate_limiter import visitor
from monitor.web.security import Asgi, Message

#: Requests that one visitor may make of the API within a window, and how long that is, seconds.
REQUESTS, WINDOW = 300, 60
_MAX_VISITORS = 10_000
#: Below these, and at these, everything is open data.
_BELOW, _AT = ("/api/", "/feeds/"), frozenset({"/openapi.json", "/changes.csv", "/authorities.csv"})
_LIMITED = "/api/"
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, RateLimit, RateLimit-Policy, Retry-After",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Accept, If-None-Match",
    "Access-Control-Max-Age": "7200",
}


def is_open_data(path: str) -> bool:
    """Whether an address gives data, and no page."""
    return path.startswith(_BELOW) or path in _AT


@dataclass(kw_only=True)
class Windows:
    """How often each visitor asked within its window; in memory, because a restart may forgive."""

    requests: int = REQUESTS
    seconds: float = WINDOW
    clock: Callable[[], float] = time.monotonic
    _asked: OrderedDict[str, tuple[float, int]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, who: str) -> tuple[int, float]:
        """Count one more request: how many are left after it (below 0: it is one too many), and when all are again, seconds."""
        now = self.clock()
        with self._lock:
            began, count = self._asked.pop(who, (now, 0))
            if now - began >= self.seconds:
                began, count = now, 0
            count = min(count + 1, self.requests + 1)
            self._asked[who] = (began, count)
            while len(self._asked) > _MAX_VISITORS:
                self._asked.popitem(last=False)  # whoever has not asked for longest
        return self.requests - count, began + self.seconds - now


class OpenData:
    """An ASGI application around another: data may be read by pages of any site, and not without bounds."""

    def __init__(self, app: Asgi, windows: Windows | None = None) -> None:
        self._app = app
        self._windows = windows or Windows()

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] != "http" or not is_open_data(scope["path"]):
            await self._app(scope, receive, send)
            return
        said = dict(_CORS)
        left = 0
        if scope["path"].startswith(_LIMITED):
            client = scope.get("client")
            left, wait = self._windows.count(visitor(client[0] if client else ""))
            said["RateLimit-Policy"] = f'"visitor";q={self._windows.requests};w={self._windows.seconds:g}'
            said["RateLimit"] = f'"visitor";r={max(0, left)};t={math.ceil(wait)}'
            if left < 0:
                said["Retry-After"] = str(math.ceil(wait))

        async def shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in said.items():
                    headers[name] = value
            await send(message)

        if left < 0:
            words = f"more than {self._windows.requests} requests in {self._windows.seconds:g} seconds; see Retry-After"
            await problem(429, words)(scope, receive, shared)
        elif scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope):
            said |= _PREFLIGHT
            await shared({"type": "http.response.start", "status": 204, "headers": []})
            await shared({"type": "http.response.body", "body": b""})
        else:
            await self._app(scope, receive, shared)

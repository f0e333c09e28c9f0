"""The pages that people read, as a FastAPI app. Health and the daemon's life are in `front`."""

from __future__ import annotations

import threading
import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from monitor import __version__
from monitor.app.daemon import Daemon
from monitor.ports import StoreError
from monitor.web.pages import headers, message_page
from monitor.web.status import Status, render_status

#: How old the page about everything may be, seconds.
KEPT_FOR = 2.0
_WORDS = {
    403: ("This was not asked for here", "It was sent from a page of another site, so nothing was done."),
    404: ("There is no such page", "Its address may have been mistyped or cut off."),
    405: ("That cannot be done here", "This address answers another kind of request."),
}


def create_app(daemon: Daemon, status: Callable[[], Status]) -> FastAPI:
    """The pages around a daemon. `status` gives what the status page shows; blocking, it is called in a thread."""
    app = FastAPI(
        title="Ofsted rating monitor",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """What every answer tells the browser about itself."""
        response = await call_next(request)
        for name, value in headers().items():
            response.headers.setdefault(name, value)
        return response

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> Response:
        """A page for people who came with a browser; machines get what they always got."""
        path = request.url.path
        if error.status_code == 404 and len(path) > 1 and path.endswith("/") and request.method in {"GET", "HEAD"}:
            # To a path, not to a host: that one would be whatever the visitor's `Host` says.
            return RedirectResponse(f"/{path.strip('/')}", status_code=308)
        if "text/html" in request.headers.get("accept", "") and error.status_code in _WORDS:
            return message_page(*_WORDS[error.status_code], status=error.status_code)
        return await http_exception_handler(request, error)

    @app.exception_handler(StoreError)
    async def unavailable(_request: Request, error: StoreError) -> Response:
        """The state cannot be read: the page of those who run the monitor says why."""
        words = ("Please try again later.",) if _request.url.path != "/" else (f"Nothing is sent: {error}",)
        return message_page("Not working as it should", *words, status=503)

    @app.exception_handler(ClientDisconnect)
    async def gone(_request: Request, _error: ClientDisconnect) -> Response:
        """Whoever asked by halves has left, or was cut off: nobody reads this, and no log needs to know."""
        return Response(status_code=400)

    @app.exception_handler(Exception)
    async def failed(_request: Request, _error: Exception) -> Response:
        """A fault of ours; the log has it, the page says nothing of it."""
        return message_page("Something went wrong", "This is our fault. Please try again later.", status=500)

    shown = Kept(lambda: render_status(status(), daemon.health))

    @app.get("/", response_class=HTMLResponse)
    def status_page() -> HTMLResponse:
        """What is watched, how each source is, and what was found lately."""
        return HTMLResponse(shown())

    return app


class Kept:
    """A page that costs something to make, made once for all who ask within a moment: news is not to wait for visitors."""

    def __init__(self, make: Callable[[], str], seconds: float = KEPT_FOR) -> None:
        self._make = make
        self._seconds = seconds
        self._lock = threading.Lock()
        self._made: tuple[float, str] | None = None

    def __call__(self) -> str:
        """The page, at most so many seconds old; whoever comes while it is made waits for it."""
        with self._lock:
            if self._made is None or time.monotonic() - self._made[0] >= self._seconds:
                made = self._make()
                self._made = (time.monotonic(), made)
            return self._made[1]

"""The pages that people read, as a FastAPI app. Health and the daemon's life are in `front`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from monitor import __version__
from monitor.daemon import Daemon
from monitor.web.status import Status, render_status

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(daemon: Daemon, status: Callable[[], Status]) -> FastAPI:
    """The pages around a daemon. `status` gives what the status page shows; blocking, it is called in a thread."""
    app = FastAPI(title="Ofsted rating monitor", version=__version__, docs_url=None, redoc_url=None)

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        """What every page tells the browser about itself."""
        response = await call_next(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    @app.get("/", response_class=HTMLResponse)
    def status_page() -> HTMLResponse:
        """What is watched, how each source is, and what was found lately."""
        return HTMLResponse(render_status(status(), daemon.health))

    return app

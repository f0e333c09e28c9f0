"""The web app. Its lifespan owns the daemon: they start and stop together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse

from monitor import __version__
from monitor.daemon import Daemon
from monitor.web.status import Status, render_status

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_app(daemon: Daemon, status: Callable[[], Status]) -> FastAPI:
    """The app around a daemon. `status` gives what the status page shows; blocking, it is called in a thread."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await daemon.start()
        try:
            yield
        finally:
            await daemon.stop()

    app = FastAPI(title="Ofsted rating monitor", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        """Whether the process is alive and its event loop comes round."""
        health = daemon.health
        body = {
            "status": "ok",
            "version": __version__,
            "started": health.started.isoformat(),
            "polls": health.polls,
            "failed_polls": health.failed_polls,
            "changes": health.changes,
        }
        return JSONResponse(body, headers=_HEADERS)

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        """Whether it does its work: 503 when messages are not being sent or the loop is stuck."""
        health = daemon.health
        body = {
            "ready": health.ready,
            "delivering": health.delivering,
            "beat_seconds": round(health.beat, 1),
            "last_poll": health.last_poll.isoformat() if health.last_poll else None,
        }
        return JSONResponse(body, status_code=200 if health.ready else 503, headers=_HEADERS)

    @app.get("/", response_class=HTMLResponse)
    def status_page() -> HTMLResponse:
        """What is watched, how each source is, and what was found lately."""
        return HTMLResponse(render_status(status(), daemon.health), headers=_HEADERS)

    return app

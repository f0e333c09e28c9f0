"""What the server runs: owns the daemon, answers health at once, and hands everything else to the pages.

The pages (FastAPI) take half a second to import. Health must not wait for them: they are built in a thread while the
daemon already works.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import datetime
from typing import Any

from anyio.to_thread import current_default_thread_limiter

from monitor import __version__
from monitor.app.daemon import Daemon
from monitor.system.in_thread import in_thread
from monitor.web.work import Work

_log = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

#: Pages that are made at once.
PAGE_THREADS = 4
#: How long the state may take to say how the work goes on, seconds.
LOOK_WITHIN = 5.0
_HEADERS = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class Entrypoint:
    """An ASGI application around a daemon; `build_pages` gives the rest of the site.

    It is called in a thread, once; and again by the next visitor where it failed. `work` tells how the work goes on; blocking.
    `configuration` says what is the matter with one that waits to be in force.
    """

    def __init__(
        self,
        daemon: Daemon,
        build_pages: Callable[[], Asgi],
        work: Callable[[], Work] | None = None,
        configuration: Callable[[], str] = str,
    ) -> None:
        self._daemon = daemon
        self._build_pages = build_pages
        self._work = work
        self._configuration = configuration
        self._looking: asyncio.Task[Work] | None = None
        self._pages: asyncio.Task[Asgi] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, or start and stop with the server."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] in {"/healthz", "/readyz"} and scope["method"] in {"GET", "HEAD"}:
            status, body = self.healthz() if scope["path"] == "/healthz" else await self.readyz()
            await _answer(send, status, body, head=scope["method"] == "HEAD")
        else:
            try:
                pages = await asyncio.shield(self._building())
            except Exception as error:  # noqa: BLE001  # too few descriptors, too little memory: the next visitor tries again
                _log.error("the pages cannot be built: %s: %s", type(error).__name__, error)
                await _answer(send, 503, {"detail": "The page cannot be shown at the moment. Please try again."}, head=False)
                return
            await pages(scope, receive, send)

    def healthz(self) -> tuple[int, dict[str, object]]:
        """Whether the process is alive and its event loop comes round."""
        health = self._daemon.health
        return 200, {
            "status": "ok",
            "version": __version__,
            "started": health.started.isoformat(),
            "polls": health.polls,
            "failed_polls": health.failed_polls,
            "changes": health.changes,
        }

    async def readyz(self) -> tuple[int, dict[str, object]]:
        """Whether it does its work; 503 with the reasons when it does not. Other alarms are for a person."""
        health, work = self._daemon.health, await self._look()
        reasons = [*health.reasons, *([work] if isinstance(work, str) else [])]
        facts = {} if work is None or isinstance(work, str) else _facts(work)
        return 503 if reasons else 200, {
            "ready": not reasons,
            "reasons": reasons,
            "delivering": health.delivering,
            "stopped": health.stopped,
            "configuration": self._configuration(),
            "leading": health.leading,
            "beat_seconds": round(health.beat, 1),
            "last_poll": _moment(health.last_poll),
            **facts,
            "alarms": [{"about": alarm.about, "message": alarm.message} for alarm in health.alarms],
        }

    async def _look(self) -> Work | str | None:
        """How the work goes on, or why the state does not say; None where nobody looks. One look at a time for all who ask."""
        if self._work is None:
            return None
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(in_thread(self._work), name="readyz")
        try:
            return await asyncio.wait_for(asyncio.shield(self._looking), LOOK_WITHIN)
        except TimeoutError:
            return f"the state has not answered within {LOOK_WITHIN:g} seconds"
        except Exception as error:  # noqa: BLE001  # whatever it is: the state does not say
            return f"the state cannot be read: {error}"

    def _building(self) -> asyncio.Task[Asgi]:
        """The pages, built or being built; begun again where the last try failed."""
        failed = self._pages is not None and self._pages.done() and (self._pages.cancelled() or self._pages.exception())
        if self._pages is None or failed:
            self._pages = asyncio.create_task(asyncio.to_thread(self._build_pages), name="pages")
        return self._pages

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        """The ASGI lifespan: the daemon starts before the first request and ends after the last."""
        await receive()
        try:
            await self._daemon.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": f"{type(error).__name__}: {error}"})
            raise
        # In a few threads: sending and reading are to have most of the processor, however many look on.
        current_default_thread_limiter().total_tokens = PAGE_THREADS
        self._building()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._daemon.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _facts(work: Work) -> dict[str, object]:
    return {
        "last_good_poll": _moment(work.last_good_poll),
        "oldest_due": _moment(work.oldest_due),
        "disk_free_bytes": work.disk_free,
        "sources": {"all": work.sources, "failing": work.failing, "never_answered": work.never},
    }


async def _answer(send: Send, status: int, body: dict[str, object], *, head: bool) -> None:
    payload = json.dumps(body).encode()
    again = [(b"retry-after", b"5")] if status == 503 else []
    headers = [*_HEADERS, *again, (b"content-length", str(len(payload)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else payload})

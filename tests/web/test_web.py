"""Health, the status page, and the order in which they come up."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from monitor.app.alarms import Alarm
from monitor.domain.first_heard import OutletRecord
from monitor.domain.link_history import LastPoll
from monitor.ports import SourceState
from monitor.web.app import create_app
from monitor.web.asgi import Asgi, Entrypoint
from monitor.web.kept import Kept
from monitor.web.pages import ago
from monitor.web.status import Status, render_status
from tests.web.fakes import NOW, STATUS, FakeDaemon, site_of


def front(daemon: FakeDaemon, pages: Asgi | None = None) -> Entrypoint:
    return Entrypoint(daemon, lambda: pages or create_app(site_of(daemon)))  # type: ignore[arg-type]


@asynccontextmanager
async def client(app: Asgi) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://monitor.test") as there:
        yield there


async def test_health() -> None:
    async with client(front(FakeDaemon())) as there:
        answer = await there.get("/healthz")
        assert (answer.status_code, answer.json()["status"], answer.json()["polls"]) == (200, "ok", 3)
        assert (await there.head("/healthz")).content == b""


@pytest.mark.parametrize("illness", [{"delivering": False}, {"beat": 120.0}])
async def test_not_ready_when_it_does_not_do_its_work_but_still_alive(illness: dict[str, object]) -> None:
    daemon = FakeDaemon()
    async with client(front(daemon)) as there:
        assert (await there.get("/readyz")).status_code == 200
        daemon.health = replace(daemon.health, **illness)  # type: ignore[arg-type]
        assert (await there.get("/readyz")).status_code == 503
        assert (await there.get("/healthz")).status_code == 200


async def test_the_page_of_sources_shows_them_and_escapes_what_it_shows() -> None:
    async with client(front(FakeDaemon())) as there:
        answer = await there.get("/sources")
    assert answer.status_code == 200
    for told in ("The Gazette", "failed 3 times in a row", "mail, team", "no outlet but Ofsted itself has told"):
        assert told in answer.text
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_nothing_is_said_to_run_before_anything_has_answered() -> None:
    health = FakeDaemon().health
    assert "Everything is running" in render_status(STATUS, health)
    asked = replace(STATUS, sources=tuple(replace(each, state=SourceState(name=each.name)) for each in STATUS.sources))
    assert "Starting: no source has answered yet" in render_status(asked, health)


def test_a_source_is_told_in_words_with_what_it_shows_and_when_it_was_asked() -> None:
    ill = replace(STATUS.sources[1], last=LastPoll(at=NOW - timedelta(minutes=4), reason="timeout", newest=NOW - timedelta(9)))
    page = render_status(replace(STATUS, sources=(STATUS.sources[0], ill)), FakeDaemon().health)
    for told in ("failed 3 times in a row: it did not answer in time", "4 min ago", "25 July 2026", "no date seen"):
        assert told in page
    assert "none is enabled" in render_status(replace(STATUS, sources=()), FakeDaemon().health)


def test_outlets_are_shown_with_their_lead() -> None:
    records = (
        OutletRecord(outlet="The <i>Gazette", told=3, first=2, leads=(timedelta(hours=30), timedelta(hours=-2)), wrong=1),
        OutletRecord(outlet="Echo", told=1, first=0, leads=(), wrong=0),
    )
    page = render_status(STATUS, FakeDaemon().health, records)
    assert "The &lt;i&gt;Gazette" in page
    assert "14.0 h" in page
    assert "nothing to compare yet" in page


async def test_alarms_are_shown_to_people_and_machines_and_do_not_make_it_unready() -> None:
    daemon = FakeDaemon()
    daemon.health = replace(daemon.health, alarms=(Alarm(about="gazette", message="<no> items"),))
    async with client(front(daemon)) as there:
        answer = await there.get("/readyz")
        assert (answer.status_code, answer.json()["alarms"]) == (200, [{"about": "gazette", "message": "<no> items"}])
        assert "gazette: &lt;no&gt; items" in (await there.get("/sources")).text


async def test_what_is_not_there_is_not_found() -> None:
    async with client(front(FakeDaemon())) as there:
        assert (await there.get("/nowhere")).json() == {"detail": "Not Found"}
        assert (await there.post("/healthz")).status_code in {404, 405}
        page = await there.get("/nowhere<script>", headers={"Accept": "text/html"})
        assert page.status_code == 404
        assert "<h1>There is no such page</h1>" in page.text
        assert "nowhere" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_a_fault_of_ours_says_nothing_of_itself() -> None:
    def status() -> Status:
        raise RuntimeError("secret")

    app = create_app(site_of(FakeDaemon(), status))
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://monitor.test") as there:
        page = await there.get("/sources")
    assert (page.status_code, "secret" in page.text, "Something went wrong" in page.text) == (500, False, True)
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_health_does_not_wait_for_the_pages() -> None:
    built = threading.Event()

    def build() -> Asgi:
        built.wait(10)
        return create_app(site_of())

    async with client(Entrypoint(FakeDaemon(), build)) as there:  # type: ignore[arg-type]
        page = asyncio.create_task(there.get("/"))
        assert (await there.get("/healthz")).status_code == 200
        assert not page.done()
        built.set()
        assert (await page).status_code == 200


async def test_pages_that_could_not_be_built_are_built_again() -> None:
    """A shortage in the first seconds is over some time; a page that says 500 until a restart also keeps people from leaving."""
    shortage = [OSError(24, "Too many open files"), OSError(24, "Too many open files")]

    def build() -> Asgi:
        if shortage:
            raise shortage.pop()
        return create_app(site_of())

    async with client(Entrypoint(FakeDaemon(), build)) as there:  # type: ignore[arg-type]
        for _ in range(2):
            refused = await there.get("/")
            assert refused.status_code == 503
            assert refused.headers["retry-after"]
            assert (await there.get("/healthz")).status_code == 200
        assert (await there.get("/")).status_code == 200


async def live(app: Entrypoint, *events: str) -> list[str]:
    """Take an application through its lifespan; what it says."""
    coming, said = [{"type": event} for event in events], []

    async def receive() -> dict[str, str]:
        return coming.pop(0)

    async def send(message: dict[str, str]) -> None:
        said.append(message["type"])

    await app({"type": "lifespan"}, receive, send)  # type: ignore[arg-type]
    return said


async def test_the_daemon_lives_as_long_as_the_server() -> None:
    daemon = FakeDaemon()
    said = await live(front(daemon), "lifespan.startup", "lifespan.shutdown")
    assert said == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert daemon.life == ["started", "stopped"]


async def test_a_daemon_that_cannot_start_fails_the_server() -> None:
    daemon = FakeDaemon()

    async def start() -> None:
        raise OSError("no disk")

    daemon.start = start  # type: ignore[method-assign]
    with pytest.raises(OSError, match="no disk"):
        await live(front(daemon), "lifespan.startup")


@pytest.mark.parametrize(
    ("back", "words"),
    [
        (timedelta(seconds=4), "4 s ago"),
        (timedelta(minutes=4), "4 min ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(days=5), "5 days ago"),
        (timedelta(minutes=-11), "in 11 min"),
    ],
)
def test_moments_as_people_say_them(back: timedelta, words: str) -> None:
    assert ago(NOW - back, NOW) == words
    assert ago(None, NOW) == "never"


def test_a_page_is_made_once_for_all_who_ask_within_a_moment() -> None:
    made = []

    def make() -> str:
        time.sleep(0.1)
        made.append(True)
        return f"page {len(made)}"

    shown = Kept(make, seconds=60)
    with ThreadPoolExecutor(8) as visitors:
        assert {each.result() for each in [visitors.submit(shown) for _ in range(8)]} == {"page 1"}
    assert Kept(make, seconds=0)() == "page 2"


def test_a_page_that_could_not_be_made_is_made_for_the_next_visitor() -> None:
    tries = iter([OSError("too many open files"), None])

    def make() -> str:
        if error := next(tries):
            raise error
        return "page"

    shown = Kept(make)
    with pytest.raises(OSError, match="too many"):
        shown()
    assert shown() == "page"

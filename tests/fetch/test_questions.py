"""What is asked, word for word, of sites that are only pretended."""

from __future__ import annotations

import httpx
import pytest
import respx

from monitor.fetch import HttpFetcher
from monitor.ports import FetchFailure, Page, Validators
from monitor.system.clock import SystemClock

KNOWN = Validators(etag='"v1"', last_modified="Tue, 14 May 2024 08:30:00 GMT")


@pytest.fixture
def net():
    """Sites with public addresses, none of which is ever connected to."""
    with respx.mock(assert_all_called=False) as router:
        router.get(path="/robots.txt").respond(404)
        yield router


async def fetch(url: str, validators: Validators = Validators()) -> Page | FetchFailure:
    async with HttpFetcher(clock=SystemClock(), contact="desk@example.org") as client:
        return await client.fetch(url, validators)


async def test_the_question_says_who_asks_and_what_is_known(net):
    route = net.get("https://gazette.example/feed").respond(304)
    answer = await fetch("https://gazette.example/feed", KNOWN)
    assert isinstance(answer, Page)
    assert answer.not_modified
    asked = route.calls.last.request
    assert asked.headers["If-None-Match"] == '"v1"'
    assert asked.headers["If-Modified-Since"] == "Tue, 14 May 2024 08:30:00 GMT"
    assert "desk@example.org" in asked.headers["User-Agent"]
    assert asked.headers["Accept-Encoding"] == "gzip"
    assert "Cookie" not in asked.headers
    assert "Authorization" not in asked.headers


async def test_another_site_is_not_told_what_is_known_of_this_one(net):
    net.get("https://gazette.example/feed").respond(302, headers={"Location": "https://mirror.example/feed"})
    route = net.get("https://mirror.example/feed").respond(200, html="<p>here</p>")
    answer = await fetch("https://gazette.example/feed", KNOWN)
    assert isinstance(answer, Page)
    assert answer.url == "https://mirror.example/feed"
    assert "If-None-Match" not in route.calls.last.request.headers


async def test_cookies_are_not_brought_back(net):
    route = net.get("https://gazette.example/a").respond(200, html="<p>x</p>", headers={"Set-Cookie": "id=1"})
    async with HttpFetcher(clock=SystemClock(), contact="") as client:
        for _ in range(2):
            await client.fetch("https://gazette.example/a")
    assert "Cookie" not in route.calls.last.request.headers


async def test_a_site_that_hangs_up_without_a_word_is_asked_once_more(net):
    gone = httpx.RemoteProtocolError("Server disconnected without sending a response.")
    route = net.get("https://gazette.example/feed").mock(side_effect=[gone, httpx.Response(200, html="<p>x</p>")])
    assert isinstance(await fetch("https://gazette.example/feed"), Page)
    assert route.call_count == 2


async def test_and_not_a_third_time(net):
    gone = httpx.RemoteProtocolError("Server disconnected without sending a response.")
    route = net.get("https://gazette.example/feed").mock(side_effect=gone)
    answer = await fetch("https://gazette.example/feed")
    assert isinstance(answer, FetchFailure)
    assert answer.reason == "reset"
    assert route.call_count == 2

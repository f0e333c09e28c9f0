"""What polling remembers is no more after a month than after a day."""

from __future__ import annotations

import pytest

from monitor.polling import PrefetchedPages, Timekeeper
from monitor.ports import Page, Validators
from monitor.system.clock import SystemClock
from tests.pipeline.fakes import link


class Hours:
    def __init__(self) -> None:
        self.seconds = 5000.0

    def monotonic(self) -> float:
        return self.seconds


def page(url: str, size: int = 10) -> Page:
    return Page(url=url, status=200, content_type="text/html", body=b"x" * size)


def test_a_page_that_nobody_takes_makes_room_and_is_not_read_when_it_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    time = Hours()
    monkeypatch.setattr("monitor.polling.time", time)
    pages, large = PrefetchedPages(), 15 << 20
    pages.keep([link("https://a.example/1")], {"https://a.example/1": page("https://a.example/1", large)})
    pages.keep([link("https://a.example/2")], {"https://a.example/2": page("https://a.example/2", large)})
    assert pages.take("https://a.example/2") is None, "there was no room"
    time.seconds += 1000
    pages.keep([link("https://a.example/3")], {"https://a.example/3": page("https://a.example/3", large)})
    assert pages.take("https://a.example/1") is None
    time.seconds += 1000
    assert pages.take("https://a.example/3") is None, "it may say something else by now"
    pages.keep([link("https://a.example/4")], {"https://a.example/4": page("https://a.example/4")})
    assert pages.take("https://a.example/4") is not None
    assert pages.take("https://a.example/4") is None, "once"


def test_pages_are_let_go_of_with_the_lead() -> None:
    pages = PrefetchedPages()
    pages.keep([link("https://a.example/1")], {"https://a.example/1": page("https://a.example/1")})
    pages.forget()
    assert pages.take("https://a.example/1") is None


async def test_the_time_that_servers_tell_is_kept_of_a_thousand() -> None:
    class Servers:
        async def fetch(self, url: str, validators: Validators = Validators()) -> Page:
            date = f"{SystemClock().now():%a, %d %b %Y %H:%M:%S} GMT"
            return Page(url=url, status=200, content_type="", body=b"", headers={"date": date})

    timekeeper = Timekeeper(Servers(), SystemClock())
    for number in range(1100):
        await timekeeper.fetch(f"https://{number}.example/")
    assert len(timekeeper._told) == 1000
    assert timekeeper.agrees()

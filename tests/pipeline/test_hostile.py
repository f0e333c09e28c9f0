"""Hostile texts from a feed and its pages, through reading, classifying and the state, out to pages, feeds and messages.

Nothing is put in by hand: whatever an outlet can write comes in as it comes in, and what is kept is asked for after a restart.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest
from icalendar import Calendar
from sqlalchemy import select

from monitor.domain.authorities import authorities
from monitor.domain.history import history
from monitor.extraction.sandbox import Sandbox
from monitor.messages.disarm import quoted
from monitor.sources.feed import FeedSource
from monitor.store import SqlStore, open_store
from monitor.store.schema import articles
from monitor.web.app import create_app
from monitor.web.queries.record import RecordCache
from monitor.web.site import Site as PublicSite
from tests.builders import NOW, StoppedClock, subscription
from tests.hostile import CORPUS, unseen
from tests.messages.test_messages import ALLOWED, Elements
from tests.pipeline.site import Site, pipeline
from tests.web.fakes import TestClient, site_of
from tests.web.test_hostile import Page, wrong_with

#: Some of each kind; what is as long as an article is for other tests.
ROWS = [row for row in CORPUS[1::11] if len(row.text) < 400]
_NEWEST = {each.authority: each for each in history()}
COUNCILS = [each for each in authorities() if each.valid.end is None and each in _NEWEST][: len(ROWS)]


def address(number: int) -> str:
    return f"https://gazette.test/{number}"


def feed() -> bytes:
    """A feed whose every field somebody else fills."""
    items = [
        f"<item><title>{_xml(row.text)} Ofsted inadequate</title><guid isPermaLink='false'>{_xml(row.text)}</guid>"
        f"<link>{address(number)}</link><author>{_xml(row.text)}</author><description>{_xml(row.text)}</description>"
        "<pubDate>Tue, 01 Sep 2026 08:00:00 GMT</pubDate></item>"
        for number, row in enumerate(ROWS)
    ]
    planted = [
        f"<item><title>Ofsted</title><guid>x{number}</guid><link>{_xml(row.text)}</link></item>"
        for number, row in enumerate(each for each in CORPUS if each.kind == "link")
    ]
    return f"<rss version='2.0'><channel><title>x</title>{''.join(items + planted)}</channel></rss>".encode()


def _xml(text: str) -> str:
    return escape(
        "".join(letter for letter in text if letter in "\t\n" or " " <= letter < "\ud800" or "\ue000" <= letter < "\ufffe")
    )


def page(number: int) -> bytes:
    """An article: the text as it is in what a page says of itself, and as a reader sees it in the sentence that matters."""
    text, council = ROWS[number].text, COUNCILS[number].display_name
    said = f"The leadership of children's services in {council} has been rated inadequate by Ofsted, a report says: {text}"
    attribute = text.replace('"', "&quot;")
    return (
        f"<!doctype html><html><head><title>{text}</title>"
        f'<meta property="og:title" content="{attribute}"><meta name="author" content="{attribute}">'
        f'<meta property="og:site_name" content="{attribute}"><link rel="canonical" href="{attribute}"></head>'
        f"<body><article><h1>{council} children's services inadequate {escape(text)}</h1><p class=byline>By {escape(text)}</p>"
        f"<p>{escape(said)}</p><p>{'The council said that it would improve. ' * 9}</p></article></body></html>"
    ).encode("utf-8", "surrogatepass")


def opened(folder: Path) -> SqlStore:
    wishes = (subscription("ann"),)
    return open_store(f"sqlite:///{folder / 'm.db'}", subscriptions=lambda: wishes, history=lambda _day: history())


def showing(store: SqlStore) -> PublicSite:
    """The site over a store."""
    clock = StoppedClock(NOW)
    return replace(site_of(clock=clock), record=RecordCache(store, clock))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture
async def heard(folder: Path, sandbox: Sandbox) -> SqlStore:
    """The state after one cycle over all of it, and a restart."""
    if not (folder / "m.db").exists():
        pages = {"https://gazette.test/feed": ("application/rss+xml", feed())}
        pages |= {address(number): ("text/html; charset=utf-8", page(number)) for number in range(len(ROWS))}
        store = opened(folder)
        source = FeedSource(name="gazette", outlet="The Gazette", url="https://gazette.test/feed", sandbox=sandbox)
        await pipeline(store, sandbox, Site(pages), source).cycle()
        store.close()
    return opened(folder)


async def test_what_is_kept_can_be_kept_and_only_what_is_the_webs_is_followed(heard: SqlStore) -> None:
    with heard.engine.connect() as connection:
        kept = connection.execute(select(articles.c.title, articles.c.text, articles.c.url)).all()
    assert len(kept) >= 0.9 * len(ROWS)
    for title, text, url in kept:
        assert url.startswith("https://gazette.test/")
        assert len(title) <= 1_000
        assert not any(letter in title + text for letter in "\x00\x1b\x07\r")
    heard.close()


async def test_what_it_became_is_shown_and_told_as_text(heard: SqlStore) -> None:
    told = [change for change in heard.believed().changes if change.change.outlet == "The Gazette"]
    assert len(told) >= len(ROWS) // 2, "most of it is news for all that"
    with TestClient(create_app(showing(heard))) as there:
        for each in told:
            answer = there.get(f"/changes/{each.change.inspection.key}")
            assert answer.status_code == 200
            assert wrong_with(answer.text) == []
            assert quoted(each.change.evidence) in Page(answer.text).quotes
    for line in heard.deliveries(limit=100):
        (found,) = heard.delivery(line.id)
        message = found.message
        assert {tag for tag, _ in Elements(message.html).found} <= ALLOWED
        assert [
            fault for form in (message.subject, message.text, message.html) for fault in unseen(form.replace("\n", " "))
        ] == []
    assert heard.deliveries(limit=100)
    heard.close()


async def test_feeds_and_calendars_keep_their_entries_over_a_restart(heard: SqlStore, folder: Path) -> None:
    def entries(store: SqlStore, form: str) -> Any:
        with TestClient(create_app(showing(store))) as there:
            body = there.get(f"/feeds/{form}?limit=100").content
        if form.endswith("ics"):
            return [
                (str(each["UID"]), str(each["DTSTAMP"].dt), str(each["SUMMARY"]))
                for each in Calendar.from_ical(body).walk("VEVENT")
            ]
        if form.endswith("json"):
            return body
        ET.fromstring(body)
        read = feedparser.parse(body)
        assert not read.bozo
        assert len(read.entries) >= len(ROWS) // 2
        return [(each.id, each.link, each.updated, each.title) for each in read.entries]

    forms = ("changes.atom", "changes.rss", "changes.json", "publications.ics")
    before = [entries(heard, form) for form in forms]
    heard.close()
    again = opened(folder)
    assert [entries(again, form) for form in forms] == before
    again.close()

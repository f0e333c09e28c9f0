"""Text that no database takes is replaced where it enters, on both engines and by every way in; nobody else's news waits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.extraction.sandbox import Sandbox
from monitor.sources.drop import DropSource, with_drops
from monitor.sources.feed import FeedSource
from monitor.store import SqlStore
from monitor.store.schema import articles, links
from tests.builders import StoppedClock
from tests.pipeline.site import Site, pipeline

HOSTILE = "Emoji cut in half \\ud83d here and \\u0000 there"
STORY = (
    "<p>Ofsted has rated the children's services of Leeds City Council inadequate, in a report that was published today.</p>"
)


def page(headline: str) -> tuple[str, bytes]:
    ld = f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{headline}"}}</script>'
    return "text/html", f"<html><head>{ld}</head><body><article>{STORY * 4}</article></body></html>".encode()


def feed(*items: tuple[str, str]) -> tuple[str, bytes]:
    entries = ", ".join(f'{{"id": "{url}", "url": "{url}", "title": "{title}"}}' for url, title in items)
    return "application/feed+json", f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{entries}]}}'.encode()


def titles(store: SqlStore) -> list[str]:
    with store.engine.begin() as connection:
        return sorted(connection.execute(select(articles.c.title)).scalars())


async def test_half_a_character_in_a_headline_blinds_nobody(store: SqlStore, sandbox: Sandbox) -> None:
    bad = [(f"https://x.test/{number}", "cut") for number in range(3)]
    pages = {url: page(HOSTILE + str(number)) for number, (url, _) in enumerate(bad)}
    pages |= {"https://x.test/feed": feed(*bad, ("https://x.test/honest", "honest"))}
    pages |= {"https://x.test/honest": page("Leeds rated inadequate")}
    source = FeedSource(name="x", url="https://x.test/feed", sandbox=sandbox)
    await pipeline(store, sandbox, Site(pages), source).cycle()
    assert len(titles(store)) == 4
    assert "Leeds rated inadequate" in titles(store)
    assert any("Emoji cut in half \N{REPLACEMENT CHARACTER} here" in title for title in titles(store))


async def test_half_a_character_in_a_feed_costs_no_source(store: SqlStore, sandbox: Sandbox) -> None:
    listing = feed(("https://x.test/a\\ud800", HOSTILE), ("https://x.test/honest", "honest"))
    pages = {"https://x.test/feed": listing, "https://x.test/honest": page("Leeds rated inadequate")}
    source = FeedSource(name="x", url="https://x.test/feed", sandbox=sandbox)
    cycle = await pipeline(store, sandbox, Site(pages), source).cycle()
    assert cycle.polled[0].failure is None
    assert titles(store) == ["Leeds rated inadequate"]
    with store.engine.begin() as connection:
        assert len(connection.execute(select(links.c.title)).scalars().all()) == 2


@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"\xff\xfe.md", "café.txt".encode(), b"a%20b?c#d.txt"])
async def test_a_name_of_a_file_may_be_any_bytes(store: SqlStore, sandbox: Sandbox, tmp_path: Path, name: bytes) -> None:
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop" / "plain.txt").write_text("A plain one\n\n" + "Ofsted came and went. " * 20)
    (tmp_path / "drop" / os.fsdecode(name)).write_bytes(b"An odd one\n\n" + b"Ofsted has rated Leeds good. " * 20)
    source = DropSource(name="d", folder="drop", home=tmp_path)
    fetcher = with_drops(Site({}), (source,), StoppedClock())
    cycle = await pipeline(store, sandbox, fetcher, source).cycle()
    assert not cycle.unread
    assert titles(store) == ["A plain one", "An odd one"]


@pytest.mark.parametrize("charset", ["utf-8", "no-such-charset", "utf-7"])
async def test_a_saved_mail_may_say_what_it_likes(store: SqlStore, sandbox: Sandbox, tmp_path: Path, charset: str) -> None:
    (tmp_path / "drop").mkdir()
    head = b"Subject: caf\xe9 \xff news\r\nContent-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n"
    (tmp_path / "drop" / "saved.eml").write_bytes(head + b"Half +2AA- a character\r\n\r\n" + b"Ofsted came and went. " * 20)
    source = DropSource(name="d", folder="drop", home=tmp_path)
    fetcher = with_drops(Site({}), (source,), StoppedClock())
    cycle = await pipeline(store, sandbox, fetcher, source).cycle()
    assert not cycle.unread
    assert len(titles(store)) == 1


def test_what_a_child_says_is_storable_whole_pairs_included(sandbox: Sandbox) -> None:
    said = sandbox.call("tests.pipeline.test_unstorable:awkward", "\ud83d x \ud83d\ude00 \x00")
    assert said == {"a\N{REPLACEMENT CHARACTER}": ["\N{REPLACEMENT CHARACTER} x \N{GRINNING FACE} \N{REPLACEMENT CHARACTER}"]}


def awkward(text: str) -> dict[str, list[str]]:
    return {"a\0": [text]}

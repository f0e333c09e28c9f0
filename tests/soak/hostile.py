"""A site that means harm: pages made to cost time, memory or a process, one row each."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
from collections.abc import Callable, Iterator

from tests.classifier.hostile import SHAPES
from tests.soak.site import Answer, Site, answer

_MEBIBYTE = 1 << 20
#: What a page says so that it is read as one that might have news.
_TITLE = "Ofsted rates children's services in Leeds"
_LEAD = "<p>Ofsted has looked at children's services in Leeds, the council said, and at leadership there.</p>"


def page(body: str, head: str = "") -> Answer:
    """An article with this body."""
    return answer(
        f"<!doctype html><html><head><title>{_TITLE}</title>{head}</head><body><article><h1>{_TITLE}</h1>{_LEAD}{body}"
    )


def _shape(name: str, characters: int) -> Callable[[], Answer]:
    return lambda: page("<p>" + SHAPES[name](characters).replace("\n", "</p>\n<p>") + "</p>")


def _surrogate() -> Answer:
    facts = {"@type": "NewsArticle", "headline": "Ofsted rates Leeds \ud83d", "datePublished": "2026-11-28"}
    return page("<p>Half a character in the headline.</p>", f'<script type="application/ld+json">{json.dumps(facts)}</script>')


def _bomb() -> Answer:
    return answer(gzip.compress(b"<p>" * (200 * _MEBIBYTE // 3), 1), headers="Content-Encoding: gzip\r\n")


def _endless() -> Answer:
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"ofsted. " * 512 + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0)  # a drain that has nothing to wait for lets nobody else have a turn

    return write


def _header_flood() -> Answer:
    return answer("<p>x</p>", headers="".join(f"X-{number}: {'x' * 1000}\r\n" for number in range(500)))


def _circle() -> Answer:
    return answer("", headers="Refresh: 0; url=?again\r\n")


#: name -> what answers.
PAGES: dict[str, Callable[[], Answer]] = {
    "dots": _shape("full stops", 2 * _MEBIBYTE),
    "dots apart": _shape("full stops apart", 2 * _MEBIBYTE),
    "brackets": lambda: page("<p>" + "() " * (_MEBIBYTE // 2) + "</p>"),
    "graded brackets": _shape("graded brackets", _MEBIBYTE),
    "short lines": _shape("short lines", _MEBIBYTE),
    "short lines in one block": lambda: page("<pre>" + "a\n" * _MEBIBYTE + "</pre>"),
    "line breaks": lambda: page("<p>" + "a<br>" * (_MEBIBYTE // 2)),
    "as long as is judged at once": _shape("when", 19_000),
    "surrogate in the headline": _surrogate,
    "bomb": _bomb,
    "endless body": _endless,
    "flood of headers": _header_flood,
    "refresh to itself": _circle,
    "deep": lambda: page("<div>" * 500_000),
    "wide table": lambda: page("<table>" + "<tr><td>good<td>inadequate" * 150_000),
    "one word": lambda: page("<p>" + "a" * (4 * _MEBIBYTE)),
    "attributes": lambda: page("<p " + " ".join(f"a{n}=b" for n in range(300_000)) + ">x"),
    "comment openers": lambda: page("<!--" * _MEBIBYTE),
    "entities": lambda: page("<p>" + "&amp;" * (_MEBIBYTE - 200)),
    "headings": lambda: page("<h2>Ofsted: good</h2>" * 100_000),
    "links": lambda: page('<a href="/x">Ofsted rates Leeds good</a> ' * 100_000),
    "a file that is a bomb": lambda: answer(
        b"%PDF-1.7\n" + b"1 0 obj<</Kids[1 0 R]>>endobj\n" * 300_000, content_type="application/pdf"
    ),
    "facts in facts": lambda: page("", '<script type="application/ld+json">' + '{"a":[' * 200_000 + "</script>"),
}


class Hostile:
    """Two such sites, which go through the pages from either end: what costs most may be read together."""

    def __init__(self) -> None:
        self.sites = (Site(name="hostile", host="127.0.0.2"), Site(name="malign", host="127.0.0.6"))
        rows = tuple(PAGES.values())
        self._rows: tuple[Iterator[Callable[[], Answer]], ...] = (itertools.cycle(rows), itertools.cycle(reversed(rows)))

    async def list_a_page(self) -> None:
        """The next row of each."""
        for site, rows in zip(self.sites, self._rows, strict=True):
            site.announce(_TITLE, await asyncio.to_thread(next(rows)))

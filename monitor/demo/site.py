"""A small site of articles on loopback: three feeds, their pages with the usual furniture, and no network."""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from email.utils import format_datetime
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources

from monitor.domain.calendar import day_words
from monitor.system.clock import TravelClock

#: Feed -> the name of its outlet, and whose voice it is.
FEEDS = {
    "gazette": ("The Borough Gazette", "press"),
    "herald": ("Northern Herald", "press"),
    "council": ("Portsmouth City Council", "council"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoArticle:
    """One page of the site; `paragraphs` are its body, `day` is when its feed begins to list it."""

    day: date
    feed: str
    path: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def published(self) -> str:
        """Its day at nine in London, as feeds write it."""
        return format_datetime(TravelClock.to_day(self.day).now().replace(hour=8, minute=0, second=0, microsecond=0))


@cache
def demo_articles() -> tuple[DemoArticle, ...]:
    """The articles, oldest first."""
    text = resources.files(__package__).joinpath("articles.toml").read_text(encoding="utf-8")
    return tuple(
        DemoArticle(
            day=item["day"],
            feed=item["feed"],
            path=item["path"],
            title=item["title"],
            paragraphs=tuple(line for line in item["text"].splitlines() if line.strip()),
        )
        for item in tomllib.loads(text)["article"]
    )


def page(article: DemoArticle) -> str:
    """An article as HTML, between a menu and links to other news, as pages are."""
    outlet = escape(FEEDS[article.feed][0])
    body = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in article.paragraphs)
    return f"""<!doctype html>
<html lang="en-GB"><head><meta charset="utf-8"><title>{escape(article.title)} | {outlet}</title>
<meta property="og:title" content="{escape(article.title)}"><meta property="og:site_name" content="{outlet}">
<meta property="article:published_time" content="{article.day.isoformat()}T09:00:00+01:00"></head>
<body><header><nav><a href="/">Home</a> <a href="/news">News</a> <a href="/sport">Sport</a></nav></header>
<main><article><h1>{escape(article.title)}</h1>
<p class="byline"><time datetime="{article.day.isoformat()}T09:00:00+01:00">{day_words(article.day)}</time></p>
{body}</article></main>
<aside><h2>Most read</h2><ul><li><a href="/a">Care home rated inadequate by watchdog</a></li>
<li><a href="/b">Ten outstanding places for a picnic</a></li></ul></aside>
<footer><p>© {outlet}. Sign up to our newsletter for more good news.</p></footer></body></html>"""


def feed(name: str, articles: tuple[DemoArticle, ...], base: str) -> str:
    """A feed of RSS 2.0 with some of its articles, newest first."""
    items = "\n".join(
        f"<item><title>{escape(a.title)}</title><link>{base}{a.path}</link><guid>{base}{a.path}</guid>"
        f"<pubDate>{a.published}</pubDate><description>{escape(a.paragraphs[0])}</description></item>"
        for a in reversed(articles)
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>{escape(FEEDS[name][0])}</title>'
        f"<link>{base}/</link><description>News</description>\n{items}\n</channel></rss>"
    )


class DemoSite:
    """The site as a day sees it: feeds list what was published by then."""

    def __init__(self) -> None:
        self.day = date.min
        self.base = ""

    def answer(self, path: str) -> tuple[str, str] | None:
        """Content type and body of a path; None where there is nothing."""
        there = tuple(article for article in demo_articles() if article.day <= self.day)
        name = path.strip("/").removesuffix(".xml")
        if name in FEEDS:
            return "application/rss+xml", feed(name, tuple(a for a in there if a.feed == name), self.base)
        found = next((article for article in there if article.path == path), None)
        return ("text/html; charset=utf-8", page(found)) if found else None


@contextmanager
def serving() -> Iterator[DemoSite]:
    """The site on a free port of 127.0.0.1, until the end of the block."""
    site = DemoSite()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = site.answer(self.path)
            content_type, body = answer or ("text/plain", "not found")
            encoded = body.encode()
            self.send_response(200 if answer else 404)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    site.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()

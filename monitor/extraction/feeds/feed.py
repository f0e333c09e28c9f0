"""Feed bytes to entries: RSS 0.9 to 2.0, RDF, Atom and JSON Feed, well-formed or not. Runs in the killable child.

feedparser gets bytes that were fetched elsewhere, with its sanitiser off (30 s on 700 KB of comment openers, 0.4 s without):
nothing of what it returns is used as HTML. Dates are read by our own pass; it takes BST for UTC.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from html import unescape
from io import BytesIO
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from monitor.domain.urls import absolute
from monitor.extraction.dates import parse_moment
from monitor.extraction.decode import decode
from monitor.extraction.html.article import titles_of
from monitor.extraction.html.blocks import outline_of
from monitor.extraction.html.interstitials import interstitial_of
from monitor.ports import ReadError

MAX_ENTRIES = 5000
_TITLE, _SUMMARY, _EDITION = 500, 2000, 2000
_BLANK = "\ufeff \t\r\n"
_TAG = re.compile(r"<[^<>]{0,2000}>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def read_feed(body: bytes, url: str, content_type: str = "") -> dict[str, Any]:
    """The entries of a feed as ``{"entries": [{"url", "title", "published", "summary", "edition"}]}``.

    `published` is ISO or ""; `edition` is the entry's id and every date that it gives: another one says that its page was
    changed.

    Raises `ReadError`: ``empty`` for no bytes, ``interstitial`` for a page in the feed's place, ``not_a_feed``, and ``ended``
    for GOV.UK's way of closing a feed (an entry that says so, with status 200).
    """
    if not body.strip():
        raise ReadError("the feed is empty", reason="empty", key=url)
    text = decode(body, content_type)
    entries = _json_entries(text, url) if text.lstrip(_BLANK)[:1] in ("{", "[") else _xml_entries(text, url)
    if len(entries) == 1 and "this feed has ended" in entries[0]["title"].lower():
        raise ReadError("the publisher closed this feed", reason="ended", key=url)
    return {"entries": entries}


def plain(text: str, limit: int = _SUMMARY) -> str:
    """Feed markup as one line of plain text: tags off, entities resolved (twice: some feeds escape twice), spaces folded."""
    text = text[: limit * 20]
    for _ in range(2):
        text = unescape(_TAG.sub(" ", text))
    return " ".join(_CONTROL.sub(" ", _TAG.sub(" ", text)).split())[:limit]


def _entry(url: str, title: str, published: str, summary: str, edition: Iterable[object] = ()) -> dict[str, str]:
    moment = parse_moment(published)
    return {
        "url": url,
        "title": plain(title, _TITLE),
        "published": moment.isoformat() if moment else "",
        "summary": plain(summary),
        "edition": "\n".join(str(part) for part in edition if part)[:_EDITION],
    }


def _json_entries(text: str, url: str) -> list[dict[str, str]]:
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReadError(f"broken JSON: {error}", reason="not_a_feed", key=url) from error
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        raise ReadError("JSON without items is no JSON Feed", reason="not_a_feed", key=url)
    entries = []
    for item in items[:MAX_ENTRIES]:
        if not isinstance(item, dict):
            continue
        link = absolute(_string(item, "url", "external_url", "id"), url)
        if link:
            summary = _string(item, "summary", "content_text", "content_html")
            edition = [item.get(name) for name in ("id", "date_published", "date_modified")]
            published = _string(item, "date_published", "date_modified")
            entries.append(_entry(link, _string(item, "title"), published, summary, edition))
    return entries


def _string(item: dict[str, Any], *names: str) -> str:
    for name in names:
        if isinstance(item.get(name), str) and item[name].strip():
            return str(item[name])
    return ""


def _xml_entries(text: str, url: str) -> list[dict[str, str]]:
    import feedparser

    # Without an address of its own it leaves links as they are written, but for xml:base.
    headers = {"content-type": "application/xml; charset=utf-8"}
    # A stream, because bytes that look like the name of a file are opened as one.
    stream = BytesIO(text.encode("utf-8", "replace"))
    feed = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries and not feed.version:
        tree = LexborHTMLParser(text, scripting=True)
        reason = interstitial_of(titles_of(tree), "\n".join(block.text for block in outline_of(tree).blocks))
        if reason:
            raise ReadError(f"a page stands in the feed's place ({reason})", reason="interstitial", key=url)
        raise ReadError("this is no feed", reason="not_a_feed", key=url)
    entries = []
    base = url
    if feed.version.startswith("rss"):  # Atom says from where its links are seen; of RSS readers take the site that it is of
        base = absolute(feed.feed.get("link", ""), url) or url
    for item in feed.entries[:MAX_ENTRIES]:
        if link := _link(item, base):
            published = next((item[name] for name in ("published", "date", "created", "updated") if item.get(name)), "")
            edition = [item.get(name) for name in ("id", "published", "date", "created", "updated")]
            entries.append(_entry(link, item.get("title", ""), published, item.get("summary", ""), edition))
    return entries


def _link(item: Any, base: str) -> str:
    candidates = [item.get("feedburner_origlink", "")]
    candidates += [link.get("href", "") for link in item.get("links", ()) if link.get("rel") == "alternate"]
    candidates += [item.get("link", "")]
    identifier = item.get("id", "")
    if identifier.startswith(("http://", "https://")):  # a relative id is no address (``../../etc/passwd``)
        candidates.append(identifier)
    return next((link for link in (absolute(candidate, base) for candidate in candidates if candidate) if link), "")

"""Listing pages to entries by CSS selectors, and pages that are updated in place to a fingerprint. Runs in the child."""

from __future__ import annotations

import hashlib
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from monitor.domain.urls import absolute
from monitor.extraction.dates import parse_moment
from monitor.extraction.decode import decode
from monitor.extraction.feeds.feed import plain
from monitor.extraction.html.article import titles_of
from monitor.extraction.html.blocks import outline_of
from monitor.extraction.html.interstitials import interstitial_of
from monitor.extraction.html.metadata import base_of
from monitor.ports import ReadError

MAX_ENTRIES = 1000
#: What changes without the page changing, or is no text.
_NO_TEXT = ["script", "style", "noscript", "template", "svg", "iframe", "nav", "footer"]


def read_listing(body: bytes, url: str, content_type: str, selectors: dict[str, str]) -> dict[str, Any]:
    """``{"entries": [...], "next": url, "fingerprint": sha256}`` of a listing page.

    `selectors`: ``link`` (the anchors; required), ``item`` (the element around each), and within the item ``title``, ``date``
    and ``summary``; ``next`` (the anchor to the following page). A date is taken from ``datetime`` or the text.

    Raises `ReadError`: ``empty``, ``interstitial``, ``selectors`` when the link or item selector finds nothing (the site was
    redesigned: an empty list would look like quiet news).
    """
    if not body.strip():
        raise ReadError("the page is empty", reason="empty", key=url)
    tree = LexborHTMLParser(decode(body, content_type), scripting=True)
    titles = titles_of(tree)
    try:
        base = base_of(tree, url)
        entries = _entries(tree, base, selectors)
        following = _next(tree, base, selectors.get("next", ""))
    except (SelectolaxError, ValueError) as error:
        raise ReadError(f"a selector cannot be used: {error}", reason="selectors", key=url) from error
    text = "\n".join(block.text for block in outline_of(tree).blocks)  # takes menus and scripts out of the tree: last
    if not entries:
        if name := interstitial_of(titles, text):
            raise ReadError(f"a {name} page stands in the listing's place", reason="interstitial", key=url)
        raise ReadError(f"{selectors['link']!r} finds no link on the page", reason="selectors", key=url)
    return {"entries": entries[:MAX_ENTRIES], "next": following, "fingerprint": _fingerprint(text)}


def read_whole(body: bytes, url: str, content_type: str, selector: str) -> dict[str, Any]:
    """``{"title", "published", "fingerprint"}`` of a page that is updated in place; the fingerprint is of `selector`'s text.

    Raises `ReadError` as `read_listing`.
    """
    tree = LexborHTMLParser(decode(body, content_type), scripting=True)
    titles = titles_of(tree)
    tree.strip_tags(_NO_TEXT)
    text = _words(tree.body)
    if name := interstitial_of(titles, text):
        raise ReadError(f"a {name} page stands in its place", reason="interstitial", key=url)
    try:
        text = _words(tree.css_first(selector)) if selector else text
    except (SelectolaxError, ValueError) as error:
        raise ReadError(f"a selector cannot be used: {error}", reason="selectors", key=url) from error
    if not text:
        raise ReadError(f"{selector or 'body'!r} finds no text on the page", reason="selectors", key=url)
    return {"title": titles[0] if titles else "", "fingerprint": _fingerprint(text)}


def _words(node: LexborNode | None) -> str:
    return " ".join((node.text(separator=" ") or "").split()) if node is not None else ""


def _fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _entries(tree: LexborHTMLParser, url: str, selectors: dict[str, str]) -> list[dict[str, str]]:
    entries: list[dict[str, str]] = []
    seen: set[str] = set()
    for node in tree.css(selectors["item"]) if selectors.get("item") else tree.css(selectors["link"]):
        anchor = node.css_first(selectors["link"]) if selectors.get("item") else node
        if anchor is None and node.css_matches(selectors["link"]):
            anchor = node
        link = absolute(anchor.attributes.get("href") or "", url) if anchor is not None else ""
        if anchor is None or not link or link in seen:
            continue
        seen.add(link)
        moment = parse_moment(_date(node, selectors.get("date", "")))
        entries.append(
            {
                "url": link,
                "title": plain(_text(node, selectors.get("title", "")) or anchor.text(separator=" ") or "", 500),
                "published": moment.isoformat() if moment else "",
                "summary": plain(_text(node, selectors.get("summary", ""))),
            }
        )
    return entries


def _text(node: LexborNode, selector: str) -> str:
    found = node.css_first(selector) if selector else None
    return (found.text(separator=" ") or "") if found is not None else ""


def _date(node: LexborNode, selector: str) -> str:
    found = node.css_first(selector or "time")
    if found is None:
        return ""
    return found.attributes.get("datetime") or found.attributes.get("content") or found.text(separator=" ") or ""


def _next(tree: LexborHTMLParser, url: str, selector: str) -> str:
    found = tree.css_first(selector) if selector else None
    return absolute(found.attributes.get("href") or "", url) if found is not None else ""

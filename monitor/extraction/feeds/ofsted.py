"""Ofsted's report site: the search that lists local authorities, and a provider's page with its reports. Runs in the child."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.domain.calendar import london_day
from monitor.domain.urls import absolute
from monitor.extraction.dates import parse_moment
from monitor.extraction.decode import decode
from monitor.ports import ReadError

#: ``/provider/44/80573``: 44 is the type of local authorities, the rest the URN.
_PROVIDER = re.compile(r"/provider/44/(\d{5,8})$")
_IN_LABEL = re.compile(r"(?P<label>.*?),?\s*pdf\s*-\s*(?P<day>\d{1,2} \w+ \d{4})", re.IGNORECASE | re.DOTALL)
#: Between an entry and the list there are no more elements than this.
_DEPTH = 6


def read_search(body: bytes, url: str, content_type: str) -> list[dict[str, str]]:
    """``[{"urn", "name", "url", "marker"}]`` of a page of search results.

    `marker` is the text of the result: it names the latest report, and so changes when there is a new one.
    Raises `ReadError` (``selectors``) when the page lists no provider.
    """
    tree = LexborHTMLParser(decode(body, content_type))
    found: dict[str, dict[str, str]] = {}
    for anchor in tree.css("a[href]"):
        link = absolute(anchor.attributes.get("href") or "", url)
        match = _PROVIDER.search(urlsplit(link).path.rstrip("/"))
        if match is None or match[1] in found:
            continue
        entry = _entry(anchor, match[1])
        found[match[1]] = {"urn": match[1], "name": _text(anchor), "url": link, "marker": _text(entry)[:600]}
    if not found:
        raise ReadError("the search lists no local authority", reason="selectors", key=url)
    return list(found.values())


def _entry(anchor: LexborNode, urn: str) -> LexborNode:
    """The largest element around an anchor that holds no other provider's."""
    entry = anchor
    for _ in range(_DEPTH):
        parent = entry.parent
        if parent is None or parent.tag in ("body", "html", "main"):
            break
        others = {
            match[1] for a in parent.css("a[href]") if (match := _PROVIDER.search((a.attributes.get("href") or "").rstrip("/")))
        }
        if others - {urn}:
            break
        entry = parent
    return entry


def read_provider(body: bytes, url: str, content_type: str) -> list[dict[str, str]]:
    """``[{"url", "label", "day"}]`` of the report files that a provider's page links to; `day` is an ISO date or empty.

    Raises `ReadError` (``selectors``) when the page is no provider's page.
    """
    tree = LexborHTMLParser(decode(body, content_type))
    found: dict[str, dict[str, str]] = {}
    for anchor in tree.css("a.publication-link[href], a[href*='/v1/file/']"):
        link = absolute(anchor.attributes.get("href") or "", url)
        if link and link not in found:
            found[link] = {"url": link, **_label(anchor)}
    if not found and tree.css_first("h1") is None:
        raise ReadError("this is no provider's page", reason="selectors", key=url)
    return list(found.values())


def _label(anchor: LexborNode) -> dict[str, str]:
    """What a link to a file says: ``Children's services inspection, pdf - 12 July 2024``; else the date beside it."""
    hidden = anchor.css_first("span.nonvisual")
    text = _text(hidden if hidden is not None and "pdf" in _text(hidden).lower() else anchor)
    match = _IN_LABEL.search(text)
    day = parse_moment(match["day"]) if match else None
    if day is None:
        event = anchor.parent
        for _ in range(_DEPTH):
            if event is None:
                break
            time = event.css_first("time")
            if time is not None:
                day = parse_moment(time.attributes.get("datetime") or _text(time))
                break
            event = event.parent
    return {
        "label": (match["label"] if match else text).strip(" ,"),
        "day": london_day(day).isoformat() if day else "",
    }


def _text(node: LexborNode) -> str:
    return " ".join((node.text(separator=" ") or "").replace("\u2019", "'").split())

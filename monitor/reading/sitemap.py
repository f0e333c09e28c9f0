"""Sitemap bytes to entries: url sets, news sitemaps and indexes, gzipped or not. Runs in the killable child."""

from __future__ import annotations

import zlib
from typing import Any
from xml.etree import ElementTree as ET

from monitor.domain.urls import absolute
from monitor.ports import ReadError
from monitor.reading.article import titles_of
from monitor.reading.dates import parse_moment

MOST_BYTES = 50 * 1024 * 1024  # what the protocol allows a sitemap to be
MOST_ENTRIES = 50_000


def read_sitemap(body: bytes, url: str) -> dict[str, Any]:
    """``{"entries": [...], "maps": [{"url", "published"}]}``: the pages of a sitemap, the sitemaps of an index.

    Raises `ReadError`: ``empty``, ``too_large`` after inflating, ``interstitial``, ``not_a_sitemap``.
    """
    if not body.strip():
        raise ReadError("the sitemap is empty", reason="empty", key=url)
    body = _inflated(body, url)
    try:
        # expat stops entity bombs itself and reads nothing from outside; and this is a child that can be killed.
        root = ET.fromstring(body)  # noqa: S314
    except ET.ParseError as error:
        raise _no_sitemap(body, url) from error
    kind = _local(root.tag)
    if kind not in ("urlset", "sitemapindex"):
        raise _no_sitemap(body, url)
    entries = [entry for node in list(root)[:MOST_ENTRIES] if (entry := _entry(node, url))["url"]]
    return {"entries": entries if kind == "urlset" else [], "maps": entries if kind == "sitemapindex" else []}


def _inflated(body: bytes, url: str) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    inflater = zlib.decompressobj(31)
    try:
        whole = inflater.decompress(body, MOST_BYTES)
    except zlib.error as error:
        raise ReadError(f"broken gzip: {error}", reason="not_a_sitemap", key=url) from error
    if inflater.unconsumed_tail:
        raise ReadError(f"it inflates to more than {MOST_BYTES} bytes", reason="too_large", key=url)
    return whole


def _no_sitemap(body: bytes, url: str) -> ReadError:
    from selectolax.lexbor import LexborHTMLParser

    from monitor.reading.blocks import outline_of
    from monitor.reading.decode import decode
    from monitor.reading.interstitials import interstitial_of

    tree = LexborHTMLParser(decode(body[:1_000_000]), scripting=True)
    if name := interstitial_of(titles_of(tree), "\n".join(block.text for block in outline_of(tree).blocks)):
        return ReadError(f"a {name} page stands in the sitemap's place", reason="interstitial", key=url)
    return ReadError("this is no sitemap", reason="not_a_sitemap", key=url)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _entry(node: ET.Element, base: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for child in node.iter():
        name = _local(child.tag)
        if name in ("loc", "lastmod", "publication_date", "title") and child.text and name not in found:
            found[name] = " ".join(child.text.split())
    moment = parse_moment(found.get("publication_date") or found.get("lastmod") or "")
    return {
        "url": absolute(found.get("loc", ""), base),
        "title": found.get("title", "")[:500],
        "published": moment.isoformat() if moment else "",
        "summary": "",
    }

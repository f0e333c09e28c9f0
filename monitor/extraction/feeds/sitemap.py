"""Sitemap bytes to entries: url sets, news sitemaps, indexes and plain lists of addresses, gzipped or not.

Many are not well-formed (a blank first line, a bare ampersand, cut off in the middle): what can be told from them is taken.
Runs in the killable child.
"""

from __future__ import annotations

import re
import zlib
from html import unescape
from typing import Any
from xml.etree import ElementTree as ET

from monitor.domain.urls import absolute
from monitor.extraction.dates import parse_moment
from monitor.extraction.decode import decode
from monitor.extraction.feeds.feed import read_feed
from monitor.extraction.html.article import titles_of
from monitor.ports import ReadError

MAX_BYTES = 50 * 1024 * 1024  # what the protocol allows a sitemap to be
MAX_ENTRIES = 50_000
_GZIP = b"\x1f\x8b"
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_ROOT = re.compile(r"<(?:[\w.-]+:)?(urlset|sitemapindex)\b", re.IGNORECASE)
_PAGE = re.compile(r"<(?:[\w.-]+:)?(?:url|sitemap)(?:\s[^<>]{0,500})?>", re.IGNORECASE)
_FIELD = re.compile(
    r"<([\w.-]+:)?(loc|lastmod|publication_date|title)(?:\s[^<>]{0,500})?>([^<]*(?:<!\[CDATA\[.{0,2000}?\]\]>)?[^<]*)<",
    re.DOTALL | re.IGNORECASE,
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def read_sitemap(body: bytes, url: str) -> dict[str, Any]:
    """``{"entries": [...], "maps": [{"url", "published"}]}``: the pages of a sitemap, the sitemaps of an index.

    Raises `ReadError`: ``empty``, ``too_large`` after inflating, ``interstitial``, ``not_a_sitemap``.
    """
    if not body.strip():
        raise ReadError("the sitemap is empty", reason="empty", key=url)
    body = _inflated(body, url)
    text = decode(body)
    try:
        # expat stops entity bombs itself and reads nothing from outside; and this is a child that can be killed.
        root = ET.fromstring(text.strip())  # noqa: S314
    except ET.ParseError:
        return _read_loosely(text, url)
    kind = _local(root.tag).lower()
    if kind in ("rss", "feed", "rdf") and (told := read_feed(body, url)["entries"]):  # the protocol lets a feed be a map
        kept = ("url", "title", "published", "summary")
        return {"entries": [{name: entry[name] for name in kept} for entry in told], "maps": []}
    if kind not in ("urlset", "sitemapindex"):
        raise _no_sitemap(text, url)
    return _found(kind, [_fields(node) for node in list(root)[:MAX_ENTRIES]], url)


def _read_loosely(text: str, url: str) -> dict[str, Any]:
    """A sitemap that is no XML: its elements are found by their names, or it is a list of addresses, one a line."""
    text = _COMMENT.sub("", text)
    if kind := _ROOT.search(text):
        pages = _PAGE.split(text[kind.end() :])[1:]
        return _found(kind[1].lower(), [_loose_fields(page) for page in pages[:MAX_ENTRIES]], url)
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    if lines and all(line.startswith(("http://", "https://")) for line in lines):
        return _found("urlset", [{"loc": line} for line in lines[:MAX_ENTRIES]], url)
    raise _no_sitemap(text, url)


def _found(kind: str, rows: list[dict[str, str]], url: str) -> dict[str, Any]:
    entries = [entry for row in rows if (entry := _entry(row, url))["url"]]
    return {"entries": entries if kind == "urlset" else [], "maps": entries if kind == "sitemapindex" else []}


def _inflated(body: bytes, url: str) -> bytes:
    """The bytes of a map, packed or not: several gzip members are one file, and one may be packed twice."""
    for _ in range(2):
        if not body.startswith(_GZIP):
            break
        body = _unpacked(body, url)
    return body


def _unpacked(body: bytes, url: str) -> bytes:
    whole = b""
    while body.startswith(_GZIP):
        inflater = zlib.decompressobj(31)
        try:
            whole += inflater.decompress(body, MAX_BYTES + 1 - len(whole))
        except zlib.error as error:
            raise ReadError(f"broken gzip: {error}", reason="not_a_sitemap", key=url) from error
        if len(whole) > MAX_BYTES or inflater.unconsumed_tail:
            raise ReadError(f"it inflates to more than {MAX_BYTES} bytes", reason="too_large", key=url)
        body = inflater.unused_data
    return whole


def _no_sitemap(text: str, url: str) -> ReadError:
    from selectolax.lexbor import LexborHTMLParser

    from monitor.extraction.html.blocks import outline_of
    from monitor.extraction.html.interstitials import interstitial_of

    tree = LexborHTMLParser(text[:1_000_000], scripting=True)
    if name := interstitial_of(titles_of(tree), "\n".join(block.text for block in outline_of(tree).blocks)):
        return ReadError(f"a {name} page stands in the sitemap's place", reason="interstitial", key=url)
    return ReadError("this is no sitemap", reason="not_a_sitemap", key=url)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _fields(node: ET.Element) -> dict[str, str]:
    """What is told of one page. Its pictures have addresses and titles of their own, in elements of the same names."""
    news = [child for child in node if _local(child.tag).lower() == "news"]
    found: dict[str, str] = {}
    for child in [*node, *(each for element in news for each in element)]:
        if child.text and child.text.strip():
            found.setdefault(_local(child.tag).lower(), " ".join(child.text.split()))
    return found


def _loose_fields(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for prefix, name, value in _FIELD.findall(text):
        if prefix.lower() in ("image:", "video:"):
            continue
        plain = _CDATA.sub(r"\1", value) if "<![CDATA[" in value else unescape(value)
        found.setdefault(name.lower(), " ".join(plain.split()))
    return found


def _entry(fields: dict[str, str], base: str) -> dict[str, str]:
    moment = parse_moment(fields.get("publication_date") or fields.get("lastmod") or "")
    return {
        "url": absolute(fields.get("loc", ""), base),
        "title": fields.get("title", "")[:500],
        "published": moment.isoformat() if moment else "",
        "summary": "",
    }

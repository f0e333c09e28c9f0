"""What a page says about itself: title, publication date, full text as data, canonical address.

Order of belief: JSON-LD (also with the key spelt ``headLine``, as GOV.UK does), Open Graph, meta tags, ``<time>``, address,
visible text, date of the last change.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from monitor.domain.calendar import london_day
from monitor.domain.urls import absolute, registrable
from monitor.domain.urls import canonical as canonical_key
from monitor.extraction.dates import parse_moment
from monitor.extraction.decode import visible
from monitor.extraction.html.blocks import HEADINGS, Block

_ARTICLES = (
    "article",
    "newsarticle",
    "reportagenewsarticle",
    "analysisnewsarticle",
    "blogposting",
    "report",
    "liveblogposting",
)
_DATE_METAS = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "date.published",
    "publish-date",
    "parsely-pub-date",
    "sailthru.date",
    "pubdate",
    "publishdate",
    "publication_date",
    "publicationdate",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "dcterms.date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "published-date",
    "published_at",
    "govuk:first-published-at",
    "date",
)
_MODIFIED_METAS = ("govuk:public-updated-at", "article:modified_time", "dcterms.modified", "last-modified")
_TITLE_METAS = ("og:title", "twitter:title", "dc.title", "dcterms.title", "title")
_PUBLISHED_WORDS = re.compile(r"\b(?:published|posted|first published|date|on|created|added|updated)\b", re.IGNORECASE)
#: /2017/06/13/, /2017/politics/06/13/, /20170613/
_URL_DATES = (
    re.compile(r"/((?:19|20)\d{2})/(?:[a-z]{2,15}/)?(\d{1,2})/(\d{1,2})(?:/|$)", re.IGNORECASE),
    re.compile(r"/((?:19|20)\d{2})([01]\d)([0-3]\d)(?:[/_-]|$)"),
)
_SEPARATORS = re.compile(r"\s+[|\-–—·«»‹›•:~]\s+|\s+::\s+")
_HOST = re.compile(r"(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+/", re.IGNORECASE)
_LINES = 200  #: of a page among which a date is looked for
_WITHDRAWN = re.compile(r"^\[withdrawn\]\s*", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{1,500}>")
_MAX_JSON = 400_000
_MIN_HEADLINE = 8  #: letters of a headline by which a page is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What was found; empty where nothing was."""

    title: str = ""
    published: datetime | None = None
    confirmed: bool = False  #: whether the page gives its date twice, in two different ways
    changed: datetime | None = None  #: when it was last modified: better than no date
    body: str = ""  #: the article's text as the page's own data give it
    canonical: str = ""
    site: str = ""
    author: str = ""  #: the first one's name


def base_of(tree: LexborHTMLParser, url: str) -> str:
    """The address that a page's links are seen from: its <base>, where it has one."""
    node = tree.css_first("base[href]")
    return absolute(node.attributes.get("href") or "", url) or url if node is not None else url


def metadata_of(tree: LexborHTMLParser, url: str) -> Metadata:
    """Read a page's metadata. Broken or contradictory data are passed over, never an error."""
    metas = _metas(tree)
    site = metas.get("og:site_name", "") or metas.get("application-name", "")
    canonical = _canonical(tree, metas, url)
    article = _own_article([item for item in _json_ld(tree) if _is_article(item)], tree, metas, (canonical, url))
    published, confirmed = _published(tree, article, metas, (canonical, url))
    return Metadata(
        title=visible(_title(tree, article, metas, site, url)),
        published=published,
        confirmed=confirmed,
        changed=_first_moment([*(metas.get(name, "") for name in _MODIFIED_METAS), _text(article.get("dateModified"))]),
        body=_text(article.get("articleBody") or article.get("articlebody")),
        canonical=canonical,
        author=_author(article.get("author")) or metas.get("author", "") or metas.get("parsely-author", ""),
        site=site,
    )


def _json_ld(tree: LexborHTMLParser) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for node in tree.css('script[type="application/ld+json"]')[:20]:
        text = node.text() or ""
        if len(text) > _MAX_JSON:
            continue
        try:
            loaded = json.loads(text.strip().removeprefix("<!--").removesuffix("-->").strip(), strict=False)
        except (ValueError, RecursionError):
            continue
        _flatten(loaded, found)
    return found


def _flatten(value: Any, found: list[dict[str, Any]], depth: int = 0) -> None:
    if depth > 4 or len(found) > 200:
        return
    if isinstance(value, list):
        for item in value[:100]:
            _flatten(item, found, depth + 1)
    elif isinstance(value, dict):
        found.append(value)
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            if isinstance(value.get(key), list | dict):
                _flatten(value[key], found, depth + 1)


def _is_article(item: dict[str, Any]) -> bool:
    kinds = item.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and name.rsplit("/", 1)[-1].lower() in _ARTICLES for name in names)


def _own_article(
    items: list[dict[str, Any]], tree: LexborHTMLParser, metas: dict[str, str], addresses: tuple[str, ...]
) -> dict[str, Any]:
    """Of the articles that a page's data describe the page's own: lists of other stories are written the same way.

    The one with the page's address, else with its headline. Where none has either, one that does not contradict the page.
    """
    if not items:
        return {}
    places = [_addresses(item, addresses[-1]) for item in items]
    if any(places):
        own = {canonical_key(address) for address in addresses if address}
        for item, at in zip(items, places, strict=True):
            if any(canonical_key(place) in own for place in at):
                return item
    elif len(items) == 1:
        return items[0]
    return _titled_article(items, [*map(_letters, _stated_titles(tree, metas))])


def _titled_article(items: list[dict[str, Any]], heads: list[str]) -> dict[str, Any]:
    """The first with one of the page's titles, else the first that cannot contradict them."""
    for item in items:
        headline = _letters(_headline(item))
        if any(len(headline) > _MIN_HEADLINE and (headline in head or (head and head in headline)) for head in heads):
            return item
    return next((item for item in items if not heads or not _headline(item)), {})


def _headline(item: dict[str, Any]) -> str:
    return _text(item.get("headline") or item.get("headLine") or item.get("name"))


def _addresses(item: dict[str, Any], base: str) -> list[str]:
    """The addresses that an item gives for itself."""
    page = item.get("mainEntityOfPage")
    values = [item.get("url"), item.get("@id"), page, *([page.get("@id"), page.get("url")] if isinstance(page, dict) else [])]
    return [found for value in values if isinstance(value, str) and "/" in value and (found := absolute(value, base))]


def _stated_titles(tree: LexborHTMLParser, metas: dict[str, str]) -> list[str]:
    """What the page calls itself outside its data: meta tags, <title>, first headings."""
    nodes = [*tree.css("title")[:1], *tree.css("h1")[:4]]
    return [text for text in [*(metas.get(name, "") for name in _TITLE_METAS), *(node.text() or "" for node in nodes)] if text]


def _text(value: Any) -> str:
    return " ".join(unescape(_TAG.sub(" ", value)).split()) if isinstance(value, str) else ""


def _author(value: Any) -> str:
    """The name of the first author as data give it: a name, a person, a list of either."""
    for _ in range(3):
        value = value[0] if isinstance(value, list) and value else value.get("name") if isinstance(value, dict) else value
    return _text(value)


def _metas(tree: LexborHTMLParser) -> dict[str, str]:
    """The first value of every meta tag, by lower-case name or property."""
    metas: dict[str, str] = {}
    for node in tree.css("meta")[:500]:
        attributes = node.attributes
        name = (attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or "").lower()
        content = " ".join((attributes.get("content") or "").split())
        if name and content:
            metas.setdefault(name, content)
    return metas


def _title(tree: LexborHTMLParser, article: dict[str, Any], metas: dict[str, str], site: str, url: str) -> str:
    stated = [_headline(article)]
    stated += [metas.get(name, "") for name in _TITLE_METAS]
    node = tree.css_first("title")
    page = " ".join((node.text() or "").split()) if node else ""
    stated = [_without_site(title, site, url) for title in [*stated, page] if title]
    headings = [text for heading in tree.css("h1")[:4] if (text := " ".join((heading.text(separator=" ") or "").split()))]
    for heading in headings:
        # What the reader sees, when the page's data agree that it is the title; site names stand in <h1> too.
        if any(_alike(heading, title) for title in stated):
            return _WITHDRAWN.sub("", heading)
    return _WITHDRAWN.sub("", next(iter([*stated, *headings]), ""))


def _alike(heading: str, title: str) -> bool:
    one, other = _letters(heading), _letters(title)
    return len(one) > 8 and (one in other or (len(other) > 8 and other in one))


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _without_site(title: str, site: str, url: str) -> str:
    """Cut " - BBC News" and the like: a last part that names the site, or a short one after a bar."""
    parts = _SEPARATORS.split(title)
    if len(parts) < 2:
        return title
    last = parts[-1]
    key = _letters(registrable(url).partition(".")[0])
    named = _letters(last)
    short = len(last.split()) <= 5 and re.search(r"\s[|»•·–—]\s+" + re.escape(last) + "$", title) is not None
    if (site and _letters(site) in named) or (key and (key in named or named in key)) or "news" in named or short:
        cut = title.rfind(last)
        return _without_site(title[:cut].rstrip(" |-–—·»•:"), site, url)
    return title


def _published(
    tree: LexborHTMLParser, article: dict[str, Any], metas: dict[str, str], addresses: tuple[str, ...]
) -> tuple[datetime | None, bool]:
    """When the page was published, and whether two of its data, what can be seen, and its address agree on the day."""
    stated = [_text(article.get("datePublished") or article.get("dateCreated")), *(metas.get(name, "") for name in _DATE_METAS)]
    data = _first_moment(stated)
    seen = _time_elements(tree)
    address = next((moment for address in addresses if (moment := _in_address(address))), None)
    found = [moment for moment in (data, seen, address) if moment is not None]
    days = [london_day(moment) for moment in found]
    return (found[0] if found else None), bool(found) and days[0] in days[1:]


def _first_moment(texts: list[str]) -> datetime | None:
    return next((moment for text in texts if text and (moment := parse_moment(text))), None)


def _in_address(address: str) -> datetime | None:
    """The day that an address names."""
    path = urlsplit(address).path
    found = (pattern.search(path) for pattern in _URL_DATES)
    return next((moment for match in found if match and (moment := parse_moment("-".join(match.groups())))), None)


def _time_elements(tree: LexborHTMLParser) -> datetime | None:
    """The first <time> of the article, preferring ones that say they are the publication."""
    fallback: datetime | None = None
    for node in tree.css("[itemprop=datePublished], time[pubdate], article time, main time, header time, time")[:20]:
        attributes = node.attributes
        moment = parse_moment(attributes.get("datetime") or attributes.get("content") or node.text() or "")
        words = f"{attributes.get('itemprop') or ''} {attributes.get('class') or ''}".lower()
        if moment is None or "modified" in words or "updated" in words:
            continue
        if "publish" in words or "pubdate" in attributes or "entry-date" in words:
            return moment
        fallback = fallback or moment
    return fallback


def dated_line(blocks: list[Block], title: str) -> datetime | None:
    """The date on a short line that is a date, or says "Published ...": below the title if there is one, else above it."""
    heads = [index for index, block in enumerate(blocks) if block.tag in HEADINGS and title and _alike(block.text, title)]
    start = heads[0] if heads else 0
    lines = (block.text for block in [*blocks[start:], *blocks[:start]] if block.link_share < 0.5)
    for text in islice(lines, _LINES):
        if 8 <= len(text) <= 90 and (len(text) <= 40 or _PUBLISHED_WORDS.search(text)) and (moment := parse_moment(text)):
            return moment
    return None


def _canonical(tree: LexborHTMLParser, metas: dict[str, str], url: str) -> str:
    """The page's own name for its address, when it is on the same site and not the site's front."""
    node = tree.css_first('link[rel="canonical"]')
    base = base_of(tree, url)
    for value in ((node.attributes.get("href") or "") if node else "", metas.get("og:url", "")):
        # "example.org/story", without a scheme, is meant as an address and would be read as a path.
        meant = f"//{value}" if _HOST.match(value) else value
        address = absolute(meant, base) if value else ""
        if address and registrable(address) == registrable(url) and urlsplit(address).path not in ("", "/"):
            return address
    return ""

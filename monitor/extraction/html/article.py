"""HTML bytes to an article, as a dictionary: the part of reading that runs in the killable child."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.domain.urls import registrable
from monitor.extraction.decode import decode, is_binary, visible
from monitor.extraction.html.blocks import Block, outline_of
from monitor.extraction.html.boilerplate import boilerplate_blocks, prose_on_page
from monitor.extraction.html.boilerplate_phrases import without_biography, without_boilerplate
from monitor.extraction.html.bulk import without_bulk
from monitor.extraction.html.extract import article_blocks, prose_blocks
from monitor.extraction.html.grade_lines import with_headings
from monitor.extraction.html.interstitials import interstitial_of
from monitor.extraction.html.metadata import Metadata, dated_line, metadata_of
from monitor.extraction.html.refresh import refresh_of
from monitor.extraction.html.unseen import drop_unseen
from monitor.extraction.lengths import MAX_TITLE, beginning
from monitor.ports import ReadError
from monitor.tables import rows

_ENOUGH = 250  #: characters of body below which another reader is asked, and a site's own selector is not believed
_SHARE_OF_PROSE = 0.35  #: less than this of a page's prose is doubtful
_CLEARLY_MORE = 1.3
_MAX_TAG = 64 * 1024
_MAX_ATTRIBUTES = 2000
_LOOK_FOR_REFRESH = 64 * 1024  #: characters
_NOT_SHOWN = ["noscript", "template", "dialog"]
#: Characters of markup on which a second opinion is asked: it takes some sixty times as much memory, and only so much is there.
_MAX_SECOND = 300_000
_QUOTED = re.compile(r"""=\s*(?:"[^"]*"|'[^']*')""")


def read_article(body: bytes, url: str, content_type: str = "") -> dict[str, Any]:
    """``{"title", "text", "whole", "published", "confirmed", "changed", "canonical", "reader"}`` of an HTML page.

    `published` and `changed` are ISO moments or ""; `confirmed` says that the page gives the day twice, in different ways.
    `whole` is how many characters there were where `text` is only the beginning of what an article can be, else 0.

    Of a page that sends its readers on it is ``{"refresh": address}``.

    Paragraphs are joined by blank lines. Raises `ReadError`: ``empty``, ``pdf`` (sniffed), ``not_text``, ``interstitial``,
    ``hostile`` (a tag longer than any author writes), ``no_article`` when nothing reads like one.
    """
    text = _checked(body, url, content_type)
    # scripting: otherwise a <noscript> in the head moves canonical and Open Graph tags into the body.
    tree = LexborHTMLParser(text, scripting=True)
    if "refresh" in text[:_LOOK_FOR_REFRESH].lower() and (to := refresh_of(LexborHTMLParser(text, scripting=False), url)):
        return {"refresh": to}
    metadata = metadata_of(tree, url)
    if drop_unseen(tree):  # dates are often hidden and true; a title that is hidden is none
        metadata = replace(metadata, title=metadata_of(tree, url).title)
        text = tree.html or ""
    titles = titles_of(tree)
    reader, lines, published = "selector", _selected(tree, url, metadata.title), metadata.published
    if sum(map(len, lines)) < _ENOUGH:
        whole = outline_of(tree)
        out = boilerplate_blocks(whole)
        reader, lines = "blocks", _lines(article_blocks(whole, out, metadata.body, metadata.title), metadata.title)
        # A dialog about cookies lies over many an article: where there is one, its own words are judged.
        words = lines if sum(map(len, lines)) >= _ENOUGH else [block.text for block in whole.blocks]
        if name := interstitial_of(titles, "\n".join(words)):
            raise ReadError(f"a {name} page stands in the article's place", reason="interstitial", key=url)
        published = published or dated_line(whole.blocks, metadata.title)
        lines = without_biography(lines, metadata.author)
        if _is_doubtful(lines, prose_on_page(whole, out)):
            del tree, whole, out  # a second opinion has their place in memory
            reader, lines = _second_opinion(text, lines or _unscripted(text, metadata), metadata.title)
    if not lines:
        raise ReadError("nothing on the page reads like an article", reason="no_article", key=url)
    published = published or metadata.changed
    return {**_answer(metadata, lines, published), "reader": reader}


def _answer(metadata: Metadata, lines: list[str], published: datetime | None) -> dict[str, Any]:
    """What is found on a page, as `read_article` gives it, without who found it."""
    prose = "\n\n".join(lines)
    text = beginning(prose)
    return {
        "title": metadata.title[:MAX_TITLE] or lines[0].partition("\n")[0][:200],
        "text": text,
        "whole": len(prose) if text is not prose else 0,
        "published": published.isoformat() if published else "",
        "confirmed": metadata.confirmed,
        "changed": metadata.changed.isoformat() if metadata.changed else "",
        "canonical": metadata.canonical,
    }


def _checked(body: bytes, url: str, content_type: str) -> str:
    start = body[:1024].lstrip()
    if not start:
        raise ReadError("the page is empty", reason="empty", key=url)
    if b"%PDF-" in start:
        raise ReadError("this is a PDF", reason="pdf", key=url)
    if is_binary(body):
        raise ReadError("these bytes are no text", reason="not_text", key=url)
    text = decode(body, content_type)
    _refuse_long_tags(text, url)
    return text


def _refuse_long_tags(text: str, url: str) -> None:
    """A tag of many thousand attributes keeps every parser busy for a minute; data URIs are long and harmless."""
    position = 0
    while len(text) - position > _MAX_TAG:
        # From one closing bracket to the last one within reach: a page without long tags takes a few steps.
        last = text.rfind(">", position, position + _MAX_TAG)
        if last >= 0:
            position = last + 1
            continue
        end = text.find(">", position)
        end = len(text) if end < 0 else end
        start = text.find("<", position, end)
        if start >= 0 and not text.startswith("<!--", start) and _attributes(text[start:end]) > _MAX_ATTRIBUTES:
            raise ReadError("a tag longer than any author writes", reason="hostile", key=url)
        position = end + 1


def _attributes(tag: str) -> int:
    """About how many attributes a tag has; what is quoted, as a picture or a page's data, is one."""
    return len(_QUOTED.sub(" ", tag).split())


def titles_of(tree: LexborHTMLParser) -> list[str]:
    """The page's title and first headings, as interstitials are recognised by."""
    found = [tree.css_first("title"), tree.css_first("h1"), tree.css_first("h2")]
    return [text for node in found if node is not None and (text := (node.text(separator=" ") or "").strip())]


@cache
def _selectors() -> dict[str, str]:
    return {row["site"]: row["selector"] for row in rows("outlets")}


def _selected(tree: LexborHTMLParser, url: str, title: str) -> list[str]:
    """The lines that the site's own selector finds; none where it has no selector."""
    selector = _selectors().get(registrable(url))
    return _lines(prose_blocks(outline_of(tree, _outermost(tree.css(selector))).blocks), title) if selector else []


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    """Of matching elements those that stand in no other: selectors name wrappers of several ages of a site."""
    taken: set[int] = set()
    kept: list[LexborNode] = []
    for node in nodes:  # document order: an outer element comes before what is in it
        above, parent = False, node.parent
        while parent is not None and not above:
            above, parent = parent.mem_id in taken, parent.parent
        if not above:
            taken.add(node.mem_id)
            kept.append(node)
    return kept


def _lines(blocks: list[Block], title: str) -> list[str]:
    return with_headings(without_boilerplate([block.text for block in blocks], title=title))


def _is_doubtful(lines: list[str], prose: int) -> bool:
    """Whether little was found, or little of what the page has: the article may be elsewhere on it."""
    found = sum(map(len, lines))
    return found < _ENOUGH or found < _SHARE_OF_PROSE * prose


def _unscripted(text: str, metadata: Metadata) -> list[str]:
    """What a reader without scripts would see where others see nothing yet: some pages print their story in a <noscript>."""
    if "<noscript" not in text:
        return []
    whole = outline_of(LexborHTMLParser(text, scripting=False), read=("noscript",))
    return _lines(article_blocks(whole, boilerplate_blocks(whole), metadata.body, metadata.title), metadata.title)


def _second_opinion(text: str, ours: list[str], title: str) -> tuple[str, list[str]]:
    """What trafilatura makes of a page on which little was found, when it finds clearly more. Half a second to load.

    It is an opinion: a page that is too much for it is what we made of it.
    """
    text = without_bulk(text) if len(text) > _MAX_SECOND else text
    if len(text) > _MAX_SECOND:
        return "blocks", ours
    import trafilatura

    if any(f"<{tag}" in text for tag in _NOT_SHOWN):
        tree = LexborHTMLParser(text, scripting=True)
        tree.strip_tags(_NOT_SHOWN)
        text = tree.html or ""
    found = trafilatura.extract(text, favor_precision=True, include_comments=False, include_tables=True) or ""
    lines = [visible(" ".join(line.split())) for line in found.split("\n") if line.strip()]
    lines = with_headings(without_boilerplate(lines, title=title))
    return ("trafilatura", lines) if sum(map(len, lines)) > _CLEARLY_MORE * sum(map(len, ours)) else ("blocks", ours)

"""A page as a flat run of text blocks, each knowing the elements it stands in: one walk, on which extraction then decides.

The walk runs over the parser's own serialisation, split at block elements by one pattern: several times as quick as asking the
tree for each node, and as safe, because the serialisation is balanced and its attributes are quoted whatever the page was.
Deciding on a list is quicker than cutting a tree, and shows why a block was left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.extraction.decode import visible
from monitor.extraction.html.class_patterns import Said, said_by

#: Elements whose text is never prose, or is no longer meant.
_UNREAD = (
    "head", "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "applet", "canvas", "audio",
    "video", "map", "button", "select", "textarea", "menu", "nav", "footer", "figcaption", "caption", "xmp", "noembed",
    "noframes", "plaintext", "del", "s", "strike", "datalist", "rp",
)  # fmt: skip
#: Elements that hold no prose as a rule; some pages stand in one <form> as a whole.
_BESIDE_TAGS = frozenset(("aside", "form", "dialog", "fieldset", "label"))
#: Elements that stand within a line, or hold nothing. Others that are not below, as <gu-island>, contain blocks and end none.
_INLINE = (
    "a", "abbr", "acronym", "area", "b", "base", "bdi", "bdo", "big", "cite", "code", "col", "data", "dfn", "em", "font",
    "i", "input", "ins", "kbd", "link", "mark", "meta", "nobr", "param", "q", "rt", "ruby", "samp", "small",
    "source", "span", "strong", "sub", "sup", "time", "track", "tt", "u", "var", "wbr",
)  # fmt: skip
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = HEADINGS | frozenset(
    ("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
     "fieldset", "figure", "form", "header", "hgroup", "html", "label", "legend", "li", "main", "ol", "option", "p", "pre",
     "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul")
)  # fmt: skip
#: Elements that matter for the text right in them, not for what stands around it: without a name they are not kept.
_LEAVES = HEADINGS | {"p", "li", "dt", "dd"}
_SKIP_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog", "menu", "menubar", "toolbar",
     "form", "button", "tablist")
)  # fmt: skip

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def _any_of(names: Iterable[str]) -> str:
    """A pattern of whole names, by first letter: most tags then fail at once."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(name[0], []).append(name[1:])
    return "|".join(f"{first}(?:{'|'.join(rests)})" for first, rests in groups.items())


#: What a document is split at: slash, tag and attributes of every element that does not stand within a line. As serialised,
#: attributes are quoted and hold no "<" or ">".
_BOUNDARY = re.compile(rf"<(/?)(?!(?:{_any_of(_INLINE)})[ >])([^\s/>]+)([^>]*)>")
_TAG = re.compile(r"<[^>]*>")
_ANCHOR = re.compile(r"<(/?)a(?: [^>]*)?>")
_LONE_LINK = re.compile(r"\s*<a([^>]*)>([^<]*)</a>\s*")
#: A heading that links to itself, for others to quote its address, is no link to something else.
_OWN_ADDRESS = re.compile(r'<a [^>]*href="#[^">][^>]*>')
_OPENING = re.compile(r"<(span|a|small)( [^>]*)?>")
_ATTRIBUTE = re.compile(r' (class|id|data-component|role|hidden|aria-hidden|style)="([^"]*)"')
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_RAISED = re.compile(r"<sup(?: [^>]*)?>(.*?)</sup>", re.DOTALL)
_NOTE_LINK = re.compile(
    r'<(a|span)(?= )[^>]*? (?:href="[^"]*#[^"]*"|class="[^"]*(?:foot-?note|end-?note|fn-?ref|reference)[^"]*")[^>]*>'
    r"((?:<[^>]*>|[^<]){1,200}?)</\1>"
)
_NOTE = re.compile(
    r"[\[(]?\s*(?:(?:foot|end)?(?:note|nb)\.?\s*)?(?:\d{1,3}(?:\s*[,–-]\s*\d{1,3})*|[ivx]{1,5}|[a-z]|[*†‡§¶])\s*[\])]?",
    re.IGNORECASE,
)
#: Where one element of a line ends and another begins, which styles set apart: ``<span>Care leavers</span><span>Good</span>``.
_SET_APART = re.compile(r"(?<=[a-z])(</\w+>)(?=<\w[^>]*>[A-Z][a-z])")
MAX_MARKUP = 2_500_000  #: of markup, scripts not counted; real articles have a tenth of it
_BREAK = "\0"  # decoding leaves none in a text
_NOTHING = Said()
_MAX_CACHED = 400  #: characters of attributes that are not likely to be met again
_MAX_CELL = 1200  #: characters of markup above which a table's cell is a layout's

_Piece = tuple[str, str, str, str]  #: slash, tag, attributes, and the text that follows
_VOID = frozenset(("br", "hr", "img"))


@dataclass(slots=True, kw_only=True)
class Element:
    """One element that can contain blocks, and what its name says."""

    parent: int  #: index of the enclosing element, -1 at the top
    tag: str
    said: Said
    first: int = 0  #: index of the first block in it or in what it contains
    end: int = 0  #: index after the last one
    images: int = 0  #: directly in it
    bare_links: int = 0  #: directly in it, that lead elsewhere and have no text: they lie over a card, or around a picture


@dataclass(slots=True, kw_only=True)
class Block:
    """One paragraph, heading, list item or table row."""

    tag: str
    element: int  #: index of the element it belongs to
    text: str
    link_chars: int = 0

    @property
    def link_share(self) -> float:
        """How much of the text is inside links, 0 to 1."""
        return self.link_chars / len(self.text) if self.text else 0.0


@dataclass(slots=True, kw_only=True)
class Outline:
    """The elements and blocks of one page, in document order: a container comes before what it contains."""

    elements: list[Element] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def outline_of(tree: LexborHTMLParser, roots: list[LexborNode] | None = None, *, read: tuple[str, ...] = ()) -> Outline:
    """The blocks of a parsed page, or of some elements of it. Takes out of the tree what is never prose, except for `read`."""
    tree.strip_tags([tag for tag in _UNREAD if tag not in read])
    if roots is None:
        roots = [tree.body] if tree.body is not None else []
    html = "".join(node.html or "" for node in roots)
    if "<!--" in html:
        html = _COMMENT.sub("", html)
    pieces = iter(_BOUNDARY.split(html[:MAX_MARKUP]))
    next(pieces, "")  # what stands before the first tag: nothing
    return _Walk(list(zip(pieces, pieces, pieces, pieces, strict=True))).run()


@dataclass(slots=True)
class _Frame:
    """An open element; `element` is its index, -1 as long as it is not known to be worth keeping."""

    tag: str
    attributes: str
    first: int
    element: int = -1


class _Walk:
    """Goes along the boundaries of a page and collects its blocks."""

    def __init__(self, pieces: list[_Piece]) -> None:
        self._pieces = pieces
        self._outline = Outline()
        self._elements, self._blocks = self._outline.elements, self._outline.blocks
        self._frames = [_Frame("div", "", 0)]  # around all; never left
        self._parts: list[str] = []  # the current block's text so far, inline tags included
        self._begun = (-1, "div")  # the current block's element and tag
        self._links = 0  # how many <a> are open

    def run(self) -> Outline:
        """Goes through all pieces."""
        resume = 0
        for index, (slash, tag, attributes, text) in enumerate(self._pieces):
            if index < resume:
                continue
            following = text
            if tag in _VOID:
                self._void(tag)
            elif slash:
                self._leave(tag)
            elif tag == "tr" and (end := self._row(index)):
                resume, following = end + 1, self._pieces[end][3]
            else:
                self._enter(tag, attributes)
            if following and (self._parts or not following.isspace()):
                self._write(following)
        self._flush()
        for frame in self._frames:
            if frame.element >= 0:
                self._elements[frame.element].end = len(self._blocks)
        return self._outline

    def _write(self, text: str) -> None:
        if not self._parts:
            frame = self._frames[-1]
            if frame.element < 0 and (frame.attributes or frame.tag not in _LEAVES):
                self._keep(frame)
            self._begun = self._holder(), self._tag()
        self._parts.append(text)

    def _keep(self, frame: _Frame) -> None:
        """Make the innermost frame an element; those around it are elements already."""
        attributes = frame.attributes
        said = _said(frame.tag, attributes) if len(attributes) < _MAX_CACHED else _said.__wrapped__(frame.tag, attributes)
        parent = self._frames[-2].element if len(self._frames) > 1 else -1
        frame.element = len(self._elements)
        self._elements.append(Element(parent=parent, tag=frame.tag, said=said, first=frame.first))

    def _holder(self) -> int:
        """The index of the element that text stands in."""
        return self._frames[-1].element if self._frames[-1].element >= 0 else self._frames[-2].element

    def _tag(self) -> str:
        """The nearest tag that a block can be named by: not <gu-island>."""
        tag = self._frames[-1].tag
        return tag if tag in _BLOCKS else next((frame.tag for frame in reversed(self._frames) if frame.tag in _BLOCKS), "div")

    def _flush(self) -> None:
        """The current block ends here."""
        parts = self._parts
        if not parts:
            return
        markup = "".join(parts) if len(parts) > 1 else parts[0]
        parts.clear()
        element, tag = self._begun
        if tag in HEADINGS and 'href="#' in markup:
            markup = _OWN_ADDRESS.sub("", markup)
        text, links, self._links = _read(markup, self._links)
        if text:
            self._blocks.append(Block(tag=tag, element=element, text=text, link_chars=min(links, len(text))))
        elif element >= 0 and 'href="' in markup and 'href="#' not in markup:
            self._elements[element].bare_links += 1

    def _void(self, tag: str) -> None:
        if tag == "br":
            self._line_break()
        elif tag == "hr":
            self._flush()
        else:
            frame = self._frames[-1]
            if frame.element < 0 and frame.tag not in _LEAVES:
                self._keep(frame)
            if (holder := self._holder()) >= 0:
                self._elements[holder].images += 1

    def _line_break(self) -> None:
        """One <br> is a new line; two in a row end the paragraph."""
        for part in reversed(self._parts):
            if part == _BREAK:
                self._flush()
                return
            if _TAG.sub("", part).strip():
                self._parts.append(_BREAK)
                return

    def _enter(self, tag: str, attributes: str) -> None:
        if self._parts and tag in _BLOCKS:
            self._flush()
        if self._frames[-1].element < 0:
            self._keep(self._frames[-1])
        self._frames.append(_Frame(tag, attributes, len(self._blocks)))

    def _leave(self, tag: str) -> None:
        if self._parts and tag in _BLOCKS:
            self._flush()
        if len(self._frames) > 1 and (element := self._frames.pop().element) >= 0:
            self._elements[element].end = len(self._blocks)

    def _row(self, start: int) -> int:
        """Makes a table's row one line (``area: grade``, or cells set off by bars) and returns the index of its end.

        0 when it is no row of short cells but the layout of a page.
        """
        cells: list[str] = []
        for index in range(start + 1, len(self._pieces)):
            slash, tag, _, text = self._pieces[index]
            if tag == "tr":
                if slash:
                    self._finish_row(start, cells)
                return index if slash else 0
            if tag in ("td", "th"):
                cells += [] if slash else [text]
            elif tag in _BLOCKS and (tag != "p" or not cells or (not slash and _TAG.sub("", cells[-1]).strip())):
                return 0
            elif cells:
                cells[-1] += f" {text}"
            if cells and len(cells[-1]) > _MAX_CELL:
                return 0
        return 0

    def _finish_row(self, start: int, cells: list[str]) -> None:
        self._enter("tr", self._pieces[start][2])
        texts, links = [], 0
        for cell in cells:
            text, linked, _ = _read(cell, 0)
            texts += [text] if text else []
            links += linked
        joint = ": " if len(texts) == 2 else " | "
        line = joint.join(texts)
        if line:
            self._keep(self._frames[-1])
            self._blocks.append(Block(tag="tr", element=self._holder(), text=line, link_chars=min(links, len(line))))
        self._leave("tr")


def _without_notes(markup: str) -> str:
    """A line without the figures that lead to footnotes: raised, or links within the page."""
    if "<sup" in markup:
        markup = _RAISED.sub(lambda raised: "" if "<a " in raised[1] or _is_note(raised[1]) else raised[0], markup)
    if "#" in markup or "note" in markup or "ref" in markup:
        markup = _NOTE_LINK.sub(lambda link: "" if _is_note(link[2]) else link[0], markup)
    return markup


def _is_note(markup: str) -> bool:
    return _NOTE.fullmatch(_TAG.sub("", markup).strip()) is not None


def _read(markup: str, links: int) -> tuple[str, int, int]:
    """Text of a line of markup, how much of it is in links, and how many links are open after it (`links` before it)."""
    if "<" not in markup:
        text = _plain(markup)
        return text, len(text) if links else 0, links
    if _may_hide(markup):
        markup = _without_unseen(markup)
    markup = _SET_APART.sub(r"\1 ", _without_notes(markup))
    if not links and (lone := _LONE_LINK.fullmatch(markup)):
        text = _plain(lone[2])
        return text, len(text), 0
    linked = 0
    pieces = _ANCHOR.split(markup)
    for index in range(0, len(pieces), 2):
        if index:
            links = max(0, links - 1) if pieces[index - 1] else links + 1
        if "<" in pieces[index]:
            pieces[index] = _TAG.sub("", pieces[index])
        if links:
            linked += len(pieces[index].strip())
    return _plain("".join(pieces[::2])), linked, links


def _may_hide(markup: str) -> bool:
    """A quick look for anything by which `_is_unseen` tells: one by one is several times as quick as a pattern."""
    return "hidden" in markup or "sr-only" in markup or "screen-reader" in markup or "display" in markup or "role=" in markup


def _without_unseen(markup: str) -> str:
    """A line without what is in it for screen readers only (", external"), or hidden."""
    position = 0
    while match := _OPENING.search(markup, position):
        position = match.end()
        if not _is_unseen(match[2] or ""):
            continue
        depth, end = 1, len(markup)
        for tag in re.finditer(rf"<(/?){match[1]}[ >]", markup[position:]):
            depth += -1 if tag[1] else 1
            if not depth:
                end = position + tag.end()
                break
        markup, position = markup[: match.start()] + markup[end:], match.start()
    return markup


def _plain(text: str) -> str:
    """Text as it is read: entities resolved, single spaces, a line for each line break."""
    if "&" in text:  # the serialisation writes these four, and no others
        text = text.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    if _BREAK in text:
        lines = (visible(" ".join(line.split())) for line in text.split(_BREAK))
        return "\n".join(line for line in lines if line)
    return visible(" ".join(text.split()))


@lru_cache(maxsize=4096)
def _said(tag: str, attributes: str) -> Said:
    """What an element's attributes, as serialised, and its tag say about it."""
    said, off_page = _NOTHING, False
    if attributes:
        found = dict(_ATTRIBUTE.findall(attributes))
        off_page = _is_off_page(found)
        if tag not in ("body", "html"):
            said = said_by(found.get("class"), found.get("id"), found.get("data-component"))
    beside = said.beside or off_page or tag in _BESIDE_TAGS
    return Said(said.text, beside, said.never, said.article or tag in ("article", "main"))


def _is_off_page(attributes: dict[str, str]) -> bool:
    """Whether an element is hidden, or by its role no part of the article. Pages saved with a dialog open hide all the rest."""
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    if attributes.get("role", "").lower() in _SKIP_ROLES:
        return True
    style = attributes.get("style")
    return bool(style) and _HIDDEN_STYLE.search(style or "") is not None


def _is_unseen(attributes: str) -> bool:
    """Whether an inline element is for screen readers only or hidden."""
    if not _may_hide(attributes):
        return False
    found = dict(_ATTRIBUTE.findall(attributes))
    if _is_off_page(found):
        return True
    words = found.get("class", "").lower()
    return "visually-hidden" in words or "visuallyhidden" in words or "sr-only" in words or "screen-reader" in words

"""A page as a flat run of text blocks, each knowing the elements it stands in: one walk, on which extraction then decides.

The walk runs over the parser's own serialisation, cut into tags by one pattern: that is several times as quick as asking the
tree for each node, and as safe, because the serialisation is balanced and its attributes are quoted whatever the page was.
Deciding on a list is quicker than cutting a tree, and shows why a block was left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.reading.names import ARTICLE, BESIDE, NEVER, folded

#: Elements whose text is never prose.
_UNREAD = (
    "head", "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "applet", "canvas", "audio",
    "video", "map", "button", "select", "textarea", "menu", "nav", "footer", "figcaption", "caption", "xmp", "noembed",
    "noframes", "plaintext",
)  # fmt: skip
#: Elements that hold no prose as a rule; some pages stand in one <form> as a whole.
_BESIDE_TAGS = frozenset(("aside", "form", "dialog", "fieldset", "label", "details"))
#: Elements that stand within a line. Others that are not below, such as <gu-island>, contain blocks and end none.
_INLINE = frozenset(
    ("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd",
     "mark", "nobr", "q", "ruby", "rt", "rp", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u",
     "var")
)  # fmt: skip
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_BLOCKS = HEADINGS | frozenset(
    ("address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
     "fieldset", "figure", "form", "header", "hgroup", "html", "label", "legend", "li", "main", "ol", "option", "p", "pre",
     "search", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul")
)  # fmt: skip
_VOID = frozenset(("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"))
_SKIP_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog", "menu", "menubar", "toolbar",
     "form", "button", "tablist")
)  # fmt: skip

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
#: (slash, tag, attributes, text that follows): how a serialised document goes on after each "<".
_TOKEN = re.compile(r'<(/?)([^\s/>]+)((?: =?[^\s=>]*="[^"]*")*)>([^<]*)')
_ATTRIBUTE = re.compile(r' (class|id|data-component|role|hidden|aria-hidden|style)="([^"]*)"')
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_UNSEEN_INLINE = re.compile(r"hidden|sr-only|screen-reader|display|role=")
MOST_CHARS = 2_500_000  #: of markup, scripts not counted; real articles have a tenth of it
_MOST_CACHED = 400
_BREAK = "\0"  # decoding leaves none in a text
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_LONGEST_ROW = 600  #: characters above which a table's row is a layout

_Token = tuple[str, str, str, str]


@dataclass(slots=True, kw_only=True)
class Element:
    """One element that can contain blocks. `beside`, `never`, `article`: what its name says, see `names`."""

    parent: int  #: index of the enclosing element, -1 at the top
    tag: str
    name: str = ""  #: class and id, lower case
    beside: bool = False
    never: bool = False
    article: bool = False
    first: int = 0  #: index of the first block in it or in what it contains
    end: int = 0  #: index after the last one
    images: int = 0  #: directly in it


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


class _Traits(NamedTuple):
    name: str
    never: bool
    beside: bool
    article: bool


def outline_of(tree: LexborHTMLParser, roots: list[LexborNode] | None = None) -> Outline:
    """The blocks of a parsed page, or of some elements of it. Takes out of the tree what is never prose."""
    tree.strip_tags(list(_UNREAD))
    if roots is None:
        roots = [tree.body] if tree.body is not None else []
    html = "".join(node.html or "" for node in roots)
    if "<!--" in html:
        html = _COMMENT.sub("", html)
    return _Walk(_TOKEN.findall(html, 0, MOST_CHARS)).run()


class _Walk:
    """Goes along the tags of a page and collects its blocks."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._outline = Outline()
        self._elements, self._blocks = self._outline.elements, self._outline.blocks
        self._open: list[int] = []  # indices of the elements around the current place
        self._parts: list[str] = []  # the current block's text so far
        self._begun = (-1, "div")  # the current block's element and tag
        self._links = 0  # how many <a> are open
        self._link_chars = 0

    def run(self) -> Outline:
        """Goes through all tags."""
        resume = 0
        for index, (slash, tag, attributes, text) in enumerate(self._tokens):
            if index < resume:
                continue
            last = index  # the tag after which to go on
            if tag in _INLINE:
                if attributes and _is_unseen(tag, attributes):
                    last = self._end_of(index)
                elif tag == "a":
                    self._links = max(0, self._links + (-1 if slash else 1))
            elif tag in _VOID:
                self._void(tag)
            elif slash:
                self._leave(tag)
            elif tag == "tr" and (end := self._row(index)):
                last = end
            else:
                self._enter(tag, attributes)
            if last > index:
                resume, text = last + 1, self._tokens[last][3]
            if text:
                self._write(text)
        self._flush()
        for element in self._open:
            self._elements[element].end = len(self._blocks)
        return self._outline

    def _end_of(self, start: int) -> int:
        """The index of the tag that closes the one at `start`."""
        name, depth = self._tokens[start][1], 0
        for index in range(start, len(self._tokens)):
            slash, tag, _, _ = self._tokens[index]
            if tag == name:
                depth += -1 if slash else 1
                if not depth:
                    return index
        return len(self._tokens) - 1

    def _write(self, text: str) -> None:
        if not self._parts:
            if text.isspace():
                return
            element = self._open[-1] if self._open else -1
            self._begun = (element, self._tag_of(element))
        self._parts.append(text)
        if self._links:
            self._link_chars += len(text.strip())

    def _tag_of(self, element: int) -> str:
        """The nearest tag that a block can be named by: not <gu-island>."""
        while element >= 0 and self._elements[element].tag not in _BLOCKS:
            element = self._elements[element].parent
        return self._elements[element].tag if element >= 0 else "div"

    def _flush(self) -> None:
        """The current block ends here."""
        if not self._parts:
            return
        text = _plain("".join(self._parts))
        self._parts.clear()
        if text:
            element, tag = self._begun
            self._blocks.append(Block(tag=tag, element=element, text=text, link_chars=min(self._link_chars, len(text))))
        self._link_chars = 0

    def _void(self, tag: str) -> None:
        if tag == "br":
            self._line_break()
        elif tag == "hr":
            self._flush()
        elif tag == "img" and self._open:
            self._elements[self._open[-1]].images += 1

    def _line_break(self) -> None:
        """One <br> is a new line; two in a row end the paragraph."""
        for part in reversed(self._parts):
            if part == _BREAK:
                self._flush()
                return
            if not part.isspace():
                self._parts.append(_BREAK)
                return

    def _enter(self, tag: str, attributes: str) -> None:
        if tag in _BLOCKS:
            self._flush()
        elements = self._elements
        traits = _traits(tag, attributes) if len(attributes) <= _MOST_CACHED else _traits.__wrapped__(tag, attributes)
        elements.append(
            Element(
                parent=self._open[-1] if self._open else -1,
                tag=tag,
                name=traits.name,
                never=traits.never,
                beside=traits.beside,
                article=traits.article,
                first=len(self._blocks),
            )
        )
        self._open.append(len(elements) - 1)

    def _leave(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._flush()
        if self._open:
            self._elements[self._open.pop()].end = len(self._blocks)

    def _row(self, start: int) -> int:
        """Makes a table's row one line (``area: grade``, or cells set off by bars) and returns the index of its end.

        0 when it is no row of short cells but the layout of a page.
        """
        cells: list[list[str]] = []
        links = size = 0
        linked = False
        for index in range(start + 1, len(self._tokens)):
            slash, tag, _, text = self._tokens[index]
            if tag == "tr":
                if not slash:
                    return 0
                self._finish_row(start, cells, links)
                return index
            if tag in ("td", "th"):
                if not slash:
                    cells.append([])
            elif tag == "a":
                linked = not slash
            elif tag in _BLOCKS and (tag != "p" or (not slash and cells and "".join(cells[-1]).strip())):
                return 0
            if cells and text and not (tag in ("td", "th") and slash):
                cells[-1].append(text if tag in _INLINE else f" {text}")
                size += len(text)
                links += len(text.strip()) if linked else 0
            if size > _LONGEST_ROW:
                return 0
        return 0

    def _finish_row(self, start: int, cells: list[list[str]], links: int) -> None:
        self._enter("tr", self._tokens[start][2])
        texts = [text for cell in cells if (text := _plain("".join(cell)))]
        if texts:
            joint = ": " if len(texts) == 2 else " | "
            line = joint.join(texts)
            self._blocks.append(Block(tag="tr", element=self._open[-1], text=line, link_chars=min(links, len(line))))
        self._leave("tr")


def _plain(text: str) -> str:
    """Text as it is read: entities resolved, single spaces, a line for each line break."""
    if "&" in text:
        text = unescape(text)
    if not text.isascii():
        text = text.translate(_INVISIBLE)
    if _BREAK in text:
        lines = (" ".join(line.split()) for line in text.split(_BREAK))
        return "\n".join(line for line in lines if line)
    return " ".join(text.split())


@lru_cache(maxsize=4096)
def _traits(tag: str, attributes: str) -> _Traits:
    """What an element's attributes, as serialised, say about it."""
    words, off_page = "", False
    if attributes:
        found = dict(_ATTRIBUTE.findall(attributes))
        words = folded(found.get("class"), found.get("id"), found.get("data-component"))
        off_page = _is_off_page(found)
    named = bool(words) and tag not in ("body", "html")
    never = named and NEVER.search(words) is not None
    return _Traits(
        name=words,
        never=never,
        beside=never or off_page or tag in _BESIDE_TAGS or (named and BESIDE.search(words) is not None),
        article=tag in ("article", "main") or (named and ARTICLE.search(words) is not None),
    )


def _is_off_page(attributes: dict[str, str]) -> bool:
    """Whether an element is hidden, or by its role no part of the article. Pages saved with a dialog open hide all the rest."""
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    if attributes.get("role", "").lower() in _SKIP_ROLES:
        return True
    style = attributes.get("style")
    return bool(style) and _HIDDEN_STYLE.search(style or "") is not None


def _is_unseen(tag: str, attributes: str) -> bool:
    """Whether an inline element is for screen readers only (", external") or hidden."""
    if tag not in ("span", "a", "small") or not _UNSEEN_INLINE.search(attributes):
        return False
    found = dict(_ATTRIBUTE.findall(attributes))
    if _is_off_page(found):
        return True
    words = found.get("class", "").lower()
    return "visually-hidden" in words or "visuallyhidden" in words or "sr-only" in words or "screen-reader" in words

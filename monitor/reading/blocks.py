"""A page as a flat run of text blocks, each knowing the elements it stands in: one walk, on which extraction then decides.

Deciding on a list is quicker than cutting a tree, and shows why a block was left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.reading.names import ARTICLE, BESIDE, NEVER, folded

#: Elements whose text is never prose.
_SKIP_WORDS = (
    "script style noscript template svg math iframe object embed applet canvas audio video map button select option "
    "input textarea menu head link meta nav footer figcaption caption"
)
_SKIP = frozenset(_SKIP_WORDS.split())
#: Elements that hold no prose as a rule; some pages stand in one <form> as a whole.
_BESIDE_TAGS = frozenset(("aside", "form", "dialog", "fieldset", "label", "details"))
#: Elements that stand within a line.
_INLINE_WORDS = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark nobr q ruby rt rp s samp small "
    "span strike strong sub sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_WORDS.split())
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
_SKIP_ROLES = frozenset(
    ("navigation", "banner", "contentinfo", "complementary", "search", "dialog", "alertdialog", "menu", "menubar", "toolbar",
     "form", "button", "tablist")
)  # fmt: skip

_SPACES = re.compile(r"[ \t\r\f\v\u00a0\u2007\u202f]+")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
MOST_NODES = 200_000
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))


@dataclass(slots=True, kw_only=True)
class Element:
    """One element that contains blocks. `beside`, `never`, `article`: what its name says, see `names`."""

    parent: int  #: index of the enclosing element, -1 at the top
    depth: int
    tag: str
    beside: bool = False
    never: bool = False
    article: bool = False
    name: str = ""  #: class and id, lower case


@dataclass(slots=True, kw_only=True)
class Block:
    """One paragraph, heading, list item or table row."""

    tag: str
    element: int  #: index of the element it belongs to
    parts: list[str] = field(default_factory=list)
    link_chars: int = 0
    strong_chars: int = 0
    text: str = ""

    @property
    def link_share(self) -> float:
        """How much of the text is inside links, 0 to 1."""
        return self.link_chars / len(self.text) if self.text else 0.0


@dataclass(slots=True, kw_only=True)
class Outline:
    """The elements and blocks of one page, in document order."""

    elements: list[Element]
    blocks: list[Block]
    _chains: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def ancestors(self, element: int) -> tuple[int, ...]:
        """Indices from `element` itself outwards."""
        chain = self._chains.get(element)
        if chain is None:
            found, index = [], element
            while index >= 0:
                found.append(index)
                index = self.elements[index].parent
            chain = self._chains[element] = tuple(found)
        return chain


_Stack = list[tuple[LexborNode | None, int, str]]


class _Walk:
    """Collects the blocks below one node. Explicit stack: pages nest deeper than Python's recursion."""

    def __init__(self) -> None:
        self.outline = Outline(elements=[], blocks=[])
        self._open: Block | None = None
        self._inline_links = 0
        self._strong = 0

    def flush(self) -> None:
        block, self._open = self._open, None
        if block is None:
            return
        lines = (_SPACES.sub(" ", line).strip() for line in "".join(block.parts).translate(_INVISIBLE).split("\n"))
        block.text = "\n".join(line for line in lines if line)
        block.parts = []
        if block.text:
            self.outline.blocks.append(block)

    def write(self, text: str, element: int, tag: str) -> None:
        if self._open is None:
            if not text.strip():
                return
            self._open = Block(tag=tag, element=element)
        self._open.parts.append(text)
        size = len(text.strip())
        if self._inline_links:
            self._open.link_chars += size
        if self._strong:
            self._open.strong_chars += size

    def line_break(self) -> None:
        """One <br> is a new line; two in a row end the paragraph."""
        if self._open is None:
            return
        for part in reversed(self._open.parts):
            if part == "\n":
                self.flush()
                return
            if part.strip():
                break
        self._open.parts.append("\n")

    def run(self, root: LexborNode) -> Outline:
        # A stack entry is (node, element index, tag of the nearest block element), or a marker that closes what was opened.
        stack: _Stack = [(root, -1, "div")]
        seen = 0
        while stack:
            node, element, tag = stack.pop()
            if node is None:
                self._close(tag)
                continue
            seen += 1
            if seen > MOST_NODES:
                break
            name = node.tag
            if name == "-text":
                self.write((node.text_content or "").replace("\n", " "), element, tag)
            elif name is None or name[0] == "-" or name in _SKIP:
                if name == "figcaption":
                    self.flush()
            elif name == "br":
                self.line_break()
            elif name in _INLINE:
                self._enter_inline(node, name, element, tag, stack)
            elif name != "hr":
                self._enter_block(node, name, element, stack)
        self.flush()
        return self.outline

    def _close(self, tag: str) -> None:
        if tag == "a":
            self._inline_links -= 1
        elif tag == "strong":
            self._strong -= 1
        else:
            self.flush()

    def _enter_inline(self, node: LexborNode, name: str, element: int, tag: str, stack: _Stack) -> None:
        if name in ("span", "a", "small") and _inline_is_beside(node):
            return
        if name == "a":
            self._inline_links += 1
            stack.append((None, -1, "a"))
        elif name in ("b", "strong"):
            self._strong += 1
            stack.append((None, -1, "strong"))
        stack.extend((child, element, tag) for child in reversed(list(node.iter(include_text=True))))

    def _enter_block(self, node: LexborNode, name: str, parent: int, stack: _Stack) -> None:
        attributes = node.attributes
        self.flush()
        if name == "tr" and _is_plain_row(node):
            self._row(node, parent)
            return
        element = self._element(name, parent, attributes)
        stack.append((None, -1, "block"))
        stack.extend((child, element, name) for child in reversed(list(node.iter(include_text=True))))

    def _element(self, name: str, parent: int, attributes: dict[str, str | None]) -> int:
        elements = self.outline.elements
        words = ""
        off_page = False
        if attributes:
            words = folded(attributes.get("class"), attributes.get("id"), attributes.get("data-component"))
            off_page = _is_off_page(attributes)
        named = bool(words) and name not in ("body", "html")
        never = named and NEVER.search(words) is not None
        elements.append(
            Element(
                parent=parent,
                depth=elements[parent].depth + 1 if parent >= 0 else 0,
                tag=name,
                name=words,
                never=never,
                beside=never or off_page or name in _BESIDE_TAGS or (named and BESIDE.search(words) is not None),
                article=name in ("article", "main") or (named and ARTICLE.search(words) is not None),
            )
        )
        return len(elements) - 1

    def _row(self, node: LexborNode, parent: int) -> None:
        """A table row becomes one line: ``area: grade``, or cells set off by bars."""
        cells = [" ".join((cell.text() or "").split()) for cell in node.iter() if cell.tag in ("td", "th")]
        cells = [cell for cell in cells if cell]
        links = sum(len(" ".join((link.text() or "").split())) for link in node.css("a"))
        element = self._element("tr", parent, node.attributes)
        if cells:
            joint = ": " if len(cells) == 2 else " | "
            text = joint.join(cells)
            self.outline.blocks.append(Block(tag="tr", element=element, text=text, link_chars=links))


def _is_off_page(attributes: dict[str, str | None]) -> bool:
    """Whether an element is hidden, or by its role no part of the article. Pages saved with a dialog open hide all the rest."""
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    if (attributes.get("role") or "").lower() in _SKIP_ROLES:
        return True
    style = attributes.get("style")
    return bool(style) and _HIDDEN_STYLE.search(style or "") is not None


def _inline_is_beside(node: LexborNode) -> bool:
    """Whether an inline element is for screen readers only (", external") or hidden."""
    attributes = node.attributes
    if not attributes:
        return False
    if _is_off_page(attributes):
        return True
    words = (attributes.get("class") or "").lower()
    return "visually-hidden" in words or "visuallyhidden" in words or "sr-only" in words or "screen-reader" in words


def _is_plain_row(node: LexborNode) -> bool:
    """Whether a table row holds data rather than the layout of a page."""
    return node.css_first("td div, td table, td p + p, td ul, td h2, td section") is None


def outline_of(tree: LexborHTMLParser, root: LexborNode | None = None) -> Outline:
    """The blocks of a parsed page, or of one element of it."""
    start = root if root is not None else tree.body
    return _Walk().run(start) if start is not None else Outline(elements=[], blocks=[])

"""What on a page stands beside the article, inside or outside the element that holds it: by its name, or by how it is made.

A name is believed unless most of the page's prose is inside: ``<div class="content-with-sidebar">``. Made like something else
are boxes of links, cards (two or more alike that begin with a linked headline, or one with a link laid over it), and captions
(few words around a picture).
"""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate

from monitor.extraction.html.block_scores import ends_sentence, prose_size
from monitor.extraction.html.blocks import HEADINGS, Block, Element, Outline

#: How much of a page's prose stands in an element whose name is then not believed.
_NEVER_SHARE, _BESIDE_SHARE, _ARTICLE_SHARE = 0.9, 0.5, 0.25
#: Elements that are boxes of something; paragraphs and rows are not.
_BOXES = frozenset(("div", "section", "aside", "figure", "ul", "ol", "dl", "table", "center", "article", "header", "a"))
_MIN_PROSE = 250  #: characters of prose below which nothing contradicts a name
_BOX_SHARE = 0.1  #: of the page's prose; a box with more is not beside the article
_MAX_CARD = 350
_MAX_CAPTION = 250
_PARAGRAPH = 120  #: characters of a whole sentence beside a picture that is no caption


def boilerplate_blocks(outline: Outline) -> frozenset[int]:
    """Indices of the blocks that are not the article's."""
    sums = _Sums(outline)
    cards = _cards(outline, sums)
    under: list[bool] = []
    for index, element in enumerate(outline.elements):  # parents come before children
        out = element.parent >= 0 and under[element.parent]
        if not out and element.end > element.first:
            out = (element.said.beside and sums.is_named_so(element)) or index in cards or sums.is_box(index)
        under.append(out)
    return frozenset(index for index, block in enumerate(outline.blocks) if block.element >= 0 and under[block.element])


def prose_on_page(outline: Outline, out: frozenset[int]) -> int:
    """Characters of prose on the page that do not stand beside the article: what it could be made of."""
    return sum(prose_size(block) for index, block in enumerate(outline.blocks) if index not in out)


class _Sums:
    """Characters of text, links and prose, and pictures, of any element in one step."""

    def __init__(self, outline: Outline) -> None:
        self._outline = outline
        self._chars = [0, *accumulate(len(block.text) for block in outline.blocks)]
        self._links = [0, *accumulate(block.link_chars for block in outline.blocks)]
        self._prose = [0, *accumulate(map(prose_size, outline.blocks))]
        self._pictures = [element.images for element in outline.elements]
        self._bare_links = [element.bare_links for element in outline.elements]
        for index in range(len(outline.elements) - 1, 0, -1):
            element = outline.elements[index]
            if element.parent >= 0:
                self._pictures[element.parent] += self._pictures[index]
                self._bare_links[element.parent] += self._bare_links[index]

    def chars(self, element: Element) -> int:
        """Of text in an element."""
        return self._chars[element.end] - self._chars[element.first]

    def _holds(self, element: Element, share: float) -> bool:
        """Whether an element has at least `share` of the page's prose."""
        return self._prose[element.end] - self._prose[element.first] >= max(share * self._prose[-1], 1)

    def is_named_so(self, element: Element) -> bool:
        """Whether the name of an element that says "not the article" is to be believed."""
        limit = _NEVER_SHARE if element.said.never else _ARTICLE_SHARE if element.tag in ("main", "article") else _BESIDE_SHARE
        return self._prose[element.end] - self._prose[element.first] < _MIN_PROSE or not self._holds(element, limit)

    def is_box(self, index: int) -> bool:
        """Whether an element is made like a list of links, a card with a link over it, or a picture with its caption."""
        element = self._outline.elements[index]
        if element.tag not in _BOXES:
            return False
        chars = self.chars(element)
        links = self._links[element.end] - self._links[element.first]
        linked = element.end - element.first > 1 and links * 2 > chars
        covered = self._bare_links[index] > 0 and chars <= _MAX_CARD
        pictured = self._pictures[index] > 0 and chars <= _MAX_CAPTION
        if not (linked or covered or pictured) or self._holds(element, _BOX_SHARE):
            return False
        blocks = self._outline.blocks[element.first : element.end]
        if linked:
            return all(block.tag != "h1" for block in blocks)
        return element.tag == "figure" or not any(_is_body(block, covered=covered) for block in blocks)


def _is_body(block: Block, *, covered: bool) -> bool:
    """Whether a block beside a picture is more than its caption: a paragraph, or a heading, as things in a list have."""
    if block.tag in HEADINGS:
        return block.link_share < 0.5 and not covered
    return block.tag == "p" and len(block.text) >= _PARAGRAPH and ends_sentence(block.text)


def _cards(outline: Outline, sums: _Sums) -> set[int]:
    """Elements that are one of several alike, each a linked headline and few words more."""
    groups: dict[tuple[int, str, str], list[int]] = defaultdict(list)
    for index, element in enumerate(outline.elements):
        if element.end - element.first < 2 or element.tag == "p" or element.tag in HEADINGS:
            continue
        if outline.blocks[element.first].link_share > 0.8 and sums.chars(element) <= _MAX_CARD:
            groups[element.parent, element.tag, element.said.text].append(index)
    return {index for members in groups.values() if len(members) > 1 for index in members}

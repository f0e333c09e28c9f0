"""Chooses which blocks of a page are the article.

Paragraphs score by length and commas and lose by links; the score rises to the elements around them, and the element with most
is the article. What stands inside it under a name of something else (related, share, newsletter) or is mostly links is left
out: a headline of another story inside the body would be a false alert. Where the page carries its own full text as data
(JSON-LD `articleBody`), that text decides which blocks belong.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import accumulate, chain

from monitor.reading.blocks import HEADINGS, Block, Element, Outline

_LEVELS = (1.0, 0.5, 1 / 3, 0.22, 0.15)  #: how much of a paragraph's score its parent, grandparent ... get
_ARTICLE_BONUS = 1.25
_LEVELS_OUT = 3  #: how far out neighbours of the article are looked for
_SHORT = 25  #: characters below which a block says nothing about where the article is
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]]*\s*$")
_WORD = re.compile(r"\w+")
#: How much of a page's prose stands in an element whose name is then not believed.
_NEVER_SHARE, _BESIDE_SHARE, _ARTICLE_SHARE = 0.9, 0.5, 0.25
_HINT_LEAST = 300  #: characters of articleBody below which it is a teaser
_HINT_COVERED, _HINT_WHOLE = 0.75, 0.97


def article_blocks(outline: Outline, hint: str = "") -> list[Block]:
    """The blocks that make up the article, in order; an empty list when nothing on the page reads like one."""
    beside = _beside(outline)
    scores = [0.0 if index in beside.blocks else _score(block) for index, block in enumerate(outline.blocks)]
    top = _top(outline, scores)
    if top < 0:
        return []
    inside = set(range(outline.elements[top].first, outline.elements[top].end))
    inside |= _siblings(outline, top, scores, beside.blocks, inside)
    kept = [
        block
        for index, block in enumerate(outline.blocks)
        if index in inside and index not in beside.blocks and not _is_links(block)
    ]
    kept = _without_loose_ends(_without_bare_headings(kept))
    return _by_hint(outline, hint, kept) if len(hint) >= _HINT_LEAST else kept


def prose_blocks(blocks: list[Block]) -> list[Block]:
    """Of blocks that are known to be the article's, those that are prose rather than links elsewhere."""
    return _without_loose_ends(_without_bare_headings([block for block in blocks if not _is_links(block)]))


def prose_on_page(outline: Outline) -> int:
    """Characters of prose on the page that stand under no name of something else: what an article could be made of."""
    beside = _beside(outline)
    return sum(_prose_size(block) for index, block in enumerate(outline.blocks) if index not in beside.blocks)


@dataclass(frozen=True, slots=True)
class _Beside:
    """Elements and blocks whose name says that they are not the article, when the page is not wholly inside such a name."""

    elements: frozenset[int]
    blocks: frozenset[int]


def _beside(outline: Outline) -> _Beside:
    """Believe the names of elements unless most of the page's prose is inside: ``<div class="content-with-sidebar">``."""
    before = [0, *accumulate(_prose_size(block) for block in outline.blocks)]
    total = before[-1]
    under: list[bool] = []
    for element in outline.elements:  # parents come before children
        believed = False
        if element.beside:
            share = (before[element.end] - before[element.first]) / total if total else 0.0
            limit = _NEVER_SHARE if element.never else _ARTICLE_SHARE if element.tag in ("main", "article") else _BESIDE_SHARE
            believed = share < limit
        under.append(believed or (element.parent >= 0 and under[element.parent]))
    return _Beside(
        frozenset(index for index, yes in enumerate(under) if yes),
        frozenset(index for index, block in enumerate(outline.blocks) if block.element >= 0 and under[block.element]),
    )


def _prose_size(block: Block) -> int:
    if block.tag in HEADINGS or len(block.text) < 60 or block.link_share > 0.5:
        return 0
    return len(block.text)


def _score(block: Block) -> float:
    size = len(block.text)
    if size < _SHORT or block.tag in HEADINGS:
        return 0.0
    share = block.link_share
    if share > 0.6:
        return 0.0
    score = 1.0 + block.text.count(",") + min(size / 100, 3.0)
    if block.tag in ("li", "td", "dd", "dt", "tr"):
        score *= 0.4
    elif block.tag not in ("p", "blockquote", "pre") and size < 80:
        score *= 0.3
    if not _SENTENCE_END.search(block.text):
        score *= 0.6
    return score * (1 - share)


def _top(outline: Outline, scores: list[float]) -> int:
    """The element that holds the article: the one its paragraphs' scores add up in; -1 when there are none."""
    sums: dict[int, float] = defaultdict(float)
    for block, score in zip(outline.blocks, scores, strict=True):
        if score <= 0:
            continue
        element = block.element
        if outline.elements[element].tag in ("p", "li", "blockquote", "pre", "td", "tr", "dd", "dt"):
            element = outline.elements[element].parent  # a paragraph is not its own container
        for level in _LEVELS:
            if element < 0:
                break
            sums[element] += score * level
            element = outline.elements[element].parent
    if not sums:
        return -1
    return max(sums, key=lambda index: (sums[index] * (_ARTICLE_BONUS if outline.elements[index].article else 1.0), -index))


def _siblings(outline: Outline, top: int, scores: list[float], beside: frozenset[int], inside: set[int]) -> set[int]:
    """Blocks beside the top element that go with it: the article was cut in two by an advert, or its lede stands alone.

    Looks one level out, and further where only wrappers lie between; further out only neighbours of the same name count.
    """
    found: set[int] = set()
    child = top
    whole = sum(scores[index] for index in inside)
    for level in range(_LEVELS_OUT):
        parent = outline.elements[child].parent
        if parent < 0 or (outline.elements[parent].tag in ("body", "html") and level):
            break
        groups = _groups(outline, parent, child, beside)
        twins = {
            element: members
            for element, members in groups.items()
            if element >= 0 and _is_alike(outline.elements[element], outline.elements[child])
        }
        for element, members in (groups if level == 0 else twins).items():
            if _goes_with(outline, element, members, scores, whole, alike=element in twins):
                found.update(members)
        if found:  # a list or a table between two paragraphs of the same make scores nothing and belongs all the same
            between = [members for members in twins.values() if min(found | inside) < members[0] < max(found | inside)]
            found.update(index for members in between if not _is_linked(outline, members) for index in members)
        child = parent
    return found


def _groups(outline: Outline, parent: int, child: int, beside: frozenset[int]) -> dict[int, list[int]]:
    """The blocks in `parent` outside `child`, by the element directly in `parent` that holds them; lone ones by -1 - index."""
    element = outline.elements[parent]
    inner = outline.elements[child]
    groups: dict[int, list[int]] = defaultdict(list)
    for index in chain(range(element.first, inner.first), range(inner.end, element.end)):
        if index not in beside:
            groups[_below(outline, outline.blocks[index].element, parent, -1 - index)].append(index)
    return groups


def _below(outline: Outline, element: int, parent: int, lone: int) -> int:
    """The ancestor of `element` that stands directly in `parent`, `lone` when it is `parent` itself."""
    found = lone
    while element != parent:
        found, element = element, outline.elements[element].parent
    return found


def _is_alike(one: Element, other: Element) -> bool:
    return bool(one.name) and one.name == other.name and one.tag == other.tag


def _goes_with(outline: Outline, element: int, members: list[int], scores: list[float], whole: float, *, alike: bool) -> bool:
    """Whether the blocks of one neighbour belong to the article: few links, and much text or one whole sentence."""
    if _is_linked(outline, members):
        return False
    if sum(scores[index] for index in members) > max(2.0 if alike else 8.0, whole * (0.05 if alike else 0.2)):
        return True
    return (element < 0 or _lone_paragraph(outline, members)) and _is_prose(outline, members)


def _is_linked(outline: Outline, members: list[int]) -> bool:
    """Whether more than a quarter of the text of some blocks is links."""
    chars = sum(len(outline.blocks[index].text) for index in members)
    links = sum(outline.blocks[index].link_chars for index in members)
    return links * 4 > chars


def _lone_paragraph(outline: Outline, members: list[int]) -> bool:
    return len(members) == 1 and outline.blocks[members[0]].tag == "p"


def _is_prose(outline: Outline, members: list[int]) -> bool:
    text = outline.blocks[members[0]].text
    return len(text) > 80 and _SENTENCE_END.search(text) is not None


def _is_links(block: Block) -> bool:
    """Whether a block is a link to something else rather than prose that links: "READ MORE: ..." and lists of headlines."""
    size, share = len(block.text), block.link_share
    if block.tag == "h1":  # the title, which stands elsewhere
        return True
    if block.tag in HEADINGS:
        return share > 0.5
    if block.tag in ("li", "td", "dd", "dt"):
        return share > 0.6 and size < 250 and not _SENTENCE_END.search(block.text)
    return share > 0.8 or (share > 0.5 and size < 200)


def _without_bare_headings(blocks: list[Block]) -> list[Block]:
    """Leave out headings that head nothing: what stood under them was left out, so they are of its kind."""
    kept: list[Block] = []
    for block in reversed(blocks):
        follows = kept[-1] if kept else None
        if block.tag in HEADINGS and (follows is None or (follows.tag in HEADINGS and follows.tag <= block.tag)):
            continue
        kept.append(block)
    return kept[::-1]


def _without_loose_ends(blocks: list[Block]) -> list[Block]:
    """Leave out short unfinished lines before the first paragraph (section, byline) and after the last (labels, copyright)."""
    last = len(blocks)
    while last and _is_loose(blocks[last - 1]):
        last -= 1
    first = next((index for index, block in enumerate(blocks) if _prose_size(block)), 0)
    return [block for block in blocks[:first] if block.tag in HEADINGS or not _is_loose(block)] + blocks[first:last]


def _is_loose(block: Block) -> bool:
    if _SENTENCE_END.search(block.text):
        return False
    return block.link_share > 0.3 or (len(block.text) < 60 and block.tag not in ("li", "tr", "td", "dd", "blockquote"))


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _by_hint(outline: Outline, hint: str, chosen: list[Block]) -> list[Block]:
    """Correct the choice by the page's own full text: blocks it contains belong, blocks outside their range do not.

    The text must be covered by the page for the most part, else it is of something else, or a teaser, and is not believed.
    """
    whole = _words(hint)
    if len(whole) < _HINT_COVERED * sum(len(_words(block.text)) for block in chosen):
        return chosen  # the beginning only, as a teaser
    joined = " " + " ".join(whole) + " "
    matched: set[int] = set()
    covered, position = 0, 0
    for index, block in enumerate(outline.blocks):
        words = " ".join(_words(block.text))
        if not words or (len(words) < 12 and not matched):
            continue
        found = joined.find(f" {words} ", position)
        if found >= 0:
            # In order, so that a headline repeated in a list of other stories cannot match an earlier sentence again.
            position = found + len(words)
            covered += words.count(" ") + 1
            matched.add(index)
    share = covered / len(whole)
    if share < _HINT_COVERED:
        return chosen
    if share > _HINT_WHOLE:
        return [block for index, block in enumerate(outline.blocks) if index in matched]
    ours = {id(block) for block in chosen}
    first, last = min(matched), max(matched)
    return [
        block for index, block in enumerate(outline.blocks) if index in matched or (first < index < last and id(block) in ours)
    ]

"""Chooses which blocks of a page are the article.

Paragraphs score by length and commas and lose by links; the score rises to the elements around them, and the element with most
is the article. What stands beside it (`html.boilerplate`), is mostly links, or comes before the title is left out: a
headline of another story inside the body would be a false alert. Where the page carries its own full text as data (JSON-LD
`articleBody`), that text decides which blocks belong (`html.structured_data`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from monitor.extraction.html.block_scores import ends_sentence, is_links, is_loose, prose_size, score
from monitor.extraction.html.blocks import HEADINGS, Block, Element, Outline
from monitor.extraction.html.grade_lines import begins_with_grade, is_heading, states_grade
from monitor.extraction.html.structured_data import by_article_body

_LEVELS = (1.0, 0.5, 1 / 3, 0.22, 0.15)  #: how much of a paragraph's score its parent, grandparent ... get
_ARTICLE_BONUS = 1.25
_LEVELS_OUT = 3  #: how far out neighbours of the article are looked for
_INNER = frozenset(("p", "li", "blockquote", "pre", "td", "tr", "dd", "dt"))
_AFTER_TITLE = 0.6  #: of the chosen prose must follow the title's heading for what precedes it to be cut
_NEAR_TITLE = 8  #: blocks below the title within which the body begins
_MIN_TITLE = 12  #: letters of a heading that can be told for the title
_QUOTES = frozenset(("blockquote", "aside", "q"))
_ECHO = 25, 300  #: characters, least and most, of a quotation that may be one
_IN_PARAGRAPHS = 0.8  #: of the prose in <p>: then a short line in a bare <div> is a label
_LABEL = 100


def article_blocks(outline: Outline, out: frozenset[int], hint: str = "", title: str = "") -> list[Block]:
    """The blocks that make up the article, in order; an empty list when nothing on the page reads like one.

    `out` are the indices of blocks beside it (`boilerplate_blocks`), `hint` is the text that the page's own data give,
    `title` its title.
    """
    blocks = outline.blocks
    scores = [0.0 if index in out else score(block) for index, block in enumerate(blocks)]
    top = _top(outline, scores)
    if top < 0:
        return []
    inside = set(range(outline.elements[top].first, outline.elements[top].end))
    inside |= _siblings(outline, top, scores, out, inside)
    kept = [index for index in sorted(inside - out) if not is_links(blocks[index])]
    heading, kept = _from_title(blocks, kept, title)
    kept = _standfirst(blocks, out, heading, kept) + kept
    chosen = _tidied([blocks[index] for index in kept if not _is_echo(outline, index, kept)])
    return by_article_body(blocks, hint, chosen)


def prose_blocks(blocks: list[Block]) -> list[Block]:
    """Of blocks that are known to be the article's, those that are prose rather than links elsewhere."""
    return _without_loose_ends(_without_bare_headings([block for block in blocks if not is_links(block)]))


def _top(outline: Outline, scores: list[float]) -> int:
    """The element that holds the article: the one its paragraphs' scores add up in; -1 when there are none."""
    elements = outline.elements
    sums: dict[int, float] = defaultdict(float)
    for block, points in zip(outline.blocks, scores, strict=True):
        if points <= 0:
            continue
        element = block.element
        if element >= 0 and elements[element].tag in _INNER:
            element = elements[element].parent  # a paragraph is not its own container
        for level in _LEVELS:
            if element < 0:
                break
            sums[element] += points * level
            element = elements[element].parent
    if not sums:
        return -1
    return max(sums, key=lambda index: (sums[index] * (_ARTICLE_BONUS if elements[index].said.article else 1.0), -index))


def _siblings(outline: Outline, top: int, scores: list[float], out: frozenset[int], inside: set[int]) -> set[int]:
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
        groups = _groups(outline, parent, child, out)
        twins = {element: members for element, members in groups.items() if _is_twin(outline, element, members, child)}
        for element, members in (groups if level == 0 else twins).items():
            if _goes_with(outline, element, members, scores, whole, alike=element in twins):
                found.update(members)
        found |= _between(outline, twins.values(), found, inside)
        child = parent
    return found


def _is_twin(outline: Outline, element: int, members: list[int], child: int) -> bool:
    """Whether an element beside `child` is made like it, and begins no story of its own."""
    alike = element >= 0 and _is_alike(outline.elements[element], outline.elements[child])
    return alike and not _is_titled(outline, members)


def _between(outline: Outline, twins: Iterable[list[int]], found: set[int], inside: set[int]) -> set[int]:
    """What stands between the blocks found: a list or a table of the same make scores nothing and belongs all the same."""
    if not found:
        return set()
    first, last = min(found | inside), max(found | inside)
    between = [members for members in twins if first < members[0] < last]
    return {index for members in between if not _is_linked(outline, members) for index in members}


def _groups(outline: Outline, parent: int, child: int, out: frozenset[int]) -> dict[int, list[int]]:
    """The blocks in `parent` outside `child`, by the element directly in `parent` that holds them; lone ones by -1 - index."""
    element = outline.elements[parent]
    inner = outline.elements[child]
    groups: dict[int, list[int]] = defaultdict(list)
    for index in chain(range(element.first, inner.first), range(inner.end, element.end)):
        if index not in out:
            groups[_below(outline, outline.blocks[index].element, parent, -1 - index)].append(index)
    return groups


def _below(outline: Outline, element: int, parent: int, lone: int) -> int:
    """The ancestor of `element` that stands directly in `parent`.

    `lone` when it is `parent` itself, or stands around it: a line can go on into an element that ends no line.
    """
    found = lone
    while element != parent:
        if element < 0:
            return lone
        found, element = element, outline.elements[element].parent
    return found


def _is_alike(one: Element, other: Element) -> bool:
    return bool(one.said.text) and one.said.text == other.said.text and one.tag == other.tag


def _is_titled(outline: Outline, members: list[int]) -> bool:
    """Whether blocks are a story of their own: pages go on with the next story below the first."""
    return any(outline.blocks[index].tag == "h1" for index in members)


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
    return len(text) > 80 and ends_sentence(text)


def _from_title(blocks: list[Block], kept: list[int], title: str) -> tuple[int, list[int]]:
    """The index of the title's heading, -1 when there is none, and what is kept without what stands before it.

    Before it stand menus, alerts, the teaser of another story. A heading that most of the prose precedes is not the one.
    """
    wanted = _letters(title)
    if len(wanted) < _MIN_TITLE or not kept:
        return -1, kept
    whole = sum(prose_size(blocks[index]) for index in kept)
    for heading in range(kept[-1], -1, -1):
        if blocks[heading].tag in HEADINGS and _is_same(_letters(blocks[heading].text), wanted):
            after = [index for index in kept if index > heading]
            if sum(prose_size(blocks[index]) for index in after) >= _AFTER_TITLE * whole > 0:
                return heading, after
    return -1, kept


def _is_echo(outline: Outline, index: int, kept: list[int]) -> bool:
    """Whether a quotation repeats words of the text around it, as large letters do between paragraphs."""
    block = outline.blocks[index]
    quoted = block.tag in _QUOTES or (block.element >= 0 and outline.elements[block.element].tag in _QUOTES)
    if not quoted or not _ECHO[0] <= len(block.text) <= _ECHO[1]:
        return False
    core = block.text.strip("\"'“”‘’«» .…")
    texts = (outline.blocks[other].text for other in kept if other != index)
    return any(core in text for text in texts if len(text) > len(block.text))


def _standfirst(blocks: list[Block], out: frozenset[int], heading: int, kept: list[int]) -> list[int]:
    """Sentences between the title and the body: they say in short what the article says, in an element of their own."""
    if heading < 0 or not kept or not heading < kept[0] <= heading + _NEAR_TITLE:
        return []
    between = (index for index in range(heading + 1, kept[0]) if index not in out and blocks[index].tag in ("p", "div"))
    return [i for i in between if prose_size(blocks[i]) > 80 and not is_links(blocks[i]) and ends_sentence(blocks[i].text)]


def _letters(text: str) -> str:
    return "".join(char for char in text.lower() if char.isalnum())


def _is_same(heading: str, title: str) -> bool:
    return len(heading) >= _MIN_TITLE and (heading in title or title in heading)


def _tidied(blocks: list[Block]) -> list[Block]:
    return _without_loose_ends(_without_bare_headings(_without_labels(blocks)))


def _without_labels(blocks: list[Block]) -> list[Block]:
    """Leave out short unfinished lines in bare boxes where the prose is in paragraphs: "Company:", "Story highlights"."""
    sizes = [(block.tag, prose_size(block)) for block in blocks]
    whole = sum(size for _, size in sizes)
    if sum(size for tag, size in sizes if tag == "p") < _IN_PARAGRAPHS * whole:
        return blocks
    usual = HEADINGS | _INNER
    graded = _graded(blocks)
    return [
        block
        for index, block in enumerate(blocks)
        if block.tag in usual or len(block.text) > _LABEL or ends_sentence(block.text) or index in graded
    ]


def _graded(blocks: list[Block]) -> set[int]:
    """Places of the blocks that are grades, and of the headings right above them."""
    last = [index for index, block in enumerate(blocks) if begins_with_grade(block.text.rpartition("\n")[2])]
    return {*last, *(index - 1 for index in last if index and is_heading(blocks[index - 1].text))}


def _without_bare_headings(blocks: list[Block]) -> list[Block]:
    """Leave out headings that head nothing: what stood under them was left out, so they are of its kind.

    A row of grades that is written as headings is none of them; one alone may be another story's.
    """
    kept: list[Block] = []
    stated = [block.tag in HEADINGS and states_grade(block.text) for block in blocks]
    rows = [
        own and (before or after) for before, own, after in zip([False, *stated], stated, [*stated[1:], False], strict=False)
    ]
    for block, in_row in zip(reversed(blocks), reversed(rows), strict=True):
        follows = kept[-1] if kept else None
        if in_row:
            kept.append(block)
            continue
        if block.tag in HEADINGS and (follows is None or (follows.tag in HEADINGS and follows.tag <= block.tag)):
            continue
        kept.append(block)
    return kept[::-1]


def _without_loose_ends(blocks: list[Block]) -> list[Block]:
    """Leave out short unfinished lines before the first paragraph (section, byline) and after the last (labels, copyright)."""
    last, graded = len(blocks), _graded(blocks)
    while last and is_loose(blocks[last - 1]) and last - 1 not in graded:
        last -= 1
    first = next((index for index, block in enumerate(blocks) if prose_size(block)), 0)
    return [block for block in blocks[:first] if block.tag in HEADINGS or not is_loose(block) or _leads(block)] + blocks[
        first:last
    ]


def _leads(block: Block) -> bool:
    """Whether a line leads to what follows: "The council was graded:"."""
    return block.text.endswith(":") and block.tag == "p" and len(block.text) > 20

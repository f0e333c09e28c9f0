"""Corrects a choice of blocks by the full text that the page's own data give (JSON-LD ``articleBody``)."""

from __future__ import annotations

import re

from monitor.extraction.html.blocks import Block

_WORD = re.compile(r"\w+")
_MIN_TEXT = 300  #: characters below which it is a teaser
_COVERED, _WHOLE = 0.75, 0.97
_FEW = 12  #: words of a block that cannot begin the text: it may stand in it by chance


def by_article_body(blocks: list[Block], hint: str, chosen: list[Block]) -> list[Block]:
    """Of a page's `blocks` those that `hint` contains; `chosen` where the hint is no full text of this page.

    The text must be covered by the page for the most part, else it is of something else, or a teaser, and is not believed.
    """
    whole = _words(hint) if len(hint) >= _MIN_TEXT else []
    if not whole or len(whole) < _COVERED * sum(len(_words(block.text)) for block in chosen):
        return chosen
    matched, covered = _matched(blocks, whole)
    share = covered / len(whole)
    if share < _COVERED:
        return chosen
    if share > _WHOLE:
        return [block for index, block in enumerate(blocks) if index in matched]
    ours = {id(block) for block in chosen}
    first, last = min(matched), max(matched)
    return [block for index, block in enumerate(blocks) if index in matched or (first < index < last and id(block) in ours)]


def _matched(blocks: list[Block], whole: list[str]) -> tuple[set[int], int]:
    """The indices of the blocks that the words of the full text hold, in order, and how many of its words they are."""
    joined = " " + " ".join(whole) + " "
    matched: set[int] = set()
    covered, position = 0, 0
    for index, block in enumerate(blocks):
        words = _words(block.text)
        if not words or (len(words) < _FEW and not matched):
            continue
        found = joined.find(f" {' '.join(words)} ", position)
        if found >= 0:
            # In order, so that a headline repeated in a list of other stories cannot match an earlier sentence again.
            position = found + sum(map(len, words)) + len(words)
            covered += len(words)
            matched.add(index)
    return matched, covered


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())

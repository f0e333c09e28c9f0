"""What one block reads like, whatever stands around it: prose, a loose line, a link to something else."""

from __future__ import annotations

import re

from monitor.extraction.html.blocks import HEADINGS, Block

_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]]*\s*$")
_SHORT = 25  #: characters below which a block says nothing about where the article is
_PROSE = 60  #: characters that a block of prose has


def ends_sentence(text: str) -> bool:
    """Whether a text ends as a sentence does."""
    return _SENTENCE_END.search(text[-8:]) is not None


def prose_size(block: Block) -> int:
    """Characters of prose in a block: 0 for headings, short lines and links."""
    size = len(block.text)
    if size < _PROSE or block.link_chars * 2 > size or block.tag in HEADINGS:
        return 0
    return size


def score(block: Block) -> float:
    """How much a block says that the article is here."""
    size = len(block.text)
    if size < _SHORT or block.tag in HEADINGS:
        return 0.0
    share = block.link_share
    if share > 0.6:
        return 0.0
    found = 1.0 + block.text.count(",") + min(size / 100, 3.0)
    if block.tag in ("li", "td", "dd", "dt", "tr"):
        found *= 0.4
    elif block.tag not in ("p", "blockquote", "pre") and size < 80:
        found *= 0.3
    if not ends_sentence(block.text):
        found *= 0.6
    return found * (1 - share)


def is_links(block: Block) -> bool:
    """Whether a block is a link to something else rather than prose that links: "READ MORE: ..." and lists of headlines."""
    size, share = len(block.text), block.link_share
    if block.tag == "h1":  # the title, which stands elsewhere
        return True
    if block.tag in HEADINGS:
        return share > 0.5
    if block.tag in ("li", "td", "dd", "dt"):
        return share > 0.6 and size < 250 and not ends_sentence(block.text)
    if share > 0.8 or (share > 0.5 and size < 200 and not block.text.endswith(".")):
        return True
    # "Sign up for the Gazette's newsletter", one word of it linked: no sentence, and no heading either.
    return share > 0.3 and size < 150 and block.tag == "p" and not ends_sentence(block.text) and block.text[-1] not in ":;,"


def is_loose(block: Block) -> bool:
    """Whether a block is a short unfinished line: a section's name, a label, a byline."""
    if ends_sentence(block.text):
        return False
    return block.link_share > 0.3 or (len(block.text) < 60 and block.tag not in ("li", "tr", "td", "dd", "blockquote"))

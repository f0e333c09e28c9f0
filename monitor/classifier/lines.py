"""The document as lines: each sentence with its chunks, claims and scopes, and what can be asked of one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.classifier.chunk import Chunk
from monitor.classifier.claims import Claim
from monitor.classifier.scope import Scope
from monitor.classifier.text import Sentence
from monitor.domain.model import Area

#: number words that say how many are meant
COUNTS = {
    "both": 2,
    "two": 2,
    "2": 2,
    "pair": 2,
    "duo": 2,
    "three": 3,
    "trio": 3,
    "3": 3,
    "four": 4,
    "4": 4,
    "five": 5,
    "5": 5,
    "six": 6,
    "6": 6,
}
_NEAR = frozenset(
    "neighbouring neighbour neighbours nearby next unlike counterpart elsewhere surrounding partner partners other".split()
)
WEEKDAY = "(?:monday|tuesday|wednesday|thursday|friday)"
_SAME_DAY = re.compile(
    r"\b(?:same (?:day|morning|week)|today|yesterday|also (?:today|published|rated|judged|out|received|inspected)"
    r"|report (?:was|is) (?:also )?(?:out|published)|(?:another|separate|second|third|fourth|fifth) report"
    rf"|published (?:on )?{WEEKDAY}|also (?:[a-z]+ ){{0,3}}on {WEEKDAY})\b"
)
_DROPPED = re.compile(r"\b(?:elsewhere|unlike)\b")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence with what was found in it."""

    sentence: Sentence
    words: str  #: folded words joined by blanks
    codes: str  #: the chunks' codes, one letter each
    chunks: tuple[Chunk, ...]
    claims: tuple[Claim, ...]
    scopes: tuple[Scope, ...]

    def text_of(self, chunk: Chunk) -> list[str]:
        """The folded words of a chunk."""
        return [t.word for t in self.sentence.tokens[chunk.start : chunk.end]]

    @property
    def items(self) -> tuple[tuple[Area, ...], ...]:
        """The areas that the sentence names, in order, each as it is graded (two may share a grade)."""
        return tuple(item for chunk in self.chunks if chunk.code == "X" for item in chunk.areas)

    @property
    def same_day(self) -> bool:
        """Whether the sentence says that its news is of this day too."""
        return _SAME_DAY.search(self.words) is not None

    def clause_start(self, at: int) -> int:
        """Place where the clause around chunk `at` begins: after the last "but", semicolon or colon."""
        for i in range(at - 1, -1, -1):
            if self.chunks[i].code in "|;:":
                return i + 1
        return 0

    def nearby(self, chunk: Chunk) -> bool:
        """Whether a name is mentioned as somebody's neighbour or as an aside."""
        tokens = self.sentence.tokens
        before = {t.word for t in tokens[max(0, chunk.start - 4) : min(len(tokens), chunk.start + 2)]}
        return bool(before & _NEAR) or _DROPPED.match(self.words) is not None


def names_in(chunk: Chunk) -> tuple[str, ...]:
    """The URNs that a chunk names, itself or through whose it is."""
    if chunk.code == "A":
        return chunk.names
    return names_in(chunk.owner) if chunk.owner is not None else ()


def own_names(chunk: Chunk) -> tuple[str, ...]:
    """URNs that the chunk names itself, not through a trust that serves several authorities."""
    named = chunk if chunk.code == "A" else chunk.owner
    if named is None or named.value == "shared":
        return ()
    return named.names if named.code == "A" else names_in(named)

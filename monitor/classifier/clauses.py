"""The clause around a grade: which of a sentence's chunks can change what the grade means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.classifier.chunk import Chunk
from monitor.classifier.claims import Claim
from monitor.classifier.text import Sentence
from monitor.classifier.times import SEASONS, past_year


@dataclass(frozen=True, slots=True)
class Clause:
    """A claim with the stretch of its sentence that belongs to it."""

    claim: Claim
    chunks: Sequence[Chunk]
    sentence: Sentence
    published: date | None
    words: tuple[str, ...]  #: folded words of the sentence
    low: int  #: first place of the stretch
    high: int  #: place after its last
    reach: tuple[
        int, ...
    ]  #: places whose times are the grade's: the stretch without asides and without what a perfect shuts out
    perfect: bool  #: a present perfect or a "now" carries the grade

    @property
    def at(self) -> int:
        """Place of the grade."""
        return self.claim.at

    @property
    def before(self) -> Chunk | None:
        """The chunk that the stretch is bounded by on its left."""
        return self.chunks[self.low - 1] if self.low else None

    @property
    def leads(self) -> bool:
        """Whether the subject stands before the grade."""
        return 0 <= self.claim.subject_at < self.at

    def text(self, chunk: Chunk) -> str:
        """The folded words of a chunk, joined."""
        return " ".join(self.words[chunk.start : chunk.end])

    def word(self, at: int) -> str:
        """The first word of the chunk at a place; empty outside the sentence."""
        return self.words[self.chunks[at].start] if 0 <= at < len(self.chunks) else ""

    def follows(self) -> Sequence[str]:
        """The words after the grade."""
        return self.words[self.claim.grade.end :]

    def near(self) -> str:
        """The words around the grade, joined: far enough for a phrase that governs it."""
        return " ".join(self.words[max(0, self.claim.grade.start - 40) : self.claim.grade.end + 20])

    def year(self) -> int | None:
        """The latest past year that is the grade's."""
        return past_year(self.chunks, self.reach, self.words, self.published)


def clause_of(claim: Claim, chunks: Sequence[Chunk], sentence: Sentence, published: date | None) -> Clause:
    """The clause of a claim."""
    words = tuple(t.word for t in sentence.tokens)
    low, high = _stretch(claim, chunks, words)
    reach = _without_asides(claim, chunks, low, high)
    perfect = _perfect(claim, words)
    if perfect is not None:
        reach = [i for i in reach if chunks[i].start >= perfect]
    return Clause(claim, chunks, sentence, published, words, low, high, tuple(reach), perfect is not None)


def _stretch(claim: Claim, chunks: Sequence[Chunk], words: Sequence[str]) -> tuple[int, int]:
    """The chunks whose modifiers reach the grade: its clause, less the stretch of the grade before or after it."""
    return _left_bound(claim, chunks), _right_bound(claim, chunks, words)


def _left_bound(claim: Claim, chunks: Sequence[Chunk]) -> int:
    low = claim.at
    while low > 0:
        before = chunks[low - 1]
        if before.code in ";|^" and not (before.code in "|^" and low - 1 > claim.subject_at >= 0):
            break
        if before.code == "R" and low >= 2 and chunks[low - 2].code == "<" and chunks[low].code == ">":
            low -= 2  # "can climb from inadequate to good": one clause
            continue
        if before.code in "RE":
            low = _split(chunks, low - 1, claim.at)
            break
        low -= 1
    if low > 1 and chunks[low - 1].code == "^":
        if chunks[low - 2].code == "P" and chunks[low - 2].value == "past":
            return low - 2  # "seven years after it was rated inadequate"
        if any(c.code in "YP" for c in chunks[max(0, low - 3) : low - 1]):
            return max(0, low - 3)  # "since 2016, when it required improvement"
    return low


def _right_bound(claim: Claim, chunks: Sequence[Chunk], words: Sequence[str]) -> int:
    high = claim.at + 1
    while high < len(chunks):
        after = chunks[high]
        if after.code in ";Q(|" or (after.code == "^" and not _dates(chunks, high, words)):
            break
        if after.code in "RE":
            return _split(chunks, claim.at, high)
        if after.code == "," and not _only_a_time(chunks[high + 1 : high + 4], words):
            break
        high += 1
    return high


def _only_a_time(chunks: Sequence[Chunk], words: Sequence[str]) -> bool:
    """Whether what follows a comma is only a time: ``, in the autumn of 2019``."""
    for chunk in chunks:
        if chunk.code == "Y" or (chunk.code == "P" and chunk.value == "past"):
            return True
        if chunk.code != "F" and not (chunk.code == "." and words[chunk.end - 1] in SEASONS):
            return False
    return False


def _dates(chunks: Sequence[Chunk], at: int, words: Sequence[str]) -> bool:
    """Whether the clause of time at `at` dates the grade before it: ``when inspectors came in 2019``, ``when last
    inspected``.
    """
    if words[chunks[at].start] != "when":
        return False
    for chunk in chunks[at + 1 : at + 8]:
        if chunk.code in "PY":
            return True
        if chunk.code in "RE;|^":
            return False
    return False


def _split(chunks: Sequence[Chunk], first: int, second: int) -> int:
    """Where, between two grades, the words stop belonging to the first."""
    for i in range(first + 1, second):
        if chunks[i].code == "&" and chunks[i - 1].code == chunks[i + 1].code == "Y":
            continue  # "between 2013 and 2015"
        if chunks[i].code in ",&|;->:WQ" or (chunks[i].code == "^" and not any(c.code in "YP" for c in chunks[i:second])):
            return i
    return second if chunks[second].code == "E" else first + 1


def _perfect(claim: Claim, words: Sequence[str]) -> int | None:
    """Token where a present perfect or a "now" that carries the grade begins: times told before it are not the grade's."""
    grade = claim.grade.start
    for at in range(grade - 1, max(-1, grade - 7), -1):
        if words[at] in {"has", "have", "now", "today"}:
            return at
        if words[at] in ",;-:" or words[at] in {"had", "was", "were"}:
            return None
    return None


def _without_asides(claim: Claim, chunks: Sequence[Chunk], low: int, high: int) -> list[int]:
    """The stretch's places, less asides between commas after a name or noun: ``Darlington, visited in 2015, was rated ...``."""
    out: set[int] = set()
    for i in range(1, claim.at):
        told = chunks[i].code == "," and chunks[i - 1].code == "V"
        relative = claim.frame == "subject-with-relative" and i == claim.subject_at + 1
        if not relative and not told and (chunks[i].code not in ",-(" or chunks[i - 1].code not in "AGSX"):
            continue
        for j in range(i + 1, claim.at):
            if chunks[j].code in "RE|":
                break
            verb = chunks[j + 1].code in "BV"
            if (relative and chunks[j].code == "." and verb) or (
                chunks[j].code in ",-)" and (chunks[j + 1].code in "GSAX" if told else verb)
            ):
                out.update(range(i, j + 1))
                break
    return [i for i in range(low, high) if i not in out]

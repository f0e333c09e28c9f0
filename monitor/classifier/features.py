"""Plain facts about a rating mention, alone and beside another mention: what an encoder sees badly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from functools import cached_property

from monitor.classifier.document import Document
from monitor.classifier.mentions import Mention, MentionType

_CONTRASTS = frozenset("but while whereas although though however yet ;".split())
#: Length of `Facts.alone` and of `Facts.beside`.
ALONE, BESIDE = 12, 20
#: What each number of `Facts.beside` says, for whoever explains a link.
BESIDE_NAMES = (
    "same sentence", "sentence before", "sentence after", "sentences apart", "it comes first", "characters apart", "close by",
    "ratings between", "others between", "it is in the title", "rating is in the title", "same paragraph", "paragraphs apart",
    "a contrast between", "a semicolon between", "a colon between", "respectively", "same place in the sentence",
    "both bullets", "several areas",
)  # fmt: skip


class Facts:
    """The facts of one document. What is counted is counted once, so that each pair of mentions costs the same in any text."""

    def __init__(self, doc: Document) -> None:
        self.doc = doc
        self._starts: dict[MentionType, list[int]] = {type_: [] for type_ in MentionType}
        self._place: dict[int, int] = {}  # which of its type a mention is in its sentence, by where it starts
        self._beside: Counter[tuple[int, MentionType]] = Counter()
        for mention in doc.mentions:
            self._starts[mention.type].append(mention.start)
            self._place[mention.start] = self._beside[mention.sentence, mention.type]
            self._beside[mention.sentence, mention.type] += 1

    @cached_property
    def _ratings(self) -> int:
        return len(self._starts[MentionType.RATING])

    def alone(self, rating: Mention) -> list[float]:
        """Features of a rating mention by itself; `ALONE` numbers between 0 and 1."""
        part = self.doc.sentences[rating.sentence]
        return [
            float(part.in_title),
            float(part.bullet),
            float(part.tail),
            float(part.caption),
            float(rating.speech),
            float(rating.quoted),
            float(rating.weak),
            float(rating.same),
            min(max(part.paragraph, 0), 20) / 20,
            min(self._beside[rating.sentence, MentionType.RATING], 5) / 5,
            min(len(part.words), 60) / 60,
            min(self._ratings, 20) / 20,
        ]

    def beside(self, rating: Mention, other: Mention) -> list[float]:
        """Features of a rating mention and another mention; `BESIDE` numbers between -1 and 1."""
        mine, its = self.doc.sentences[rating.sentence], self.doc.sentences[other.sentence]
        apart = other.sentence - rating.sentence
        low, high = min(rating.start, other.start), max(rating.end, other.end)
        same, near = apart == 0, abs(apart) <= 2
        inner = self.doc.text[min(rating.end, other.end) : max(rating.start, other.start)].lower() if same else ""
        between = self._within(MentionType.RATING, low, high) - (low < rating.start) if near else 5
        rivals = self._within(other.type, low, high) - (low < other.start) if near else 5
        return [
            float(same),
            float(apart == -1),
            float(apart == 1),
            min(max(apart, -10), 10) / 10,
            float(other.start < rating.start),
            min(high - low, 400) / 400,
            1 / (1 + (high - low) / 20),
            min(between, 5) / 5,
            min(rivals, 5) / 5,
            float(its.in_title),
            float(mine.in_title),
            float(its.paragraph == mine.paragraph),
            min(abs(its.paragraph - mine.paragraph), 8) / 8,
            float(same and not _CONTRASTS.isdisjoint(inner.split())),
            float(same and ";" in inner),
            float(same and ":" in inner),
            float("respectively" in mine.words),
            float(same and self._place[rating.start] == self._place[other.start]),
            float(mine.bullet and its.bullet),
            float(other.type is MentionType.AREA and len(other.values) > 1),
        ]

    def _within(self, type_: MentionType, low: int, high: int) -> int:
        """How many mentions of a type start after `low` and before `high`."""
        starts = self._starts[type_]
        return bisect_left(starts, high) - bisect_right(starts, low)

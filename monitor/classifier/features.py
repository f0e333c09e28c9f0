"""Plain facts about a rating mention, alone and beside another mention: what an encoder sees badly."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Sequence

from monitor.classifier.document import Document
from monitor.classifier.mentions import Mention, MentionType

_CONTRASTS = frozenset("but while whereas although though however yet ;".split())
_MAX_HEADING = 10  #: different words of a line that may head what follows
#: Length of `Facts.alone` and of `Facts.beside`.
ALONE, BESIDE = 12, 31
#: What each number of `Facts.beside` says, for whoever explains a link.
BESIDE_NAMES = (
    "same sentence", "sentence before", "sentence after", "sentences apart", "it comes first", "characters apart", "close by",
    "ratings between", "others between", "it is in the title", "rating is in the title", "same paragraph", "paragraphs apart",
    "a contrast between", "a semicolon between", "a colon between", "respectively", "same place in the sentence",
    "both bullets", "several areas",
    "named last before", "named last, same paragraph", "others between, any distance", "share of the names",
    "named in the title", "named first", "how many are named", "how many in its sentence", "named in its sentence",
    "under its heading", "alone in its paragraph",
)  # fmt: skip


class Names:
    """The mentions of one type as a text goes along: what it speaks of where, and what it speaks of at all."""

    def __init__(self, doc: Document, type_: MentionType, may_head: Sequence[bool]) -> None:
        self.all = doc.of(type_)
        self._starts = [mention.start for mention in self.all]
        self._starts_of: dict[tuple[str, ...], list[int]] = {}
        self.in_sentence: dict[int, set[tuple[str, ...]]] = {}
        self.in_paragraph: dict[int, set[tuple[str, ...]]] = {}
        self.in_title: set[tuple[str, ...]] = set()
        for mention in self.all:
            part = doc.sentences[mention.sentence]
            self._starts_of.setdefault(mention.values, []).append(mention.start)
            self.in_sentence.setdefault(mention.sentence, set()).add(mention.values)
            self.in_paragraph.setdefault(part.paragraph, set()).add(mention.values)
            if part.in_title:
                self.in_title.add(mention.values)
        self.first = next((m.values for m in self.all if not doc.sentences[m.sentence].in_title), ())
        self.heading: list[tuple[str, ...]] = []  #: for each sentence what the heading above it names, if one thing alone
        above: tuple[str, ...] = ()
        for number, heads in enumerate(may_head):
            named = self.in_sentence.get(number, ())
            if heads and len(named) == 1:
                (above,) = named
            self.heading.append(above)

    def count(self, values: tuple[str, ...]) -> int:
        """How often the text names these."""
        return len(self._starts_of.get(values, ()))

    def kinds(self) -> int:
        """How many different ones the text names."""
        return len(self._starts_of)

    def between(self, low: int, high: int) -> int:
        """How many mentions start after `low` and before `high`."""
        return _between(self._starts, low, high)

    def rivals(self, values: tuple[str, ...], low: int, high: int) -> int:
        """How many mentions of others start after `low` and before `high`."""
        return self.between(low, high) - _between(self._starts_of.get(values, ()), low, high)

    def last_before(self, at: int) -> Mention | None:
        """The one that was named last."""
        place = bisect_left(self._starts, at)
        return self.all[place - 1] if place else None


def _between(starts: Sequence[int], low: int, high: int) -> int:
    return bisect_left(starts, high) - bisect_right(starts, low)


def _may_head(doc: Document) -> list[bool]:
    """For each sentence whether it may be a heading: a short line by itself, without a full stop."""
    lines = Counter(part.paragraph for part in doc.sentences)
    return [
        len(part.words) <= _MAX_HEADING
        and lines[part.paragraph] == 1
        and doc.text[part.end - 1] not in ".!?"
        and not (part.in_title or part.tail or part.caption)
        for part in doc.sentences
    ]


class Facts:
    """The facts of one document. What is counted is counted once, so that each pair of mentions costs the same in any text."""

    def __init__(self, doc: Document) -> None:
        self.doc = doc
        may_head = _may_head(doc)
        self._names = {type_: Names(doc, type_, may_head) for type_ in MentionType}
        self._place: dict[int, int] = {}  # which of its type a mention is in its sentence, by where it starts
        self._beside: Counter[tuple[int, MentionType]] = Counter()
        for mention in doc.mentions:
            self._place[mention.start] = self._beside[mention.sentence, mention.type]
            self._beside[mention.sentence, mention.type] += 1

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
            min(len(self._names[MentionType.RATING].all), 20) / 20,
        ]

    def beside(self, rating: Mention, other: Mention) -> list[float]:
        """Features of a rating mention and another mention; `BESIDE` numbers between -1 and 1."""
        mine, its = self.doc.sentences[rating.sentence], self.doc.sentences[other.sentence]
        apart = other.sentence - rating.sentence
        low, high = min(rating.start, other.start), max(rating.end, other.end)
        same, near = apart == 0, abs(apart) <= 2
        inner = self.doc.text[min(rating.end, other.end) : max(rating.start, other.start)].lower() if same else ""
        between = self._names[MentionType.RATING].between(low, high) - (low < rating.start) if near else 5
        rivals = self._names[other.type].between(low, high) - (low < other.start) if near else 5
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
            *self._spoken_of(rating, other, low, high),
        ]

    def _spoken_of(self, rating: Mention, other: Mention, low: int, high: int) -> list[float]:
        """Whether a text is speaking of `other` where the rating stands."""
        names, values, paragraph = self._names[other.type], other.values, self.doc.sentences[rating.sentence].paragraph
        last = names.last_before(rating.start)
        is_last = last is not None and last.values == values
        beside: Collection[tuple[str, ...]] = names.in_sentence.get(rating.sentence, ())
        return [
            float(is_last),
            float(last is not None and is_last and self.doc.sentences[last.sentence].paragraph == paragraph),
            min(names.rivals(values, low, high), 5) / 5,
            names.count(values) / len(names.all),
            float(values in names.in_title),
            float(values == names.first),
            min(names.kinds(), 6) / 6,
            min(len(beside), 4) / 4,
            float(values in beside),
            float(values == names.heading[rating.sentence]),
            float(names.in_paragraph.get(paragraph) == {values}),
        ]

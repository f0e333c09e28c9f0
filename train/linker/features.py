"""Plain facts about a rating mention, alone and beside another mention: what an encoder sees badly."""

from __future__ import annotations

from collections.abc import Sequence

from train.linker.document import Document, Mention, MentionType

_CONTRASTS = frozenset("but while whereas although though however yet ;".split())
#: Length of `alone` and of `beside`.
ALONE, BESIDE = 12, 20


def alone(doc: Document, rating: Mention, ratings: Sequence[Mention]) -> list[float]:
    """Features of a rating mention by itself; `ALONE` numbers between 0 and 1."""
    part = doc.sentences[rating.sentence]
    beside = sum(other.sentence == rating.sentence for other in ratings)
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
        min(beside, 5) / 5,
        min(len(part.words), 60) / 60,
        min(len(ratings), 20) / 20,
    ]


def beside(
    doc: Document, rating: Mention, other: Mention, ratings: Sequence[Mention], others: Sequence[Mention]
) -> list[float]:
    """Features of a rating mention and another mention; `BESIDE` numbers between -1 and 1."""
    mine, its = doc.sentences[rating.sentence], doc.sentences[other.sentence]
    apart = other.sentence - rating.sentence
    low, high = min(rating.start, other.start), max(rating.end, other.end)
    same = apart == 0
    inner = doc.text[min(rating.end, other.end) : max(rating.start, other.start)].lower() if same else ""
    between = sum(low < r.start < high and r is not rating for r in ratings) if abs(apart) <= 2 else 5
    rivals = sum(low < o.start < high and o is not other for o in others) if abs(apart) <= 2 else 5
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
        float(same and any(word in _CONTRASTS for word in inner.split())),
        float(same and ";" in inner),
        float(same and ":" in inner),
        float("respectively" in mine.words),
        float(same and _place(rating, ratings) == _place(other, others)),
        float(mine.bullet and its.bullet),
        float(other.type is MentionType.AREA and len(other.values) > 1),
    ]


def _place(mention: Mention, of: Sequence[Mention]) -> int:
    """Which of its type a mention is in its sentence, counted from 0."""
    return sum(other.sentence == mention.sentence and other.start < mention.start for other in of)

"""Labelled articles as what is learnt from: documents with their gold, in URNs and offsets."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.classifier.document import Document, document
from monitor.commands.score import load as articles
from monitor.domain.authorities import find
from monitor.scoring.labels import Label, Labelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """One label: whose, of what, which; where the text says so (None: not quoted, or not found)."""

    urn: str
    area: str
    rating: str
    previous: str = ""
    previous_year: int | None = None
    evidence: tuple[int, int] | None = None
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An article to learn from or to be scored on."""

    id: str
    doc: Document
    gold: tuple[Gold, ...]
    kind: str
    title: str
    text: str


def example(article: Labelled) -> Example:
    """An article with its labels resolved. Raises ValueError for an authority that nobody knows."""
    doc = document(article.title, article.text, article.published)
    return Example(
        id=article.id,
        doc=doc,
        gold=tuple(_gold(article, label, doc) for label in (*article.labels, *article.optional)),
        kind="news" if article.labels else "; ".join(article.tags),
        title=article.title,
        text=article.text,
    )


def _gold(article: Labelled, label: Label, doc: Document) -> Gold:
    authority = find(label.authority)
    if authority is None:
        raise ValueError(f"{article.id}: unknown authority {label.authority!r}")
    at = doc.text.find(label.evidence) if label.evidence else -1
    return Gold(
        urn=authority.urn,
        area=label.area,
        rating=label.rating,
        previous=label.previous or "",
        previous_year=label.previous_year,
        evidence=(at, at + len(label.evidence)) if at >= 0 else None,
        required=label.required,
    )


_OVER_RELATED = ("Read more", "Related stories", "Most read", "More on this story", "You may also like", "Latest news", "")


def load(paths: list[Path], *, furnish: float = 0.0, seed: int = 1) -> list[Example]:
    """Examples of files and folders, as `monitor score` reads them.

    To the share `furnish` of them headlines of others are added at the end, as pages do: none of them is what they report.
    """
    every = articles(paths)
    chance = random.Random(seed)  # noqa: S311
    found = []
    for article in every:
        if chance.random() < furnish:
            others = chance.sample(every, chance.randint(2, 6))
            titles = [other.title for other in others if other is not article and other.title]
            article = replace(article, text="\n\n".join([article.text, chance.choice(_OVER_RELATED), *titles]))
        found.append(example(article))
    return found

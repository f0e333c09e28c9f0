"""Reads rating judgements out of prose: text in, `Reading` out, no I/O. A cascade of small stages over tables of rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from monitor.classifier.chunks import known_names, mentions, merge
from monitor.classifier.claims import claims
from monitor.classifier.reading import read
from monitor.classifier.lines import Line
from monitor.classifier.resolve import resolve
from monitor.classifier.scope import scope
from monitor.classifier.text import fold, sentences
from monitor.classifier.topics import topics
from monitor.domain.model import Reading

__all__ = ["classify"]


def lines_of(title: str, text: str, published: date | None) -> list[Line]:
    """Every sentence of title and text with its chunks, claims and their scopes."""
    found = []
    known = known_names(fold(title) + " " + fold(text))
    for number, sentence in enumerate([*sentences(title, in_title=True), *sentences(text)]):
        chunks = tuple(merge(mentions(sentence, published, known)))
        said = tuple(claims(number, chunks))
        scopes = tuple(scope(claim, chunks, sentence, published) for claim in said)
        found.append(Line(sentence, " ".join(t.word for t in sentence.tokens), chunks, said, scopes))
    return found


def classify(title: str, text: str, *, published: date | None = None) -> Reading:
    """The rating judgements that an article reports as news.

    Args:
        title: headline; may be empty.
        text: body; paragraphs are lines. Evidence spans count characters of `title` or `text` as given.
        published: the article's day, from which "four years ago" is counted and frameworks are chosen.
    """
    lines = lines_of(title, text, published)
    about = topics(lines)
    reading = read(resolve(lines, about, published), about, published)
    return replace(
        reading,
        judgements=tuple(replace(j, quote=j.evidence.quote(title, text)) for j in reading.judgements),
        rejected=tuple(replace(r, quote=r.span.quote(title, text)) for r in reading.rejected),
    )

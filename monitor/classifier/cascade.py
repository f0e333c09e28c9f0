"""The stages in their order: sentences, mentions, claims, scopes, topics, references, verdicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from monitor.classifier.chunks import merge
from monitor.classifier.claims import claims
from monitor.classifier.lines import Line
from monitor.classifier.mentions import mentions
from monitor.classifier.modifiers import scope_of
from monitor.classifier.reading import VERSION, read
from monitor.classifier.relevance import may_report
from monitor.classifier.resolve import resolve
from monitor.classifier.restated import reports_inspection
from monitor.classifier.statement import Statement
from monitor.classifier.text import fold, sentences
from monitor.classifier.topics import Topics, topics
from monitor.classifier.vocabulary import known_names
from monitor.domain.model import Reading

_UNRELATED = Reading(reason="not_about_inspection", classifier_version=VERSION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """An article after each stage, for whoever wants to see more than the last."""

    lines: Sequence[Line]
    topics: Topics
    statements: Sequence[Statement]
    reading: Reading


def lines_of(title: str, text: str, published: date | None) -> list[Line]:
    """Every sentence of title and text with its chunks, claims and their scopes."""
    found = []
    known = known_names(fold(title) + " " + fold(text))
    for number, sentence in enumerate([*sentences(title, in_title=True), *sentences(text)]):
        chunks = tuple(merge(mentions(sentence, published, known)))
        said = tuple(claims(number, chunks))
        scopes = tuple(scope_of(claim, chunks, sentence, published) for claim in said)
        words = " ".join([token.word for token in sentence.tokens])
        found.append(Line(sentence, words, "".join([chunk.code for chunk in chunks]), chunks, said, scopes))
    return found


def walk(title: str, text: str, published: date | None) -> Passage:
    """An article through every stage. Says the same as `classify`, which asks first whether the walk is worth it."""
    lines = lines_of(title, text, published)
    about = topics(lines, published)
    statements = resolve(lines, about, published)
    reading = read(statements, about, published)
    restated = any(found.previous is found.rating for found in reading.judgements)
    quoted = replace(
        reading,
        reports_inspection=not restated or reports_inspection(lines, published),
        judgements=tuple(replace(j, quote=j.evidence.quote(title, text)) for j in reading.judgements),
        rejected=tuple(replace(r, quote=r.span.quote(title, text)) for r in reading.rejected),
    )
    return Passage(lines=lines, topics=about, statements=statements, reading=quoted)


def classify(title: str, text: str, *, published: date | None = None) -> Reading:
    """The rating judgements that an article reports as news.

    Args:
        title: headline; may be empty.
        text: body; paragraphs are lines. Evidence spans count characters of `title` or `text` as given.
        published: the article's day, from which "four years ago" is counted and frameworks are chosen.
    """
    return walk(title, text, published).reading if may_report(title, text) else _UNRELATED

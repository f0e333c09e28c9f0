"""Why the classifier says what it says: each sentence with its mentions, its claims, and what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from monitor.classifier.cascade import classify, walk
from monitor.classifier.chunk import Chunk
from monitor.classifier.lines import Line, names_in
from monitor.classifier.reading import verdicts
from monitor.classifier.relevance import may_report
from monitor.classifier.statement import Statement
from monitor.classifier.text import Sentence
from monitor.domain.authorities import by_urn
from monitor.domain.model import Area, Rating, Reading
from monitor.tables.phrases import CODES

#: Codes of marks and of words without meaning, which only the rows need to see.
_UNSEEN = frozenset(".,-:;()&_")
NEWS = "news"
#: The verdict on a claim that passed every gate and lost against another sentence about the same authority and area.
OUTWEIGHED = "outweighed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionTrace:
    """A mention: its code (see `phrases.CODES`), its words as printed, and what they stand for."""

    code: str
    surface: str
    stands_for: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTrace:
    """A grade and everything that was decided about it, up to the verdict: ``news``, or a reason code."""

    grade: str  #: its words as printed
    rating: Rating | None
    subject: str  #: the words that it is said of; empty when none were found
    frame: str  #: the row that fired
    status: str  #: current, previous, negated, ...
    cue: str  #: the words that decided the status
    year: int | None
    stays: bool
    authorities: tuple[str, ...]
    named: bool  #: the sentence names them; else they come from the text around it
    areas: tuple[Area, ...]
    inferred: bool
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceTrace:
    """A sentence as printed, with what was found in it."""

    text: str
    in_title: bool
    mentions: tuple[MentionTrace, ...]
    claims: tuple[ClaimTrace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """An article sentence by sentence, with what it was taken to be about and the reading that came out."""

    topics: tuple[str, ...]
    several: bool
    kind: str  #: the other body, or the kind of page, that it was taken to be about; empty for news
    sentences: tuple[SentenceTrace, ...]
    reading: Reading

    def lines(self) -> list[str]:
        """The trace as plain text, one block a sentence."""
        about = ", ".join(self.topics) or "no authority"
        found = [f"about: {about}{' (several)' if self.several else ''}{f'; kind of page: {self.kind}' if self.kind else ''}"]
        for sentence in self.sentences:
            found += ["", *_sentence_lines(sentence)]
        judgements = self.reading.judgements
        found += ["", f"{len(judgements)} reported as news" if judgements else f"nothing reported: {self.reading.reason}"]
        found += [f"  {j.authority.display_name}: {j.area.words}: {j.rating.words}" for j in judgements]
        seen = sorted({mention.code for sentence in self.sentences for mention in sentence.mentions})
        return [*found, "", *(f"{code}  {CODES[code]}" for code in seen)]


def trace(title: str, text: str, *, published: date | None = None) -> Trace:
    """How `classify` comes to its reading of an article; takes the same arguments."""
    passage = walk(title, text, published)
    reading = classify(title, text, published=published)
    said = {(j.authority.urn, j.area, j.rating) for j in reading.judgements}
    gated = "" if may_report(title, text) else reading.reason
    told: dict[int, list[ClaimTrace]] = {}
    for statement, verdict in zip(passage.statements, verdicts(passage.statements, passage.topics, published), strict=True):
        claim = _claim(statement, gated or verdict, said, title if statement.line.sentence.in_title else text)
        told.setdefault(id(statement.line), []).append(claim)
    return Trace(
        topics=_names(passage.topics.urns),
        several=passage.topics.several,
        kind=passage.topics.regime or passage.topics.kind,
        sentences=tuple(_sentence(line, told.get(id(line), []), title, text) for line in passage.lines),
        reading=reading,
    )


def _names(urns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(by_urn()[urn].name for urn in urns)


def _surface(sentence: Sentence, chunk: Chunk, field: str) -> str:
    """The words of a chunk as printed, in one line."""
    tokens = sentence.tokens[chunk.start : chunk.end]
    return " ".join(field[tokens[0].start : tokens[-1].end].split()) if tokens else ""


def _sentence(line: Line, told: list[ClaimTrace], title: str, text: str) -> SentenceTrace:
    sentence = line.sentence
    field = title if sentence.in_title else text
    return SentenceTrace(
        text=" ".join(field[sentence.start : sentence.end].split()),
        in_title=sentence.in_title,
        mentions=tuple(_mention(sentence, chunk, field) for chunk in line.chunks if chunk.code not in _UNSEEN),
        claims=tuple(told),
    )


def _mention(sentence: Sentence, chunk: Chunk, field: str) -> MentionTrace:
    areas = "+".join(str(area) for item in chunk.areas for area in item)
    value = areas or (chunk.value if chunk.code in "RD" else "")
    stands_for = "; ".join(part for part in (", ".join(_names(names_in(chunk))), value) if part)
    return MentionTrace(code=chunk.code, surface=_surface(sentence, chunk, field), stands_for=stands_for)


def _claim(statement: Statement, verdict: str, said: set[tuple[str, Area, Rating]], field: str) -> ClaimTrace:
    claim, sentence = statement.claim, statement.line.sentence
    if not verdict:
        told = {(urn, area, statement.rating) for urn in statement.urns for area in statement.areas}
        verdict = NEWS if told & said else OUTWEIGHED
    return ClaimTrace(
        grade=_surface(sentence, claim.grade, field),
        rating=statement.rating,
        subject=_surface(sentence, claim.subject, field) if claim.subject is not None else "",
        frame=claim.frame,
        status=statement.scope.status,
        cue=statement.scope.cue,
        year=statement.scope.year,
        stays=statement.scope.stays,
        authorities=_names(statement.urns),
        named=statement.named,
        areas=statement.areas,
        inferred=statement.inferred,
        verdict=verdict,
    )


def _sentence_lines(sentence: SentenceTrace) -> Iterator[str]:
    yield f"{'[title] ' if sentence.in_title else ''}{sentence.text}"
    if sentence.mentions:
        yield "    " + "  ".join(f"{m.code} “{m.surface}”{_bracket(m.stands_for)}" for m in sentence.mentions)
    for claim in sentence.claims:
        yield from _claim_lines(claim)


def _bracket(text: str) -> str:
    return f" ({text})" if text else ""


def _claim_lines(claim: ClaimTrace) -> Iterator[str]:
    subject = f"of “{claim.subject}” (row {claim.frame or 'none'})" if claim.subject else "of nothing that a row could find"
    yield f"  * “{claim.grade}” {subject}"
    status = f"{claim.status}{f', year {claim.year}' if claim.year else ''}{', as before' if claim.stays else ''}"
    yield f"    when: {status}{_bracket(f'by “{claim.cue}”' if claim.cue else '')}"
    whence = "named in the sentence" if claim.named else "from the text around it"
    yield f"    who: {', '.join(claim.authorities)} ({whence})" if claim.authorities else "    who: unresolved"
    areas = ", ".join(area.words for area in claim.areas) or "unresolved"
    rating = claim.rating.words if claim.rating else "unresolved"
    yield f"    what: {areas}: {rating}{_bracket('worked out' if claim.inferred else '')}"
    yield f"    {'-> news' if claim.verdict == NEWS else f'-> not news: {claim.verdict}'}"

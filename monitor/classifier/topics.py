"""What an article is about: which authorities are its news, and whether another body's inspection is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.classifier.chunk import Chunk
from monitor.classifier.claims import Claim
from monitor.classifier.lines import COUNTS, Line, names_in, own_names
from monitor.classifier.pages import eventless_paragraphs, fresh_paragraphs, kind_of, regime_of
from monitor.classifier.scope import Scope

_AGENTS = frozenset({"by", "with", "from", "near", "than", "like", "to"})
_FOLLOWED = frozenset({"after", "following", "joins", "join", "joining"})
_EARLIER = re.compile(r"\b(?:past|last|earlier|previous|ago|remain|hold)\b")
_SEVERAL = re.compile(
    r"\b(?:councils|authorities|boroughs|counties|cities|unitaries|round up|roundup|digest"
    r"|(?:two|three|four|five|six|seven|eight|latest|batch of|clutch of) (?:ofsted )?(?:reports|inspections))\b"
)


@dataclass(frozen=True, slots=True)
class Topics:
    """The authorities whose news an article brings, in order of appearance."""

    urns: tuple[str, ...] = ()
    several: bool = False  #: it says that it is about more than one
    shared: bool = False  #: known only through a trust that serves them all
    regime: str = ""  #: the other body or regime that it is about, when it is
    kind: str = ""  #: the kind of page, when it is one that tells of ratings without bringing one
    fresh: frozenset[int] = frozenset()  #: paragraphs that speak of an inspection as news of these days
    eventless: frozenset[int] = frozenset()  #: paragraphs that say nothing of an inspection


def topics(lines: Sequence[Line], published: date | None = None) -> Topics:
    """The authorities named in the headline, the opening, a list near the top, or at the head of a paragraph of their own."""
    shared = not any(own_names(c) for line in lines for c in line.chunks)
    naming = names_in if shared else own_names
    title = _distinct(
        u for line in lines if line.sentence.in_title for c in line.chunks if not line.nearby(c) for u in naming(c)
    )
    opening = title or _opening(lines, naming)
    several = (len(opening) > 1 and not shared) or _says_several(lines)
    graded = _graded_early(lines, naming) if several else ()
    found = _distinct((*opening, *graded, *_listed(lines, naming), *_counted(lines, naming), *_openers(lines, several)))
    if several and not title:
        found = _distinct((*_listed(lines, naming), *found)) or found
    turned = _turned(lines, naming)
    found, several = (turned, False) if turned else (found, several or (len(found) > 1 and not shared))
    kind = kind_of(lines)
    if kind == "visit" and several:
        kind = ""  # a digest may list inspections beside visits
    fresh = fresh_paragraphs(lines, published) if kind else frozenset()
    eventless = eventless_paragraphs(lines) if len(found) > 1 else frozenset()
    return Topics(found, several, shared, regime_of(lines), kind, fresh, eventless)


def _turned(lines: Sequence[Line], naming: Callable[[Chunk], tuple[str, ...]]) -> tuple[str, ...]:
    """The authority of ``This week it was the turn of Sheffield``, whatever others are named before it."""
    for line in [line for line in lines if not line.sentence.in_title][:12]:
        for chunk in line.chunks:
            words = [token.word for token in line.sentence.tokens[max(0, chunk.start - 2) : chunk.start]]
            if words == ["turn", "of"] and len(naming(chunk)) == 1:
                return naming(chunk)
    return ()


def _distinct(urns: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(urns))  # type: ignore[call-overload]  # an iterable of str at every call


def _opening(lines: Sequence[Line], naming: Callable[[Chunk], tuple[str, ...]]) -> tuple[str, ...]:
    """The authority that the opening is about: graded there by name, mentioned first, mentioned most, in that order of
    weight.
    """
    weights: Counter[str] = Counter()
    first = ""
    body = [line for line in lines if not line.sentence.in_title and not line.sentence.caption]
    for number, line in enumerate(body):
        tokens = line.sentence.tokens
        dateline = line.sentence.paragraph <= 1 and re.fullmatch(r"A(?:,[.,Y]*)?", line.codes) is not None
        full = dateline or len(tokens) >= 8 or any(c.code in "BVMRI" for c in line.chunks)
        for chunk in line.chunks:
            for urn in naming(chunk):
                weights[urn] += 0.1  # type: ignore[assignment]
                agent = chunk.start > 0 and tokens[chunk.start - 1].word in _AGENTS
                if not first and full and not agent and not line.nearby(chunk):
                    first = urn
                    weights[urn] += 2
        if number < 12 and full:
            for urn in {
                u for claim, scope in zip(line.claims, line.scopes, strict=True) for u in _graded(claim, scope, line, naming)
            }:
                weights[urn] += 3
    if not first:
        captions = Counter(u for line in lines for c in line.chunks for u in naming(c))
        return tuple(u for u, _ in captions.most_common(1))
    best = max(weights, key=lambda urn: weights[urn])
    lists = [naming(c) for line in body[:10] for c in line.chunks if c.code == "A" and best in c.names and len(c.names) > 1]
    return lists[0] if lists and lists[0] else (best,)


def _graded_early(lines: Sequence[Line], naming: Callable[[Chunk], tuple[str, ...]]) -> tuple[str, ...]:
    """In an article on several councils, those that its first sentences grade by name."""
    body = [line for line in lines if not line.sentence.in_title and len(line.sentence.tokens) >= 6][:6]
    found = [
        u
        for line in body
        for claim, scope in zip(line.claims, line.scopes, strict=True)
        for u in _graded(claim, scope, line, naming)
    ]
    for line in body:
        for claim, scope in zip(line.claims, line.scopes, strict=True):
            if (
                scope.status == "current"
                and claim.subject is not None
                and claim.subject.value == "it"
                and claim.subject_at < claim.at
            ):
                nearest = next(
                    (c for c in reversed(line.chunks[: claim.subject_at]) if c.code == "A" and not line.nearby(c)), None
                )
                found.extend(
                    naming(nearest) if nearest is not None else ()
                )  # "the second, B, was told that it requires improvement"
    return tuple(found)


def _graded(claim: Claim, scope: Scope, line: Line, naming: Callable[[Chunk], tuple[str, ...]]) -> tuple[str, ...]:
    """The authorities that a current claim grades by name, not in passing."""
    subject = claim.subject
    if subject is None or scope.status != "current" or scope.stays or claim.frame == "label" or line.nearby(subject):
        return ()
    if re.search(r"\b(?:also|which (?:is|are)|still) (?:require|rated|judged|good|inadequate|outstanding)", line.words):
        return ()
    return naming(subject)


def _says_several(lines: Sequence[Line]) -> bool:
    """Whether headline or opening speak of several councils."""
    opening = [line for line in lines if line.sentence.in_title] + [
        line for line in lines if not line.sentence.in_title and len(line.sentence.tokens) >= 8
    ][:5]
    return any(_SEVERAL.search(line.words) or any(c.code == "G" and c.value == "many" for c in line.chunks) for line in opening)


def _listed(lines: Sequence[Line], naming: Callable[[Chunk], tuple[str, ...]]) -> tuple[str, ...]:
    """Authorities in a list of two or more that carries a current grade of its own."""
    found: list[str] = []
    for line in lines:
        for claim, scope in zip(line.claims, line.scopes, strict=True):
            subject = claim.subject
            if subject is None or scope.status != "current" or "Q" in line.codes[claim.subject_at : claim.at]:
                continue
            names = naming(subject)
            if subject.start and line.sentence.tokens[subject.start - 1].word in _FOLLOWED:
                continue  # "After Derbyshire and Hartlepool (both good), it is the turn of Sheffield"
            if len(names) > 1 and not line.nearby(subject) and not _EARLIER.search(line.words):
                found.extend(names)
    return tuple(found)


def _counted(lines: Sequence[Line], naming: Callable[[Chunk], tuple[str, ...]]) -> tuple[str, ...]:
    """The list near the top that names the "two councils" of the opening."""
    opening = [line for line in lines if not line.sentence.in_title and len(line.sentence.tokens) >= 8][:8]
    numbers = {
        COUNTS[w]
        for line in opening
        for c in line.chunks
        if c.code == "G" and c.value == "many"
        for w in line.text_of(c)
        if w in COUNTS
    }
    lists = [
        naming(c)
        for line in opening
        for c in line.chunks
        if len(naming(c)) > 1 and len(naming(c)) in numbers and not line.nearby(c)
    ]
    return lists[0] if lists else ()


def fronted(chunks: Sequence[Chunk]) -> tuple[str, ...]:
    """The authority of an opening ``In Harrow, ...``."""
    codes = "".join(c.code for c in chunks[:8])
    found = re.match(r"[|^]?[F]A,|\|,?G?-?(?:[XS]A?)?A", codes)
    if found is None:
        return ()
    return next((c.names for c in chunks[:8] if c.code == "A"), ())


def introduced(line: Line) -> tuple[str, ...]:
    """The authorities of a sentence that opens ``Meanwhile, three councils - A, B and C - have been ...``."""
    if not line.words.startswith("meanwhile"):
        return ()
    return next((names_in(c) for c in line.chunks[:6] if own_names(c) and not line.nearby(c)), ())


def is_heading(line: Line) -> bool:
    """Whether the line is an authority's name and nothing more, as digests head their entries."""
    return not line.sentence.in_title and len(line.chunks) == 1 and line.chunks[0].code == "A"


def _openers(lines: Sequence[Line], several: bool) -> tuple[str, ...]:
    """Authorities that open a paragraph or an entry: ``In Harrow, ...``, ``- Swindon - Good``, a bare heading."""
    found: list[str] = []
    current = {line.sentence.paragraph for line in lines if any(s.status == "current" for s in line.scopes)}
    headings = [line for line in lines if is_heading(line)]
    if len(headings) > 1:
        found.extend(u for line in headings for u in line.chunks[0].names)
    paragraph = -2
    for line in lines:
        first = line.sentence.paragraph != paragraph
        paragraph = line.sentence.paragraph
        if line.sentence.in_title or line.words.startswith("elsewhere"):
            continue
        found.extend(introduced(line))
        if first:
            found.extend(fronted(line.chunks))
            apposed = re.match(r"[TGZ.]{0,2},(A),", line.codes) if several else None
            if apposed:
                found.extend(line.chunks[apposed.start(1)].names)  # "The third, Bolton Council, has slipped."
            labelled = re.match(r"[;]?A[-:(]", line.codes[:3])
            if labelled and "R" in line.codes[:5]:
                found.extend(line.chunks[labelled.end() - 2].names)
        if (
            several
            and ((first and line.claims) or any(s.status == "current" and not s.stays for s in line.scopes))
            and paragraph in current
        ):
            found.extend(_subject_openers(line, first))
    if several:
        early = [line for line in lines if not line.sentence.in_title and line.scopes][:7]
        for line in early:
            head = next((c for c in line.chunks[:3] if c.code in "ASX" and own_names(c)), None)
            if head is not None and not line.nearby(head) and any(s.status in {"current", "previous"} for s in line.scopes):
                found.extend(own_names(head))
        body = [line for line in lines if not line.sentence.in_title and len(line.sentence.tokens) >= 8][:7]
        for line in body:
            moved = re.finditer(r"A(?=M)", line.codes)
            found.extend(u for m in moved if not line.nearby(line.chunks[m.start()]) for u in line.chunks[m.start()].names)
    return tuple(found)


def _subject_openers(line: Line, first: bool) -> tuple[str, ...]:
    """In an article on several councils, the authority that opens a sentence and is graded in it."""
    if re.search(r"\b(?:remains?|holds?|earlier this|ago|next door|also requires?|which also)\b", line.words) or line.same_day:
        return ()
    head = next((c for c in line.chunks[:2] if c.code in "ASX" and own_names(c)), None)
    if (
        head is None
        or line.nearby(head)
        or (not first and line.scopes and all(s.status != "current" or s.stays for s in line.scopes))
    ):
        return ()
    return own_names(head)

"""An article as typed mentions with places: what the tables find, before anything is linked."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from monitor.classifier.mentions import mentions
from monitor.classifier.text import Sentence, fold, sentences
from monitor.classifier.times import relative_year
from monitor.classifier.vocabulary import known_names, lexicon
from monitor.tables.ratings import WEAK_RATINGS


class MentionType(StrEnum):
    """What a mention names."""

    AUTHORITY = "authority"
    AREA = "area"
    GROUP = "group"  #: "all four areas", "the rest"
    RATING = "rating"
    YEAR = "year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A run of characters that names something. Offsets count characters of title, line break and text, half-open."""

    type: MentionType
    start: int
    end: int
    values: tuple[str, ...]  #: URNs; areas; "all" or "rest"; one rating; one year
    sentence: int  #: index into `Document.sentences`
    same: bool = False  #: a rating told as "the same grade": its value is that of the rating before it
    weak: bool = False  #: a rating in words that are ordinary English too
    quoted: bool = False  #: right after a quotation mark
    speech: bool = False  #: inside quoted speech


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A sentence: its characters in the document, and where on the page it stands."""

    start: int
    end: int
    paragraph: int  #: -1 for the title
    in_title: bool
    bullet: bool
    tail: bool
    caption: bool
    words: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An article with everything in it that may be linked."""

    text: str  #: title, line break and text
    published: date | None
    sentences: tuple[Part, ...]
    mentions: tuple[Mention, ...]  #: in the order of the text; none overlaps another

    def of(self, type_: MentionType) -> tuple[Mention, ...]:
        """The mentions of one type, in order."""
        return tuple(mention for mention in self.mentions if mention.type is type_)

    def sentence_at(self, offset: int) -> int:
        """Index of the sentence that holds a character."""
        return max(0, bisect.bisect_right(self._starts, offset) - 1)

    @property
    def _starts(self) -> list[int]:
        return [part.start for part in self.sentences]


_AREA_CODES = {"X", "O"}
_GROUP_CODES = {"L": "all", "T": "rest"}
_QUOTES = frozenset("\"'")


def document(title: str, text: str, published: date | None) -> Document:
    """Everything in an article that may be linked. Linear in the length of the text."""
    known = known_names(fold(title) + " " + fold(text))
    parts: list[Part] = []
    found: list[Mention] = []
    for offset, sentence in [
        *((0, s) for s in sentences(title, in_title=True)),
        *((len(title) + 1, s) for s in sentences(text)),
    ]:
        tokens = sentence.tokens
        parts.append(
            Part(
                start=offset + tokens[0].start,
                end=offset + tokens[-1].end,
                paragraph=sentence.paragraph,
                in_title=sentence.in_title,
                bullet=sentence.bullet,
                tail=sentence.tail,
                caption=sentence.caption,
                words=frozenset(token.word for token in tokens),
            )
        )
        found.extend(_apart(_mentions(sentence, offset, len(parts) - 1, published, known)))
    return Document(text=f"{title}\n{text}", published=published, sentences=tuple(parts), mentions=tuple(_same_again(found)))


def _mentions(sentence: Sentence, offset: int, number: int, published: date | None, known: frozenset[str]) -> Iterator[Mention]:
    """What a sentence mentions; mentions may overlap here."""
    tokens = sentence.tokens

    def made(type_: MentionType, start: int, end: int, values: tuple[str, ...], **more: bool) -> Mention:
        first, last = offset + tokens[start].start, offset + tokens[end - 1].end
        return Mention(type=type_, start=first, end=last, values=values, sentence=number, **more)

    for chunk in mentions(sentence, published, known):
        if chunk.code == "A" and chunk.names:
            yield made(MentionType.AUTHORITY, chunk.start, chunk.end, chunk.names)
        elif chunk.code in _AREA_CODES:
            areas = tuple(dict.fromkeys(str(area) for item in chunk.areas for area in item)) or ("overall",)
            yield made(MentionType.AREA, chunk.start, chunk.end, areas)
        elif chunk.code in _GROUP_CODES:
            yield made(MentionType.GROUP, chunk.start, chunk.end, (_GROUP_CODES[chunk.code],))
        elif chunk.code == "Y":
            yield made(MentionType.YEAR, chunk.start, chunk.end, (chunk.value,))
        elif chunk.code == "P":
            year = relative_year(" ".join(t.word for t in tokens[chunk.start : chunk.end]), published)
            if year:
                yield made(MentionType.YEAR, chunk.start, chunk.end, (str(year),))
    words = [token.word for token in tokens]
    for start, end, entry in lexicon().scan(words):
        if entry is not None and entry.code in "RE":
            yield made(
                MentionType.RATING,
                start,
                end,
                (entry.value,) if entry.code == "R" else (),
                same=entry.code == "E",
                weak=words[start] in WEAK_RATINGS,
                quoted=start > 0 and words[start - 1] in _QUOTES,
                speech=sentence.speech[start],
            )


_KEEP_FIRST = (MentionType.RATING, MentionType.AUTHORITY, MentionType.AREA, MentionType.GROUP, MentionType.YEAR)


def _apart(found: Iterator[Mention]) -> list[Mention]:
    """Mentions that do not overlap: ratings and names first, of one type the earlier."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda m: (_KEEP_FIRST.index(m.type), m.start, -m.end)):
        if all(mention.end <= other.start or mention.start >= other.end for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _same_again(found: Sequence[Mention]) -> Iterator[Mention]:
    """Gives "the same grade" the value of the rating before it, and drops it where there is none."""
    last: tuple[str, ...] = ()
    for mention in found:
        if mention.type is not MentionType.RATING:
            yield mention
        elif mention.same:
            if last:
                yield replace(mention, values=last)
        else:
            last = mention.values
            yield mention

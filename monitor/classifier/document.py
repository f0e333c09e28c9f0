"""An article as typed mentions with places: what the tables find, before anything is linked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from monitor.classifier.mentions import Mention, MentionType, mentions
from monitor.classifier.text import fold, sentences
from monitor.classifier.vocabulary import known_names


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


@dataclass(frozen=True, kw_only=True)
class Document:
    """An article with everything in it that may be linked."""

    text: str  #: title, line break and text
    published: date | None
    sentences: tuple[Part, ...]
    mentions: tuple[Mention, ...]  #: in the order of the text; none overlaps another

    def of(self, type_: MentionType) -> tuple[Mention, ...]:
        """The mentions of one type, in order."""
        return self._by_type[type_]

    def in_sentence(self, number: int) -> Sequence[Mention]:
        """The mentions of one sentence, in order."""
        return self._by_sentence[number]

    def names_area(self, area: str, sentence: int) -> bool:
        """Whether a sentence names an area."""
        return any(mention.type is MentionType.AREA and area in mention.values for mention in self.in_sentence(sentence))

    @cached_property
    def _by_type(self) -> Mapping[MentionType, tuple[Mention, ...]]:
        return {type_: tuple(mention for mention in self.mentions if mention.type is type_) for type_ in MentionType}

    @cached_property
    def _by_sentence(self) -> Sequence[Sequence[Mention]]:
        found: list[list[Mention]] = [[] for _ in self.sentences]
        for mention in self.mentions:
            found[mention.sentence].append(mention)
        return found


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
        found.extend(mentions(sentence, offset, len(parts) - 1, published, known))
    return Document(text=f"{title}\n{text}", published=published, sentences=tuple(parts), mentions=tuple(_same_again(found)))


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

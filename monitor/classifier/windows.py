"""A document as what the encoder reads: pieces with markers, cut into windows that each begin with the opening."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.classifier.document import Document
from monitor.classifier.mentions import Mention, MentionType
from monitor.classifier.wordpiece import WordPiece
from monitor.domain.frameworks import published_edition

MAX_PIECES = 448  #: of a window, with its first and last
_MAX_OPENING = 120  #: pieces of title and first sentences that every window repeats
_OVERLAP = 60  #: pieces before a later window's own that it repeats, for what they refer to
_MAX_SENTENCE = 220  #: pieces of a sentence that are read; longer ones are lists of something else
MAX_WINDOWS = 8  #: with ratings in them; an article that needs more is cut: no report of an inspection is so long

_PLACEHOLDERS = 30
_AREA, _OVERALL, _GROUP, _RATING, _SAME, _QUOTED, _AGE, _ERA, _TITLE, _BULLET = 40, 41, 42, 50, 51, 52, 60, 80, 90, 91
_MAX_AGE = 11
_MAX_ERA = 5  #: of a later framework the network was taught nothing


@dataclass(frozen=True, slots=True)
class Placed:
    """A mention in a window: its pieces ``[start, end)``, markers first."""

    mention: int  #: index into `Document.mentions`
    start: int
    end: int
    own: bool  #: whether this window decides about it, or another does


@dataclass(frozen=True, slots=True)
class Window:
    """What the encoder reads in one pass."""

    pieces: tuple[int, ...]
    placed: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Disguise:
    """How names and ratings are written for the encoder: by default in order, and as they are; in training otherwise."""

    placeholders: Sequence[int] = tuple(range(1, _PLACEHOLDERS + 1))
    ratings: Mapping[int, str] | None = None  #: by index of the mention: other words for a rating


def era(published: date | None) -> int:
    """Number of the framework in force: 0 unknown, 1 before the SIF, 2 SIF, 3 ILACS, 4 from 2023, 5 without overall grade."""
    if published is None:
        return 0
    return min(1 + published_edition(published), _MAX_ERA)


def windows(doc: Document, wordpiece: WordPiece, disguise: Disguise | None = None) -> list[Window]:
    """Cut a document into windows, the first and those that have ratings to link; nothing is read of what is too long."""
    return _Builder(doc, wordpiece, disguise or Disguise()).windows()


class _Builder:
    def __init__(self, doc: Document, wordpiece: WordPiece, disguise: Disguise) -> None:
        self.doc, self.wordpiece, self.disguise = doc, wordpiece, disguise
        self.order: dict[str, int] = {}
        for mention in doc.of(MentionType.AUTHORITY):
            for urn in mention.values:
                self.order.setdefault(urn, len(self.order))
        self.by_sentence: dict[int, list[int]] = {}
        for index, mention in enumerate(doc.mentions):
            self.by_sentence.setdefault(mention.sentence, []).append(index)

    def unused(self, number: int) -> int:
        return self.wordpiece.id(f"[unused{number}]")

    def windows(self) -> list[Window]:
        cut = [self._sentence(number) for number in range(len(self.doc.sentences))]
        opening, size = 0, 0
        while opening < len(cut) and size + len(cut[opening][0]) <= _MAX_OPENING:
            size += len(cut[opening][0])
            opening += 1
        room = MAX_PIECES - 3
        if sum(len(pieces) for pieces, _ in cut) <= room:
            return [self._window(cut, list(range(len(cut))), own_from=0)]
        made = [self._window(cut, self._fill(cut, list(range(opening)), opening, room), own_from=0)]
        at = self._reach(cut, opening, room - size)
        while at < len(cut) and len(made) < MAX_WINDOWS:
            back, before = at, 0
            while back > opening and before + len(cut[back - 1][0]) <= _OVERLAP:
                back -= 1
                before += len(cut[back][0])
            numbers = self._fill(cut, list(range(opening)), back, room)
            if any(self._rated(number) for number in numbers if number >= at):
                made.append(self._window(cut, numbers, own_from=at))
            at = max(numbers[-1] + 1, at + 1)
        return made

    def _rated(self, number: int) -> bool:
        return any(self.doc.mentions[index].type is MentionType.RATING for index in self.by_sentence.get(number, ()))

    def _reach(self, cut: Sequence[tuple[list[int], list[Placed]]], start: int, room: int) -> int:
        at, size = start, 0
        while at < len(cut) and size + len(cut[at][0]) <= room:
            size += len(cut[at][0])
            at += 1
        return max(at, start + 1)

    def _fill(self, cut: Sequence[tuple[list[int], list[Placed]]], numbers: list[int], start: int, room: int) -> list[int]:
        left = room - sum(len(cut[number][0]) for number in numbers)
        return numbers + list(range(start, self._reach(cut, start, left)))

    def _window(self, cut: Sequence[tuple[list[int], list[Placed]]], numbers: Sequence[int], *, own_from: int) -> Window:
        pieces = [self.wordpiece.id("[CLS]"), self.unused(_ERA + era(self.doc.published))]
        placed: list[Placed] = []
        for number in numbers:
            said, inside = cut[number]
            shift = len(pieces)
            placed += [Placed(p.mention, p.start + shift, p.end + shift, number >= own_from) for p in inside]
            pieces += said
        return Window((*pieces[: MAX_PIECES - 1], self.wordpiece.id("[SEP]")), tuple(p for p in placed if p.end < MAX_PIECES))

    def _sentence(self, number: int) -> tuple[list[int], list[Placed]]:
        part, text = self.doc.sentences[number], self.doc.text
        pieces: list[int] = []
        if part.in_title:
            pieces.append(self.unused(_TITLE))
        elif part.bullet or (number and self.doc.sentences[number - 1].paragraph != part.paragraph):
            pieces.append(self.unused(_BULLET))
        placed: list[Placed] = []
        at = part.start
        for index in self.by_sentence.get(number, ()):
            mention = self.doc.mentions[index]
            pieces += self.wordpiece.pieces(text[at : mention.start])
            start = len(pieces)
            pieces += self._mention(index, mention)
            placed.append(Placed(index, start, len(pieces), True))
            at = mention.end
        pieces += self.wordpiece.pieces(text[at : part.end])
        return pieces[:_MAX_SENTENCE], [p for p in placed if p.end <= _MAX_SENTENCE]

    def _mention(self, index: int, mention: Mention) -> list[int]:
        words = self.doc.text[mention.start : mention.end]
        if mention.type is MentionType.AUTHORITY:
            names = self.disguise.placeholders
            return [self.unused(names[self.order[urn] % len(names)]) for urn in mention.values[:4]]
        if mention.type is MentionType.RATING:
            words = (self.disguise.ratings or {}).get(index, words)
            return [self.unused(_SAME if mention.same else _QUOTED if mention.quoted else _RATING), *self._cut(words)]
        if mention.type is MentionType.YEAR:
            year = int(mention.values[0])
            age = _MAX_AGE + 1 if self.doc.published is None else min(max(self.doc.published.year - year, -1), _MAX_AGE)
            return [self.unused(_AGE + 1 + age), *self._cut(words)]
        marker = _GROUP if mention.type is MentionType.GROUP else _OVERALL if mention.values == ("overall",) else _AREA
        return [self.unused(marker), *self._cut(words)]

    def _cut(self, words: str) -> list[int]:
        return self.wordpiece.pieces(words)[:24]

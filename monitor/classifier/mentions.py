"""Sentences to typed mentions: what the vocabulary finds, names checked, grades licensed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from monitor.classifier.chunk import Chunk
from monitor.classifier.grades import QUOTES, rating
from monitor.classifier.lay import lay_areas
from monitor.classifier.lexicon import Entry
from monitor.classifier.text import Sentence
from monitor.classifier.vocabulary import authority, is_name, lexicon
from monitor.domain.model import Area
from monitor.tables import places
from monitor.tables.bodies import HEAD_NOUNS


def mentions(sentence: Sentence, published: date | None, known: frozenset[str] = frozenset()) -> list[Chunk]:
    """The typed mentions of a sentence in order; runs of words that mean nothing here are one ``.`` chunk."""
    tokens = sentence.tokens
    words = [t.word for t in tokens]
    found: list[Chunk] = []
    for start, end, entry in _pieces(words):
        if entry is None and words[start] in HEAD_NOUNS and found and found[-1].code == "A" and found[-1].end == start:
            found.append(Chunk("D", HEAD_NOUNS[words[start]], start, end))  # "Kirklees homes"
        elif entry is None and words[start] == "that" and found and found[-1].end == start and found[-1].code in "SGAXD":
            found.append(Chunk("Q", "that", start, end))  # "the department that missed ..."
        elif entry is None:
            _unknown(found, words[start], start)
        elif entry.code == "_" or (words[start] == "may" and tokens[start].capital and end - start == 1):
            continue  # the month of May
        elif entry.code == "A":
            _name(found, sentence, start, end, entry, published, known)
        elif entry.code == "R":
            named = bool(found) and found[-1].code in "XS" and found[-1].end == start
            found.append(rating(tokens, start, end, entry, sentence.in_title, named))
        elif entry.code == "X":
            items = tuple(Area(value) for value in entry.value.split("+"))
            found.append(Chunk("X", entry.value, start, end, areas=(items,)))
        elif not (entry.code == "&" and _joins_nothing(found, words, start, end)):
            found.extend(_cue(entry, words, start, end))
    return _swallow(found)


def _pieces(words: Sequence[str]) -> Iterator[tuple[int, int, Entry | None]]:
    """The sentence cut up by the vocabulary; an area that is described is one piece, unless a named one reaches out of it."""
    pieces = list(lexicon().scan(words))
    for start, end, area in lay_areas(words):
        inside = [i for i, (first, last, _) in enumerate(pieces) if first < end and last > start]
        if all(start <= pieces[i][0] and pieces[i][1] <= end for i in inside):
            pieces[inside[0] : inside[-1] + 1] = [(start, end, Entry("X", area, 0))]
    yield from pieces


def _name(
    found: list[Chunk], sentence: Sentence, start: int, end: int, entry: Entry, published: date | None, known: frozenset[str]
) -> None:
    """Adds an authority when its name is meant as one; a longer name takes in what was found of it before."""
    words = sentence.tokens
    if start and words[start - 1].word in {"besides", "except", "like"}:
        _unknown(found, "besides", start)
    elif is_name(words, start, end, sentence.in_title, known):
        urns, first, last = authority(words, start, end, entry, published)
        while found and found[-1].end > first:
            found.pop()
        found.append(Chunk("A", "shared" if "," in entry.value else "", first, last, names=urns))
    else:
        _unknown(found, words[start].word, start)


def _joins_nothing(found: list[Chunk], words: Sequence[str], start: int, end: int) -> bool:
    """``children and young people``: an "and" between words that mean nothing here."""
    light = start > 0 and end < len(words) and words[start - 1] in places.LIGHT and words[end] in places.LIGHT
    return light and not (found and found[-1].end == start)


def _cue(entry: Entry, words: Sequence[str], start: int, end: int) -> tuple[Chunk, ...]:
    """The chunk of any other row, or what it is in this place."""
    before = words[start - 1] if start else ""
    that_was = words[start] in {"that", "this"} and end - start == 2 and words[end - 1] in {"was", "is"}
    if entry.code == "Z" and that_was and before and before not in _CLAUSE_OPENS:
        return Chunk("Q", "that", start, start + 1), Chunk("B", "be", start + 1, end)  # "the grade that was"
    if entry.code == "N" and words[start:end] == ["rating"] and words[end : end + 1] and words[end] in _RATED:
        return (Chunk("V", "judge", start, end),)  # "rating it good"
    if entry.code == "W" and before in {"work", "working", "works"}:
        return (Chunk("F", "for", start, end),)  # "work with care leavers"
    if entry.code == "T" and start == 0 and words[0] == "elsewhere":
        return (Chunk("|", "but", start, end),)
    return (Chunk(entry.code, entry.value, start, end),)


_RATED = frozenset("it them its their the both all leadership".split())
_CLAUSE_OPENS = frozenset({",", ";", ":", "-", "(", "but", "and"})
_MARKS = {
    ",": ",",
    "-": "-",
    ":": ":",
    ";": ";",
    "(": "(",
    ")": ")",
    "[": "(",
    "]": ")",
    "|": ";",
    "*": ";",
    ".": ";",
    "?": ";",
    "!": ";",
}


def _unknown(found: list[Chunk], word: str, at: int) -> None:
    if word in _MARKS:
        found.append(Chunk(_MARKS[word], word, at, at + 1))
    elif word in places.LIGHT or word in QUOTES or word == "'s":
        return
    elif word.isdigit() and len(word) == 4 and "1990" <= word <= "2099":
        found.append(Chunk("Y", word, at, at + 1))
    elif found and found[-1].code == ".":
        found[-1] = Chunk(".", found[-1].value, found[-1].start, at + 1)
    else:
        found.append(Chunk(".", word, at, at + 1))


def _swallow(found: list[Chunk]) -> list[Chunk]:
    """Drop what a longer mention has taken in."""
    kept: list[Chunk] = []
    for chunk in found:
        if not kept or chunk.start >= kept[-1].end:
            kept.append(chunk)
    return kept

"""Sentences to typed mentions: what the vocabulary finds, names checked, grades licensed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from monitor.classifier.chunk import Chunk
from monitor.classifier.grades import QUOTES, rating
from monitor.classifier.text import Sentence
from monitor.classifier.vocabulary import authority, is_name, lexicon
from monitor.domain.model import Area
from monitor.tables import places


def mentions(sentence: Sentence, published: date | None, known: frozenset[str] = frozenset()) -> list[Chunk]:
    """The typed mentions of a sentence in order; runs of words that mean nothing here are one ``.`` chunk."""
    tokens = sentence.tokens
    words = [t.word for t in tokens]
    found: list[Chunk] = []
    for start, end, entry in lexicon().scan(words):
        if entry is not None and (entry.code == "_" or (words[start] == "may" and tokens[start].capital and end - start == 1)):
            continue
        if entry is not None and entry.code == "Z" and words[start] in {"that", "this"} and end - start == 2 and words[end - 1] in {"was", "is"} and start and words[start - 1] not in ",;:-(but and":
            found.append(Chunk("Q", "that", start, start + 1))
            found.append(Chunk("B", "be", start + 1, end))
        elif entry is None and words[start] == "that" and found and found[-1].end == start and found[-1].code in "SGAXD":
            found.append(Chunk("Q", "that", start, end))  # "the department that missed ..."
        elif entry is None:
            _unknown(found, words[start], start)
        elif entry.code == "A":
            if start and words[start - 1] in {"besides", "except", "like"}:
                _unknown(found, "besides", start)
            elif is_name(tokens, start, end, sentence.in_title, known):
                urns, a, b = authority(tokens, start, end, entry, published)
                while found and found[-1].end > a:
                    found.pop()
                found.append(Chunk("A", "shared" if "," in entry.value else "", a, b, names=urns))
            else:
                _unknown(found, words[start], start)
        elif entry.code == "&" and 0 < start and end < len(words) and words[start - 1] in places.LIGHT and words[end] in places.LIGHT and not (found and found[-1].end == start):
            continue  # "children and young people": nothing here is joined
        elif entry.code == "W" and start and words[start - 1] in {"work", "working", "works"}:
            found.append(Chunk("F", "for", start, end))  # "work with care leavers"
        elif entry.code == "T" and start == 0 and words[0] == "elsewhere":
            found.append(Chunk("|", "but", start, end))
        elif entry.code == "R":
            found.append(rating(tokens, start, end, entry, sentence.in_title))
        elif entry.code == "X":
            items = tuple(Area(value) for value in entry.value.split("+"))
            found.append(Chunk("X", entry.value, start, end, areas=(items,)))
        else:
            found.append(Chunk(entry.code, entry.value, start, end))
    return _swallow(found)


_MARKS = {",": ",", "-": "-", ":": ":", ";": ";", "(": "(", ")": ")", "[": "(", "]": ")", "|": ";", "*": ";", ".": ";", "?": ";", "!": ";"}


def _unknown(found: list[Chunk], word: str, at: int) -> None:
    if word in _MARKS:
        found.append(Chunk(_MARKS[word], word, at, at + 1))
    elif word in places.LIGHT or word in QUOTES or word == "'s":
        return
    elif word.isdigit() and len(word) == 4 and "1990" <= word <= "2099":
        found.append(Chunk("Y", word, at, at + 1))
    elif found and found[-1].code == ".":
        found[-1] = replace(found[-1], end=at + 1)
    else:
        found.append(Chunk(".", word, at, at + 1))


def _swallow(found: list[Chunk]) -> list[Chunk]:
    """Drop what a longer mention has taken in."""
    kept: list[Chunk] = []
    for chunk in found:
        if not kept or chunk.start >= kept[-1].end:
            kept.append(chunk)
    return kept

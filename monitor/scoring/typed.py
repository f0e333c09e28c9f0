"""What a person types for a field of a label: the value that is meant, or in words why none is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TypeVar

from monitor.classifier.text import fold
from monitor.classifier.text import sentences as sentences_of
from monitor.classifier.vocabulary import lexicon
from monitor.domain.authorities import find, nearest, unknown
from monitor.domain.model import Area, Authority, Rating
from monitor.tables.phrases import PhraseType

_FIRST_YEAR = 2000  #: of an earlier rating: no article of this record looks back further
_NEAR = 0.5  #: how much of what was typed a sentence must share to be named as the one that was meant
T = TypeVar("T")


class NotUnderstood(ValueError):
    """What was typed is no value of its field; the message says why, and what would be."""


def authority_of(text: str) -> Authority:
    """The authority of a name in any usual form, or of a code."""
    found = find(text) if text.strip() else None
    if found is not None:
        return found
    near = nearest(text)
    hint = (
        f"; did you mean {_or(near)}?" if len(near) > 1 else unknown(text) or (f"; did you mean {near[0]!r}?" if near else "")
    )
    raise NotUnderstood(f"{text!r} is no authority of England{hint}")


def area_of(text: str) -> Area:
    """The area of its words, a beginning that no other has, its initials, its name in reports, or what papers call it."""
    named = _known(text, PhraseType.AREA)
    if "+" in named:
        both = _or([Area(area).words for area in named.split("+")])
        raise NotUnderstood(f"{text!r} is {both.replace(' or ', ' and ')}: they are labelled one by one")
    if named:
        return Area(named)
    names = {name: area for area in Area for name in (area.words, area.heading, area.short, area.label) if name}
    more = {"".join(word[0] for word in area.words.split()): area for area in Area if " " in area.words}
    return one_of(text, names | more, "area", [area.words for area in Area])


def rating_of(text: str) -> Rating:
    """The rating of its words, a beginning that no other has, ``ri``, or what papers call it."""
    if named := _known(text, PhraseType.RATING):
        return Rating(named)
    names = {rating.words: rating for rating in Rating}
    return one_of(text, names | {"ri": Rating.REQUIRES_IMPROVEMENT}, "rating", names)


def _known(text: str, type_: PhraseType) -> str:
    """The value of a text that is, all of it, one row of the classifier's tables; empty where it is none."""
    words = [token.word for sentence in sentences_of(text) for token in sentence.tokens]
    found = lexicon().match(words, 0) if words else None
    return found[1].value if found is not None and found[0] == len(words) and found[1].type is type_ else ""


def one_of(text: str, names: Mapping[str, T], what: str, shown: Iterable[str]) -> T:
    """The value of a name (in any case, ``_`` as a blank) or of a beginning that no other value's name has.

    Raises NotUnderstood, listing `shown` where nothing is meant and what may be where several are.
    """
    typed = _plain(text)
    plain = {_plain(name): value for name, value in names.items()}
    if typed in plain:
        return plain[typed]
    begin = {value: name for name, value in reversed(plain.items()) if typed and name.startswith(typed)}
    if len(begin) == 1:
        return next(iter(begin))
    if begin:
        raise NotUnderstood(f"{text!r} may be {_or(sorted(begin.values()))}: type more of it")
    raise NotUnderstood(f"{text!r} is no {what}; there are: {', '.join(shown)}")


def numbered(text: str, things: Sequence[T], what: str) -> T:
    """The one of some things that a number typed means; people count them from 1. Raises NotUnderstood where there is none."""
    number = int(text)
    if not 1 <= number <= len(things):
        raise NotUnderstood(f"there is no {what} {text.strip()}; they are numbered from 1 to {len(things)}")
    return things[number - 1]


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[_\-]", " ", text).lower().split())


def _or(names: Sequence[str]) -> str:
    quoted = [repr(name) for name in names]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)


def year_of(text: str, latest: int) -> int | None:
    """The year of an earlier rating, at most `latest`; None for ``-``."""
    if text.strip() == "-":
        return None
    if not re.fullmatch(r"\s*[0-9]{4}\s*", text):
        raise NotUnderstood(f"{text!r} is no year; write it as 2019, or - where the text tells none")
    if not _FIRST_YEAR <= int(text) <= latest:
        raise NotUnderstood(f"{text.strip()} cannot be the year of an earlier rating: it is from {_FIRST_YEAR} to {latest}")
    return int(text)


def previous_of(text: str, latest: int) -> tuple[Rating, int | None] | None:
    """An earlier rating and its year, as in ``requires improvement 2019`` and ``good``; None for ``-``."""
    if text.strip() == "-":
        return None
    told = re.fullmatch(r"(.*?)(?:[\s,(in]*\b([0-9]{4})\)?)?\s*", text, re.DOTALL)
    rating, year = told.groups() if told else (text, None)
    return rating_of(rating), year_of(year, latest) if year else None


def evidence_of(text: str, title: str, body: str, sentences: Sequence[str]) -> str:
    """The words of a page that are meant: the sentence of a number, or words of title or body as the page has them.

    Other quotation marks, dashes, blanks and capitals than the page's are taken for its own; words of two paragraphs are not
    taken.
    """
    told = text.strip()
    if re.fullmatch(r"[0-9]{1,6}", told):
        return words_of(numbered(told, sentences, "sentence"))
    if not re.search(r"\w", told):
        raise NotUnderstood("evidence is needed: the number of a sentence, or words that stand in the title or the text")
    for field in (title, body):
        if told in field and "\n" not in told:
            return told
    for typed in dict.fromkeys((told, told.strip("\"'“”‘’ "))):
        words = r"[^\S\n]+".join(map(re.escape, fold(typed).split()))
        for field in (title, body):
            if words and (found := re.search(words, fold(field))):
                return field[found.start() : found.end()]
    raise NotUnderstood(f"these words do not stand in the title or the text{_nearest_sentence(told, sentences)}")


def words_of(sentence: str) -> str:
    """A sentence without the bullet that it may begin with, and blanks around it."""
    return re.sub(r"^\s*[-*–—•·▪●]+\s+(?=\S)", "", sentence).strip()


def _nearest_sentence(told: str, sentences: Sequence[str]) -> str:
    def shared(sentence: str) -> float:
        blocks = SequenceMatcher(None, fold(told), fold(sentence), autojunk=False).get_matching_blocks()
        return sum(block.size for block in blocks if block.size > 3) / len(told)

    best = max(range(len(sentences)), key=lambda number: shared(sentences[number][:500]), default=None)
    if best is None or shared(sentences[best][:500]) < _NEAR:
        return "; copy them from it, or give the number of a sentence"
    return f"; nearest is sentence {best + 1}: “{sentences[best]}”"

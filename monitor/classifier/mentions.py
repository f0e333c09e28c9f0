"""Sentences to typed mentions: names, areas, groups of areas, ratings and years, each with the characters that it covers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from monitor.classifier.area_paraphrases import paraphrased_areas
from monitor.classifier.lexicon import Entry
from monitor.classifier.text import Sentence
from monitor.classifier.time_expressions import relative_year
from monitor.classifier.vocabulary import authority, is_name, lexicon
from monitor.tables.attribution import BETWEEN, CALL, INSPECTORS, MADE, OTHERS
from monitor.tables.phrases import PhraseType
from monitor.tables.ratings import WEAK_RATINGS
from monitor.tables.slips import SLIPS


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
    by_others: bool = False  #: what parents, unions or councillors call it, who grade nothing
    in_aside: bool = False  #: why something was made: "the board, set up after leadership was rated inadequate"


_RATINGS = (PhraseType.RATING, PhraseType.SAME_RATING)
_GROUPS = {PhraseType.ALL_AREAS: "all", PhraseType.OTHER_AREAS: "rest"}
_QUOTES = frozenset("\"'")
#: Of two mentions that overlap the one of the earlier type is kept, of one type the one that begins earlier.
_KEEP_FIRST = (MentionType.RATING, MentionType.AUTHORITY, MentionType.AREA, MentionType.GROUP, MentionType.YEAR)


def mentions(sentence: Sentence, offset: int, number: int, published: date | None, known: frozenset[str]) -> list[Mention]:
    """The mentions of a sentence in order, none overlapping another.

    Args:
        sentence: with offsets into its own field (title or text).
        offset: characters before that field in the document.
        number: of the sentence in the document.
        published: the day from which "four years ago" is counted, and on which trusts served whom they served.
        known: names that are ordinary words too, and that this text uses as names (`vocabulary.known_names`).
    """
    kept: list[Mention] = []
    base = offset + sentence.start
    taken = bytearray(sentence.end - sentence.start)  # characters that are some mention's
    found = _found(_Place(sentence, offset, number, published, known))
    for mention in sorted(found, key=lambda m: (_KEEP_FIRST.index(m.type), m.start, -m.end)):
        here = slice(mention.start - base, mention.end - base)
        if not any(taken[here]):
            taken[here] = b"\1" * (mention.end - mention.start)
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


@dataclass(frozen=True, slots=True)
class _Place:
    """A sentence in its document."""

    sentence: Sentence
    offset: int
    number: int
    published: date | None
    known: frozenset[str]

    def mention(self, type_: MentionType, start: int, end: int, values: tuple[str, ...], **more: bool) -> Mention:
        """The mention that the tokens ``[start, end)`` are."""
        tokens = self.sentence.tokens
        first, last = self.offset + tokens[start].start, self.offset + tokens[end - 1].end
        return Mention(type=type_, start=first, end=last, values=values, sentence=self.number, **more)


def _found(at: _Place) -> Iterator[Mention]:
    """Everything that a sentence mentions; mentions may overlap here."""
    words = [SLIPS.get(token.word, token.word) for token in at.sentence.tokens]
    pieces = list(lexicon().scan(words))
    for start, end, entry in pieces:
        if entry is not None and entry.type in _RATINGS:
            yield at.mention(
                MentionType.RATING,
                start,
                end,
                (entry.value,) if entry.type is PhraseType.RATING else (),
                same=entry.type is PhraseType.SAME_RATING,
                weak=words[start] in WEAK_RATINGS,
                quoted=start > 0 and words[start - 1] in _QUOTES,
                speech=at.sentence.speech[start],
                by_others=_by_others(words, start),
                in_aside=_in_aside(words, start),
            )
    for start, end, entry in _with_described_areas(pieces, words):
        if entry is not None:
            yield from _named(at, words, start, end, entry)
        elif words[start].isdigit() and len(words[start]) == 4 and "1990" <= words[start] <= "2099":
            yield at.mention(MentionType.YEAR, start, end, (words[start],))


def _by_others(words: Sequence[str], at: int) -> bool:
    """Whether the nearest judging verb before a rating is the act of somebody who is no inspector."""
    verb = next((i for i in range(at - 1, 0, -1) if words[i] in CALL), 0)
    if not verb or not INSPECTORS.isdisjoint(words[:at]):
        return False
    who = verb - 1
    while who > 0 and words[who] in BETWEEN:
        who -= 1
    return words[who] in OTHERS


def _in_aside(words: Sequence[str], at: int) -> bool:
    """Whether a rating stands behind a participle and "after" that open an aside or the sentence, or is what has been since."""
    since = next((i for i in range(at - 1, 0, -1) if words[i] == "since"), 0)
    if since and _STOPS.isdisjoint(words[since:at]) and words[since - 1] not in _HAVE and not _HAVE.isdisjoint(words[:since]):
        return True  # "has improved since being rated inadequate"
    after = next((i for i in range(at - 1, 0, -1) if words[i] == "after"), 0)
    if not after or not _STOPS.isdisjoint(words[after:at]):
        return False
    made = after - 1
    while made > 0 and words[made] in {"up", "in", "to", "out", "over"}:
        made -= 1
    return words[made] in MADE and (made == 0 or words[made - 1] in _STOPS)


_STOPS, _HAVE = frozenset(",-(:;"), frozenset({"has", "have", "had"})


def _named(at: _Place, words: Sequence[str], start: int, end: int, entry: Entry) -> Iterator[Mention]:
    """What a row of the tables other than a rating's says."""
    if entry.type is PhraseType.AUTHORITY:
        beside = start > 0 and words[start - 1] in {"besides", "except", "like"}
        tokens = at.sentence.tokens
        if not beside and is_name(tokens, start, end, at.sentence.in_title, at.known):
            urns, first, last = authority(tokens, start, end, entry, at.published)
            yield at.mention(MentionType.AUTHORITY, first, last, urns)
    elif entry.type is PhraseType.AREA:
        yield at.mention(MentionType.AREA, start, end, tuple(entry.value.split("+")))
    elif entry.type is PhraseType.OVERALL:
        yield at.mention(MentionType.AREA, start, end, ("overall",))
    elif entry.type in _GROUPS and not (start == 0 and words[0] == "elsewhere"):
        yield at.mention(MentionType.GROUP, start, end, (_GROUPS[entry.type],))
    elif entry.type is PhraseType.PAST_TIME and (year := relative_year(" ".join(words[start:end]), at.published)):
        yield at.mention(MentionType.YEAR, start, end, (str(year),))


def _with_described_areas(
    pieces: Sequence[tuple[int, int, Entry | None]], words: Sequence[str]
) -> list[tuple[int, int, Entry | None]]:
    """The sentence cut up by the vocabulary; an area that is described is one piece, unless a named one reaches out of it."""
    cut = list(pieces)
    for start, end, area in paraphrased_areas(words):
        inside = [i for i, (first, last, _) in enumerate(cut) if first < end and last > start]
        if all(start <= cut[i][0] and cut[i][1] <= end for i in inside):
            cut[inside[0] : inside[-1] + 1] = [(start, end, Entry(PhraseType.AREA, area, 0))]
    return cut

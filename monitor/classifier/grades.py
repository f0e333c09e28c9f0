"""Licensing: which adjectives are grades here and which are praise ("good access", "outstanding staff")."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitor.classifier.chunk import Chunk
from monitor.classifier.lexicon import Entry
from monitor.classifier.text import Token
from monitor.tables.ratings import WEAK_RATINGS

QUOTES = frozenset("\"'")


def _quoted(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether tokens[start:end] stand alone between quotes."""
    if not (start and end < len(tokens) and tokens[start - 1].word in QUOTES):
        return False
    after = end + 1 if tokens[end].word in ",." and end + 1 < len(tokens) else end
    return tokens[after].word in QUOTES


_ADVERBS = frozenset(
    """
    now still also again already all both overall therefore only just currently consistently either being a an the its
    their as be to at finally officially even really generally largely or itself themselves once
    """.split()
)
_JUDGING = frozenset(
    """
    rated rate rates rating judged judges judge judging graded grades grade grading deemed deem deems branded labelled
    labeled label assessed declared considered classed ranked scored marked dubbed adjudged evaluated found find finds
    pronounced pronounces pronounce proclaimed declares recorded records brands brand hailed named called calls certified
    classified categorised described regarded singled
    """.split()
)
_LINKING = frozenset(
    "is are was were be been being remain remains remained became become becomes stays stayed 's 're stay".split()
)
_BEFORE_GRADE = frozenset(
    "from to into than reach reached reaching above below between becoming became achieve achieved achieves of not".split()
)
_CLOSERS = frozenset(".,;:-()?!\"'|*") | frozenset(
    """
    for in overall across on with when but and or as by since too again last while although though after before
    because at under following to from than throughout according despite this that until which who where if every each
    everywhere today yesterday two three four five six seven eight nine ten last previously earlier apart except bar
    rather save barring namely already twice apiece once then altogether there here elsewhere
    """.split()
)
_GRADE_NOUNS = frozenset(
    """
    rating ratings rated grade grades graded grading judgement judgements judgment judgments verdict verdicts mark
    marks status bracket label category band overall
    """.split()
)
_NUMBER_WORDS = frozenset({"one", "two", "three", "four"})
_GETTING = frozenset(
    "award awarded awards awarding gave give gives given got get gets received receives receive scored scores".split()
)
_A = frozenset({"a", "an"})
_JUDGED = frozenset(
    """
    service services council authority department county city borough leadership management care protection leavers
    families children it them overall
    """.split()
)
_EARNING = frozenset("merit merits merited earn earns earned got get gets given secured scored awarded received".split())
_WITH = frozenset({"with"})
_AFTER_A_GRADE = frozenset(".;:)-?") | frozenset(
    {"for", "from", "apiece", "each", "is", "was", "also", "overall", "and", "too"}
)
_AFTER_OBJECT = frozenset(".,;:-") | frozenset(
    {"when", "today", "yesterday", "again", "across", "overall", "and", "but", "while", "in", "for", "on", "following", "after"}
)
#: Tokens of a sentence that gives every area its grade: "judged leadership good, help and protection good, ...".
_LIST = 60
_TIMES = frozenset({"time", "previous", "last", "inspection"})
_TASKS = frozenset({"looking", "protecting", "keeping", "caring", "safeguarding"})
_GIVEN = frozenset("get gets got getting receiving receive receives received given gave awarded".split())
_WHOSE = frozenset("the all both each every its other".split())
_EVERY = frozenset({"four", "five", "4", "5", "run", "all", "set", "straight"})
_GRADE_WORDS = frozenset({"good", "outstanding", "inadequate", "improvement", "adequate"})
_PLURALS = frozenset({"goods", "outstandings", "inadequates"})
_THING = frozenset("service report result outcome inspection ofsted score".split())


@dataclass(frozen=True, slots=True)
class Site:
    """Where a one-word grade adjective stands."""

    tokens: Sequence[Token]
    start: int
    end: int
    value: str
    in_title: bool
    named: bool = False  #: whether an area or a service is named right before it

    def word(self, at: int) -> str:
        """The word at a place of the sentence, or an empty string outside it."""
        return self.tokens[at].word if 0 <= at < len(self.tokens) else ""

    @property
    def previous(self) -> str:
        """The word right before the adjective."""
        return self.word(self.start - 1)

    @property
    def before(self) -> str:
        """The word before the adjective, its adverbs and its quotes: ``is now rated "consistently good"``."""
        back = self.start - 1
        while back >= 0 and (self.word(back) in _ADVERBS or self.word(back) in QUOTES) and self.start - back <= 4:
            back -= 1
        return self.word(back)

    @property
    def after(self) -> str:
        """The word after the adjective; a sentence ends in a full stop."""
        return self.word(self.end) or "."

    @property
    def closes(self) -> bool:
        """Whether what follows can not be what the adjective praises."""
        return self.after in _CLOSERS

    def earlier(self, words: frozenset[str], reach: int = 1000) -> bool:
        """Whether one of `words` stands up to `reach` places before the adjective."""
        return any(t.word in words for t in self.tokens[max(0, self.start - reach) : self.start])


@dataclass(frozen=True, slots=True)
class Licence:
    """A place in which an adjective is a grade. The first row that fits decides."""

    name: str
    fits: Callable[[Site], bool]
    example: str  #: a sentence in which the row decides
    grants: Callable[[Site], bool] = lambda _: True  #: what it decides


LICENCES = (
    Licence(
        "alone-in-quotes", lambda s: _quoted(s.tokens, s.start, s.end), 'The council was called "inadequate" by inspectors.'
    ),
    Licence(
        "word-for-word",
        lambda s: s.previous in {"word", "words"} or (s.previous == "of" and s.word(s.start - 2) in _GRADE_NOUNS and s.closes),
        "They gave us a rating of good for both.",
    ),
    Licence(
        "label-of-a-year",
        lambda s: s.previous in {":", ","} and s.after in {"in", "since"} and s.word(s.end + 1)[:2] == "20",
        "Leaders: inadequate in 2023, good in 2026.",
    ),
    Licence(
        "second-of-two-grades",
        lambda s: s.previous in {"and", "or"} and s.word(s.start - 2) in _GRADE_WORDS,
        "Leaders want services to be good or outstanding everywhere.",
    ),
    Licence(
        "good-at-a-task",
        lambda s: s.after == "at" and s.value == "good" and not _TIMES & {s.word(s.end + 2), s.word(s.end + 3)},
        "Ofsted said the council was good at keeping children safe overall.",
        lambda s: s.word(s.end + 1) in _TASKS and any(t.word in {"whole", "overall"} for t in s.tokens),
    ),
    Licence(
        "movement",
        lambda s: s.closes and s.previous in _BEFORE_GRADE and not (s.value == "good" and s.previous == "of"),
        "The city has climbed from inadequate to good.",
    ),
    Licence(
        "names-a-grade",
        lambda s: s.after in _GRADE_NOUNS,
        "It is the third good rating in a row.",
        lambda s: not (s.before in {"show", "showed", "good", "with"} and s.after in {"judgement", "judgment"}),
    ),
    Licence("judged", lambda s: s.before in _JUDGING and s.closes, "Leadership was judged to be outstanding."),
    Licence(
        "capital-letter",
        lambda s: s.start > 0 and s.tokens[s.start].capital and not s.in_title and s.closes,
        "They gave leadership a firm Good.",
    ),
    Licence("linking-verb", lambda s: s.before in _LINKING and s.closes, "Support for care leavers is good."),
    Licence("not", lambda s: s.before in {"n't", "not", "longer"} and s.closes, "The service is no longer inadequate."),
    Licence(
        "listed-with-its-area",
        lambda s: s.previous in {":", ",", "and"} and s.after in {"for", "overall"},
        "The grades are inadequate for leadership, good for care leavers.",
    ),
    Licence(
        "next-in-a-list",
        lambda s: (
            s.previous in {"and", ","}
            and s.after in {"in", "across", "on"}
            and s.word(s.end + 1) in _WHOSE
            and s.earlier(_GRADE_WORDS)
        ),
        "It was judged outstanding for leadership and good in the other two areas.",
    ),
    Licence(
        "label",
        lambda s: s.before in {":", "-", "(", ",", "*"} and s.after in ".,;()-|",
        "Overall effectiveness: inadequate.",
    ),
    Licence(
        "gets-a-report",
        lambda s: s.before in _GIVEN and s.after in _THING,
        "The county was given an outstanding report.",
        lambda s: s.earlier(_A, 2),
    ),
    Licence(
        "with-areas",
        lambda s: s.after in ".," and s.earlier(_WITH, 8) and s.earlier(_GRADE_WORDS),
        "It was rated good, with leadership outstanding.",
    ),
    Licence(
        "counted",
        lambda s: s.before in _NUMBER_WORDS and s.after in ".," and s.earlier(_GRADE_WORDS),
        "Three areas were judged inadequate and one good.",
    ),
    Licence(
        "judged-as",
        lambda s: s.previous == "as" and s.word(s.start - 2) in _JUDGING and s.after in {"the", "its", "their", "both", "all"},
        "Inspectors rated as good the help given to families.",
    ),
    Licence(
        "to-be",
        lambda s: [s.word(s.start - 2), s.previous] == ["to", "be"] and s.closes and s.earlier(_JUDGING),
        "Leaders were found by the inspectors to be inadequate.",
    ),
    Licence(
        "awarded-for",
        lambda s: s.before in _GETTING and s.after in {"for", "in", "overall"},
        "For the borough, inspectors awarded good for leadership.",
    ),
    Licence(
        "as",
        lambda s: s.closes and s.word(s.start - 1 - (s.previous in QUOTES)) == "as",
        "Services were assessed by inspectors as inadequate.",
        lambda s: s.earlier(_JUDGING),
    ),
    Licence(
        "a-grade",
        lambda s: s.previous in _A and s.word(s.start - 2) in _EARNING and s.after in ".,;:",
        "Leaders and care leavers both merit a good.",
    ),
    Licence(
        "a-good",
        lambda s: s.previous in _A and s.after in _AFTER_A_GRADE,
        "The borough as a whole came away from it with a good.",
        lambda s: not (s.after == "one" and s.value != "good"),
    ),
    Licence(
        "judged-thing",
        lambda s: (
            s.after in _AFTER_OBJECT and (s.named or s.previous in _JUDGED) and s.earlier(_JUDGING, _LIST if s.named else 14)
        ),
        "Inspectors rated all aspects of the service inadequate.",
    ),
    Licence("plural", lambda s: s.word(s.start) in _PLURALS, "It came out of the inspection with two goods."),
    Licence(
        "also", lambda s: s.previous in {"also", "now"} and s.after in ".,;:", "Help and protection also good; adoption too."
    ),
)


def licensed(tokens: Sequence[Token], start: int, end: int, value: str, in_title: bool, named: bool = False) -> bool:
    """Whether a one-word grade adjective is a grade here and not praise ("good access", "outstanding staff").

    `named`: an area or a service ends right before it ("judged the impact of leaders inadequate").
    """
    site = Site(tokens, start, end, value, in_title, named)
    row = next((row for row in LICENCES if row.fits(site)), None)
    return row is not None and row.grants(site)


def rating(tokens: Sequence[Token], start: int, end: int, entry: Entry, in_title: bool, named: bool = False) -> Chunk:
    """The chunk of words that may be a grade: a rating, or words that mean nothing when nothing licenses them."""
    single = end - start == 1
    weak = tokens[start].word in WEAK_RATINGS and not single
    if single and not licensed(tokens, start, end, entry.value, in_title, named):
        return Chunk(".", entry.value, start, end)
    return Chunk(
        "R",
        entry.value,
        start,
        end,
        quoted=_quoted(tokens, start, end),
        weak=weak,
        plural=single and tokens[start].word in _PLURALS and any(t.word in _EVERY for t in tokens[max(0, start - 5) : start]),
    )

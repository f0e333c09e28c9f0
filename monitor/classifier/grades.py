"""Licensing: which adjectives are grades here and which are praise ("good access", "outstanding staff")."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.classifier.chunk import Chunk
from monitor.classifier.lexicon import Entry
from monitor.classifier.text import Token
from monitor.tables import phrases


QUOTES = frozenset("\"'")


def _quoted(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether tokens[start:end] stand alone between quotes."""
    if not (start and end < len(tokens) and tokens[start - 1].word in QUOTES):
        return False
    after = end + 1 if tokens[end].word in ",." and end + 1 < len(tokens) else end
    return tokens[after].word in QUOTES


_ADVERBS = frozenset("now still also again already all both overall therefore only just currently consistently either being a an the its their as be to at finally officially even really generally largely or itself themselves once".split())


_JUDGING = frozenset("rated rate rates rating judged judges judge judging graded grades grade grading deemed deem deems branded labelled labeled label assessed declared considered classed ranked scored marked dubbed adjudged evaluated found find finds".split())


_LINKING = frozenset("is are was were be been being remain remains remained became become becomes stays stayed 's 're stay".split())


_BEFORE_GRADE = frozenset("from to into than reach reached reaching above below between becoming became achieve achieved achieves of not".split())


_CLOSERS = frozenset(".,;:-()?!\"'|*") | frozenset("for in overall across on with when but and or as by since too again last while although though after before because at under following to from than throughout according despite this that until which who where if every each everywhere today yesterday two three four five six seven eight nine ten last previously earlier apart except bar rather save barring namely".split())


_GRADE_NOUNS = frozenset("rating ratings rated grade grades graded grading judgement judgements judgment judgments verdict verdicts mark marks status bracket label category band overall".split())


_NUMBER_WORDS = frozenset({"one", "two", "three", "four"})


_GETTING = frozenset("award awarded awards awarding gave give gives given got get gets received receives receive scored scores".split())


_EVERY = frozenset({"four", "five", "4", "5", "run", "all", "set", "straight"})


_GRADE_WORDS = frozenset({"good", "outstanding", "inadequate", "improvement", "adequate"})


_PLURALS = frozenset({"goods", "outstandings", "inadequates"})


_THING = frozenset("service report result outcome inspection ofsted score".split())


def licensed(tokens: Sequence[Token], start: int, end: int, value: str, in_title: bool) -> bool:
    """Whether a one-word grade adjective is a grade here and not praise ("good access", "outstanding staff")."""
    if _quoted(tokens, start, end):
        return True
    if start > 1 and tokens[start - 1].word in {"and", "or"} and tokens[start - 2].word in _GRADE_WORDS:
        return True
    after = tokens[end].word if end < len(tokens) else "."
    if after == "at" and value == "good":
        following = tokens[end + 1].word if end + 1 < len(tokens) else ""
        return following in {"looking", "protecting", "keeping", "caring", "safeguarding"} and any(t.word in {"whole", "overall"} for t in tokens)
    closes = after in _CLOSERS or end >= len(tokens)
    if start and closes and tokens[start - 1].word in _BEFORE_GRADE and (value != "good" or tokens[start - 1].word != "of"):
        return True
    back = start - 1
    while back >= 0 and (tokens[back].word in _ADVERBS or tokens[back].word in QUOTES) and start - back <= 4:
        back -= 1
    before = tokens[back].word if back >= 0 else ""
    if after in _GRADE_NOUNS:
        return not (before in {"show", "showed", "good", "with"} and after in {"judgement", "judgment"})
    if before in _JUDGING and closes:
        return True
    if tokens[start].capital and start and not in_title and closes:
        return True
    if before in _LINKING and closes:
        return True
    if before in {"n't", "not", "longer"} and closes:
        return True
    if start and tokens[start - 1].word in {":", ",", "and"} and after in {"for", "overall"}:
        return True
    if before in {":", "-", "(", ",", "*"} and (end >= len(tokens) or after in ".,;()-|"):
        return True
    if before in {"get", "gets", "got", "getting", "receiving", "receive", "receives", "received", "given", "gave", "awarded"} and after in _THING:
        return any(t.word in {"a", "an"} for t in tokens[max(0, start - 2) : start])
    if after in ".," and any(t.word == "with" for t in tokens[max(0, start - 8) : start]) and any(t.word in _GRADE_WORDS for t in tokens[:start]):
        return True
    if before in _NUMBER_WORDS and after in ".," and any(t.word in _GRADE_WORDS for t in tokens[:start]):
        return True
    if start > 1 and tokens[start - 1].word == "as" and tokens[start - 2].word in _JUDGING and after in {"the", "its", "their", "both", "all"}:
        return True
    if start > 2 and tokens[start - 1].word == "be" and tokens[start - 2].word == "to" and closes and any(t.word in _JUDGING for t in tokens[:start]):
        return True
    if before in _GETTING and after in {"for", "in", "overall"}:
        return True
    if start and tokens[start - 1 - (tokens[start - 1].word in QUOTES)].word == "as" and closes:
        return any(t.word in _JUDGING for t in tokens[:start])
    if tokens[start].word in _PLURALS:
        return True
    if start and tokens[start - 1].word in {"also", "now"} and (end >= len(tokens) or after in ".,;:"):
        return True
    return False


def rating(tokens: Sequence[Token], start: int, end: int, entry: Entry, in_title: bool) -> Chunk:
    single = end - start == 1
    weak = tokens[start].word in phrases.WEAK_RATINGS and not single
    if single and not licensed(tokens, start, end, entry.value, in_title):
        return Chunk(".", entry.value, start, end)
    return Chunk("R", entry.value, start, end, quoted=_quoted(tokens, start, end), weak=weak, plural=single and tokens[start].word in _PLURALS and any(t.word in _EVERY for t in tokens[max(0, start - 5) : start]))

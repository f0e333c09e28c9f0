"""Claims x modifiers: is a grade current, earlier, denied, hoped for, or another body's? And of which year?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.classifier.chunks import Chunk
from monitor.classifier.claims import Claim
from monitor.classifier.text import Sentence

MONTHS = {m: i + 1 for i, m in enumerate("january february march april may june july august september october november december".split())}
MONTHS |= {m[:3]: n for m, n in MONTHS.items() if m != "may"} | {"sept": 9, "spring": 4, "summer": 7, "autumn": 10, "winter": 1}
_FULL_MONTHS = frozenset("january february march april may june july august september october november december".split())
_SEASONS = frozenset(MONTHS) | {"early", "late", "mid", "year", "end", "beginning", "start", "middle"}
_NUMBERS = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())} | {"a": 1, "decade": 10}
_FIELDWORK = frozenset("visit visits visited inspection inspected inspectors examined looked assessed came weeks week fortnight spent called team follows following".split())


@dataclass(frozen=True, slots=True)
class Scope:
    """What surrounds a grade makes of it."""

    status: str  #: current | previous | earlier | negated | hypothetical | other_body
    year: int | None = None
    cue: str = ""  #: the words that decided
    stays: bool = False  #: "remains", "again", "retained": the previous grade was the same


def scope(claim: Claim, chunks: Sequence[Chunk], sentence: Sentence, published: date | None) -> Scope:
    """The status of one claim from the chunks of its own clause."""
    low, high = window(claim, chunks, sentence)
    grade_at = claim.at
    between = range(min(grade_at, claim.subject_at) + 1, max(grade_at, claim.subject_at)) if claim.subject_at >= 0 else range(0)
    near = [chunks[i] for i in range(max(low, grade_at - 3), grade_at)]
    words = [t.word for t in sentence.tokens]
    if claim.subject is not None and claim.subject.code == "D":
        return Scope("other_body", cue=claim.subject.value)
    if grade_at + 1 < len(chunks) and chunks[grade_at + 1].code == "D" and "by" in words[claim.grade.end : chunks[grade_at + 1].start + 1]:
        return Scope("other_body", cue=chunks[grade_at + 1].value)
    if claim.frame in {"parenthesis", "aside", "apposition", "far-subject", "long-relative"} and not any(c.code in "|;" for c in chunks[:grade_at]):
        nouns = [c for c in chunks[: max(1, claim.subject_at)] if c.code in "DAS"]
        if nouns and all(c.code == "D" for c in nouns):
            return Scope("other_body", cue=nouns[0].value)
    after = [c for c in chunks[grade_at + 1 : grade_at + 5] if c.code not in "ON"]
    if chunks[grade_at + 1 : grade_at + 2] and chunks[grade_at + 1].code == ">" and words[chunks[grade_at + 1].start] == "to" and any(c.code == "R" for c in chunks[grade_at + 2 : grade_at + 4]):
        return Scope("previous", None, "from")  # "'Inadequate' to 'good' in two years"
    if 0 < claim.subject_at < grade_at and chunks[claim.subject_at - 1].code == "Q" and words[chunks[claim.subject_at - 1].start] == "where" and {"is", "are"} & set(words[chunks[claim.subject_at].end : claim.grade.start]):
        return Scope("standing", cue="where")
    if after and after[0].code == "^" and words[after[0].start] == "since":
        had = any(chunks[i].code == "P" and chunks[i].value == "had" for i in range(max(0, grade_at - 4), grade_at))
        return Scope("previous", next((int(c.value) for c in after if c.code == "Y"), None), "had") if had else Scope("standing", cue="since")
    reach = _without_aside(claim, chunks, low, high)
    perfect = _perfect(claim, chunks, words)
    if perfect is not None:
        reach = [i for i in reach if chunks[i].start >= perfect]
    if re.match(r"(?:overall )?,? ?(?:the )?same (?:grade |rating )?as (?:in|it)", " ".join(words[claim.grade.end : claim.grade.end + 8]).replace('"', "").replace("' ", "").strip()):
        return Scope("current", _year(chunks, range(grade_at, len(chunks)), sentence, published), "same as", stays=True)
    if claim.frame == "bracket-previous":
        return Scope("previous", next((int(c.value) for c in reversed(chunks[:grade_at]) if c.code == "Y"), None) or _year(chunks, reach, sentence, published), "bracket")
    if claim.grade.start and (words[claim.grade.start - 1] == "then" or (claim.subject is not None and claim.subject_at < grade_at and words[claim.subject.end : claim.subject.end + 1] == ["then"])):
        return Scope("previous", None, "then")
    if "already" in words[max(0, claim.grade.start - 2) : claim.grade.start]:
        return Scope("standing", cue="already")
    if low and chunks[low - 1].code == "^" and words[chunks[low - 1].start] == "since" and {"was", "were"} & set(words[chunks[low].start : claim.grade.start]):
        return Scope("previous", _year(chunks, reach, sentence, published), "since")
    if low and chunks[low - 1].code == "^" and words[chunks[low - 1].start] == "after" and any(c.code == "R" for c in chunks[grade_at + 1 :]):
        return Scope("previous", None, "after")
    if low and chunks[low - 1].code == "^" and words[chunks[low - 1].start] == "when" and perfect is None and words[claim.grade.start - 1] != "now":
        if {"was", "were", "required"} & set(words[chunks[low].start : claim.grade.end]):
            return Scope("previous", _year(chunks, reach, sentence, published), "when")
    if chunks[0].code == "!" and words[chunks[0].start] in {"none", "no", "neither"} and "|" not in {c.code for c in chunks[:grade_at]}:
        return Scope("negated", cue=words[chunks[0].start])
    if 1 < claim.subject_at < grade_at and chunks[claim.subject_at - 1].code == "F" and words[chunks[claim.subject_at - 2].start] == "none":
        return Scope("negated", cue="none of")
    if claim.subject_at > 0 and claim.subject_at < grade_at and chunks[claim.subject_at - 1].code == "!" and words[chunks[claim.subject_at - 1].start] in {"no", "neither", "none"}:
        return Scope("negated", cue="no")
    if _reduced(claim, chunks, sentence):
        return Scope("previous", _year(chunks, reach, sentence, published), "reduced")
    year = _year(chunks, reach, sentence, published)
    stays = _stays(claim, chunks, words, low)
    for chunk in reversed(near):
        text = " ".join(words[chunk.start : chunk.end])
        if chunk.code == "!" and text == "no longer":
            return Scope("previous", year, text)
        if chunk.code == "!" and grade_at - chunks.index(chunk) <= 3:
            return Scope("negated", year, text)
        if chunk.code == "<":
            return Scope("previous", year, text)
        if chunk.code in ">R.":
            break
    if _generic(claim, chunks, words):
        return Scope("generic", cue="any council")
    beyond = claim.subject_at + 1
    if claim.subject_at > grade_at and beyond < len(chunks) and chunks[beyond].code == "!" and chunks[beyond].value == "not":
        return Scope("negated", year, " ".join(words[chunks[beyond].start : chunks[beyond].end]))
    for i in range(low, grade_at):
        if chunks[i].code == "?" and (i in between or i >= claim.subject_at - 3 or claim.subject_at > grade_at):
            return Scope("hypothetical", cue=" ".join(words[chunks[i].start : chunks[i].end]))
    if year is not None:
        following = chunks[grade_at + 1] if grade_at + 1 < len(chunks) else None
        if following is not None and following.code == "P":
            apart = re.match(r"(\w+) years? (?:before|earlier)", " ".join(words[following.start : following.end]))
            year -= _NUMBERS.get(apart.group(1), 0) if apart else 0  # "inadequate two years before that"
        return Scope("previous", year, str(year), stays)
    issued = re.search(r"\b(?:published|released|issued) (?:back )?in (\w+)\b", " ".join(words[claim.grade.end :]))
    if published is not None and issued and issued.group(1) in _FULL_MONTHS and (published.month - MONTHS[issued.group(1)]) % 12 >= 2:
        return Scope("earlier", None, issued.group())
    stale = _stale_month(chunks, reach, words, published)
    if stale:
        return Scope("earlier", None, stale)
    for i in reach:
        chunk = chunks[i]
        if chunk.code != "P":
            continue
        text = " ".join(words[chunk.start : chunk.end])
        if i > grade_at and text.split()[-1] in {"after", "since", "on"}:
            continue
        if chunk.value == "had" and not (i in between or grade_at - 3 <= i < grade_at):
            continue
        if chunk.value == "recent":
            return Scope("earlier", None, text)
        return Scope("previous", _relative_year(text, published), text, stays)
    if perfect is None and not {"is", "are"} & set(words[: claim.grade.start]):
        told = _opening_time(claim, chunks, sentence, published)
        if told is not None:
            return Scope("previous", told, "opening", stays)
    return Scope("current", stays=stays)


def _reduced(claim: Claim, chunks: Sequence[Chunk], sentence: Sentence) -> bool:
    """``The leadership of a city branded inadequate then has been judged good``: a participle tells of before, the verb of now."""
    if sentence.in_title or not 0 <= claim.subject_at < claim.at:
        return False
    codes = "".join(c.code for c in chunks)
    return codes[claim.subject_at + 1 : claim.at] == "V" and re.match(r"[^|;&E]*B[^|;&E]*R", codes[claim.at + 1 :]) is not None


def _generic(claim: Claim, chunks: Sequence[Chunk], words: list[str]) -> bool:
    """``an authority that requires improvement is ...``, ``a council is inadequate when ...``: said of any council, not of one."""
    subject, at = claim.subject, claim.at
    before = words[claim.grade.start - 1] if claim.grade.start else ""
    following = chunks[at + 1].code if at + 1 < len(chunks) else ";"
    if {"usually", "normally", "typically"} & set(words):
        return True
    if before in {"that", "which", "who"} and following in "VB" and claim.grade.value == "requires_improvement" and not (subject is not None and subject.code == "X"):
        return True
    if subject is not None and subject.code == "G" and subject.value == "many" and {"that", "which"} & set(words[subject.end : subject.end + 1]):
        return True
    if subject is None or subject.code != "G" or subject.value != "one" or not 0 <= claim.subject_at < at:
        return False
    told = set(words[subject.end : claim.grade.start]) & {"has", "have", "was", "were", "been", "had"}
    return words[subject.start] in {"a", "an", "any", "another"} and not told and following == "^"


def _opening_time(claim: Claim, chunks: Sequence[Chunk], sentence: Sentence, published: date | None) -> int | None:
    """The past year of a clause that opens the sentence: ``When inspectors came in 2014 they found ...``."""
    if not chunks or chunks[0].code not in "^FP" or sentence.tokens[0].word in {"since", "following", "after"}:
        return None
    for i, chunk in enumerate(chunks[: claim.at]):
        if chunk.code == "|" or i > 7:
            return None
        if chunk.code == "Y":
            return _year(chunks, range(i, i + 1), sentence, published)
        if chunk.code == "P" and chunk.value == "past":
            return _relative_year(" ".join(t.word for t in sentence.tokens[chunk.start : chunk.end]), published)
    return None


def window(claim: Claim, chunks: Sequence[Chunk], sentence: Sentence) -> tuple[int, int]:
    """The stretch of chunks whose modifiers reach the grade: its clause, without the stretch of the grade before or after it."""
    low = claim.at
    while low > 0:
        before = chunks[low - 1]
        if before.code in ";|^" and not (before.code in "|^" and low - 1 > claim.subject_at >= 0):
            break
        if before.code == "R" and low >= 2 and chunks[low - 2].code == "<" and chunks[low].code == ">":
            low -= 2  # "can climb from inadequate to good": one clause
            continue
        if before.code in "RE":
            low = _split(chunks, low - 1, claim.at)
            break
        low -= 1
    if low > 0 and chunks[low - 1].code == "^" and low >= 2 and chunks[low - 2].code == "P" and chunks[low - 2].value == "past":
        low -= 2  # "seven years after it was rated inadequate"
    elif low > 1 and chunks[low - 1].code == "^" and any(c.code in "YP" for c in chunks[max(0, low - 3) : low - 1]):
        low = max(0, low - 3)  # "since 2016, when it required improvement"
    high = claim.at + 1
    while high < len(chunks):
        after = chunks[high]
        if after.code in ";Q(":
            break
        if after.code in "|" or (after.code == "^" and not _dates(chunks, high + 1, sentence)):
            break
        if after.code in "RE":
            high = _split(chunks, claim.at, high)
            break
        if after.code == "," and not _dated(chunks[high + 1 : high + 4], sentence):
            break
        high += 1
    return low, high


def _dated(chunks: Sequence[Chunk], sentence: Sentence) -> bool:
    """Whether what follows a comma is only a time: ``, in the autumn of 2019``."""
    for chunk in chunks:
        if chunk.code == "Y" or (chunk.code == "P" and chunk.value == "past"):
            return True
        if chunk.code != "F" and not (chunk.code == "." and sentence.tokens[chunk.end - 1].word in _SEASONS):
            return False
        if chunk.code == "F" and chunk.value == "for":
            continue
    return False


def _dates(chunks: Sequence[Chunk], at: int, sentence: Sentence) -> bool:
    """Whether a clause of time dates the grade before it: ``when inspectors came in 2019``, ``when last inspected``."""
    if sentence.tokens[chunks[at - 1].start].word != "when":
        return False
    for chunk in chunks[at : at + 7]:
        if chunk.code in "PY":
            return True
        if chunk.code in "RE;|^":
            return False
    return False


def _split(chunks: Sequence[Chunk], first: int, second: int) -> int:
    """Where, between two grades, the words stop belonging to the first."""
    for i in range(first + 1, second):
        if chunks[i].code in ",&|;->:WQ" or (chunks[i].code == "^" and not any(c.code in "YP" for c in chunks[i:second])):
            return i
    return second if chunks[second].code == "E" else first + 1


def _perfect(claim: Claim, chunks: Sequence[Chunk], words: list[str]) -> int | None:
    """Token where a present perfect or a "now" that carries the grade begins: times told before it are not the grade's."""
    grade = claim.grade.start
    for at in range(grade - 1, max(-1, grade - 7), -1):
        if words[at] in {"has", "have", "now", "today"}:
            return at
        if words[at] in ",;-:" or words[at] in {"had", "was", "were"}:
            return None
    return None


def _without_aside(claim: Claim, chunks: Sequence[Chunk], low: int, high: int) -> list[int]:
    """The window's places, less asides between commas after a name or noun: ``Darlington, visited in 2015, was rated ...``."""
    out: set[int] = set()
    for i in range(1, claim.at):
        told = chunks[i].code == "," and chunks[i - 1].code == "V"
        relative = claim.frame == "subject-with-relative" and i == claim.subject_at + 1
        if not relative and not told and (chunks[i].code not in ",-(" or chunks[i - 1].code not in "AGSX"):
            continue
        for j in range(i + 1, claim.at):
            if chunks[j].code in "RE|":
                break
            if (relative and chunks[j].code == "." and chunks[j + 1].code in "BV") or (chunks[j].code in ",-)" and chunks[j + 1].code in ("GSAX" if told else "BV")):
                out.update(range(i, j + 1))
                break
    return [i for i in range(low, high) if i not in out]


def _year(chunks: Sequence[Chunk], reach: Sequence[int], sentence: Sentence, published: date | None) -> int | None:
    """A past year named in the window, if any; a year that only dates this inspection's fieldwork is not one."""
    if published is None:
        return None
    words = [t.word for t in sentence.tokens]
    found: list[int] = []
    for i in reach:
        if chunks[i].code != "Y":
            continue
        year, at = int(chunks[i].value), chunks[i].start
        month = next((MONTHS[w] for w in reversed(words[max(0, at - 4) : at]) if w in MONTHS), None)
        age = (published.year - year) * 12 + (published.month - month if month else 0)
        fieldwork = any(w in _FIELDWORK for w in words[max(0, at - 9) : at])
        if year > published.year or (year == published.year and age <= (8 if fieldwork else 2)):
            continue
        if fieldwork and (age <= 9 if month else age <= 12 and published.month <= 4):
            continue
        found.append(year)
    return max(found, default=None)


def _stale_month(chunks: Sequence[Chunk], reach: Sequence[int], words: list[str], published: date | None) -> str:
    """A month named without a year, two or more before publication, that dates the grade and not the visit."""
    if published is None or not reach:
        return ""
    first = chunks[reach[0]].start
    last = chunks[reach[-1] + 1].start if reach[-1] + 1 < len(chunks) else len(words)
    if reach[0] > 0 and chunks[reach[0] - 1].code == "^" and words[chunks[reach[0] - 1].start] == "when":
        first = max(0, first - 5)  # "praised in March, when its services were judged ..."
    for at in range(first, last):
        if words[at] not in _FULL_MONTHS or at == 0 or words[at - 1] not in {"in", "since"}:
            continue
        if (published.month - MONTHS[words[at]]) % 12 < 2 or any(w in _FIELDWORK for w in words[max(0, at - 9) : at]):
            continue
        if at + 1 < len(words) and words[at + 1].isdigit():
            continue
        return f"in {words[at]}"
    return ""


def _relative_year(text: str, published: date | None) -> int | None:
    """The year meant by "four years ago" or "last year"."""
    if published is None:
        return None
    words = text.split()
    if words[0] == "last" and len(words) == 2 and words[1] in _FULL_MONTHS:
        return published.year - (MONTHS[words[1]] >= published.month)
    if words[0] == "last" and len(words) == 2 and words[1] in {"year", "spring", "summer", "autumn", "winter"}:
        return published.year - 1 if words[1] != "winter" else published.year - 1
    if "decade" in words:
        return published.year - 10
    if "years" in words or "year" in words:
        for word in words:
            count = int(word) if word.isdigit() else _NUMBERS.get(word)
            if count:
                return published.year - count
    return None


def _stays(claim: Claim, chunks: Sequence[Chunk], words: list[str], low: int) -> bool:
    """Whether the clause says that the grade is the one it had before."""
    if any(c.code in "VB" and c.value in {"keep", "remain"} for c in chunks[max(low, claim.at - 4) : claim.at]):
        return True
    if re.search(r"^ ?,? ?as (?:they|it) (?:had|were|was)\b", " ".join(words[claim.grade.end : claim.grade.end + 8]).replace('"', "").replace("'", "").strip()):
        return True
    start = chunks[max(low, claim.at - 4)].start if claim.at > low else claim.grade.start
    around = words[start : claim.grade.end + 12]
    text = " ".join(around)
    return any(cue in text for cue in (" again ", "again rated", "second time running", "consecutive", "in a row", "second inspection running", "once again", "successive", "time running", "already held", "the same as in", "same as in", "no change"))

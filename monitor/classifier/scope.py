"""Claims x modifiers: is a grade current, earlier, denied, hoped for, or another body's? And of which year?

Each modifier is a row of `MODIFIERS`: a name, a function from the clause to a `Scope` or None, and a sentence in which it must
decide. The first row that decides wins; a clause that none changes is current.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.classifier.chunk import Chunk
from monitor.classifier.claims import Claim
from monitor.classifier.clauses import Clause, clause_of
from monitor.classifier.text import Sentence
from monitor.classifier.times import issued_earlier, number, past_year, relative_year, stale_month


@dataclass(frozen=True, slots=True)
class Scope:
    """What surrounds a grade makes of it."""

    status: str  #: current | previous | earlier | standing | negated | hypothetical | generic | other_body
    year: int | None = None
    cue: str = ""  #: the words that decided
    stays: bool = False  #: "remains", "again", "retained": the previous grade was the same


def scope(claim: Claim, chunks: Sequence[Chunk], sentence: Sentence, published: date | None) -> Scope:
    """The status of one claim, from the chunks of its own clause."""
    clause = clause_of(claim, chunks, sentence, published)
    for modifier in MODIFIERS:
        found = modifier.decide(clause)
        if found is not None:
            return found
    return Scope("current", stays=_stays(clause))


# --- another body ---------------------------------------------------------------------------------------------------------

_ASIDES = frozenset({"parenthesis", "aside", "apposition", "far-subject", "long-relative"})


def _body_graded(c: Clause) -> Scope | None:
    subject = c.claim.subject
    return Scope("other_body", cue=subject.value) if subject is not None and subject.code == "D" else None


def _by_body(c: Clause) -> Scope | None:
    following = c.chunks[c.at + 1 : c.at + 2]
    if following and following[0].code == "D" and "by" in c.words[c.claim.grade.end : following[0].start + 1]:
        return Scope("other_body", cue=following[0].value)
    return None


def _body_named_alone(c: Clause) -> Scope | None:
    if c.claim.frame not in _ASIDES or any(x.code in "|;" for x in c.chunks[: c.at]):
        return None
    nouns = [x for x in c.chunks[: max(1, c.claim.subject_at)] if x.code in "DAS"]
    return Scope("other_body", cue=nouns[0].value) if nouns and all(x.code == "D" for x in nouns) else None


# --- of an earlier time ---------------------------------------------------------------------------------------------------


def _to_another(c: Clause) -> Scope | None:
    following = c.chunks[c.at + 1 : c.at + 4]
    if following and following[0].code == ">" and c.word(c.at + 1) == "to" and any(x.code == "R" for x in following[1:]):
        return Scope("previous", cue="from")
    return None


def _standing_where(c: Clause) -> Scope | None:
    place = c.claim.subject_at
    if not (0 < place < c.at) or c.chunks[place - 1].code != "Q" or c.word(place - 1) != "where":
        return None
    if "X" in {x.code for x in c.chunks[max(0, place - 3) : place - 1]}:
        return None  # "adoption, where Bolton is good"
    return Scope("standing", cue="where") if {"is", "are"} & set(c.words[c.chunks[place].end : c.claim.grade.start]) else None


def _since(c: Clause) -> Scope | None:
    following = [x for x in c.chunks[c.at + 1 : c.at + 5] if x.code not in "ON"]
    if not following or following[0].code != "^" or c.words[following[0].start] != "since":
        return None
    had = any(x.code == "P" and x.value == "had" for x in c.chunks[max(0, c.at - 4) : c.at])
    return (
        Scope("previous", next((int(x.value) for x in following if x.code == "Y"), None), "had")
        if had
        else Scope("standing", cue="since")
    )


def _same_as(c: Clause) -> Scope | None:
    text = " ".join(c.follows()[:8]).replace('"', "").replace("' ", "").strip()
    if re.match(r"(?:overall )?,? ?(?:the )?same (?:grade |rating )?as (?:in|it)", text) is None:
        return None
    return Scope("current", past_year(c.chunks, range(c.at, len(c.chunks)), c.words, c.published), "same as", stays=True)


def _in_brackets(c: Clause) -> Scope | None:
    if c.claim.frame != "bracket-previous":
        return None
    return Scope(
        "previous", next((int(x.value) for x in reversed(c.chunks[: c.at]) if x.code == "Y"), None) or c.year(), "bracket"
    )


def _then(c: Clause) -> Scope | None:
    start, subject = c.claim.grade.start, c.claim.subject
    after_subject = subject is not None and c.claim.subject_at < c.at and c.words[subject.end : subject.end + 1] == ("then",)
    lead = [word for word in c.words[max(0, start - 4) : start] if word not in {'"', "'"}][-2:]
    shortly_before = lead[-1:] == ["then"] or lead == ["then", "of"]  # "the rating it received then of good"
    return Scope("previous", cue="then") if shortly_before or after_subject else None


def _already(c: Clause) -> Scope | None:
    if any(x.code == "P" for x in c.chunks[c.at + 1 : c.at + 4]):
        return None  # "was already good at its previous inspection"
    return (
        Scope("standing", cue="already")
        if "already" in c.words[max(0, c.claim.grade.start - 2) : c.claim.grade.start]
        else None
    )


def _clause_of_time(c: Clause) -> Scope | None:
    if c.before is None or c.before.code != "^":
        return None
    word, said = c.words[c.before.start], set(c.words[c.chunks[c.low].start : c.claim.grade.end])
    if word == "since" and {"was", "were"} & said:
        return Scope("previous", c.year(), word)
    if word == "after" and not c.perfect and any(x.code == "R" for x in c.chunks[c.at + 1 :]):
        return Scope("previous", cue=word)
    if word == "when" and not c.perfect and c.words[c.claim.grade.start - 1] != "now" and {"was", "were", "required"} & said:
        return Scope("previous", c.year(), word)
    return None


def _reduced(c: Clause) -> Scope | None:
    if c.sentence.in_title or not c.leads or c.perfect:
        return None
    codes = "".join(x.code for x in c.chunks)
    participle = codes[c.claim.subject_at + 1 : c.at] == "V" and re.match(r"[^|;&E]*B[^|;&E]*R", codes[c.at + 1 :])
    return Scope("previous", c.year(), "reduced") if participle else None


def _left_behind(c: Clause) -> Scope | None:
    near = c.chunks[max(c.low, c.at - 3) : c.at]
    for back, chunk in enumerate(reversed(near)):
        if chunk.code == "!":
            left = c.text(chunk) == "no longer"
            return Scope("previous" if left else "negated", c.year(), c.text(chunk))
        if chunk.code == "<":
            return Scope("previous", c.year(), c.text(chunk))
        if chunk.code in ">R." or back > 2:
            return None
    return None


def _dated(c: Clause) -> Scope | None:
    year = c.year()
    if year is None:
        return None
    following = c.chunks[c.at + 1 : c.at + 2]
    apart = (
        re.match(r"(\w+) years? (?:before|earlier)", c.text(following[0])) if following and following[0].code == "P" else None
    )
    return Scope("previous", year - (number(apart.group(1)) if apart else 0), str(year), _stays(c))


def _kept(c: Clause) -> Scope | None:
    before, following = c.chunks[max(0, c.at - 1) : c.at], "".join(x.code for x in c.chunks[c.at + 1 : c.at + 7])
    if not before or before[0].value != "keep" or re.match(r"NQ?G[PVB]+FY", following) is None:
        return None
    return Scope("current", past_year(c.chunks, range(c.at, len(c.chunks)), c.words, c.published), "keep", stays=True)


def _years_after(c: Clause) -> Scope | None:
    if not c.leads or c.claim.subject_at < 1:
        return None
    before = c.chunks[c.claim.subject_at - 1]
    apart = re.fullmatch(r"(\w+) years? after", c.text(before)) if before.code == "P" else None
    if apart is None or c.published is None:
        return None
    anchor = next((int(x.value) for x in reversed(c.chunks[: c.claim.subject_at]) if x.code == "Y"), c.published.year)
    return Scope("previous", anchor - number(apart.group(1)), c.text(before))


def _months_ago(c: Clause) -> Scope | None:
    issued = issued_earlier(c.follows(), c.published)
    if issued:
        return Scope("earlier", cue=issued)
    if not c.reach:
        return None
    first, after = c.chunks[c.reach[0]].start, c.reach[-1] + 1
    if c.reach[0] > 0 and c.chunks[c.reach[0] - 1].code == "^" and c.word(c.reach[0] - 1) == "when":
        first = max(0, first - 5)  # "praised in March, when its services were judged ..."
    stale = stale_month(c.words, first, c.chunks[after].start if after < len(c.chunks) else len(c.words), c.published)
    return Scope("earlier", cue=stale) if stale else None


_REPORTED = re.compile(r"\b(?:report|inspectors|ofsted) (?:also |has |have )?(?:found|says?|said|shows?|showed|finds?)\b")


def _told_of_before(c: Clause) -> Scope | None:
    low, high = sorted((c.at, c.claim.subject_at)) if c.claim.subject_at >= 0 else (c.at, c.at)
    for i in c.reach:
        chunk = c.chunks[i]
        if chunk.code != "P" or (i > c.at and c.text(chunk).split()[-1] in {"after", "since", "on"}):
            continue
        if chunk.value == "had" and i == c.at - 1 and _REPORTED.search(" ".join(c.words[: chunk.start])):
            continue  # "the report found that its services had outstanding ratings in two areas"
        if chunk.value == "had" and not (low < i < high or c.at - 3 <= i < c.at):
            continue
        if chunk.value == "recent":
            return Scope("earlier", cue=c.text(chunk))
        return Scope("previous", relative_year(c.text(chunk), c.published), c.text(chunk), _stays(c))
    return None


def _opened_with_time(c: Clause) -> Scope | None:
    if c.perfect or {"is", "are"} & set(c.words[: c.claim.grade.start]):
        return None
    if c.chunks[0].code not in "^FP" or c.words[0] in {"since", "following", "after"}:
        return None
    for i, chunk in enumerate(c.chunks[: min(c.at, 8)]):
        if chunk.code == "|":
            return None
        if chunk.code == "P" and c.text(chunk).split()[-1] in {"after", "since", "on"}:
            return None
        past = chunk.code == "P" and chunk.value == "past"
        if chunk.code == "Y" or past:
            year = relative_year(c.text(chunk), c.published) if past else past_year(c.chunks, (i,), c.words, c.published)
            last_time = i == 0 and c.text(chunk).startswith("when ") and c.chunks[1].code == ","
            return Scope("previous", year, "opening", _stays(c)) if year is not None or last_time else None
    return None


# --- not so, not yet, nobody's --------------------------------------------------------------------------------------------


def _none_of(c: Clause) -> Scope | None:
    first = c.words[c.chunks[0].start]
    if c.chunks[0].code == "!" and first in {"none", "no", "neither"} and all(x.code != "|" for x in c.chunks[: c.at]):
        return Scope("negated", cue=first)
    place = c.claim.subject_at
    if 1 < place < c.at and c.chunks[place - 1].code == "F" and c.word(place - 2) == "none":
        return Scope("negated", cue="none of")
    if 0 < place < c.at and c.chunks[place - 1].code == "!" and c.word(place - 1) in {"no", "neither", "none"}:
        return Scope("negated", cue="no")
    return None


def _generic(c: Clause) -> Scope | None:
    subject, grade = c.claim.subject, c.claim.grade
    following = c.chunks[c.at + 1].code if c.at + 1 < len(c.chunks) else ";"
    restrictive = (
        grade.start
        and c.words[grade.start - 1] in {"that", "which", "who"}
        and following in "VB"
        and grade.value == "requires_improvement"
    )
    some = (
        subject is not None
        and subject.code == "G"
        and subject.value == "many"
        and {"that", "which"} & set(c.words[subject.end : subject.end + 1])
    )
    indefinite = False
    if subject is not None and subject.code == "G" and subject.value == "one" and c.leads:
        told = {"has", "have", "was", "were", "been", "had"} & set(c.words[subject.end : grade.start])
        indefinite = c.words[subject.start] in {"a", "an", "any", "another"} and not told and following == "^"
    usual = {"usually", "normally", "typically"} & set(c.words)
    if usual or (restrictive and not (subject is not None and subject.code == "X")) or some or indefinite:
        return Scope("generic", cue="any council")
    return None


def _range(c: Clause) -> Scope | None:
    return (
        Scope("generic", cue="range")
        if _RANGING & set(c.words[max(0, c.claim.grade.start - 5) : c.claim.grade.start])
        else None
    )


_RANGING = frozenset({"range", "ranges", "ranged", "ranging", "vary", "varies", "varied", "varying"})


def _served_too(c: Clause) -> Scope | None:
    if c.claim.frame != "bracket" or not 1 < c.claim.subject_at < c.at:
        return None
    codes = "".join(x.code for x in c.chunks[c.low : c.claim.subject_at])
    return Scope("standing", cue="which") if re.search(r",Q\.$", codes) else None


def _visited(c: Clause) -> Scope | None:
    codes = "".join("v" if x.value in {"monitoring_visit", "focused_visit"} else x.code for x in c.chunks[: c.at])
    said_of_now = {"is", "are"} & set(c.words[: c.claim.grade.start])
    return Scope("standing", cue="visit") if said_of_now and re.search(r"v[^;|]*,Q[^,;|]*$", codes) else None


def _some_areas(c: Clause) -> Scope | None:
    if not c.leads or c.claim.subject is None or c.claim.subject.code not in "AGSO":
        return None
    return Scope("generic", cue="some areas") if _SOME.match(" ".join(c.follows()[:9])) else None


_SOME = re.compile(
    r"['\" ]*(?:(?:ofsted )?(?:ratings?|grades?|judgements?|marks?) )?(?:in|for|across|on) (?:just |only )?"
    r"(?:one|two|three|\d|some|most|several)(?: out)?(?: of (?:the |its )?(?:two|three|four|five|six|\d))? (?:\w+ )?"
    r"(?:areas?|categories|category|judgements?|elements|aspects|measures|headings|fields)\b(?! (?:inspected|there are))"
)


def _defined(c: Clause) -> Scope | None:
    subject = c.claim.subject
    if subject is None or subject.code != "L" or not c.leads or c.words[subject.end : subject.end + 1] != ("that",):
        return None
    return Scope("generic", cue="that")


def _denied_after(c: Clause) -> Scope | None:
    beyond = c.claim.subject_at + 1
    if (
        c.claim.subject_at > c.at
        and beyond < len(c.chunks)
        and c.chunks[beyond].code == "!"
        and c.chunks[beyond].value == "not"
    ):
        return Scope("negated", c.year(), c.text(c.chunks[beyond]))
    return None


def _hoped(c: Clause) -> Scope | None:
    low, high = sorted((c.at, c.claim.subject_at)) if c.claim.subject_at >= 0 else (c.at, c.at)
    for i in range(c.low, c.at):
        if c.chunks[i].code == "?" and (low < i < high or i >= c.claim.subject_at - 3 or c.claim.subject_at > c.at):
            return Scope("hypothetical", cue=c.text(c.chunks[i]))
    return None


# --- the same as before ---------------------------------------------------------------------------------------------------

_AGAIN = (
    " again ",
    "again rated",
    "running",
    "consecutive",
    "in a row",
    "once again",
    "successive",
    "already held",
    "same as in",
    "no change",
)


def _stays(c: Clause) -> bool:
    """Whether the clause says that the grade is the one it had before."""
    low = max(c.low, c.at - 4)
    if any(x.code in "VB" and x.value in {"keep", "remain"} for x in c.chunks[low : c.at]):
        return True
    following = " ".join(c.follows()[:8]).replace('"', "").replace("'", "").strip()
    if re.search(r"^ ?,? ?as (?:they|it) (?:had|were|was)\b", following):
        return True
    if re.search(r"years? after (?:it|they) (?:was|were) last (?:told|given|rated|judged)", " ".join(c.words)):
        return True
    if re.search(r"time (?:in a row|running|in succession) that\b", " ".join(c.words[: c.claim.grade.start])):
        return True
    start = c.chunks[low].start if c.at > c.low else c.claim.grade.start
    around = " ".join(c.words[start : c.claim.grade.end + 12])
    return any(cue in around for cue in _AGAIN)


@dataclass(frozen=True, slots=True)
class Modifier:
    """One way in which the words around a grade change what it means."""

    name: str
    decide: Callable[[Clause], Scope | None]
    example: str  #: a sentence, published on 1 June 2024, in which this row decides


MODIFIERS = (
    Modifier("body-graded", _body_graded, "The council's fostering agency was rated good."),
    Modifier("by-body", _by_body, "The council was rated good by the Care Quality Commission."),
    Modifier("body-named-alone", _body_named_alone, "The safeguarding board, which advises the council, was rated good."),
    Modifier("to-another", _to_another, "Bolton's services: 'inadequate' to 'good' in two years"),
    Modifier("standing-where", _standing_where, "It learned from Bolton, where services are good."),
    Modifier("since", _since, "Bolton has been inadequate since 2019."),
    Modifier("same-as", _same_as, "Bolton was rated good overall, the same as in 2019."),
    Modifier("in-brackets", _in_brackets, "Help and protection: Outstanding (2015: Good)"),
    Modifier("then", _then, "Bolton then required improvement."),
    Modifier("already", _already, "Bolton, already good, is now outstanding."),
    Modifier("clause-of-time", _clause_of_time, "There have been six visits since Bolton was rated inadequate."),
    Modifier("none-of", _none_of, "None of the councils was rated outstanding."),
    Modifier(
        "reduced",
        _reduced,
        "The leadership of a city branded inadequate at the turn of the decade has been judged outstanding.",
    ),
    Modifier("left-behind", _left_behind, "Bolton is no longer inadequate."),
    Modifier("range", _range, "Its four grades range from good to inadequate."),
    Modifier("served-too", _served_too, "The trust, which also serves Bolton (good), was praised."),
    Modifier("visited", _visited, "Letters followed monitoring visits to Bolton and Bury, which are both rated inadequate."),
    Modifier("some-areas", _some_areas, "Bolton's services were rated inadequate in two areas."),
    Modifier("defined", _defined, "Everything that required improvement in that report is where the leaders were."),
    Modifier("generic", _generic, "An authority that requires improvement is visited often."),
    Modifier("denied-after", _denied_after, "Bolton has an inadequate grade for leadership narrowly avoided."),
    Modifier("hoped", _hoped, "Bolton hopes to be rated good."),
    Modifier("kept", _kept, "Bolton keeps the outstanding rating that it received in 2020."),
    Modifier(
        "years-after", _years_after, "The report comes seven years after it was rated inadequate, with a 2021 visit between."
    ),
    Modifier("dated", _dated, "Bolton was rated good in 2019."),
    Modifier("months-ago", _months_ago, "Bolton was rated good in February."),
    Modifier("told-of-before", _told_of_before, "Bolton was previously rated good."),
    Modifier(
        "opened-with-time",
        _opened_with_time,
        "When inspectors came back last spring they saw a difference but decided that the service required improvement.",
    ),
)

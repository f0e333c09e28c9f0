"""Claims x modifiers: is a grade current, earlier, denied, hoped for, or another body's? And of which year?

Each modifier is a row of `MODIFIERS`: a name, a function from the clause to a `Scope` or None, and a sentence in which it must
decide. The first row that decides wins; a clause that none changes is current.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.classifier import earlier, others
from monitor.classifier.chunk import Chunk
from monitor.classifier.claims import Claim
from monitor.classifier.clauses import Clause, clause_of
from monitor.classifier.scope import Scope
from monitor.classifier.text import Sentence


def scope_of(claim: Claim, chunks: Sequence[Chunk], sentence: Sentence, published: date | None) -> Scope:
    """The status of one claim, from the chunks of its own clause."""
    clause = clause_of(claim, chunks, sentence, published)
    for modifier in MODIFIERS:
        found = modifier.decide(clause)
        if found is not None:
            return found
    return Scope("current", stays=earlier.stays(clause))


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
    if subject is not None and subject.code == "S" and c.leads and _COUNTED.search(" ".join(c.words[: subject.start + 2])):
        return Scope("generic", cue="some councils")
    if (
        c.chunks[0].code == "G"
        and c.words[c.chunks[0].start] in {"a", "an", "any"}
        and any(x.code == "?" and c.text(x) in {"would", "will", "could", "can", "may"} for x in c.chunks)
    ):
        return Scope("generic", cue="any council")  # "An authority judged inadequate for adoption would be inadequate overall."
    usual = {"usually", "normally", "typically"} & set(c.words)
    if usual or (restrictive and not (subject is not None and subject.code == "X")) or some or indefinite:
        return Scope("generic", cue="any council")
    return None


#: ``more than four in 10 councils' children's services``
_COUNTED = re.compile(
    r"(?:\bin (?:\d+|ten|four|five|three)|per cent(?: of)?|% of|most|many|several) (?:councils|authorities|english councils)"
    r" '? ?(?:children)?(?: 's)?$"
)


def _rated_by_the_way(c: Clause) -> Scope | None:
    """``Among those to change hands were Kent and Bolton, rated outstanding``: they are named for something else."""
    subject, place = c.claim.subject, c.claim.subject_at
    if subject is None or subject.code != "A" or not 0 < place < c.at or c.sentence.in_title:
        return None
    between = "".join(x.code for x in c.chunks[place + 1 : c.at])
    verb = any(x.code in "BV" for x in c.chunks[:place])
    return Scope("standing", cue="rated") if between == ",V" and verb else None


def _are_rated(c: Clause) -> Scope | None:
    """``Salford, Bolton and Stockport are rated good``: how things stand, not what is new."""
    subject = c.claim.subject
    if subject is None or subject.code != "A" or len(subject.names) < 2 or not c.leads or c.sentence.in_title:
        return None
    between = " ".join(c.words[subject.end : c.claim.grade.start]).replace('"', "").replace("'", "").strip()
    return Scope("standing", cue=between) if _STANDS.fullmatch(between) else None


_STANDS = re.compile(
    r"(?:both |all |each )?(?:are|is) (?:both |all |currently )?(?:rated|graded|judged|deemed|classed)(?: as| to be)?"
    r"|are (?:all|both)"
)


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
    Modifier("of-itself", others.of_itself, "The council judges itself to be good."),
    Modifier("found-by-others", others.found_by_others, "The peer review found that Bolton's leadership was good."),
    Modifier("judged-by-others", others.judged_by_others, "Parents found the leadership of Bolton Council inadequate."),
    Modifier(
        "concluded-by-others",
        others.concluded_by_others,
        "Bolton's services were inadequate, a review has concluded.",
    ),
    Modifier(
        "held-in-passing",
        others.held_in_passing,
        "Bolton Council, which is rated inadequate, was praised after a visit.",
    ),
    Modifier("of-a-body", others.of_a_body, "A charity that helps care leavers in Bolton has been rated outstanding."),
    Modifier("in-a-letter", others.in_a_letter, "In a letter to Bolton Council inspectors said that leadership was good."),
    Modifier("excepted", others.excepted, "Every judgement other than that on care leavers was good."),
    Modifier("won-in", earlier.won_in, "It leaves with a rating of good, secured in the summer of 2022."),
    Modifier("of-something", others.of_something, "The leadership of the programme was rated outstanding."),
    Modifier("run-by", others.run_by, "A children's home which is run by Bolton Council has been told that it is inadequate."),
    Modifier(
        "under-dated-head",
        others.under_dated_head,
        "It has a rating of good, won in 2022: leadership good, help and protection good.",
    ),
    Modifier("to-another", earlier.to_another, "Bolton's services: 'inadequate' to 'good' in two years"),
    Modifier("standing-where", earlier.standing_where, "It learned from Bolton, where services are good."),
    Modifier("since", earlier.since, "Bolton has been inadequate since 2019."),
    Modifier("time-since", earlier.time_since, "They came for the fifth time since its services were rated inadequate."),
    Modifier("for-years", earlier.for_years, "Bolton has been inadequate for nearly two years."),
    Modifier("same-as", earlier.same_as, "Bolton was rated good overall, the same as in 2019."),
    Modifier("in-brackets", earlier.in_brackets, "Help and protection: Outstanding (2015: Good)"),
    Modifier("then", earlier.then, "Bolton then required improvement."),
    Modifier("already", earlier.already, "Bolton, already good, is now outstanding."),
    Modifier("clause-of-time", earlier.clause_of_time, "There have been six visits since Bolton was rated inadequate."),
    Modifier(
        "made-after",
        earlier.made_after,
        "The board, set up after the leadership of Bolton was rated inadequate, has met for the last time.",
    ),
    Modifier("none-of", _none_of, "None of the councils was rated outstanding."),
    Modifier(
        "reduced",
        earlier.reduced,
        "The leadership of a city branded inadequate at the turn of the decade has been judged outstanding.",
    ),
    Modifier("left-behind", earlier.left_behind, "Bolton is no longer inadequate."),
    Modifier("range", _range, "Its four grades range from good to inadequate."),
    Modifier(
        "rated-by-the-way", _rated_by_the_way, "The biggest councils to change hands were Kent and Bolton, rated outstanding."
    ),
    Modifier("are-rated", _are_rated, "Across the region, Bolton, Kent and Leeds are rated good."),
    Modifier("served-too", _served_too, "The trust, which also serves Bolton (good), was praised."),
    Modifier("visited", _visited, "Letters followed monitoring visits to Bolton and Bury, which are both rated inadequate."),
    Modifier("some-areas", _some_areas, "Bolton's services were rated inadequate in two areas."),
    Modifier("defined", _defined, "Everything that required improvement in that report is where the leaders were."),
    Modifier("generic", _generic, "An authority that requires improvement is visited often."),
    Modifier("denied-after", _denied_after, "Bolton has an inadequate grade for leadership narrowly avoided."),
    Modifier("hoped", _hoped, "Bolton hopes to be rated good."),
    Modifier("kept", earlier.kept, "Bolton keeps the outstanding rating that it received in 2020."),
    Modifier(
        "years-after",
        earlier.years_after,
        "It comes seven years after it was rated inadequate, with a 2021 visit between.",
    ),
    Modifier("dated", earlier.dated, "Bolton was rated good in 2019."),
    Modifier("months-ago", earlier.months_ago, "Bolton was rated good in February."),
    Modifier("told-of-before", earlier.told_of_before, "Bolton was previously rated good."),
    Modifier(
        "opened-with-time",
        earlier.opened_with_time,
        "When inspectors came back last spring they saw a difference but decided that the service required improvement.",
    ),
)

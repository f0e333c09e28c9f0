"""Modifiers that tell of another judge or another owner: each a function from the clause to a `Scope` or None."""

from __future__ import annotations

import re

from monitor.classifier.clauses import Clause
from monitor.classifier.scope import Scope

_ITSELF = re.compile(
    r"\b(?:judg|rat|grad|plac|scor|mark|put|assess|class|describ|consider|se|deem|award|giv|call)[a-z]* "
    r"(?:itself|themselves|ourselves|himself|herself|yourself)\b(?!.*\b(?:ofsted|inspectors?)\b)"
)
_BELIEVES = re.compile(
    r"(?<!inspectors )\b(?:believes?|thinks?|reckons?|feels?|considers?|claims?|insists?) (?:that )?"
    r"(?:it|they|we|its [a-z]+|services) (?:is|are|was|were)\b(?!.*\b(?:ofsted|inspectors?)\b)"
)


_OWN_EYES = frozenset(
    """
    itself themselves ourselves himself herself yourself believe believes think thinks reckon reckons feel feels consider
    considers claim claims insist insists
    """.split()
)


def _said_before(c: Clause) -> str:
    """The words of the sentence up to the grade, joined."""
    return " ".join(c.words[max(0, c.claim.grade.start - 60) : c.claim.grade.start])


def of_itself(c: Clause) -> Scope | None:
    """A grade that a council gives itself, or believes that it would have."""
    if not _OWN_EYES.intersection(c.words):
        return None
    found = _ITSELF.search(_said_before(c)) or _BELIEVES.search(_said_before(c))
    return Scope("hypothetical", cue=found.group()) if found else None


def found_by_others(c: Clause) -> Scope | None:
    """A grade that peers, consultants or the council's own papers give: they stand first, and judge."""
    first = next((i for i, x in enumerate(c.chunks[: c.at]) if x.code in "DASGXI"), None)
    if first is None or c.chunks[first].value != "self_assessment":
        return None
    judging = any(x.code == "V" for x in c.chunks[first + 1 : c.at])
    return Scope("other_body", cue=c.text(c.chunks[first])) if judging else None


def run_by(c: Clause) -> Scope | None:
    """A grade of what a council runs: ``a home which is run by Bolton Council has been told that it is inadequate``."""
    subject, place = c.claim.subject, c.claim.subject_at
    if subject is None or subject.code not in "AG" or not 0 < place < c.at or c.words[subject.start - 1] != "by":
        return None
    run = [x for x in c.chunks[:place] if x.code == "D"]
    return Scope("other_body", cue=run[-1].value) if run else None


def under_dated_head(c: Clause) -> Scope | None:
    """A grade in a list after a colon, where what stands before the colon dates the grades: ``a rating won in 2022: ...``."""
    colon = next((i for i in range(c.at - 1, 0, -1) if c.chunks[i].code == ":"), 0)
    if not colon or (c.leads and c.claim.subject_at < colon):
        return None
    head = c.chunks[:colon]
    years = [int(x.value) for x in head if x.code == "Y"]
    graded = any(x.code in "RE" for x in head)
    if not years or not graded or c.published is None or max(years) >= c.published.year:
        return None
    last = max(i for i, x in enumerate(head) if x.code in "REY")
    if c.chunks[last].code != "Y" or {"now", "today", "since"} & set(c.words[: c.claim.grade.start]):
        return None
    return Scope("previous", max(years), "list")


_CONCLUDED = re.compile(
    r"[^;]{0,40}, (?:a|an|the|one) (?:[a-z]+ ){0,3}"
    r"(?:review|inquiry|inquest|judge|coroner|ombudsman|tribunal|court|auditors?|charity|minister) "
    r"(?:has |have |had )?(?:concluded|found|said|says|ruled|heard)"
)
_BY_OTHERS = re.compile(
    r"[^a-z]*(?:by|among) (?:the |its |their |some |many )?(?:people|users|customers|parents|families|residents|staff|readers"
    r"|students|tenants|carers|those|children|minister|auditors?|peers|consultants)\b"
)
_TOLD_BY = re.compile(
    r"\b(?:by|from) (?:the |a |its )?"
    r"(?:minister|judge|coroner|ombudsman|auditors?|peers|consultants|commissioner|reviewers?) that\b"
)


_JUDGED_BY = re.compile(
    r"\b(?:parents|mothers|fathers|families|residents|readers|voters|taxpayers|tenants|critics|campaigners|carers|councillors|mps"
    r"|unions?|unison|survey|poll|staff|employees|social workers|charity|opposition|labour|conservatives|tories"
    r"|liberal democrats)"
    r" (?:have |has |had |also |then )?"
    r"(?:judged?|judges|rated?|rates|found(?! out)|finds?|called?|calls|brand(?:ed|s)?|deem(?:ed|s)?|label(?:led|s)?|graded?"
    r"|considered|consider|described?|declared?)\b[^;]*$"
)


def judged_by_others(c: Clause) -> Scope | None:
    """A grade that somebody gives who is no inspector, and nobody is quoted between: ``the union judged its leaders good``."""
    found = _JUDGED_BY.search(" ".join(c.words[: c.claim.grade.start]))
    if found is None or any(x.code == "I" and x.end <= c.claim.grade.start for x in c.chunks):
        return None
    return Scope("other_body", cue=found.group().partition(" ")[0])


def concluded_by_others(c: Clause) -> Scope | None:
    """A grade in what a review, a court or those who use a service say."""
    following = " ".join(c.follows()[:30])
    found = _CONCLUDED.match(following) or _BY_OTHERS.match(following) or _TOLD_BY.search(_said_before(c))
    return Scope("other_body", cue=found.group().strip()) if found else None


def held_in_passing(c: Clause) -> Scope | None:
    """A grade that a council has, told beside what is said of it: ``Bolton, which is rated inadequate, was praised``."""
    subject, grade = c.claim.subject, c.claim.grade
    if subject is None or subject.code not in "AS" or c.sentence.in_title:
        return None
    whose = subject.start > 0 and c.words[subject.start - 1] == "whose" and c.leads
    if whose and set(c.words[subject.end : grade.start]) <= {"is", "are", "rated", '"', "'"} and c.follows()[:1] == (",",):
        return Scope("standing", cue="whose")
    if c.claim.frame != "relative":
        return None
    between = " ".join(w for w in c.words[subject.end : grade.start] if w not in ",\"'")
    if _STILL.fullmatch(f"{between} ") is None or not any(x.code in "BVM" for x in c.chunks[c.at + 1 :]):
        return None
    return Scope("standing", cue=between) if c.chunks[c.at + 1].code == "," else None


def of_a_body(c: Clause) -> Scope | None:
    """A grade of another body that works with those who are named beside it: ``a charity that helps care leavers``."""
    subject, place = c.claim.subject, c.claim.subject_at
    if subject is None or subject.code not in "XSA" or not 0 < place < c.at:
        return None
    before = "".join(x.code for x in c.chunks[:place])
    found = re.search(r"D(?:Q[.F]{0,2}|\.?F)$", before)
    return Scope("other_body", cue=c.chunks[found.start()].value) if found else None


def of_something(c: Clause) -> Scope | None:
    """The leadership of something that is no council's service: ``the leadership of the programme was outstanding``."""
    subject, place = c.claim.subject, c.claim.subject_at
    if subject is None or subject.value != "leadership" or not 0 <= place < c.at - 1 or subject.end >= len(c.words):
        return None
    of = c.words[subject.end] == "of" and c.chunks[place + 1].start == subject.end and c.chunks[place + 2].code in ".D"
    return Scope("other_body", cue="of") if of else None


_LETTER = re.compile(
    r"\bletter\b[^;]*\b(?:says?|said|calls?|called|describes?|described|found|finds|praises|tells|told|adds?)\b"
)


def in_a_letter(c: Clause) -> Scope | None:
    """What a letter of the inspectorate's says: letters follow visits, which give no grades."""
    if "letter" not in c.words:
        return None
    return Scope("other_body", cue="letter") if _LETTER.search(_said_before(c)) else None


def excepted(c: Clause) -> Scope | None:
    """An area named as the exception to a grade of all: ``every judgement other than care leavers was good``."""
    subject, place = c.claim.subject, c.claim.subject_at
    if subject is None or subject.code != "X" or not 0 < place < c.at:
        return None
    except_for = re.search(r"[LT][^RE;|,]{0,3}~F?$", "".join(x.code for x in c.chunks[:place]))
    return Scope("negated", cue="except") if except_for else None


_STILL = re.compile(r"(?:which|who|that) (?:is|are) (?:still |currently |also )?(?:rated |judged |graded )?(?:as )?")

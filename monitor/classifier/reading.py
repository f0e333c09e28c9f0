"""Statements to a Reading: the gates that keep background out, one judgement an authority and area, previous grades joined
on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from math import ceil

from monitor.classifier.lines import WEEKDAY
from monitor.classifier.pages import childrens_service
from monitor.classifier.statement import NO_OVERALL, Statement
from monitor.classifier.topics import Topics
from monitor.domain.authorities import by_urn
from monitor.domain.frameworks import graded_areas
from monitor.domain.model import Area, Judgement, Rating, Reading, Rejection, Span, Tier

VERSION = "1"


def gate(statement: Statement, topics: Topics, published: date | None, also: frozenset[str] = frozenset()) -> str:
    """Why a statement is not this article's news, or an empty string; `also` are authorities with news of the same day."""
    if statement.reason:
        return statement.reason
    scope, line = statement.scope, statement.line
    lately = scope.status == "earlier" and "week" in scope.cue and set(statement.urns) <= set(topics.urns)
    if scope.status != "current" and not lately:
        return "previous" if scope.status == "previous" else scope.status
    if line.sentence.tail and not (statement.claim.subject is not None and statement.claim.subject.code in "XO"):
        return "furniture"
    if topics.regime and not (_of_this_day(statement) and _of_the_service(statement)):
        return topics.regime
    if statement.rating is Rating.ADEQUATE and published is not None and published > date(2014, 6, 1):
        return "retired_grade"
    if (
        Area.OVERALL in statement.areas
        and published is not None
        and published >= NO_OVERALL
        and not statement.claim.overall
        and not (statement.claim.subject is not None and statement.claim.subject.code == "O")
    ):
        return "no_overall_grade"
    if line.sentence.speech[statement.claim.grade.start] and not (
        (statement.named and line.same_day) or statement.claim.grade.code in "EU" or _CONFIRMS.search(line.words)
    ):
        return "speech"
    if (
        statement.claim.frame == "relative"
        and topics.several
        and statement.claim.subject is not None
        and statement.claim.subject.code in "AS"
        and re.search(r"\b(?:which|that|who) (?:is|are|still)\b", line.words)
    ):
        return "background_authority"
    if topics.urns and not set(statement.urns) & (also | set(topics.urns)) and not line.same_day:
        return "background_authority"
    return ""


def _also_news(statements: Sequence[Statement]) -> frozenset[str]:
    """The authorities with news of the same day, beside those that the article is about: a sentence says so, it is the first
    that is told, or several reports are what the article tells of.
    """
    told = [s for s in statements if s.scope.status == "current" and not s.reason]
    several = any(_REPORTS.search(s.line.words) for s in statements)
    first = next((s.line for s in told if not s.line.sentence.in_title), None)
    opening = first if first is not None and first.sentence.paragraph <= 1 else None
    return frozenset(
        urn for s in told if s.line.same_day or (several and s.named) or (s.line is opening and s.named) for urn in s.urns
    )


_COUNTED = r"(?:two|three|four|five|six|seven|eight|nine|ten|\d{1,2})"
#: ``Ofsted has published five of the last reports``
_REPORTS = re.compile(
    rf"\b(?:published|publishes|released|issued)\b(?: \S+){{0,3}}? {_COUNTED}\b(?: \S+){{0,8}}? reports\b"
    rf"|\b{_COUNTED}(?: \S+){{0,4}}? reports\b(?: \S+){{0,4}}? (?:published|issued|released)\b"
)


def _as_it_stands(statement: Statement, titled: frozenset[str]) -> str:
    """``Merton is outstanding``, of one that the headline does not name although it names others: what it is anyway."""
    claim, line = statement.claim, statement.line
    if claim.subject is None or claim.subject.code != "A" or not titled or titled & set(statement.urns):
        return ""
    between = [t.word for t in line.sentence.tokens[claim.subject.end : claim.grade.start]]
    return "standing" if between in (["is"], ["are"], ["remains"]) and not line.same_day else ""


#: Speech that tells the report's own result.
_CONFIRMS = re.compile(
    r"\b(?:this|the|today 's) (?:inspection|report|judgement|rating|result) (?:confirms|shows|reflects|recognises|says)\b"
)
_DAY = re.compile(
    rf"\b(?:today(?! (?:is|are|requires?))|yesterday|this (?:week|morning)|(?:on|published) {WEEKDAY}|new (?:ofsted )?report)\b"
)
_FRESH = re.compile(
    r"\b(?:(?:has|have) (?:been|now|rated|judged|graded|given|awarded|found)|is now|are now"
    rf"|today(?! (?:is|are|requires?))|yesterday|this (?:week|morning)|(?:on|published) {WEEKDAY}|new (?:ofsted )?report)\b"
)


#: Kinds of page on which even "yesterday" is long ago.
_OLD_PAGES = frozenset({"archive"})


#: Kinds of page that bring no news among what they recall.
_SILENT = frozenset(
    {"job_advert", "campaign", "advertisement", "statistics", "guide", "self_assessment", "prediction", "award"}
)


def _brings_news(statement: Statement, topics: Topics) -> bool:
    """Whether a sentence of a page that mostly recalls, or its paragraph, says that its grade is news."""
    if _of_this_day(statement, day=topics.kind not in {"opinion", "other_news"}):
        return True
    subject = statement.claim.subject
    return (
        topics.kind not in _SILENT
        and subject is not None
        and subject.code in "XSOGA"
        and statement.line.sentence.paragraph in topics.fresh
        and not statement.line.sentence.in_title
    )


def _of_this_day(statement: Statement, *, day: bool = False) -> bool:
    """Whether the sentence itself says that its grade is news, on a page that is mostly about something else."""
    subject = statement.claim.subject
    if subject is None:
        return False
    line = statement.line
    about = subject.code == "X" or childrens_service(line)
    return about and (_DAY if day else _FRESH).search(statement.line.words) is not None


def _of_the_service(statement: Statement) -> bool:
    """Whether the sentence says that children's services, or children whom only a council looks after, are what is graded."""
    line, subject = statement.line, statement.claim.subject
    own = subject is not None and {Area.CHILDREN_IN_CARE, Area.CARE_LEAVERS} & {a for item in subject.areas for a in item}
    return bool(own) or childrens_service(line)


def verdicts(statements: Sequence[Statement], topics: Topics, published: date | None) -> list[str]:
    """For each statement why it is not news, or an empty string: by its own gate, then by the kind of page and what else
    the page says.
    """
    also = _also_news(statements)
    titled = frozenset(urn for s in statements if s.line.sentence.in_title for urn in s.urns)
    reasons = [gate(s, topics, published, also) or _as_it_stands(s, titled) for s in statements]
    leaving = topics.kind == "anniversary" and any(_has_left(s) and not s.line.sentence.in_title for s in statements)
    if topics.kind in _OLD_PAGES or (
        topics.kind
        and not leaving
        and not any(not r and _brings_news(s, topics) for s, r in zip(statements, reasons, strict=True))
    ):
        reasons = [r or topics.kind for r in reasons]
    if topics.kind in _SILENT:
        reasons = [r or ("" if _brings_news(s, topics) else topics.kind) for s, r in zip(statements, reasons, strict=True)]
    return _retold(statements, _standing(statements, reasons, topics), published)


def _is_held(statement: Statement) -> bool:
    """Whether a sentence only says what an authority is: ``Darlington is good``, ``all require improvement``."""
    subject, grade, line = statement.claim.subject, statement.claim.grade, statement.line
    if subject is None or subject.code not in "AS" or not statement.named or subject.end > grade.start:
        return False
    if line.sentence.in_title or statement.areas != (Area.OVERALL,):
        return False
    between = {token.word for token in line.sentence.tokens[subject.end : grade.start]}
    present = bool(between & {"is", "are", "'s", "as"}) or line.text_of(grade)[0] in {"require", "requires"}
    return present and not between & {"now", "has", "have", "been", "become", "today"}


def _standing(statements: Sequence[Statement], reasons: Sequence[str], topics: Topics) -> list[str]:
    """Two or more authorities of which a paragraph only says what they are, and nothing of an inspection, are a list of how
    things stand.
    """
    held: dict[int, set[str]] = {}
    for statement, reason in zip(statements, reasons, strict=True):
        paragraph = statement.line.sentence.paragraph
        if not reason and paragraph in topics.eventless and _is_held(statement):
            held.setdefault(paragraph, set()).update(statement.urns)
    return [
        reason or ("standing" if _is_held(s) and len(held.get(s.line.sentence.paragraph, ())) > 1 else "")
        for s, reason in zip(statements, reasons, strict=True)
    ]


def read(statements: Sequence[Statement], topics: Topics, published: date | None) -> Reading:
    """Gate, merge and join statements into the article's reading."""
    reasons = verdicts(statements, topics, published)
    graded = graded_areas(published) if published is not None else frozenset(Area)
    news: dict[tuple[str, Area], tuple[Statement, int]] = {}
    conflicts: set[tuple[str, Area]] = set()
    rejected: list[Rejection] = []
    for statement, reason in zip(statements, reasons, strict=True):
        if reason:
            rejected.append(_rejection(statement, reason))
            continue
        areas = [area for area in statement.areas if area in graded]
        if ungraded := set(statement.areas) - graded:
            rejected.append(_rejection(statement, "no_overall_grade" if Area.OVERALL in ungraded else "area_not_graded"))
        for urn in statement.urns:
            for area in areas:
                _put(news, conflicts, urn, area, statement)
    earlier = [
        s
        for s, r in zip(statements, reasons, strict=True)
        if r == "previous"
        and s.rating is not None
        and s.urns
        and not (_everything(s) and s.line.sentence.speech[s.claim.grade.start])
    ]
    judgements = tuple(
        _judgement(urn, area, s, earlier) for (urn, area), (s, _) in news.items() if (urn, area) not in conflicts
    )
    reason = "" if judgements else (rejected[0].reason if rejected else "no_rating")
    return Reading(
        judgements=judgements, rejected=tuple(rejected), relevant=bool(judgements), reason=reason, classifier_version=VERSION
    )


_NOW = re.compile(
    r"\b(?:is|are|now|has|have|requires?|today|yesterday|this (?:week|month|time)"
    rf"|(?:on|published) {WEEKDAY}|new (?:ofsted )?report|published)\b"
)


def _told_now(statement: Statement) -> bool:
    """Whether a headline, or a sentence of the present, tells it."""
    return statement.line.sentence.in_title or _NOW.search(statement.line.words) is not None


def _has_left(statement: Statement) -> bool:
    """Whether a grade has just been left: ``are no longer inadequate``, ``has moved out of inadequate``."""
    left = statement.scope.cue == "no longer" or statement.claim.frame == "out-of"
    return left and statement.scope.year is None and _told_now(statement)


_BECOME = re.compile(r"\b(?:has|have) (?:now |since )?(?:become|turned into|changed to|given way to)\b")


def _become(statement: Statement) -> bool:
    """Whether a grade of something unnamed is what an earlier one has become."""
    return statement.scope.status == "current" and _BECOME.search(statement.line.words) is not None


def _retold(statements: Sequence[Statement], reasons: list[str], published: date | None) -> list[str]:
    """Grades of areas told in the past, where the grade overall is an old one and nothing says that there is another, are
    old too.
    """
    fresh: set[str] = set()
    old: set[str] = set()
    ages = {"earlier", "standing"} if published is not None and published >= NO_OVERALL else {"previous", "earlier", "standing"}
    for statement, reason in zip(statements, reasons, strict=True):
        overall = Area.OVERALL in statement.areas
        if _has_left(statement):
            fresh.update(statement.urns)  # it has just left that grade
        elif (not reason and (overall or _told_now(statement))) or (reason == "no_subject" and _become(statement)):
            fresh.update(statement.urns)
        elif overall and statement.scope.status in ages:
            old.update(statement.urns)
    return [r or ("retold" if s.urns and set(s.urns) <= old - fresh else "") for s, r in zip(statements, reasons, strict=True)]


def _weight(statement: Statement) -> int:
    """How far a statement is believed against another about the same authority and area."""
    listed = statement.claim.subject is not None and statement.claim.subject.code in "LT"
    subject = statement.claim.subject
    relative = statement.claim.frame == "relative" and subject is not None and subject.code in "AS"
    pronoun = relative or (
        subject is not None and subject.code == "G" and subject.value in {"it", "they"} and not statement.claim.overall
    )
    return (
        (0 if statement.line.sentence.in_title else 8)
        + (0 if listed else 4)
        + (0 if statement.inferred else 2)
        + (0 if pronoun else 1)
    )


def _put(
    news: dict[tuple[str, Area], tuple[Statement, int]],
    conflicts: set[tuple[str, Area]],
    urn: str,
    area: Area,
    statement: Statement,
) -> None:
    key, weight = (urn, area), _weight(statement)
    if key not in news:
        news[key] = (statement, weight)
        return
    held, held_weight = news[key]
    if held.rating == statement.rating:
        if weight > held_weight:
            news[key] = (statement, weight)
    elif weight > held_weight:
        news[key] = (statement, weight)
        conflicts.discard(key)
    elif weight == held_weight:
        conflicts.add(key)


def _span(statement: Statement) -> Span:
    sentence = statement.line.sentence
    return Span(start=sentence.start, end=sentence.end, in_title=sentence.in_title)


def _rejection(statement: Statement, reason: str) -> Rejection:
    return Rejection(reason=reason, span=_span(statement), quote="")


def _judgement(urn: str, area: Area, statement: Statement, earlier: Sequence[Statement]) -> Judgement:
    assert statement.rating is not None
    previous, year = _previous(urn, area, statement, earlier)
    return Judgement(
        authority=by_urn()[urn],
        area=area,
        rating=statement.rating,
        evidence=_span(statement),
        quote="",
        previous=previous,
        previous_year=year,
        tier=Tier.INFERRED if statement.inferred else Tier.EXPLICIT,
        frame=statement.claim.frame,
    )


_LEFT = 9999.0  #: sorts after every year: "out of inadequate", without a year, is the grade that was left


def _when(statement: Statement) -> float:
    """Sorts earlier grades: those that a sentence says were left now, then by year; "emerged from X in 2022" is before
    2022's own.
    """
    if statement.line.sentence.in_title:
        return float(statement.scope.year or 0)
    left = statement.claim.frame in {"out-of", "from-to"}
    if left or statement.scope.cue in {"from", "out of", "no longer"}:
        return _LEFT if statement.scope.year is None else statement.scope.year - 0.5
    return float(statement.scope.year or 0)


def _everything(statement: Statement) -> bool:
    """Whether a statement is about all areas, and so about the service as a whole."""
    return statement.claim.subject is not None and statement.claim.subject.code == "L"


def _previous(urn: str, area: Area, statement: Statement, earlier: Sequence[Statement]) -> tuple[Rating | None, int | None]:
    """The latest earlier grade of the same area that the article states."""
    stated = [
        (_when(s), -len(s.areas), s.rating)
        for s in earlier
        if urn in s.urns and (area in s.areas or (area is Area.OVERALL and _everything(s)))
    ]
    if stated:
        when, _, rating = max(stated, key=lambda told: told[:2])
        years = [s.scope.year for s in earlier if s.scope.year and s.rating is rating and urn in s.urns]
        return rating, ceil(when) if 0 < when < _LEFT else max(years, default=None)  # "emerged in 2022" sorts as 2021.5
    if statement.scope.stays:
        years = [int(c.value) for c in statement.line.chunks if c.code == "Y"]
        return statement.rating, statement.scope.year or max(years, default=None)
    return None, None

"""What kind of page an article is: whether another body's inspection is its subject, or ratings that it only recalls."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from monitor.classifier.lines import WEEKDAY, Line
from monitor.classifier.times import named_day
from monitor.domain.model import Area
from monitor.tables.bodies import BODIES
from monitor.tables.kinds import KINDS


def _head(lines: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """The headline and the first sentences of an article."""
    title = [line for line in lines if line.sentence.in_title]
    return title, [line for line in lines if not line.sentence.in_title and len(line.sentence.tokens) >= 8][:4]


def regime_of(lines: Sequence[Line]) -> str:
    """The other body or regime whose inspection an article is about, or an empty string: headline and opening name it
    before, or instead of, the council's service.
    """
    title, opening = _head(lines)
    graded = [claim.subject for line in title for claim in line.claims if claim.subject is not None]
    if graded and all(subject.code == "D" and subject.value in _ELSEWHERE for subject in graded):
        return graded[0].value  # "Council home for disabled children rated inadequate"
    headed = {c.value for line in title for c in line.chunks if c.code == "D"}
    if headed & _OTHERS and not any(re.search(r"\b(?:children|child|leavers|looked)\b", line.words) for line in title):
        return min(headed & _OTHERS)
    at_home = any(_own_service(line) for line in title)
    if at_home or any(childrens_service(line) for line in title):
        return min(headed & (_VISITS | {"other_nation"}), default="")
    if len(_areas_graded(lines) & _CHILDRENS) >= 2 and not headed & _VISITS:
        return ""  # grades of two of the areas that only a council has: its inspection is the news whatever else is named
    for line in (*title, *opening):
        if _own_service(line):
            return ""
        named = _foreign(line)
        if named:
            return named
    return ""


def _foreign(line: Line) -> str:
    """The other body that a sentence of the opening is about: with an inspectorate of its own, or what the sentence begins
    with.
    """
    nouns = [
        c for n, c in enumerate(line.chunks) if c.code in "DASGX" and line.codes[n : n + 2] != "AD" and c.value not in _THEM
    ]
    by_ofsted = "ofsted" in line.words
    for chunk in nouns:
        if chunk.code == "D" and chunk.value in _FOREIGN and (chunk is nouns[0] or not (by_ofsted or chunk.value in _PASSING)):
            return chunk.value
    return ""


def childrens_service(line: Line) -> bool:
    """Whether a sentence names children's services."""
    return any(c.code == "S" and {"children", "child", "childrens"} & set(line.text_of(c)) for c in line.chunks)


def _own_service(line: Line) -> bool:
    """Whether a sentence names what only a council has: its children's services, children in its care, care leavers."""
    if childrens_service(line):
        return True
    return any(
        c.code == "X" and {Area.CHILDREN_IN_CARE, Area.CARE_LEAVERS} & {a for i in c.areas for a in i} for c in line.chunks
    )


def _areas_graded(lines: Sequence[Line]) -> set[Area]:
    """The areas that current claims grade by their names."""
    return {
        a
        for line in lines
        for claim, scope in zip(line.claims, line.scopes, strict=True)
        if scope.status == "current" and claim.subject is not None
        for item in claim.subject.areas
        for a in item
    }


_CHILDRENS = frozenset({Area.HELP_AND_PROTECTION, Area.CHILDREN_IN_CARE, Area.CARE_LEAVERS})
_OTHERS = frozenset({"adult_social_care", "youth_justice", "other_nation", "jtai", "send", "focused_visit", "monitoring_visit"})
_VISITS = frozenset({"monitoring_visit", "focused_visit", "jtai", "send"})
_THEM = frozenset({"it", "they"})
#: bodies that ordinary news of children's services mentions in passing
_PASSING = frozenset({"school", "childrens_home", "agency", "lscb", "court", "other_service"})
#: everything that is not the council's own service, nor its opinion of itself, nor a visit of Ofsted's to it
_ELSEWHERE = frozenset(row.value for row in BODIES) - {"self_assessment", "pupils"}
_FOREIGN = _ELSEWHERE - _VISITS


@dataclass(frozen=True, slots=True)
class _Signs:
    """A row of `KINDS`, compiled."""

    reason: str
    title: re.Pattern[str] | None
    opening: re.Pattern[str] | None
    label: re.Pattern[str] | None
    signs: re.Pattern[str] | None
    enough: int


def kind_of(lines: Sequence[Line]) -> str:
    """The kind of page by the words of headline and opening, the label above the text, or signs throughout, as a reason
    code; empty for news.
    """
    title, opening = _head(lines)
    head = " ".join(line.words for line in title)
    labels = [line.words for line in lines if not line.sentence.in_title and len(line.sentence.tokens) <= _LONGEST_LABEL]
    first = next((n for n, line in enumerate(opening) if _announces(line)), len(opening))
    said = "\n".join(line.words for line in opening[:first])  # what stands behind the news does not make it another page
    plain = "\n".join(line.words for line in lines if not any(line.sentence.speech))
    told = _tells_a_grade(title)
    for kind in _kinds():
        if told and kind.reason in _BEATEN:
            continue
        if (
            (kind.title is not None and kind.title.search(head))
            or (kind.opening is not None and kind.opening.search(said))
            or (kind.label is not None and any(kind.label.fullmatch(words) for words in labels[:_LABELS]))
            or (kind.signs is not None and len(set(kind.signs.findall(plain))) >= kind.enough)
        ):
            return kind.reason
    if len(lines) < _WHOLE_PAGE:
        return ""
    if not any(_TOLD.search(line.words) for line in lines):
        return "no_inspection"
    return "" if any(_JUDGES.search(line.words) for line in (*title, *opening[:3])) else "other_news"


_ANNOUNCED = re.compile(
    r"\b(?:has|have) (?:now |just |finally |again )?(?:been )?"
    r"(?:rated|judged|graded|given|awarded|found|declared|handed|downgraded|upgraded)\b"
)


def _announces(line: Line) -> bool:
    """Whether a sentence tells of a grade as what Ofsted has just given."""
    if _INSPECTED.search(line.words) is None or _ANNOUNCED.search(line.words) is None or not _own_service(line):
        return False
    return any(
        scope.status == "current" and claim.subject is not None and claim.subject.code in "ASXO"
        for claim, scope in zip(line.claims, line.scopes, strict=True)
    )


#: Without one of these headline and first sentences are about something else than how good a service is.
_JUDGES = re.compile(
    r"\b(?:ofsted|inspect[a-z]*|watchdog|rate[sd]?|ratings?|grade[sd]?|judge[sd]?|judge?ments?|verdicts?|reports?|marks?"
    r"|inadequate|outstanding|good|require[sd]? improvement|failing|failed|praised?|criticised|improv[a-z]*)\b"
)
#: Kinds of page that a headline with a council's new grade is not, whatever else it says.
_BEATEN = frozenset({"anniversary", "self_assessment"})


def _tells_a_grade(title: Sequence[Line]) -> bool:
    """Whether a headline gives a council a grade: ``Walsall's services rated good, four years on from a damning verdict``."""
    return any(
        scope.status == "current" and claim.grade.code == "R" and claim.subject is not None and claim.subject.code in "AXS"
        for line in title
        for claim, scope in zip(line.claims, line.scopes, strict=True)
    )


#: sentences from which on a page is more than a headline and its first words
_WHOLE_PAGE = 6
#: Without one of these a page does not tell of an inspection, although it may know the grades of earlier ones.
_TOLD = re.compile(
    r"\b(?:reports?|inspections?|inspectors?|inspected|inspectorate|publishe[ds]|verdict|judgements?|judgments?|ratings?|grades?"
    r"|gradings?|watchdog|visit(?:ed)?)\b"
)


_INSPECTED = re.compile(r"\b(?:ofsted|inspectors?|inspection|inspected)\b")
_LATELY = re.compile(
    rf"\b(?:today(?! (?:is|are|requires?))|yesterday|(?:this|last) week|this (?:spring|summer|autumn|winter)"
    rf"|hours (?:after|before)|the publication of|(?:on|published) {WEEKDAY}|{WEEKDAY} 's)\b"
)
#: days after which a day that is named is no longer news
_NEWS_DAYS = 21


#: What a paragraph says that tells of an inspection rather than of how things stand.
_EVENT = re.compile(
    r"\b(?:rate[sd]|judge[sd]|grade[sd]|given|gave|handed|found|finds?|awarded|told|reports?|inspections?|inspectors?|inspected|ofsted"
    r"|publish(?:ed|es)?|latest|verdicts?|visit(?:ed|s)?|upgraded|downgraded|marked|received|results?|outcomes?)\b"
)


def _paragraphs(lines: Sequence[Line]) -> dict[int, str]:
    """The words of each paragraph by its number."""
    words: dict[int, str] = {}
    for line in lines:
        if not line.sentence.in_title:
            words[line.sentence.paragraph] = f"{words.get(line.sentence.paragraph, '')} {line.words}"
    return words


def eventless_paragraphs(lines: Sequence[Line]) -> frozenset[int]:
    """The numbers of the paragraphs that say nothing of an inspection."""
    return frozenset(number for number, said in _paragraphs(lines).items() if not _EVENT.search(said))


def fresh_paragraphs(lines: Sequence[Line], published: date | None) -> frozenset[int]:
    """The numbers of the paragraphs that say of an inspection that it is news of these days."""
    return frozenset(
        number
        for number, said in _paragraphs(lines).items()
        if _INSPECTED.search(said) and (_LATELY.search(said) or named_day(said, published, _NEWS_DAYS))
    )


#: words in a label such as ``Fact check``, and how many short lines at the top of a page may be one
_LONGEST_LABEL = 4
_LABELS = 5


@lru_cache(maxsize=1)
def _kinds() -> tuple[_Signs, ...]:
    def compiled(pattern: str) -> re.Pattern[str] | None:
        return re.compile(pattern, re.MULTILINE) if pattern else None

    return tuple(
        _Signs(k.reason, compiled(k.title), compiled(k.opening), compiled(k.label), compiled(k.signs), k.enough) for k in KINDS
    )

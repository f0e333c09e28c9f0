"""The first stage at fault for a judgement that was missed: where on its way through the cascade it was lost."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.classifier.cascade import Passage
from monitor.classifier.lines import Line
from monitor.classifier.reading import verdicts
from monitor.classifier.relevance import may_report
from monitor.classifier.statement import Statement
from monitor.domain.authorities import by_urn
from monitor.domain.model import Area
from monitor.scoring.labels import Label, Labelled

#: Codes of mentions that can stand for a grade, and for what is graded.
_GRADES = "REU"
_OVERALL_SUBJECTS = frozenset("SAGOLTZD")
_AREA_SUBJECTS = frozenset("XLTZ")


def fault(article: Labelled, passage: Passage, label: Label) -> str:
    """The stage that lost a label: relevance, text, lexicon, frames, scope, resolve, gate: REASON, or merge."""
    if not may_report(article.title, article.text):
        return "relevance"
    lines = _lines_of_evidence(article, passage, label)
    if not lines:
        return "text"
    if not any(_can_mean(line, label) for line in lines):
        return "lexicon"
    about = [s for s in passage.statements if any(s.line is line for line in lines) and _same_grade(s, label)]
    bound = [s for s in about if s.claim.subject is not None]
    if not bound:
        return "frames"
    current = [s for s in bound if s.scope.status == "current"]
    if not current:
        return "scope"
    meant = [s for s in current if _resolved(s, label)]
    if not meant:
        return "resolve"
    reasons = dict(
        zip(map(id, passage.statements), verdicts(passage.statements, passage.topics, article.published), strict=True)
    )
    kept = [s for s in meant if not reasons[id(s)]]
    return "merge" if kept else f"gate: {reasons[id(meant[0])]}"


def _lines_of_evidence(article: Labelled, passage: Passage, label: Label) -> Sequence[Line]:
    """The lines that the labeller's quote lies in; all of them where no quote was given."""
    if not label.evidence:
        return passage.lines
    found: list[Line] = []
    for in_title, field in ((False, article.text), (True, article.title)):
        at = field.find(label.evidence)
        while at >= 0:
            end = at + len(label.evidence)
            inside = [line for line in passage.lines if line.sentence.in_title == in_title]
            found += [line for line in inside if line.sentence.start < end and at < line.sentence.end]
            at = field.find(label.evidence, end)
    return found


def _can_mean(line: Line, label: Label) -> bool:
    """Whether a line holds a mention of the grade and one that may stand for the area."""
    graded = any(c.code in _GRADES and (c.code != "R" or c.value == label.rating) for c in line.chunks)
    if label.area is Area.OVERALL:
        return graded and any(c.code in _OVERALL_SUBJECTS or (label.area,) in c.areas for c in line.chunks)
    named = any(label.area in item for c in line.chunks for item in c.areas)
    return graded and (named or any(c.code in _AREA_SUBJECTS - {"X"} for c in line.chunks))


def _same_grade(statement: Statement, label: Label) -> bool:
    grade = statement.claim.grade
    return statement.rating is label.rating or (grade.code == "R" and grade.value == label.rating) or grade.code in "EU"


def _resolved(statement: Statement, label: Label) -> bool:
    named = {by_urn()[urn].name for urn in statement.urns}
    return label.authority in named and label.area in statement.areas and statement.rating is label.rating

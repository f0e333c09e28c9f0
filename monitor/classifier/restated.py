"""Whether a page that gives an authority the grade it had before reports an inspection of now, or only how things stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from monitor.classifier.lines import Line
from monitor.classifier.pages import fresh_paragraphs
from monitor.domain.calendar import MONTHS

#: Visits that give no grade.
_UNGRADED = re.compile(r"\b(?:monitoring|focused|assurance|progress|peer|joint)\b")
_GRADED = r"(?:rated|judged|graded|found|deemed|declared|assessed|given|handed|awarded)"
#: A sentence that gives the grade, and says that it was given once more: ``has again been rated``, ``retained its rating``.
_GIVEN_AGAIN = re.compile(
    rf"\b(?:again|once more)\b(?: \S+){{0,2}} {_GRADED}\b|\b{_GRADED}\b(?: \S+){{0,8}}? (?:again|once more)\b"
    rf"|\b(?:has|have) (?:also )?been {_GRADED}\b"
    r"|\b(?:retain|maintain)(?:s|ed)\b|\b(?:kept|holds|held) (?:on to )?(?:its|their)\b"
)
#: A sentence that tells of an inspection as one that has just been.
_INSPECTED = re.compile(
    r"\b(?:latest|new|newest|most recent|fresh)(?: \S+){0,2} (?:inspection|report|reinspection|verdict|judgements?)\b"
    r"|\b(?:following|after) (?:an?|the|its|their|this)(?: \S+){0,3} (?:inspection|reinspection)\b"
    rf"|\binspect(?:ion|ors?|ed)\b(?: \S+){{0,8}} (?:in|during|from|between) (?:\d{{1,2}} )?(?:{'|'.join(MONTHS)})\b"
    r"|\breport(?: \S+){0,3} (?:published|released)\b|\bpublished (?:its|the|their|a)(?: \S+){0,3} report\b"
    r"|\binspectors (?:say|said|have|praised|visited|returned|spent)\b"
)


def reports_inspection(lines: Sequence[Line], published: date | None) -> bool:
    """Whether any sentence says that inspectors were there now: by day, by what they did, or by giving the grade once more.

    A sentence of an earlier year says so only where it gives a grade that holds now as well.
    """
    if fresh_paragraphs([line for line in lines if not _UNGRADED.search(line.words)], published):
        return True
    return any(_says_so(line, published) for line in lines)


def _says_so(line: Line, published: date | None) -> bool:
    if _UNGRADED.search(line.words) or line.sentence.tail:
        return False
    gives = any(scope.status == "current" for scope in line.scopes)
    if gives and _GIVEN_AGAIN.search(line.words):
        return True
    past = any(published is None or int(chunk.value) < published.year for chunk in line.chunks if chunk.code == "Y")
    return _INSPECTED.search(line.words) is not None and (gives or not past)

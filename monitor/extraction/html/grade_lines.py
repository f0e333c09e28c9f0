"""Grades as pages lay them out, made into lines that say what was graded: a heading and the grade below it are one line.

``Help and protection`` above ``Judged good.`` is read as the row of a table is: ``Help and protection: Judged good.``
"""

from __future__ import annotations

import re

from monitor.extraction.html.block_scores import ends_sentence

_GRADE = r"(?:outstanding|good|requir(?:es|ed|ing)\s+improvement|require\s+improvement|inadequate)"
_BEGINS = re.compile(
    r"(?:(?:it\s+)?(?:was|were|is|are|has\s+been|have\s+been)\s+)?(?:(?:now|again|also|still)\s+)?"
    r"(?:judged|rated|graded|found|deemed|classed|considered|assessed|marked)(?:\s+(?:as|to\s+be|at))?\s+[\"'‘“]?"
    rf"{_GRADE}\b",
    re.IGNORECASE,
)
#: What stands before a grade to say that it is one.
_LABEL = r"(?:(?:Ofsted\s+)?(?:grade|rating|judge?ment|outcome|verdict)\s*[:–—-]\s*)?"
_IS_GRADE = re.compile(
    rf"{_LABEL}[\"'‘“]?{_GRADE}[\"'’”]?\s*(?:[.;,(–—-].*|by\s+Ofsted\b.*|overall\b.*)?", re.IGNORECASE | re.DOTALL
)
_HAS_GRADE = re.compile(rf"\b{_GRADE}(?![^\W\d_])", re.IGNORECASE)
_GLUED = re.compile(rf"\b({_GRADE})(?:\d{{1,2}}|\[\d{{1,2}}\])(?![\w\]])", re.IGNORECASE)
_OWN = re.compile(rf"[^:\n]{{3,90}}[:\n]\s*[\"'‘“]?{_GRADE}[\"'’”]?\.?", re.IGNORECASE)
_MAX_HEADING = 90


def begins_with_grade(text: str) -> bool:
    """Whether a line is a grade or begins with one that it does not say the subject of."""
    return _BEGINS.match(text) is not None or _IS_GRADE.fullmatch(text) is not None


def states_grade(text: str) -> bool:
    """Whether a line is what was graded and its grade, and nothing else: ``Care leavers: good``."""
    return _OWN.fullmatch(text) is not None


def is_heading(text: str) -> bool:
    """Whether a line may head a grade: a few words, no sentence, and no grade of its own."""
    return 2 < len(text) <= _MAX_HEADING and not ends_sentence(text) and _HAS_GRADE.search(text) is None


def with_headings(lines: list[str]) -> list[str]:
    """The lines, each heading joined to the grade that follows it. A line may be several, set off by line breaks.

    The figure of a footnote at the end of a grade is left out.
    """
    if not any(map(_HAS_GRADE.search, lines)):
        return lines
    return _joined(["\n".join(_joined(_GLUED.sub(r"\1", line).split("\n"))) for line in lines])


def _joined(lines: list[str]) -> list[str]:
    kept: list[str] = []
    for line in lines:
        if kept and is_heading(kept[-1].rpartition("\n")[2]) and begins_with_grade(line.partition("\n")[0]):
            kept[-1] = f"{kept[-1].rstrip(': –—-')}: {line}"
        else:
            kept.append(line)
    return kept

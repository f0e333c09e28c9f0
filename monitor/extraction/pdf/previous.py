"""The overall grade at the previous inspection, as a report's opening paragraphs state it."""

from __future__ import annotations

import re
from datetime import date

from monitor.domain.model import Rating

_SENTENCE = re.compile(r"[^.]+(?:\.(?=\s|$)|$)")
#: Sentences about what is no inspection of this authority's children's services as a whole.
_OTHER = re.compile(
    r"monitoring visit|focused visit|jtai|joint targeted|send\b|children.s homes?|fostering service|adoption service"
    r"|predecessor|safeguarding board|lscb|arrangements for|services for looked after|residential|no longer",
    re.IGNORECASE,
)
_JUDGED = re.compile(
    r"(?:judged|found|rated|graded|assessed|judge?ment of|judgements? (?:was|were))\b[^.;]{0,40}?"
    r"\b(?P<grade>outstanding|good|inadequate|adequate|requir(?:es?|ed|ing) improvement(?: to be good)?)\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"\b(?:last|previous(?:ly)?|earlier|since|when|following|after|in)\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(20[01]\d|202\d|203\d)\b")
#: A grade of one area is not the overall grade.
_PARTIAL = re.compile(
    r"\b(?:those|some) services|care leavers|looked after|adoption|leadership|help and protection|children in care",
    re.IGNORECASE,
)


def previous_overall(opening: str, *, before: date, successor: bool) -> tuple[Rating | None, int | None]:
    """The earlier overall grade and its year in a report's opening pages; ``(None, None)`` when they do not tell it plainly.

    `before` is the first day of fieldwork. A successor authority has no earlier grade: what is told is its predecessor's.
    """
    if successor:
        return None, None
    for match in _SENTENCE.finditer(" ".join(opening.split())):
        sentence = match[0]
        if _OTHER.search(sentence) or not _EARLIER.search(sentence):
            continue
        judged = [found for found in _JUDGED.finditer(sentence) if not _PARTIAL.search(found[0])]
        years = [int(year) for year in _YEAR.findall(sentence) if int(year) < before.year]
        grades = {_rating(found["grade"]) for found in judged}
        if len(grades) == 1 and years:
            return grades.pop(), min(years, key=lambda year: abs(sentence.find(str(year)) - judged[0].start()))
    return None, None


def _rating(words: str) -> Rating:
    return Rating.REQUIRES_IMPROVEMENT if words.lower().startswith("requir") else Rating(words.lower())

"""The graded areas of a report: the rows of its table of judgements, and the headings inside it that repeat them.

Both are read the same way, from the characters in the order the file has them. A row begins where a known label begins; its
grade is the first that follows with nothing between but words that labels are made of, so that a label or a grade may be
broken over lines in any way and the grade may stand between the halves of its label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from monitor.domain.model import Area, Rating

_GRADE = re.compile(
    r"\b(?:(?P<requires_improvement>requires?\s+improvement(?:\s+to\s+be\s+good)?)|(?P<outstanding>outstanding)|(?P<good>good)"
    r"|(?P<inadequate>inadequate)|(?P<adequate>adequate)|(?P<none>not\s+(?:judged|graded|inspected|applicable)|no\s+(?:judge?ment|grade)))\b",
    re.IGNORECASE,
)
#: The labels that rows of `Area` bring with them may begin in any way.
_BROUGHT = "".join("|" + re.escape(area.label).replace(r"\ ", r"\s+") for area in Area if area.label)
_START = re.compile(
    r"(?P<number>(?<![\d.])[1-3](?:\.\d)?\.?\s+)?(?:"
    rf"(?P<ilacs>the\s+impact\s+of\s+leaders|the\s+experiences?\s+and\s+progress\s+of|overall\s+effectiveness{_BROUGHT})"
    r"|(?P<sif>children\s+who\s+need|children\s+looked\s+after|(?:the\s+graded\s+judge?ment\s+(?:for|about)\s+"
    r"(?:the\s+)?)?(?:adoption\s+performance|experiences?\s+and\s+progress\s+of)|leadership,?\s+(?:management|governance)))",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019-]*")
#: The words that labels are made of, and those that join a label to its grade.
_LABEL_WORDS = frozenset(
    _WORD.findall(
        "the impact of leaders on social work practice with children and families experience experiences progress who need"
        " help protection in care leavers overall effectiveness looked after achieving permanence adoption performance"
        " leadership management governance young people adults cared for care-experienced judgement judgment graded about"
        " is are that it they to be"
    )
)
#: The words of each label of those that no other label has.
_OWN = {area: frozenset(_WORD.findall(area.label)) - _LABEL_WORDS for area in Area if area.label}
_ALL_LABEL_WORDS = _LABEL_WORDS.union(*_OWN.values())
#: No label and grade together are longer than this.
_MAX_ROW = 260
#: No table of judgements since 2018 has fewer rows.
_MIN_ROWS = 4


@dataclass(frozen=True, slots=True)
class Grading:
    """One area graded once: in the table, or in a heading. `rating` is None for "not judged"."""

    area: Area
    rating: Rating | None
    start: int
    end: int
    combined: bool = False  #: the grade is of children in care and care leavers together
    numbered: bool = False  #: a numbered row, as tables of the single inspection framework have
    heading: bool = False  #: stands on lines of its own and begins with "The", as headings do and lists of former grades do not


def gradings(text: str) -> Iterator[Grading]:
    """Every grading in a text, in order. Characters `start` to `end` of the text are its label and grade."""
    starts = _row_starts(text, 0, len(text))
    for number, match in enumerate(starts):
        limit = starts[number + 1].start() if number + 1 < len(starts) else len(text)
        found = _row(text, match, min(limit, match.start() + _MAX_ROW))
        if found:
            yield found


def _row_starts(text: str, begin: int, end: int) -> list[re.Match[str]]:
    starts: list[re.Match[str]] = []
    for match in _START.finditer(text, begin, end):
        if match["ilacs"] or _begins_a_row(text, match, starts):
            starts.append(match)
    return starts


def _begins_a_row(text: str, match: re.Match[str], before: Sequence[re.Match[str]]) -> bool:
    """Whether words that begin a label do so here: on a new line, or numbered, and not as the rest of a longer label."""
    if match["number"] is not None:
        return True
    longer = bool(before) and not text[before[-1].end() : match.start()].strip()
    return not longer and _begins_a_line(text, match.start())


def _row(text: str, match: re.Match[str], limit: int) -> Grading | None:
    start = match.start("ilacs") if match["ilacs"] else match.start("sif")
    grade = _GRADE.search(text, start, limit)
    if grade is None or not (_ends_a_line(text, grade.end()) or not text[grade.end() : limit].strip()):
        return None
    before, after = text[start : grade.start()], text[grade.end() : limit]
    if not _only_label_words(before):
        return None
    words = _words(before)
    if not _area(words)[0] or (limit < len(text) and _only_label_words(after)):
        words += _words(after)  # the grade stands between the halves of its label
    area, combined = _area(words)
    if area is None:
        return None
    return Grading(
        area=area,
        rating=None if grade["none"] else Rating(str(grade.lastgroup)),
        start=start,
        end=grade.end(),
        combined=combined,
        numbered=match["sif"] is not None and match["number"] is not None and "\n" not in match["number"],
        heading=_stands_alone(text, match.start(), grade.end()) and before[:4].lower() == "the ",
    )


def _ends_a_line(text: str, position: int) -> bool:
    """Whether nothing follows on the line but a full stop or the number of a footnote."""
    return re.compile(r"\.?\s?\d{0,2}[^\S\n]*(?:\n|$)").match(text, position) is not None


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether characters begin a line and what follows on the next is not the rest of their sentence."""
    return _begins_a_line(text, start) and not text[end : end + 20].lstrip(" .0123456789\n")[:1].islower()


def _begins_a_line(text: str, position: int) -> bool:
    return text[max(0, position - 4) : position].rstrip(" ")[-1:] in ("", "\n")


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]


def _only_label_words(text: str) -> bool:
    return all(word in _ALL_LABEL_WORDS or word == "good" for word in _words(text))


def _area(words: Sequence[str]) -> tuple[Area | None, bool]:
    """The area that a label's words name, and whether children in care share its grade with care leavers."""
    label = " ".join(words)
    for area, own in _OWN.items():
        if own and own <= set(words):
            return area, False
    if "leaders" in words or "leadership" in words:
        return Area.LEADERSHIP, False
    if "protection" in words:
        return Area.HELP_AND_PROTECTION, False
    if "adoption" in words:
        return Area.ADOPTION, False
    return _care_area(words, label)


def _care_area(words: Sequence[str], label: str) -> tuple[Area | None, bool]:
    """As `_area`, where the label names none of the other areas."""
    leavers = "leavers" in words or "care-experienced" in words
    if "in care" in label or "looked after" in label or "cared for" in label:
        both = leavers and " and " in label.replace("and progress", "")
        return (Area.CARE_LEAVERS, False) if leavers and not both else (Area.CHILDREN_IN_CARE, both)
    if leavers:
        return Area.CARE_LEAVERS, False
    return (Area.OVERALL, False) if "overall" in words else (None, False)


def separated(text: str, begin: int, end: int) -> tuple[Grading, ...]:
    """The gradings of a table whose file holds the column of labels first and the column of grades after it.

    Only when there are as many grades as labels, at least four, with nothing between them; else nothing. The caller has to
    check them against the headings: the order is all that ties a grade to its label here.
    """
    starts = _row_starts(text, begin, end)
    first = _GRADE.search(text, starts[0].start(), end) if starts else None
    if first is None or first.start() < starts[-1].start():
        return ()
    grades = [first]
    for match in _GRADE.finditer(text, first.end(), end):
        if text[grades[-1].end() : match.start()].strip():
            break
        grades.append(match)
    limits = [*(match.start() for match in starts[1:]), first.start()]
    labels = [
        text[match.end("number") if match["number"] else match.start() : limit]
        for match, limit in zip(starts, limits, strict=True)
    ]
    if len(grades) != len(labels) or len(labels) < _MIN_ROWS or not all(map(_only_label_words, labels)):
        return ()
    found = []
    for start, label, grade in zip(starts, labels, grades, strict=True):
        area, combined = _area(_words(label))
        if area is None:
            return ()
        rating = None if grade["none"] else Rating(str(grade.lastgroup))
        found.append(Grading(area=area, rating=rating, start=start.start(), end=grade.end(), combined=combined))
    return tuple(found)


_VERDICT = re.compile(r"(?:the\s+)?overall\s+judge?ment|children['\u2019]s\s+services", re.IGNORECASE)


def verdict(text: str, start: int, end: int) -> Grading | None:
    """The overall grade as reports of the single inspection framework tell it on page 1, in a sentence before the table.

    ``The overall judgement is that children's services are inadequate``; ``Children's services in X require improvement``.
    """
    for match in _VERDICT.finditer(text, start, end):
        grade = _GRADE.search(text, match.end(), min(end, match.end() + 160))
        if grade and not grade["none"]:
            rating = Rating(str(grade.lastgroup))
            return Grading(area=Area.OVERALL, rating=rating, start=match.start(), end=grade.end())
    return None

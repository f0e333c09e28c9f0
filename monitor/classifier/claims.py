"""Chunks to claims: which grade is said of which subject, by the rows of `tables.frames`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from monitor.classifier.chunk import Chunk
from monitor.domain.model import Area
from monitor.tables.frames import FRAMES, Frame

#: chunks that frames look through
_TRANSPARENT = frozenset("IYP?!_")
#: grades read in one sentence at most: no prose has more, and hostile text must not make each look back over all before it
MOST_CLAIMS = 40


@dataclass(frozen=True, slots=True)
class Claim:
    """One grade said of one subject in one sentence; who and which areas may still be open."""

    sentence: int  #: number of the sentence in the document
    grade: Chunk  #: code R, E or U
    at: int  #: place of the grade among the sentence's chunks
    subject: Chunk | None
    subject_at: int
    frame: str
    overall: bool = False  #: the word "overall" goes with the grade
    extra: Chunk | None = None  #: areas added by "along with"


@lru_cache(maxsize=1)
def _rows() -> tuple[tuple[Frame, re.Pattern[str]], ...]:
    return tuple((frame, re.compile(frame.pattern)) for frame in FRAMES)


def _view(chunks: Sequence[Chunk], indices: Sequence[int]) -> tuple[str, list[int]]:
    """The codes of the chunks at `indices` that frames see, and where each came from."""
    seen = [i for i in indices if chunks[i].code not in _TRANSPARENT]
    return "".join(chunks[i].code for i in seen), seen


def _at(chunks: Sequence[Chunk], at: int, subject: int) -> bool:
    """``inadequate at protecting children``: good or bad *at* something is no grade of an area."""
    return any(c.code == "F" and c.value == "at" for c in chunks[at + 1 : subject])


def _object(chunks: Sequence[Chunk], subject: int, at: int) -> bool:
    """Whether a pronoun is no subject: ``many of them are outstanding``."""
    if chunks[subject].code != "G" or chunks[subject].value not in {"it", "they"} or subject > at or subject == 0:
        return False
    return chunks[subject - 1].code == "F" and chunks[subject - 1].value == "of"


def _outside_brackets(chunks: Sequence[Chunk], at: int) -> list[int]:
    """Places to the right of the grade, without a bracket that directly follows it: ``Good (up from inadequate), including
    ...``.
    """
    places = list(range(at + 1, min(len(chunks), at + 40)))
    opened = next((i for i in places[:3] if chunks[i].code == "("), None)
    closed = next((i for i in places if chunks[i].code == ")"), None)
    if opened is None or closed is None:
        return places
    return [i for i in places if not opened <= i <= closed]


def _loose(chunks: Sequence[Chunk], at: int) -> bool:
    return chunks[at].code == "R"


def _is_quoted(chunks: Sequence[Chunk], at: int) -> bool:
    return chunks[at].quoted and chunks[at].value != "requires_improvement"


def _told(chunks: Sequence[Chunk], at: int) -> bool:
    return chunks[at].value == "requires_improvement" and chunks[at].weak and chunks[at].end - chunks[at].start >= 3


def _has_noun(chunks: Sequence[Chunk], at: int) -> bool:
    return any(c.code == "N" for c in chunks[at + 1 : at + 4]) or (
        chunks[at].end - chunks[at].start > 1 and chunks[at].value != "requires_improvement"
    )


def _given(chunks: Sequence[Chunk], at: int) -> bool:
    return any(c.code == "V" and c.value == "get" for c in chunks[max(0, at - 3) : at])


def _of_a_service(chunks: Sequence[Chunk], at: int) -> bool:
    target = next((c for c in chunks[at + 1 :] if c.code in "SAGO"), None)
    link = next((c for c in chunks[at + 1 :] if c.code == "F"), None)
    named = at + 1 < len(chunks) and chunks[at + 1].code == "N"
    return target is not None and (target.code in "SO" or named or (link is not None and link.start - chunks[at].end <= 1))


def _extends(chunks: Sequence[Chunk], at: int) -> bool:
    return any(c.code == "V" and c.value == "extend" for c in chunks[at + 1 : at + 4])


def _is_verb(chunks: Sequence[Chunk], at: int) -> bool:
    return chunks[at].value == "requires_improvement" and not chunks[at].weak


def _listed(chunks: Sequence[Chunk], at: int) -> bool:
    following = next((c for c in chunks[at + 1 :] if c.code == "X"), None)
    return following is not None and following.value in {"listed", "counted"}


def _overall_first(chunks: Sequence[Chunk], at: int) -> bool:
    following = next((c for c in chunks[at + 1 :] if c.code == "X"), None)
    return following is not None and following.areas[0] == (Area.OVERALL,) and len(following.areas) > 1


def _pronoun(chunks: Sequence[Chunk], at: int) -> bool:
    pronoun = next((chunks[i] for i in range(at - 1, -1, -1) if chunks[i].code == "G"), None)
    return pronoun is not None and pronoun.value in {"it", "they"}


def _judged(chunks: Sequence[Chunk], at: int) -> bool:
    left, seen = _view(chunks, range(at - 1, -1, -1))
    return bool(seen) and left[0] == "V" and chunks[seen[0]].value == "judge" and not (len(left) > 1 and left[1] in "BXSA")


def _judged_object(chunks: Sequence[Chunk], at: int) -> bool:
    """``It has judged the people who run it, as far as ..., to be inadequate``: a judging verb right before the area."""
    area = next((i for i in range(at - 1, -1, -1) if chunks[i].code == "X"), 0)
    verb = chunks[area - 1] if area else None
    return (
        verb is not None
        and verb.value == "judge"
        and any(c.code == "," for c in chunks[area:at])
        and chunks[at - 1].code in "B>"
    )


#: What else a row may ask of the grade, by the name in its `needs`.
_NEEDS: Mapping[str, Callable[[Sequence[Chunk], int], bool]] = {
    "": lambda _chunks, _at: True,
    "loose": _loose,
    "object": _judged_object,
    "quoted": _is_quoted,
    "told": _told,
    "noun": _has_noun,
    "given": _given,
    "service": _of_a_service,
    "extends": _extends,
    "verb": _is_verb,
    "listed": _listed,
    "overall_first": _overall_first,
    "pronoun": _pronoun,
    "judged": _judged,
}


def _for_whom(chunks: Sequence[Chunk], subject: int, at: int) -> bool:
    """``Political support for children's services is outstanding``: what is outstanding is the support."""
    if (
        chunks[subject].code != "S"
        or not 1 < subject < at
        or chunks[subject - 1].value != "for"
        or chunks[subject - 2].code != "."
    ):
        return False
    between = "".join(chunk.code for chunk in chunks[subject + 1 : at])
    return re.fullmatch(r"[FA_]*B_*", between) is not None


def bind(chunks: Sequence[Chunk], at: int) -> tuple[str, int] | None:
    """The first frame row that fits the grade at `at`: (row name, place of its subject)."""
    if chunks[at].value == "so_overall":
        return None  # "and that was also the overall verdict"
    same = _same(chunks, at) if chunks[at].code == "E" else None
    return same or next(fits(chunks, at), None)


def _same(chunks: Sequence[Chunk], at: int) -> tuple[str, int] | None:
    """What "the same grade" is said of, where its words stand apart from the rows."""
    right, right_at = _view(chunks, _outside_brackets(chunks, at))
    left, left_at = _view(chunks, range(at - 1, max(-1, at - 40), -1))
    same = re.match(r"N?F{1,2}(?P<s>X)", right)
    if same:
        return "same-for", right_at[same.start("s")]
    same = re.match(r"[^RE|;^]*?(?P<s>[XLTZ])", left)
    if same:
        return "same-as-before", left_at[same.start("s")]
    same = re.match(r"N?[-:,]?[BV]*[FG>]{0,4}(?:L[.QBVGIMF,]{0,5}[:(-]?F?)?(?P<s>[XL])", right)
    return ("same-for", right_at[same.start("s")]) if same else None


def fits(chunks: Sequence[Chunk], at: int) -> Iterator[tuple[str, int]]:
    """Every frame row that fits the grade at `at`, in the order of the table: (row name, place of its subject)."""
    right, right_at = _view(chunks, _outside_brackets(chunks, at))
    left, left_at = _view(chunks, range(at - 1, max(-1, at - 40), -1))
    for frame, pattern in _rows():
        text, places = (right, right_at) if frame.side == "right" else (left, left_at)
        found = pattern.match(text)
        if found and frame.name == "aside" and found.group("s") == "A" and not set(found.group()) & set("BVM"):
            continue
        if found and frame.name in {"for-areas", "far-right"} and _at(chunks, at, places[found.start("s")]):
            continue
        if (
            found
            and _NEEDS[frame.needs](chunks, at)
            and not (_object(chunks, places[found.start("s")], at) or _for_whom(chunks, places[found.start("s")], at))
        ):
            yield frame.name, places[found.start("s")]


def left_subject(chunks: Sequence[Chunk], at: int) -> int | None:
    """The subject to the left of a grade, whatever stands to its right."""
    left, places = _view(chunks, range(at - 1, max(-1, at - 40), -1))
    found = re.match(r"[BVNM>F]*,?(?P<s>[XSAGO])", left)
    return places[found.start("s")] if found else None


def claims(number: int, chunks: Sequence[Chunk]) -> list[Claim]:
    """Every claim of a sentence, in the order of its grades. A grade without a subject is a claim too: it may be resolved
    or rejected.
    """
    found: list[Claim] = []
    for at, chunk in enumerate(chunks):
        if len(found) == MOST_CLAIMS:
            break
        if chunk.code == "R" or chunk.code == "E":
            found.append(_claim(number, chunks, at))
        elif chunk.code == "U":
            so = _ellipsis(number, chunks, at)
            if so is not None:
                found.append(so)
    return found


def _codes(chunks: Sequence[Chunk]) -> str:
    return "".join(c.code for c in chunks)


def _claim(number: int, chunks: Sequence[Chunk], at: int) -> Claim:
    if chunks[at].plural:
        return _clean_sweep(number, chunks, at)
    bound = bind(chunks, at)
    name, subject_at = bound or ("", -1)
    subject = chunks[subject_at] if bound else None
    extra = None
    right, places = _view(chunks, _outside_brackets(chunks, at)[:6])
    plus = re.match(r"N?O?,?\+F?(X)", right)
    covers = re.match(r"O?,N?V(X)", right)
    if plus and name not in {"for-areas", "overall-and-areas"}:
        extra = chunks[places[plus.start(1)]]
    elif covers and any(c.value == "extend" for c in chunks[at + 1 : at + 5]):
        extra = chunks[places[covers.start(1)]]  # "good, a verdict that also covers adoption"
    listed = re.match(r"O?[:-]F?(X)", right)
    if listed and subject is not None and subject.code in "LZT" and len(chunks[places[listed.start(1)]].areas) > 1:
        subject = replace(chunks[places[listed.start(1)]], owner=subject.owner)  # "rated all aspects good: leadership, ..."
    if name == "apposition" and subject is not None and "+" in "".join(c.code for c in chunks[subject_at : subject_at + 3]):
        extra = next(
            (c for c in chunks[subject_at + 1 : at] if c.code == "X"), None
        )  # "the care of looked-after children, including ..."
    if subject is not None and subject.code == "O" and re.search(r"T,\+S?$", _codes(chunks[:subject_at])):
        extra = replace(
            subject, code="X", areas=((Area.OVERALL,),)
        )  # "all other areas, including overall effectiveness, are good"
        subject_at = next(i for i in range(subject_at - 1, -1, -1) if chunks[i].code == "T")
        subject = chunks[subject_at]
    overall = _overall(chunks, at, subject_at)
    if overall and subject is not None and subject.code == "X" and subject_at < at and _is_whole(subject):
        subject = replace(subject, code="S", value="service", areas=())
    if subject is not None and subject_at > at and (subject.code == "L" or subject.value == "listed"):
        left, places = _view(chunks, range(at - 1, max(-1, at - 40), -1))
        whole = re.match(r"[BVNM>F_]*(?P<s>[SAG])", left)
        overall = overall or whole is not None
        if whole is not None and subject.owner is None:
            subject = replace(subject, owner=chunks[places[whole.start("s")]])
    return Claim(number, chunks[at], at, subject, subject_at, name, overall, extra)


_WHOLE = {Area.HELP_AND_PROTECTION, Area.CHILDREN_IN_CARE, Area.CARE_LEAVERS}


def _is_whole(subject: Chunk) -> bool:
    """Whether a list of areas is the single inspection's long name of the service: "services for children in need of help and
    protection, children looked after and care leavers".
    """
    return {area for item in subject.areas for area in item} == _WHOLE


def _overall(chunks: Sequence[Chunk], at: int, subject_at: int) -> bool:
    """Whether "overall" stands right beside the grade or between it and its subject."""
    right, _ = _view(chunks, range(at + 1, min(len(chunks), at + 4)))
    if (re.match(r"N?F?O", right) and not re.match(r"N?F?O(?:[&+]|,[&FW]{0,2}X)", right)) or re.match(r"N?F?O[&+]F?L", right):
        return True
    if len(chunks) > 2 and chunks[0].code == "O" and chunks[1].code == "," and all(c.code not in "RE" for c in chunks[:at]):
        return True  # "Overall, services were rated good."
    low, high = sorted((at, subject_at if subject_at >= 0 else at))
    return any(chunk.code == "O" for chunk in chunks[low + 1 : high])


def _ellipsis(number: int, chunks: Sequence[Chunk], at: int) -> Claim | None:
    """``So too was help and protection``: the grade said last applies to what follows."""
    right, places = _view(chunks, range(at + 1, min(len(chunks), at + 24)))
    found = re.match(r"[,F&_.GV>]{0,5}(?P<s>[XTLO])(?![^|;,]{0,6}[RE])(?:,[QW][^RE|;]{1,14},[&+]{1,2}F?(?P<more>X))?", right)
    if found is None:
        return None
    where = places[found.start("s")]
    more = chunks[places[found.start("more")]] if found.group("more") else None
    return Claim(number, chunks[at], at, chunks[where], where, "so-too", extra=more)


def _clean_sweep(number: int, chunks: Sequence[Chunk], at: int) -> Claim:
    """``five "outstandings" out of five``: a plural grade is everything at once."""
    grade = chunks[at]
    subject = Chunk(
        "L", "all", grade.start, grade.end, owner=next((c.owner or c for c in reversed(chunks[:at]) if c.code in "SA"), None)
    )
    return Claim(
        number,
        grade,
        at,
        subject if subject.owner is not None or "V" in {c.code for c in chunks} else None,
        at,
        "clean-sweep",
        overall=True,
    )

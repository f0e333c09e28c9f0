"""What: the areas that a claim grades, and the grade when the sentence leaves it unnamed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from monitor.classifier.chunk import Chunk
from monitor.classifier.claims import Claim
from monitor.classifier.lines import COUNTS, Line
from monitor.classifier.refer import Reference, flatten, point_back
from monitor.classifier.statement import NO_OVERALL, Discourse, Statement, framework_areas
from monitor.domain.model import Area, Rating

#: Until here child protection was inspected by itself, with a grade overall of its own.
_SINGLE_FRAMEWORK = date(2013, 12, 1)


def areas_of(
    told: Discourse, claim: Claim, line: Line, reference: Reference, before: Sequence[Statement]
) -> tuple[tuple[Area, ...], bool]:
    """The areas that a claim grades, and whether that had to be worked out; none when the subject stands for none."""
    subject = claim.subject
    if subject is None:
        return _named_next(told, line) or _there(told, line), True
    if subject.code == "A" and _of_its_work(subject, line):
        return (), False
    if subject.code == "X":
        early = told.published is not None and told.published < _SINGLE_FRAMEWORK
        if early and claim.overall and flatten(subject.areas) == (Area.HELP_AND_PROTECTION,):
            return (Area.OVERALL,), False  # "arrangements for the protection of children were judged inadequate overall"
        both = claim.frame == "overall-and-areas" and Area.OVERALL not in flatten(subject.areas)
        return ((Area.OVERALL,) if both else ()) + flatten(subject.areas), False
    if subject.code == "G" and subject.value == "it" and not claim.overall and (one := _it(told, line)):
        return one, False
    if subject.code == "G" and subject.value == "they":
        last = _they(told, claim, line)
        if last:
            return last, False
    if subject.code in "SAG" or reference.names:
        area = None if claim.overall else _fronted_area(told, claim, line) or _same_clause_area(claim, before)
        return (area, False) if area else ((Area.OVERALL,), False)
    if subject.code == "O":
        return (Area.OVERALL,), False
    if subject.code == "L":
        whole = (Area.OVERALL,) if _with_overall(told, claim, line) else ()
        return whole + (
            flatten(told.memory.items) if told.memory.unrated else framework_areas(told.published)
        ), not told.memory.unrated
    if subject.code == "T":
        spared = {
            a
            for i, c in enumerate(line.chunks)
            if c.code == "~"
            for x in line.chunks[i + 1 : i + 4]
            if x.code == "X"
            for a in flatten(x.areas)
        }
        return (
            tuple(a for a in framework_areas(told.published) if a not in spared)
            if line.text_of(subject)[-1] not in {"two", "three", "four"}
            else ()
        ), True
    return reference.areas or _ahead(told, subject, line), True


def _with_overall(told: Discourse, claim: Claim, line: Line) -> bool:
    """Whether a grade of all areas is the overall one too."""
    entry = told.memory.headed and re.fullmatch(r"[;VMB>]*", line.codes[: claim.at]) is not None  # "Good in every judgement."
    return (claim.overall or entry) and (told.published is None or told.published < NO_OVERALL or "O" in line.codes)


def _it(told: Discourse, line: Line) -> tuple[Area, ...]:
    """``The exception, as last time, is help and protection. It was graded good.``"""
    before = told.before()
    if before is None or before.claims or before.sentence.paragraph != line.sentence.paragraph:
        return ()
    named = re.fullmatch(r"[~G,.PF&_T]*B(X);", before.codes)
    found = before.chunks[named.start(1)] if named and set(before.codes) & set("~T") else None
    return flatten(found.areas) if found is not None else ()


def _they(told: Discourse, claim: Claim, line: Line) -> tuple[Area, ...]:
    """``They`` in a clause about one area, or after a sentence that graded one: that area."""
    relative = re.match(r"[F|&,]{0,2}(X),?Q", line.codes)
    if relative and claim.subject_at > relative.end():
        return flatten(line.chunks[relative.start(1)].areas)
    if claim.subject_at > 3 or "A" in line.codes[: claim.subject_at] or "S" in line.codes[: claim.subject_at]:
        return ()
    before = told.before()
    if before is None or before.sentence.paragraph != line.sentence.paragraph:
        return ()
    if re.match(r"[F|&,]{0,2}X(?![^;]*[SA])", before.codes):
        return flatten(next(c for c in before.chunks if c.code == "X").areas)
    graded = [c.subject for c in before.claims if c.subject is not None]
    if len(graded) == 1 and graded[0].code == "X" and len(graded[0].areas) == 1:
        return flatten(graded[0].areas)
    return ()


def _ahead(told: Discourse, subject: Chunk, line: Line) -> tuple[Area, ...]:
    """``all of them are good`` may point forward: to the list of areas, without grades, of the next sentence."""
    wanted = next((COUNTS[w] for w in line.text_of(subject) if w in COUNTS), None)
    for following in told.after(2):
        if len(following.items) >= 3 and not following.claims and wanted in {None, len(following.items)}:
            return flatten(following.items)
    return ()


def _named_next(told: Discourse, line: Line) -> tuple[Area, ...]:
    """``Three were given the lowest grade. These were leadership, ...``: the areas that the next sentence names."""
    counted = {COUNTS[t.word] for t in line.sentence.tokens if t.word in COUNTS}
    for following in told.after(1):
        areas = flatten(following.items)
        opens = following.sentence.tokens[0].word in {"these", "those", "they"}
        if opens and re.match(r"[GZ]?BX", following.codes) and not following.claims and len(areas) in counted:
            return areas
    return ()


def _there(told: Discourse, line: Line) -> tuple[Area, ...]:
    """``Only on help and protection did it miss out. There, improvement is required``: the one area of the sentence before."""
    before = told.before()
    if before is None or before.claims or line.sentence.tokens[0].word not in {"there", "here"}:
        return ()
    return flatten(before.items) if before.codes.count("X") == 1 and set("XDAS").isdisjoint(line.codes) else ()


def _of_its_work(subject: Chunk, line: Line) -> bool:
    """``Bristol's work was judged good``: some work that was told of before, not the whole service."""
    return [t.word for t in line.sentence.tokens[subject.end : subject.end + 2]] == ["'s", "work"]


def _fronted_area(told: Discourse, claim: Claim, line: Line) -> tuple[Area, ...] | None:
    """The area that a clause opens with before its subject: ``On leadership, the council is good``, ``in adoption, where
    Bristol is good``.
    """
    start = line.clause_start(claim.subject_at) if claim.subject_at >= 0 else 0
    codes = line.codes
    if (
        start
        and (codes[start - 1] == ":" or line.sentence.tokens[line.chunks[start - 1].end].word in {"here", "there"})
        and claim.subject is not None
        and claim.subject.value in {"it", "they"}
    ):
        before = [c for c in line.chunks[line.clause_start(start - 1) : start] if c.code == "X"]
        return flatten(before[-1].areas) if len(before) == 1 else None
    if not 0 <= claim.subject_at < claim.at:
        return None
    found = re.fullmatch(
        r"[&|^,]*(?:[GMB.]{0,3}>|F{1,2})(?:ZF)?(?:T[,.]{1,2})?\.?([XZ])(?:,[^RE,|]{0,6})?,(?:&Q|Q|&B|B|AB?)?\.?",
        codes[start : claim.subject_at],
    )
    relative = re.search(r"(X),?F?Q$", codes[: claim.subject_at])
    if codes[start : claim.subject_at].endswith("Z") and "there" in line.text_of(line.chunks[claim.subject_at - 1]):
        return point_back(line.chunks[claim.subject_at - 1], line, told.memory).areas or None
    if _points_at_place(claim, line):  # "Care leavers get a patchier service, and here the council requires improvement"
        before = [c for c in line.chunks[: claim.subject_at] if c.code == "X"]
        return flatten(before[-1].areas) if len(before) == 1 else None
    inverted = re.fullmatch(r"[&|,]*~F(X)B?", codes[start : claim.subject_at])
    if inverted:  # "Only for care leavers does the city require improvement"
        return flatten(line.chunks[start + inverted.start(1)].areas)
    if (
        relative
        and claim.subject is not None
        and (claim.subject.code in "AS" or claim.subject.value == "one" or "F" in relative.group())
    ):
        return flatten(line.chunks[relative.start(1)].areas)
    if found is None:
        return None
    chunk = line.chunks[start + found.start(1)]
    if chunk.code == "Z":
        return point_back(chunk, line, told.memory).areas or None
    return flatten(chunk.areas)


def grade_of(told: Discourse, claim: Claim, names: tuple[str, ...], before: Sequence[Statement]) -> tuple[Rating | None, bool]:
    """The grade that a claim gives, and whether that had to be worked out: "the same grade" is the one told before."""
    memory = told.memory
    if claim.grade.code == "R":
        return Rating(claim.grade.value), claim.grade.weak
    if claim.grade.code == "E" and claim.grade.value == "overall":
        found = {memory.overall[u] for u in names if u in memory.overall}
        return (found.pop() if len(found) == 1 else None), True
    said = [s.rating for s in before if s.rating is not None and s.scope.status != "negated"]
    if not said and len(names) == 1 and memory.rating_of != names and names[0] in memory.overall:
        return memory.overall[names[0]], True
    return (said[-1] if said else memory.rating or memory.any_rating), True


def _points_at_place(claim: Claim, line: Line) -> bool:
    """``..., and here the council requires improvement``: a clause that opens with "here" or "there"."""
    if claim.subject is None:
        return False
    words = [t.word for t in line.sentence.tokens[: claim.subject.start + 1]]
    where = next((i for i in range(len(words) - 1, max(-1, len(words) - 4), -1) if words[i] in {"here", "there"}), None)
    return where is not None and (where == 0 or words[where - 1] in {",", ";", ":", "and", "but"})


def _same_clause_area(claim: Claim, before: Sequence[Statement]) -> tuple[Area, ...] | None:
    """The area of ``in adoption, where Bristol is good and Rochdale requires improvement`` holds for the second authority
    too.
    """
    if not before or before[-1].claim.subject is None or claim.subject is None or claim.subject.code not in "AT":
        return None
    last = before[-1]
    if claim.subject.code == "T":
        return last.areas
    between = last.line.codes[last.claim.at + 1 : claim.subject_at]
    return (
        last.areas
        if between == "&"
        and last.claim.subject is not None
        and last.claim.subject.code == "A"
        and last.areas != (Area.OVERALL,)
        else None
    )


def indefinite(claim: Claim, line: Line) -> bool:
    """``he led a service that was rated good``: some service, not this one."""
    subject = claim.subject
    return (
        subject is not None
        and subject.code == "S"
        and subject.owner is None
        and subject.start > 0
        and line.sentence.tokens[subject.start - 1].word in {"a", "an"}
    )


def in_its(claim: Claim, line: Line) -> bool:
    """``requires improvement in its response to ...`` grades something that is no area."""
    after = [t.word for t in line.sentence.tokens[claim.grade.end : claim.grade.end + 2]]
    return (
        claim.grade.value == "requires_improvement"
        and claim.subject is not None
        and claim.subject.code in "GAS"
        and len(after) == 2
        and after[0] == "in"
        and after[1] in {"its", "their", "how", "his"}
    )

"""Who: the authorities that a claim is about."""

from __future__ import annotations

import re

from monitor.classifier.chunk import Chunk
from monitor.classifier.claims import Claim, left_subject
from monitor.classifier.lines import COUNTS, Line, names_in, own_names
from monitor.classifier.refer import Reference, by_kind, many, point_back
from monitor.classifier.statement import Discourse
from monitor.classifier.topics import fronted

_ONE_OF_THEM = re.compile(
    r"\bthe (?:smaller|larger|bigger|other|second|first|poorer|richer|older|younger|northern|southern|eastern|western|northerly"
    r"|southerly|inner|outer) (?:of (?:the two|them)|county|city|borough|council|authority|town|one|unitary|place)\b"
)
_COUNTED = re.compile(r"\b(?:councils|authorities) (?:have|has|had|were|are)\b")


def authorities_of(told: Discourse, claim: Claim, line: Line) -> tuple[tuple[str, ...], bool]:
    """The URNs of the authorities that a claim is about, and whether the sentence names them."""
    subject = claim.subject
    if subject is not None and names_in(subject):
        return names_in(subject), True
    owner = subject.owner if subject is not None else None
    if owner is not None and owner.code == "G" and owner.value == "many":
        return many(owner, line, told.memory, () if line.sentence.in_title else told.topics.urns), False
    if subject is not None and subject.code == "G" and subject.value == "many":
        return many(subject, line, told.memory, () if line.sentence.in_title else told.topics.urns), False
    if subject is not None and _some_other(subject, line):
        return (), False
    placed = _placed(told, claim, line)
    if placed:
        return placed, True
    limit = claim.subject_at if subject is not None and claim.subject_at < claim.at else claim.at
    left = _left(told, line, max(0, limit), pronoun=subject is not None and subject.code == "G")
    if left is not None:
        return left
    if (
        subject is not None
        and claim.subject_at > claim.at
        and _COUNTED.search(" ".join(t.word for t in line.sentence.tokens[: claim.grade.start]))
    ):
        return (), False  # "eighteen councils have been rated inadequate for safeguarding"
    opened = fronted(line.chunks)
    if opened:
        return opened, True
    if (
        claim.grade.code == "R"
        and subject is not None
        and claim.subject_at > claim.at
        and left_subject(line.chunks, claim.at) is None
    ):
        words = {t.word for t in line.sentence.tokens[max(0, claim.grade.start - 5) : claim.grade.start]}
        if words & {"all", "both"} and told.memory.lists:
            return told.memory.group or told.memory.lists[0], False  # "all were handed good ratings for ..."
    whose = left_subject(line.chunks, claim.at) if subject is not None and claim.subject_at > claim.at else None
    return _focus(told, line.chunks[whose] if whose is not None else subject, line), False


def _some_other(subject: Chunk, line: Line) -> bool:
    """``Devon has appointed the director of a council rated outstanding``: after a name, "a council" is another one."""
    one = subject if subject.code == "G" else subject.owner
    if one is None or one.code != "G" or line.text_of(one)[0] not in {"a", "an", "another"}:
        return False
    before = [chunk for chunk in line.chunks if chunk.end <= one.start]
    if fronted(line.chunks):
        return False  # "In Bolton, inspectors heard how a council that ..."
    return any(own_names(chunk) for chunk in before) and before[-1].code in "F." and not own_names(before[-1])


def _placed(told: Discourse, claim: Claim, line: Line) -> tuple[str, ...]:
    """The authority that follows the grade: ``was rated good in Harrow``, ``in those two boroughs``."""
    if claim.subject is not None and claim.subject.code in "AG" and claim.subject.value != "it":
        return ()
    following = line.chunks[claim.at + 1 : claim.at + 3]
    if len(following) == 2 and following[0].code == "F" and not line.nearby(following[1]):
        if following[1].code == "A":
            return names_in(following[1])
        if following[1].code == "G" and following[1].value == "many":
            return many(following[1], line, told.memory, told.topics.urns)
    return ()


def _left(told: Discourse, line: Line, limit: int, *, pronoun: bool) -> tuple[tuple[str, ...], bool] | None:
    """The authority that a sentence names before the subject: of the same clause first."""
    start = line.clause_start(limit)
    pointer = next((c for c in line.chunks[:limit] if c.code == "Z" and {"former", "latter"} & set(line.text_of(c))), None)
    if pointer is not None and point_back(pointer, line, told.memory).names:
        return point_back(pointer, line, told.memory).names, False
    clause_before = line.chunks[line.clause_start(start - 1) : start] if pronoun and start else []
    for stretch in (line.chunks[start:limit], clause_before, line.chunks[:limit]):
        for chunk in stretch if pronoun else reversed(stretch):
            if chunk.code == "G" and chunk.value == "many" and not pronoun:
                return many(chunk, line, told.memory, told.topics.urns), False
            if chunk.code == "Z" and re.match(r"[|&]?FZ[.,I]", line.codes):
                reference = point_back(chunk, line, told.memory)
                if reference.names:
                    return reference.names, False
            if chunk.start > 1 and [t.word for t in line.sentence.tokens[chunk.start - 2 : chunk.start]] == ["as", "with"]:
                continue
            if own_names(chunk) or (names_in(chunk) and told.topics.shared):
                return names_in(chunk), True
    return None


def _focus(told: Discourse, subject: Chunk | None, line: Line) -> tuple[str, ...]:
    focus = told.memory.focus
    if len(told.topics.urns) == 1 and not set(focus) & set(told.topics.urns) and re.fullmatch(r";?X[:-]R;?", line.codes):
        return told.topics.urns  # an entry in a list of grades is the topic's, whoever was mentioned before the list
    words = line.text_of(subject) if subject is not None else []
    if (
        subject is not None
        and subject.code == "G"
        and {"trust", "company", "enterprise"} & set(words)
        and len(told.topics.urns) == 2
    ):
        return told.topics.urns
    if (
        subject is not None
        and subject.code == "G"
        and any(
            c.code == "G" and line.nearby(c)
            for c in line.chunks[: line.chunks.index(subject) + 1]
            if c is not subject or subject.value != "it"
        )
    ):
        return ()  # "the neighbouring authority ... itself rated outstanding": nobody named
    if (
        words
        and words[0] in {"a", "an", "another"}
        and subject is not None
        and subject.code == "G"
        and told.memory.line > told.first_lines
    ):
        return ()  # another council, which the article does not name
    if subject is not None and subject.code == "G" and subject.value == "one" and told.topics.several:
        fitting = by_kind(line.text_of(subject), focus) or by_kind(line.text_of(subject), told.topics.urns)
        if len(fitting) == 1:
            return fitting
        if {"royal", "island"} & set(words):
            lately = tuple(urn for urn, _ in told.memory.recent)
            fitting = by_kind(words, lately)
            return fitting if len(fitting) == 1 else ()
    if len(focus) > 1 and not told.topics.shared and _ONE_OF_THEM.search(line.words):
        return ()  # "the smaller county did better": which of them that is, nobody says
    if len(focus) > 1 and not told.topics.shared and subject is not None and _singular(subject, line):
        left_over = tuple(u for u in focus if told.memory.alone.get(u, -1) <= told.memory.line)
        return left_over if len(left_over) == 1 else ()
    return focus


def the_others(told: Discourse, subject: Chunk, line: Line) -> Reference:
    """``while the other two require improvement``: the topics that the sentence has not named, when the count fits."""
    wanted = COUNTS.get(line.text_of(subject)[-1])
    here = {u for c in line.chunks for u in names_in(c)}
    others = tuple(u for u in told.topics.urns if u not in here)
    return Reference(names=others) if wanted == len(others) and here and told.topics.several else Reference()


def _singular(subject: Chunk, line: Line) -> bool:
    """Whether the subject stands for one authority only: ``the council``, ``the department``."""
    if subject.code not in "GS":
        return False
    words = line.text_of(subject)
    return subject.value in {"one", "it"} or (words[0] in {"the", "it", "its"} and words[-1] in {"department", "service"})

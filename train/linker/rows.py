"""What the rows of the tables say of a rating mention: features for the linker, not verdicts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from monitor.classifier.cascade import walk
from monitor.classifier.reading import verdicts

#: What the rows may make of a mention; everything else that they refuse is "refused".
SAYS = ("news", "previous", "speech", "unresolved", "standing", "refused")
_EARLIER = frozenset({"previous", "earlier"})
_STANDING = frozenset({"standing", "retold", "background_authority"})


@dataclass(frozen=True, slots=True)
class RowsSay:
    """Of one rating mention: one of `SAYS`, and whose rating of what the rows take it for."""

    says: str
    urns: frozenset[str]
    areas: frozenset[str]


def rows_say(title: str, text: str, published: date | None) -> Mapping[tuple[int, int], RowsSay]:
    """By the characters of title, line break and text that a rating mention covers."""
    passage = walk(title, text, published)
    reasons = verdicts(passage.statements, passage.topics, published)
    found: dict[tuple[int, int], RowsSay] = {}
    for statement, reason in zip(passage.statements, reasons, strict=True):
        sentence, grade = statement.line.sentence, statement.claim.grade
        offset = 0 if sentence.in_title else len(title) + 1
        at = (offset + sentence.tokens[grade.start].start, offset + sentence.tokens[grade.end - 1].end)
        told = RowsSay(_said(reason), frozenset(statement.urns), frozenset(str(area) for area in statement.areas))
        if at not in found or (told.says == "news" and found[at].says != "news"):
            found[at] = told
        elif found[at].says == told.says:
            found[at] = RowsSay(told.says, found[at].urns | told.urns, found[at].areas | told.areas)
    return found


def _said(reason: str) -> str:
    if not reason:
        return "news"
    if reason in _EARLIER:
        return "previous"
    if reason in _STANDING:
        return "standing"
    if reason == "speech":
        return "speech"
    return "unresolved" if reason.startswith(("unresolved", "no_")) else "refused"

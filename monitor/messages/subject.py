"""The subject line: the substance first, at most 70 characters, and the preheader that continues it."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.model import Change
from monitor.messages.notice import Notice, Purpose, by_inspection, direction, headline, source_words, status
from monitor.messages.plain import day_words, plain, short_day

LONGEST_SUBJECT = 70
LONGEST_PREHEADER = 110
_PREFIX = {Purpose.CONFIRMED: "Confirmed: ", Purpose.CORRECTED: "Correction: ", Purpose.TEST: "TEST: "}


def subject(notice: Notice) -> str:
    """``Trafford: leadership and protection now inadequate (Ofsted, 3 Aug)``. An update keeps it, after one word of its own."""
    prefix = _PREFIX.get(notice.purpose, "")
    groups = by_inspection(notice.changes)
    room = LONGEST_SUBJECT - len(prefix)
    return prefix + (_one(groups[0], room) if len(groups) == 1 else _several(groups, room))


def _one(changes: Sequence[Change], room: int) -> str:
    first = changes[0]
    name, what = first.authority.name, headline(changes)
    whose, when = source_words(first), short_day(first.inspection.published)
    short = whose.split(" by ")[0]
    for form in (f"{name}: {what} ({whose}, {when})", f"{name}: {what} ({short}, {when})", f"{name}: {what}"):
        if len(form) <= room:
            return form
    plainest = f"{name}: {direction(changes)} ({short}, {when})"
    return plainest if len(plainest) <= room else plain(plainest, room)


def _several(groups: Sequence[Sequence[Change]], room: int) -> str:
    words = [f"{group[0].authority.name} {direction(group)}" for group in groups]
    for shown in range(len(words), 0, -1):
        left = len(words) - shown
        form = f"{len(words)} councils: {', '.join(words[:shown])}" + (f" and {left} more" if left else "")
        if len(form) <= room:
            return form
    return f"{len(words)} councils"


def preheader(notice: Notice) -> str:
    """What the subject leaves out: since when it was otherwise, and how sure it is."""
    first = notice.changes[0]
    told = status(first.inspection, first.outlet)
    before = notice.previous.get(first.inspection.key)
    since = before.published if before else first.old_published
    text = f"{told} Previous inspection: {day_words(since)}." if since else told
    return text if len(text) <= LONGEST_PREHEADER else plain(told, LONGEST_PREHEADER)

"""The subject line: the substance first, at most 70 characters, and the preheader that continues it."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.attestation import OFFICIAL
from monitor.domain.calendar import day_words, short_day
from monitor.domain.model import Change, Trust
from monitor.messages.headline import headlines, roll
from monitor.messages.inspection_view import source_words, status
from monitor.messages.notice import Notice, Purpose, by_inspection
from monitor.messages.sanitize import sanitize

MAX_SUBJECT = 70
MAX_PREHEADER = 110
#: Above a message there is room for two or three lines.
_HEADING = 160
_PREFIX = {Purpose.CONFIRMED: "Confirmed: ", Purpose.CORRECTED: "Correction: ", Purpose.TEST: "TEST: "}


def subject(notice: Notice) -> str:
    """``Trafford: leadership and protection now inadequate (Ofsted, 3 Aug)``. An update keeps it, after one word of its own."""
    prefix = f"{notice.period.capitalize()} digest: " if notice.purpose is Purpose.DIGEST else _PREFIX.get(notice.purpose, "")
    groups = by_inspection(notice.changes)
    if not groups:
        return sanitize(notice.title, MAX_SUBJECT)
    room = MAX_SUBJECT - len(prefix)
    return prefix + (_one(groups[0], room) if len(groups) == 1 else roll(groups, room))


def _one(changes: Sequence[Change], room: int) -> str:
    """The fullest wording that fits; where it comes from is shortened before what happened is, and never dropped."""
    first = changes[0]
    name, whose, when = first.authority.display_name, source_words(first), short_day(first.inspection.published)
    ends: tuple[str, ...]
    if first.inspection.trust in OFFICIAL:
        ends = (f" ({whose}, {when})", f" ({whose})")
    else:
        ends = (f" ({whose}, {when})", f" (reported, {when})", " (reported)")
    forms = [f"{name}: {what}{end}" for what in headlines(changes) for end in ends]
    return next((form for form in forms if len(form) <= room), sanitize(forms[-1], room))


def preheader(notice: Notice) -> str:
    """What the subject leaves out: since when it was otherwise, and how sure it is."""
    groups = by_inspection(notice.changes)
    if not groups:
        return sanitize(notice.words[0], MAX_PREHEADER) if notice.words else ""
    if len(groups) > 1:
        sure = sum(group[0].inspection.trust in OFFICIAL for group in groups)
        some = "All are" if sure == len(groups) else "None is" if not sure else f"{sure} of {len(groups)} are"
        return f"{some} confirmed by Ofsted’s own reports."
    first = groups[0][0]
    told = status(groups[0])
    before = notice.previous.get(first.inspection.key)
    since = before.published if before else first.old_published
    text = f"{told} Previous inspection: {day_words(since)}." if since else told
    return text if len(text) <= MAX_PREHEADER else sanitize(told, MAX_PREHEADER)


def heading(notice: Notice) -> str:
    """What stands above the message: all that moved where there is one inspection, else the subject without its first word."""
    groups = by_inspection(notice.changes)
    if len(groups) == 1:
        return f"{groups[0][0].authority.display_name}: {headlines(groups[0])[0]}"
    return roll(groups, _HEADING) if groups else subject(notice)


_SURE = {
    Trust.CONFIRMED: "Ofsted’s own report",
    Trust.CORROBORATED: "Reported by several outlets, not yet confirmed",
    Trust.REPORTED: "Reported, not yet confirmed",
    Trust.CONTRADICTED: "Ofsted’s own report, unlike the press",
}


def label(notice: Notice) -> str:
    """What sort of message it is, in the words that stand above the heading; empty where it is several things or a notice."""
    match notice.purpose:
        case Purpose.DIGEST:
            return f"{notice.period.capitalize()} digest"
        case Purpose.TEST:
            return "Test: nothing new has happened"
        case Purpose.CORRECTED:
            return "Correction"
        case Purpose.CONFIRMED:
            return "Confirmed by Ofsted"
        case _:
            keys = {change.inspection.key for change in notice.changes}
            return _SURE[notice.changes[0].inspection.trust] if len(keys) == 1 else ""

"""One change with everything that its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from monitor.domain.attestation import as_graded
from monitor.domain.context import NeighbourMove, context_of, sentences
from monitor.domain.model import Area, Attestation, Authority, ChangeKind, Inspection, Rating, Trust
from monitor.domain.public_record import ReportPage
from monitor.domain.recorded_change import RecordedChange
from monitor.messages.disarm import quoted
from monitor.messages.notice import severity
from monitor.messages.sanitize import link, listed, sanitize
from monitor.web.queries.changes import InspectionNews, news_of, wording
from monitor.web.queries.lately import a_year_before
from monitor.web.queries.record import AREAS, ChangeRecord, Record


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaLine:
    """One area of an inspection, before and now."""

    area: Area
    before: str  #: in words
    now: str
    grade: str  #: now, as the style sheet calls it; empty where there is none
    moved: bool
    key: str  #: of its change


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What one document says of an inspection."""

    outlet: str
    official: bool
    published: date
    seen: datetime | None
    url: str  #: empty where it cannot be repeated safely
    quotes: tuple[tuple[str, int | None], ...]  #: sentences, and the page of the report where that is known
    after: str  #: how long after the first it was heard: ``2 hours after the first``; empty where nobody noted that


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Something that was recorded of one area after it was first told."""

    recorded_at: datetime | None  #: None where nobody noted it
    area: Area
    words: str  #: what it said


@dataclass(frozen=True, slots=True, kw_only=True)
class OneChange:
    """An inspection, and all that is known of what it changed."""

    key: str
    news: InspectionNews
    lines: tuple[AreaLine, ...]
    remarks: tuple[str, ...]  #: what was wrong with what was told before; it stands at the top
    disputes: tuple[str, ...]  #: who says what, where outlets tell an area differently, in sentences
    evidence: tuple[Evidence, ...]  #: in the order in which they were heard
    trust: Trust
    context: tuple[str, ...]  #: sentences
    neighbours: tuple[NeighbourMove, ...]  #: recent inspections of statistical neighbours, newest first
    inspections: tuple[Inspection, ...]  #: of the same authority, all that are known
    versions: tuple[Version, ...]  #: as told first, then updates and corrections, oldest first
    recipients: int | None = None  #: readers who would get it; None where nobody asked

    @property
    def headline(self) -> str:
        """The substance."""
        return self.news.headline

    @property
    def authority(self) -> Authority:
        """Whose it is."""
        return self.news.inspection.authority


def find_change(record: Record, key: str) -> tuple[ChangeRecord, ...]:
    """All changes of the inspection that a key belongs to: that of an inspection, or of one of its changes; empty for none."""
    if key in record.by_inspection:
        return record.by_inspection[key]
    found = record.change(key)
    return record.by_inspection[found.inspection.key] if found else ()


def one_change(record: Record, key: str, pages: Sequence[ReportPage] = (), recipients: int | None = None) -> OneChange | None:
    """Everything of the inspection that a key belongs to; None when the key is not known."""
    changes = find_change(record, key)
    if not changes:
        return None
    (news,) = news_of(record, changes)
    inspection = news.inspection
    context = context_of(inspection, record.inspections)
    return OneChange(
        key=key,
        news=news,
        lines=tuple(_line(each) for each in changes),
        remarks=tuple(dict.fromkeys(words for each in changes for words in _remarks(each))),
        disputes=tuple(_dispute(each) for each in changes if each.is_disputed),
        evidence=_evidence_of(inspection, pages),
        trust=inspection.trust,
        context=(*sentences(context), *_rarity(record, news)),
        neighbours=context.neighbour_moves,
        inspections=record.by_authority.get(inspection.authority.urn, ()),
        versions=_versions(changes),
        recipients=recipients,
    )


def _line(each: ChangeRecord) -> AreaLine:
    before, now = wording(each.change)
    grade = each.change.new.value if each.change.new else ""
    return AreaLine(area=each.change.area, before=before, now=now, grade=grade, moved=each.is_news, key=each.key)


def _remarks(each: ChangeRecord) -> list[str]:
    """What was told of an area and is not so, in sentences; everything that ever was, not only what was corrected last."""
    told = [version.change for version in each.versions] or [each.change]
    now = f"it is {each.change.new.words}" if each.change.new else "Ofsted’s report gives it no grade"
    return [
        f"{change.area.heading} was reported as {change.reported.words} at first; {now}."
        for change in told
        if change.reported is not None and change.kinds & {ChangeKind.CORRECTED, ChangeKind.WITHDRAWN}
    ]


def _dispute(each: ChangeRecord) -> str:
    """``Impact of leaders: inadequate, says The Paper; good, says The Post.``"""
    said: dict[Rating, list[str]] = {}
    for attestation in each.inspection.attestations:
        rating = as_graded(attestation, combined_care=each.inspection.combined_care).ratings.get(each.change.area)
        if rating:
            said.setdefault(rating, []).append(sanitize(attestation.outlet) or "an article")
    voices = {rating: list(dict.fromkeys(outlets)) for rating, outlets in said.items()}
    order = sorted(voices.items(), key=lambda voice: (voice[0] is not each.change.new, voice[0].rank))
    parts = [f"{rating.words}, say{'s' if len(who) == 1 else ''} {listed(who)}" for rating, who in order]
    return f"{each.change.area.heading}: {'; '.join(parts)}."


#: What is said of a version, by the first of its kinds that has words.
_UPDATES = {
    ChangeKind.WITHDRAWN: "withdrawn: Ofsted’s report gives it no grade",
    ChangeKind.CORRECTED: "corrected to {now}",
    ChangeKind.DISPUTED: "reported as {now}; reports disagree",
    ChangeKind.CONFIRMED: "confirmed as {now}",
}


def _versions(changes: Sequence[ChangeRecord]) -> tuple[Version, ...]:
    told = [version for each in changes for version in each.versions]
    start = datetime(2014, 1, 1, tzinfo=UTC)
    return tuple(
        Version(recorded_at=each.recorded_at, area=each.change.area, words=_said(each))
        for each in sorted(told, key=lambda each: (each.recorded_at or start, AREAS.index(each.change.area), each.id))
    )


def _said(version: RecordedChange) -> str:
    change = version.change
    words = next((words for kind, words in _UPDATES.items() if kind in change.kinds), "")
    if not words:
        words = "told as {now}" + (f", from {sanitize(change.outlet)}" if change.outlet else "")
    return words.replace("{now}", change.new.words if change.new else "not graded")


def _rarity(record: Record, news: InspectionNews) -> tuple[str, ...]:
    """How often the like of it happened in the year before, as a sentence; none where nothing moved."""
    sort, day = severity([each.change for each in news.changes]), news.inspection.published
    if sort not in _LIKE:
        return ()
    kinds, words = _LIKE[sort]
    others = {
        each.authority.urn
        for each in record.changes
        if a_year_before(day) <= each.published <= day and each.authority != news.inspection.authority
        if each.change.kinds & kinds
    }
    count = f"{len(others)} other authorit{'y' if len(others) == 1 else 'ies'}" if others else "no other authority"
    return (f"In the 12 months before, {count} in England {words}.",)


_LIKE = {
    "into_inadequate": ({ChangeKind.INTO_INADEQUATE}, "went into inadequate in at least one area"),
    "out_of_inadequate": ({ChangeKind.OUT_OF_INADEQUATE}, "came out of inadequate in at least one area"),
    "down": ({ChangeKind.DOWNGRADED}, "went down in at least one area"),
    "up": ({ChangeKind.UPGRADED}, "went up in at least one area"),
}


def _evidence_of(inspection: Inspection, pages: Sequence[ReportPage]) -> tuple[Evidence, ...]:
    """The documents behind an inspection in the order in which they were seen; where nobody noted that, of publication."""
    heard = sorted(
        inspection.attestations,
        key=lambda each: (each.seen or datetime.combine(each.published, time(), UTC), each.is_report, each.key),
    )
    first = min((each.seen for each in heard if each.seen), default=None)
    return tuple(_evidence(each, pages, first) for each in heard)


def _evidence(attestation: Attestation, pages: Sequence[ReportPage], first: datetime | None) -> Evidence:
    where = {(page.area, page.quote): page.page for page in pages}
    said: dict[str, int | None] = {}
    for area, sentence in attestation.evidence.items():
        if text := quoted(sentence):
            said.setdefault(text, where.get((area.value, sentence)) if attestation.is_report else None)
    return Evidence(
        outlet=sanitize(attestation.outlet) or "An article",
        official=attestation.is_report,
        published=attestation.published,
        seen=attestation.seen,
        url=link(attestation.url),
        quotes=tuple(said.items()),
        after=_after(attestation.seen - first) if attestation.seen and first and attestation.seen > first else "",
    )


_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def _after(wait: timedelta) -> str:
    for unit, name in _UNITS:
        if wait >= unit:
            count = round(wait / unit)
            return f"{count} {name}{'' if count == 1 else 's'} after the first"
    return "within a minute of the first"

"""One change with everything that its page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.domain.context import context_of, sentences
from monitor.domain.model import Area, Attestation, Inspection, Trust
from monitor.domain.public_record import ReportPage
from monitor.domain.recorded_change import RecordedChange
from monitor.messages.disarm import quoted
from monitor.messages.sanitize import link, sanitize
from monitor.web.queries.changes import InspectionNews, headline_of, news_of
from monitor.web.queries.record import ChangeRecord, Record


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OneChange:
    """An inspection, and all that is known of what it changed."""

    key: str
    news: InspectionNews
    lines: tuple[AreaLine, ...]
    evidence: tuple[Evidence, ...]  #: in the order in which they were heard
    trust: Trust
    context: tuple[str, ...]  #: sentences
    versions: tuple[RecordedChange, ...]  #: updates and corrections, oldest first
    recipients: int | None = None  #: subscriptions that would get it; None where nobody asked

    @property
    def headline(self) -> str:
        """The substance."""
        return self.news.headline


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
    return OneChange(
        key=key,
        news=news,
        lines=tuple(_line(each) for each in changes),
        evidence=tuple(_evidence(each, pages) for each in _heard(news.inspection)),
        trust=news.inspection.trust,
        context=sentences(context_of(news.inspection, record.inspections)),
        versions=tuple(sorted((v for each in changes for v in each.versions[1:]), key=lambda v: (v.recorded_at, v.id))),
        recipients=recipients,
    )


def _line(each: ChangeRecord) -> AreaLine:
    from monitor.web.queries.changes import wording

    before, now = wording(each.change)
    grade = each.change.new.value if each.change.new else ""
    return AreaLine(area=each.change.area, before=before, now=now, grade=grade, moved=each.is_news, key=each.key)


def _heard(inspection: Inspection) -> list[Attestation]:
    """The documents behind an inspection in the order in which they were seen; where nobody noted that, of publication."""
    return sorted(
        inspection.attestations,
        key=lambda each: (each.seen.date() if each.seen else each.published, each.is_report, each.key),
    )


def _evidence(attestation: Attestation, pages: Sequence[ReportPage]) -> Evidence:
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
    )


__all__ = ["AreaLine", "Evidence", "OneChange", "find_change", "headline_of", "one_change"]

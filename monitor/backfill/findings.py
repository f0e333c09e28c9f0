"""What was found in a part, and the lines in which it is kept: JSON, one object a line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from monitor.backfill.records import Unread
from monitor.domain.authorities import by_urn
from monitor.domain.model import (
    Area,
    Article,
    ClassifierResult,
    DateRange,
    Judgement,
    Rating,
    Report,
    SourceClass,
    Span,
    Tier,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A document that says something of an inspection, surely or not, and where in the archive it stands."""

    file: str
    offset: int
    document: Article | Report
    result: ClassifierResult


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """What reading one part came to."""

    counts: Mapping[str, int] = field(hash=False)  #: records by what became of them; see `partition`
    first: date | None  #: the days between which the documents of the part lie, as far as the archive tells
    last: date | None
    findings: tuple[Finding, ...]
    unread: tuple[Unread, ...]


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as JSON."""
    document, result = finding.document, finding.result
    return {
        "file": finding.file,
        "offset": finding.offset,
        "report" if isinstance(document, Report) else "article": (
            _report_json(document) if isinstance(document, Report) else _article_json(document)
        ),
        "judgements": [_judgement_json(each) for each in result.judgements],
        "uncertain": [_judgement_json(each) for each in result.uncertain],
        "reports_inspection": result.reports_inspection,
        "reason": result.reason,
        "classifier_version": result.classifier_version,
    }


def finding_of(told: Mapping[str, Any]) -> Finding:
    """The finding of its JSON. What was rejected is not kept: it is told again by `monitor explain`."""
    judgements = tuple(map(_judgement_of, told["judgements"]))
    document = _report_of(told["report"], judgements) if "report" in told else _article_of(told["article"])
    return Finding(
        file=told["file"],
        offset=told["offset"],
        document=document,
        result=ClassifierResult(
            judgements=judgements,
            uncertain=tuple(map(_judgement_of, told["uncertain"])),
            relevant=bool(judgements),
            reason=told["reason"],
            reports_inspection=told["reports_inspection"],
            classifier_version=told["classifier_version"],
        ),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _iso(moment: date | None) -> str | None:
    return moment.isoformat() if moment else None


def _article_json(article: Article) -> dict[str, Any]:
    return {
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "published": _iso(article.published),
        "retrieved": _iso(article.retrieved),
        "outlet": article.outlet,
        "source_class": article.source_class.value,
        "sha256": article.sha256,
        "whole": article.whole,
    }


def _article_of(told: Mapping[str, Any]) -> Article:
    changed = {
        "published": _day(told["published"]),
        "retrieved": datetime.fromisoformat(told["retrieved"]) if told["retrieved"] else None,
        "source_class": SourceClass(told["source_class"]),
    }
    return Article(**{**told, **changed})


def _report_json(report: Report) -> dict[str, Any]:
    plain = (
        "framework",
        "title",
        "lead_inspector",
        "combined_care",
        "previous_year",
        "fieldwork_stated",
        "text",
        "sha256",
        "url",
    )
    return {name: getattr(report, name) for name in plain} | {
        "urn": report.authority.urn,
        "fieldwork": [_iso(report.fieldwork.start), _iso(report.fieldwork.end)],
        "published": _iso(report.published),
        "previous": report.previous.value if report.previous else None,
    }


def _report_of(told: Mapping[str, Any], judgements: tuple[Judgement, ...]) -> Report:
    start, end = told["fieldwork"]
    changed = {
        "authority": by_urn()[told["urn"]],
        "fieldwork": DateRange(start=_day(start), end=_day(end)),
        "published": date.fromisoformat(told["published"]),
        "previous": Rating(told["previous"]) if told["previous"] else None,
        "judgements": judgements,
    }
    return Report(**{**{name: value for name, value in told.items() if name != "urn"}, **changed})


def _judgement_json(judgement: Judgement) -> dict[str, Any]:
    span = judgement.evidence
    return {
        "urn": judgement.authority.urn,
        "area": judgement.area.value,
        "rating": judgement.rating.value,
        "evidence": [span.start, span.end, span.in_title],
        "quote": judgement.quote,
        "previous": judgement.previous.value if judgement.previous else None,
        "previous_year": judgement.previous_year,
        "tier": judgement.tier.value,
        "frame": judgement.frame,
        "page": judgement.page,
        "probability": judgement.probability,
    }


def _judgement_of(told: Mapping[str, Any]) -> Judgement:
    start, end, in_title = told["evidence"]
    changed = {
        "authority": by_urn()[told["urn"]],
        "area": Area(told["area"]),
        "rating": Rating(told["rating"]),
        "evidence": Span(start=start, end=end, in_title=in_title),
        "previous": Rating(told["previous"]) if told["previous"] else None,
        "tier": Tier(told["tier"]),
    }
    return Judgement(**{**{name: value for name, value in told.items() if name != "urn"}, **changed})

"""Judging a long text in the killable child: the reading there as JSON, and here out of it again."""

from __future__ import annotations

from datetime import date
from typing import Any

from monitor.domain.authorities import by_urn
from monitor.domain.model import Area, Judgement, Rating, Reading, Rejection, Span, Tier
from monitor.reading.worker import Worker


def classify_apart(title: str, text: str, *, published: date | None, worker: Worker) -> Reading:
    """What the classifier makes of an article, in a process that can be killed. Raises `ReadError` as the worker does."""
    day = published.isoformat() if published else ""
    found = worker.call("monitor.reading.judged:classified", title, text, day)
    return Reading(
        judgements=tuple(_judgement(each) for each in found["judgements"]),
        uncertain=tuple(_judgement(each) for each in found["uncertain"]),
        rejected=tuple(Rejection(reason=e["reason"], span=Span(**e["span"]), quote=e["quote"]) for e in found["rejected"]),
        relevant=found["relevant"],
        reason=found["reason"],
        reports_inspection=found["reports_inspection"],
        classifier_version=found["classifier_version"],
    )


def classified(title: str, text: str, day: str) -> dict[str, Any]:
    """A reading as JSON; runs in the child."""
    from monitor.classifier import classify

    reading = classify(title, text, published=date.fromisoformat(day) if day else None)
    return {
        "judgements": [_plain(each) for each in reading.judgements],
        "uncertain": [_plain(each) for each in reading.uncertain],
        "rejected": [{"reason": e.reason, "span": _span(e.span), "quote": e.quote} for e in reading.rejected],
        "relevant": reading.relevant,
        "reason": reading.reason,
        "reports_inspection": reading.reports_inspection,
        "classifier_version": reading.classifier_version,
    }


def _span(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "in_title": span.in_title}


def _plain(judgement: Judgement) -> dict[str, Any]:
    return {
        "authority": judgement.authority.urn,
        "area": judgement.area.value,
        "rating": judgement.rating.value,
        "evidence": _span(judgement.evidence),
        "quote": judgement.quote,
        "previous": judgement.previous.value if judgement.previous else None,
        "previous_year": judgement.previous_year,
        "tier": judgement.tier.value,
        "frame": judgement.frame,
        "page": judgement.page,
        "probability": judgement.probability,
    }


def _judgement(row: dict[str, Any]) -> Judgement:
    return Judgement(
        authority=by_urn()[row["authority"]],
        area=Area(row["area"]),
        rating=Rating(row["rating"]),
        evidence=Span(**row["evidence"]),
        quote=row["quote"],
        previous=Rating(row["previous"]) if row["previous"] else None,
        previous_year=row["previous_year"],
        tier=Tier(row["tier"]),
        frame=row["frame"],
        page=row["page"],
        probability=row["probability"],
    )

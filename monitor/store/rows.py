"""Rows into domain objects and back; no SQL, no decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.domain.attestation import inspect
from monitor.domain.authorities import by_urn
from monitor.domain.model import (
    OFSTED,
    Area,
    Article,
    Attestation,
    Change,
    ChangeKind,
    DateRange,
    Inspection,
    Judgement,
    Rating,
    Rejection,
    Report,
    SourceClass,
    Span,
    Tier,
    Trust,
)
from monitor.domain.review import ReviewItem, ReviewState

Row = Mapping[Any, Any]


def _rating(value: str | None) -> Rating | None:
    return None if value is None else Rating(value)


def _ratings(ratings: Mapping[Area, Rating]) -> dict[str, str]:
    return {area.value: rating.value for area, rating in ratings.items()}


def attestation_row(attestation: Attestation) -> dict[str, Any]:
    """The columns of an attestation, without what it is filed under."""
    return {
        "key": attestation.key,
        "urn": attestation.authority.urn,
        "outlet": attestation.outlet,
        "source_class": attestation.source_class.value,
        "url": attestation.url,
        "published": attestation.published,
        "ratings": _ratings(attestation.ratings),
        "previous": {area.value: [rating.value, year] for area, (rating, year) in attestation.previous.items()},
        "evidence": {area.value: quote for area, quote in attestation.evidence.items()},
        "framework": attestation.framework,
        "fieldwork_start": attestation.fieldwork.start,
        "fieldwork_end": attestation.fieldwork.end,
        "combined_care": attestation.combined_care,
    }


def attestation_of(row: Row) -> Attestation:
    """The attestation of a row."""
    return Attestation(
        key=row["key"],
        authority=by_urn()[row["urn"]],
        source_class=SourceClass(row["source_class"]),
        outlet=row["outlet"],
        url=row["url"],
        published=row["published"],
        ratings={Area(area): Rating(rating) for area, rating in row["ratings"].items()},
        previous={Area(area): (Rating(rating), year) for area, (rating, year) in row["previous"].items()},
        evidence={Area(area): quote for area, quote in row["evidence"].items()},
        framework=row["framework"],
        fieldwork=DateRange(start=row["fieldwork_start"], end=row["fieldwork_end"]),
        combined_care=row["combined_care"],
        seen=row["recorded_at"],
    )


def inspection_row(inspection: Inspection) -> dict[str, Any]:
    """The columns of an inspection: what is believed, for questions in SQL; the attestations beneath are rows of their own."""
    return {
        "key": inspection.key,
        "urn": inspection.authority.urn,
        "framework": inspection.framework,
        "published": inspection.published,
        "fieldwork_start": inspection.fieldwork.start,
        "fieldwork_end": inspection.fieldwork.end,
        "trust": inspection.trust.value,
        "combined_care": inspection.combined_care,
        "outlets": sorted(inspection.outlets),
        "ratings": _ratings(inspection.ratings),
        "url": inspection.url,
    }


def inspection_of(row: Row, told: Sequence[Attestation]) -> Inspection:
    """The inspection of a row and its attestations: what is believed always follows from what was said."""
    if told:
        return inspect(told, first_key=row["key"])
    return Inspection(
        authority=by_urn()[row["urn"]],
        published=row["published"],
        ratings={Area(area): Rating(rating) for area, rating in row["ratings"].items()},
        framework=row["framework"],
        fieldwork=DateRange(start=row["fieldwork_start"], end=row["fieldwork_end"]),
        trust=Trust(row["trust"]),
        combined_care=row["combined_care"],
        outlets=frozenset(row["outlets"]),
        url=row["url"],
        first_key=row["key"],
    )


def change_row(change: Change) -> dict[str, Any]:
    """The columns of a change, without when and from what it was recorded."""
    return {
        "key": change.key,
        "inspection": change.inspection.key,
        "urn": change.authority.urn,
        "area": change.area.value,
        "old": change.old.value if change.old else None,
        "new": change.new.value if change.new else "",
        "kinds": sorted(kind.value for kind in change.kinds),
        "evidence": change.evidence,
        "url": change.url,
        "outlet": change.outlet,
        "old_published": change.old_published,
        "old_year": change.old_year,
        "reported": change.reported.value if change.reported else None,
        "old_shared": change.old_shared.value if change.old_shared else None,
        "conflict": change.conflict,
    }


def change_of(row: Row, inspection: Inspection) -> Change:
    """The change of a row, at its inspection as believed now."""
    return Change(
        key=row["key"],
        inspection=inspection,
        area=Area(row["area"]),
        old=_rating(row["old"]),
        new=Rating(row["new"]) if row["new"] else None,
        kinds=frozenset(ChangeKind(kind) for kind in row["kinds"]),
        evidence=row["evidence"],
        url=row["url"],
        outlet=row["outlet"],
        old_published=row["old_published"],
        old_year=row["old_year"],
        reported=_rating(row["reported"]),
        old_shared=_rating(row["old_shared"]),
        conflict=row["conflict"],
    )


def article_row(document: Article | Report) -> dict[str, Any]:
    """The columns that a document fills by itself."""
    if isinstance(document, Report):
        return {
            "form": "report",
            "title": document.title,
            "text": document.text,
            "published": document.published,
            "retrieved": None,
            "outlet": OFSTED,
            "source_class": SourceClass.OFFICIAL.value,
        }
    return {
        "form": "article",
        "title": document.title,
        "text": document.text,
        "published": document.published,
        "retrieved": document.retrieved,
        "outlet": document.outlet,
        "source_class": document.source_class.value,
    }


def article_of(row: Row) -> Article:
    """The article of a row."""
    return Article(
        url=row["url"],
        title=row["title"],
        text=row["text"],
        published=row["published"],
        retrieved=row["retrieved"],
        outlet=row["outlet"],
        source_class=SourceClass(row["source_class"]),
        sha256=row["sha256"],
    )


def judgement_row(judgement: Judgement) -> dict[str, Any]:
    """The columns of a judgement, without its article."""
    return {
        "urn": judgement.authority.urn,
        "area": judgement.area.value,
        "rating": judgement.rating.value,
        "previous": judgement.previous.value if judgement.previous else None,
        "previous_year": judgement.previous_year,
        "tier": judgement.tier.value,
        "frame": judgement.frame,
        "page": judgement.page,
        "start": judgement.evidence.start,
        "end": judgement.evidence.end,
        "in_title": judgement.evidence.in_title,
        "quote": judgement.quote,
    }


def judgement_of(row: Row) -> Judgement:
    """The judgement of a row; of one that waits for review, with how likely it is."""
    return Judgement(
        authority=by_urn()[row["urn"]],
        area=Area(row["area"]),
        rating=Rating(row["rating"]),
        evidence=Span(start=row["start"], end=row["end"], in_title=row["in_title"]),
        quote=row["quote"],
        previous=_rating(row["previous"]),
        previous_year=row["previous_year"],
        tier=Tier(row["tier"]),
        frame=row["frame"],
        page=row.get("page"),
        probability=row.get("probability", 1.0),
    )


def review_item_of(row: Row) -> ReviewItem:
    """The item of a row, joined with what its article is called and where it stands."""
    return ReviewItem(
        id=row["id"],
        article=row["article"],
        judgement=judgement_of(row),
        state=ReviewState(row["state"]),
        came_at=row["came_at"],
        reason=row["reason"],
        reports_inspection=row["reports_inspection"],
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
        title=row["title"],
        url=row["url"],
        outlet=row["outlet"],
        published=row["published"],
    )


def rejection_row(rejection: Rejection) -> dict[str, Any]:
    """The columns of a rejected candidate, without its article."""
    return {
        "reason": rejection.reason,
        "start": rejection.span.start,
        "end": rejection.span.end,
        "in_title": rejection.span.in_title,
        "quote": rejection.quote,
    }

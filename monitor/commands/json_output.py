"""What was read, as the JSON that `classify` prints. The keys are a promise: programs read them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from monitor.domain.model import ClassifierResult, Judgement, Span, percent


def _evidence(span: Span, quote: str, page: int | None) -> dict[str, Any]:
    """Start and end index the article's text, or its title where ``"in": "title"`` says so."""
    evidence: dict[str, Any] = {"quote": quote, "start": span.start, "end": span.end}
    if span.in_title:
        evidence["in"] = "title"
    if page is not None:
        evidence["page"] = page
    return evidence


def judgement_json(judgement: Judgement) -> dict[str, Any]:
    """One judgement: who, which area, which rating, what before, and the words that say so."""
    return {
        "authority": judgement.authority.name,
        "gss_code": judgement.authority.gss_code,
        "area": str(judgement.area),
        "rating": str(judgement.rating),
        "previous": str(judgement.previous) if judgement.previous else None,
        "previous_year": judgement.previous_year,
        "tier": str(judgement.tier),
        "probability": judgement.probability,
        "evidence": _evidence(judgement.evidence, judgement.quote, judgement.page),
    }


def result_json(result: ClassifierResult) -> dict[str, Any]:
    """A whole reading: ``relevant``, ``judgements``, ``uncertain`` and ``rejected``; ``reason`` where nothing was said.

    What is uncertain has the form of a judgement and is none: it waits for a person, and nobody is told.
    """
    answer: dict[str, Any] = {
        "relevant": result.relevant,
        "judgements": [judgement_json(judgement) for judgement in result.judgements],
        "uncertain": [judgement_json(judgement) for judgement in result.uncertain],
        "rejected": [{"reason": rejection.reason, "quote": rejection.quote} for rejection in result.rejected],
    }
    if result.reason:
        answer["reason"] = result.reason
    return answer


def for_review(judgements: Iterable[Judgement]) -> list[str]:
    """What is uncertain, in words: ``for review (71 %): Kent: overall: good “...”``."""
    return [
        f"for review ({percent(each.probability)}): {each.authority.display_name}: {each.area.words}: {each.rating.words}  "
        f"“{' '.join(each.quote.split())}”"
        for each in judgements
    ]


def error_json(reason: str, message: str) -> dict[str, Any]:
    """What stands in the place of an answer that could not be given."""
    return {"error": {"reason": reason, "message": message}}

"""From an article to what it reports: the first gate, the linker, two thresholds, and a reason for every silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import monitor
from monitor.classifier.decode import Candidate, candidates
from monitor.classifier.document import Document, document
from monitor.classifier.linker import Linked, Links, card, linker_model
from monitor.classifier.mentions import MentionType
from monitor.classifier.relevance import may_report
from monitor.classifier.restated import reports_inspection
from monitor.domain.authorities import by_urn
from monitor.domain.code_version import code_version
from monitor.domain.frameworks import overall_is_rare
from monitor.domain.model import Area, ClassifierResult, Judgement, Rating, Rejection, Span, Tier

#: What a reading depends on, within the package.
READS_WITH = (
    "classifier",
    "classifier/weights",
    "domain/authorities.py",
    "domain/calendar.py",
    "domain/code_version.py",
    "domain/frameworks.py",
    "domain/model.py",
    "tables",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How likely a judgement must be: to be reported, and to be shown to a person first. Between 0 and 1."""

    alert: float
    review: float

    @staticmethod
    def of(*, alert: float | None = None, review: float | None = None) -> Thresholds:
        """These where they are given, else those of the weights; what is reported is never first asked about."""
        own = thresholds()
        sure = own.alert if alert is None else alert
        return Thresholds(alert=sure, review=min(sure, own.review if review is None else review))


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """An article after each stage, for whoever wants to see more than the last."""

    document: Document
    links: Links
    candidates: Sequence[Candidate]
    result: ClassifierResult


@lru_cache(maxsize=1)
def thresholds() -> Thresholds:
    """Those of the weights (`monitor/classifier/weights/MODEL_CARD.md`)."""
    told = card()["thresholds"]
    return Thresholds(alert=told["alert"], review=told["review"])


@lru_cache(maxsize=1)
def version() -> str:
    """Twelve hexadecimal digits of the weights, tables and code that read: the same text, day and thresholds give the same."""
    return code_version(Path(monitor.__file__).parent, READS_WITH)


def analyse(title: str, text: str, published: date | None, cut: Thresholds | None = None) -> Analysis:
    """An article through every stage, whether or not the first gate would let it through. Arguments as of `classify`."""
    doc = document(title, text, published)
    links = linker_model().links(doc)
    found = candidates(doc, links)
    return Analysis(document=doc, links=links, candidates=found, result=_result(doc, links, found, title, text, cut))


def classify(title: str, text: str, *, published: date | None = None, cut: Thresholds | None = None) -> ClassifierResult:
    """The rating judgements that an article reports as news.

    Args:
        title: headline; may be empty.
        text: body; paragraphs are lines. Evidence spans count characters of `title` or `text` as given.
        published: the article's day, from which "four years ago" is counted and frameworks are chosen.
        cut: other thresholds than those of the weights.
    """
    return analyse(title, text, published, cut).result if may_report(title, text) else unrelated()


def unrelated() -> ClassifierResult:
    """What is said of a page that the first gate keeps out."""
    return ClassifierResult(reason="not_about_inspection", classifier_version=version())


def _result(
    doc: Document, links: Links, found: Sequence[Candidate], title: str, text: str, cut: Thresholds | None
) -> ClassifierResult:
    cut = cut or thresholds()
    sure = tuple(_judgement(doc, one, title, text) for one in found if one.probability >= cut.alert)
    unsure = tuple(_judgement(doc, one, title, text) for one in found if cut.review <= one.probability < cut.alert)
    told = {one.rating for one in found if one.probability >= cut.review}
    kind = page_type(links)
    rejected = []
    for linked in links.ratings:
        if linked.news < 0.5 or linked.mention.values[0] not in told:  # else it says what another mention says better
            span = _span(doc, linked.mention.sentence, title)
            rejected.append(Rejection(reason=_why_not(doc, linked, kind), span=span, quote=span.quote(title, text)))
    return ClassifierResult(
        judgements=sure,
        uncertain=unsure,
        rejected=tuple(rejected),
        relevant=bool(sure),
        reports_inspection=not any(one.previous is one.rating for one in sure) or reports_inspection(doc, links),
        reason="" if sure else _silence(doc, unsure, rejected, kind),
        classifier_version=version(),
    )


def page_type(links: Links) -> str:
    """The kind of page that an article most likely is, empty for news of an inspection and where none is likelier than not."""
    kind = max(links.kinds, key=lambda name: links.kinds[name], default="news")
    return "" if kind == "news" or links.kinds[kind] < 0.5 else kind


def _why_not(doc: Document, linked: Linked, kind: str) -> str:
    if linked.mention.by_others:
        return "other_judge"
    overall = linked.news >= 0.5 and linked.areas.get("overall", 0.0) >= 0.5
    if overall and doc.published is not None and overall_is_rare(doc.published):
        return "no_overall_grade"
    if linked.earlier >= 0.5:
        return "previous"
    return kind or "not_news"


def _silence(doc: Document, unsure: Sequence[Judgement], rejected: Sequence[Rejection], kind: str) -> str:
    if unsure:
        return "for_review"
    if not doc.of(MentionType.RATING):
        return "no_rating"
    if not doc.of(MentionType.AUTHORITY):
        return "no_authority"
    reasons = [each.reason for each in rejected]
    if "no_overall_grade" in reasons:
        return "no_overall_grade"
    return kind or (reasons[0] if reasons else "not_news")


def _span(doc: Document, sentence: int, title: str) -> Span:
    part = doc.sentences[sentence]
    offset = 0 if part.in_title else len(title) + 1
    return Span(start=part.start - offset, end=part.end - offset, in_title=part.in_title)


def _judgement(doc: Document, one: Candidate, title: str, text: str) -> Judgement:
    span = _span(doc, one.mention.sentence, title)
    named = one.area == "overall" or doc.names_area(one.area, one.mention.sentence)
    return Judgement(
        authority=by_urn()[one.urn],
        area=Area(one.area),
        rating=Rating(one.rating),
        evidence=span,
        quote=span.quote(title, text),
        previous=Rating(one.previous) if one.previous else None,
        previous_year=one.previous_year,
        tier=Tier.EXPLICIT if named else Tier.INFERRED,
        probability=round(one.probability, 4),
    )

"""What a document says, one attestation an authority: the form in which the ledger hears of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date

from monitor.domain.calendar import london_day
from monitor.domain.model import OFSTED, Area, Article, Attestation, ClassifierResult, Judgement, Report, SourceClass


def as_seen(document: Article | Report, seen: date) -> Article | Report:
    """A document with a day: an article that names none was published when it was retrieved, else on the day it was `seen`.

    What is read out of it depends on the day, and not only what the ledger makes of that.
    """
    if isinstance(document, Report) or document.published is not None:
        return document
    return replace(document, published=_published(document) or seen)


def _published(article: Article) -> date | None:
    return article.published or (london_day(article.retrieved) if article.retrieved else None)


def attestations(document: Article | Report, result: ClassifierResult, *, seen: date | None = None) -> tuple[Attestation, ...]:
    """What a document says of each authority, in the order it names them.

    An article without a date of publication counts as published when it was retrieved, else on the day it was `seen`;
    without any of these it gives no attestation. A report speaks through its own judgements.
    """
    if isinstance(document, Report):
        return (_report_attestation(document),)
    published = _published(document) or seen
    if published is None:
        return ()
    grouped: dict[str, list[Judgement]] = defaultdict(list)
    for judgement in result.judgements:
        grouped[judgement.authority.urn].append(judgement)
    return tuple(
        Attestation(
            key=f"{urn}|{document.url or document.sha256}",
            authority=judgements[0].authority,
            source_class=document.source_class,
            outlet=document.outlet,
            url=document.url,
            published=published,
            ratings={j.area: j.rating for j in judgements},
            previous={j.area: (j.previous, j.previous_year) for j in judgements if j.previous},
            evidence={j.area: j.quote for j in judgements},
            reports_inspection=result.reports_inspection,
        )
        for urn, judgements in grouped.items()
    )


def _report_attestation(report: Report) -> Attestation:
    return Attestation(
        key=f"{report.authority.urn}|{report.url or report.sha256}",
        authority=report.authority,
        source_class=SourceClass.OFFICIAL,
        outlet=OFSTED,
        url=report.url,
        published=report.published,
        ratings={j.area: j.rating for j in report.judgements},
        previous={Area.OVERALL: (report.previous, report.previous_year)} if report.previous else {},
        evidence={j.area: " ".join(j.quote.split()) for j in report.judgements},  # in a table a line break is a space
        framework=report.framework,
        fieldwork=report.fieldwork,
        combined_care=report.combined_care,
    )

"""Articles and reports with what they say, put into the database: a few statements for however many come together."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select

from monitor.domain.model import Article, Report
from monitor.ports import Classified
from monitor.store.links import Read, links_read
from monitor.store.rows import article_row, judgement_row, rejection_row
from monitor.store.schema import articles, judgements, rejections


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledArticle:
    """Where a document is: the id of its article, and whether the article was there before."""

    article: str
    duplicate: bool


_Place = tuple[str, tuple[str, str]]  #: the hash of an article's bytes, and its address or its outlet


def _known(connection: Connection, hashes: Collection[str]) -> dict[_Place, str]:
    """The ids of the articles of these bytes, by each place that they are known at."""
    columns = articles.c.id, articles.c.sha256, articles.c.canonical_url, articles.c.outlet
    known: dict[_Place, str] = {}
    for identity, sha256, address, outlet in connection.execute(select(*columns).where(articles.c.sha256.in_(hashes))):
        known |= {(sha256, ("address", address)): identity, (sha256, ("outlet", outlet)): identity}
    return known


def _insert(connection: Connection, new: Sequence[tuple[Classified, dict[str, Any]]]) -> None:
    """Write new articles with what they were read as saying, and what not."""
    connection.execute(insert(articles), [row for _, row in new])
    if said := [line for each, row in new for line in _said(each, row["id"])]:
        connection.execute(insert(judgements), said)
    if unsaid := [line for each, row in new for line in _unsaid(each, row["id"])]:
        connection.execute(insert(rejections), unsaid)


def file_documents(connection: Connection, found: Sequence[Classified], now: datetime) -> list[FiledArticle]:
    """Write the articles that are new with their judgements, and settle the links that led to any of them.

    These very bytes at the same address, or from the same outlet at another one, are the same article.
    """
    rows = [_row(each, now) for each in found]
    known = _known(connection, {row["sha256"] for row in rows})
    filed: list[FiledArticle] = []
    for row in rows:
        places = [(row["sha256"], ("address", row["canonical_url"])), (row["sha256"], ("outlet", row["outlet"]))]
        there = next((known[place] for place in places if place in known), None)
        filed.append(FiledArticle(article=there or row["id"], duplicate=there is not None))
        known |= dict.fromkeys(places, row["id"]) if there is None else {}
    new = [(each, row) for each, row, where in zip(found, rows, filed, strict=True) if not where.duplicate]
    if new:
        _insert(connection, new)
    read = [
        Read(link=each.link, article=where.article, note=_note(each.document), again_at=each.again_at)
        for each, where in zip(found, filed, strict=True)
        if each.link
    ]
    links_read(connection, read, now)
    return filed


def _note(document: Article | Report) -> str:
    """What a person should know of how a document was read."""
    if isinstance(document, Report) or not document.whole:
        return ""
    return f"only its first {len(document.text):,} of {document.whole:,} characters were read"


def _row(found: Classified, now: datetime) -> dict[str, Any]:
    document, result, link = found.document, found.result, found.link
    said = document.judgements if isinstance(document, Report) else result.judgements
    return article_row(document) | {
        "id": uuid4().hex,
        "url": document.url,
        "canonical_url": link.canonical_url if link else document.url,
        "sha256": document.sha256 or hashlib.sha256(f"{document.title}\n{document.text}".encode()).hexdigest(),
        "recorded_at": now,
        "source": link.source if link else "",
        "relevant": bool(said) or result.relevant,
        "reason": result.reason,
        "classifier_version": result.classifier_version,
        "background": [],
    }


def _said(found: Classified, article: str) -> list[dict[str, Any]]:
    document, result = found.document, found.result
    return [
        judgement_row(each) | {"id": uuid4().hex, "article": article, "classifier_version": result.classifier_version}
        for each in (document.judgements if isinstance(document, Report) else result.judgements)
    ]


def _unsaid(found: Classified, article: str) -> list[dict[str, Any]]:
    return [rejection_row(each) | {"id": uuid4().hex, "article": article} for each in found.result.rejected]

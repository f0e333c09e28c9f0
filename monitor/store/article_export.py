"""Articles as they were read, with the judgements recorded of them: what a new classifier is compared with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Engine, select

from monitor.store.schema import articles, judgements


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedArticle:
    """One article and what was found in it: (urn, area, rating)."""

    url: str
    title: str
    text: str
    published: date | None
    found: frozenset[tuple[str, str, str]]
    classifier_version: str


def archived(engine: Engine) -> Iterator[ExportedArticle]:
    """Every article of the press (reports have their grades in a table), oldest first."""
    with engine.begin() as connection:
        keys = connection.execute(
            select(articles.c.id).where(articles.c.form == "article").order_by(articles.c.recorded_at)
        ).scalars()
        ids = keys.all()
    for key in ids:
        with engine.begin() as connection:
            row = connection.execute(select(articles).where(articles.c.id == key)).mappings().one_or_none()
            said = connection.execute(
                select(judgements.c.urn, judgements.c.area, judgements.c.rating).where(judgements.c.article == key)
            ).all()
        if row is not None:
            yield ExportedArticle(
                url=row["url"],
                title=row["title"],
                text=row["text"],
                published=row["published"],
                found=frozenset((urn, area, rating) for urn, area, rating in said),
                classifier_version=row["classifier_version"],
            )

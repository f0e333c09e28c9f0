"""Articles that were not believed and may be right: if so, news was silenced, and the operator should look."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select

from monitor.domain.authorities import by_urn
from monitor.domain.ledger import ALERT_WINDOW, SAME_INSPECTION, Background
from monitor.domain.model import Area, Rating
from monitor.domain.operator_alarms import Alarm
from monitor.messages.sanitize import listed, sanitize
from monitor.store.schema import articles, changes, judgements, rejections

#: An article is pointed out for so long.
_LATELY = timedelta(days=7)
#: Why the ledger may have been wrong not to believe an article, in words; Ofsted's own report is never wrong about itself.
_DOUBTS = {
    Background.TOO_SOON.value: "less than a year after the last inspection",
    Background.DISAGREES.value: "other outlets report otherwise",
    Background.DATED_IN_THE_FUTURE.value: "its date is in the future",
}


def unbelieved(connection: Connection, now: datetime) -> list[Alarm]:
    """An alarm for each authority of which an article of the last week tells what nobody was told and perhaps should have been.

    That is *inadequate*, whatever spoke against it; and any grade against which only other outlets spoke.
    """
    lately = and_(
        articles.c.recorded_at >= now - _LATELY,
        or_(articles.c.published.is_(None), articles.c.published >= (now - _LATELY - ALERT_WINDOW).date()),
    )
    return [*_silenced(connection, lately, now), *_without_overall(connection, lately)]


def _silenced(connection: Connection, lately: ColumnElement[bool], now: datetime) -> list[Alarm]:
    """Of the ledger's doing."""
    told = exists().where(
        changes.c.urn == judgements.c.urn,
        changes.c.area == judgements.c.area,
        changes.c.new == judgements.c.rating,
        changes.c.recorded_at >= now - SAME_INSPECTION,
    )
    rows = connection.execute(
        select(articles.c.outlet, articles.c.url, articles.c.background, judgements)
        .join(judgements, judgements.c.article == articles.c.id)
        .where(lately, ~told)
        .order_by(articles.c.recorded_at)
    ).all()
    found: dict[str, dict[str, tuple[str, str, list[str]]]] = defaultdict(dict)
    for row in rows:
        reason = next((_DOUBTS[each] for each in row.background if each in _DOUBTS), "")
        if reason and (row.rating == Rating.INADEQUATE or Background.DISAGREES in row.background):
            grade = f"{Area(row.area).words} {Rating(row.rating).words}"
            found[row.urn].setdefault(row.url, (row.outlet, reason, []))[2].append(grade)
    raised = []
    for urn, documents in found.items():
        url, (outlet, reason, said) = next(iter(documents.items()))
        what = f"{sanitize(outlet) or 'an article'} reports {listed(sorted(said))}"
        message = f"{what}, and nobody was told ({reason}): {url}"
        raised.append(Alarm(about=by_urn()[urn].name, name="unbelieved", message=message, weight=len(documents)))
    return raised


def _without_overall(connection: Connection, lately: ColumnElement[bool]) -> list[Alarm]:
    """Of the framework's: a grade overall is told that no inspection gives any more, and nothing else is."""
    says = exists().where(judgements.c.article == articles.c.id, judgements.c.rating == Rating.INADEQUATE.value)
    rows = connection.execute(
        select(articles.c.outlet, articles.c.url)
        .join(rejections, rejections.c.article == articles.c.id)
        .where(
            lately,
            rejections.c.reason == "no_overall_grade",
            rejections.c.quote.icontains(Rating.INADEQUATE.value),
            ~says,
        )
        .order_by(articles.c.recorded_at)
        .distinct()
        .add_columns(articles.c.recorded_at)
    ).all()
    return [
        Alarm(
            about=sanitize(row.outlet) or "an article",
            name="no_overall_grade",
            message=f"reports “inadequate” overall, a grade that Ofsted no longer gives; nobody was told: {row.url}",
            weight=len(rows),
        )
        for row in {row.outlet: row for row in rows}.values()
    ]

"""Judgements that wait for a person, put into the database with the article that they stand in, and read out of it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Select, func, insert, select, update

from monitor.domain.calendar import london_day
from monitor.domain.document_attestations import attestations
from monitor.domain.model import Article, Attestation, ClassifierResult, Judgement
from monitor.domain.review import ASKED_FOR, ReviewItem, ReviewState, believed, needless, review, with_accepted
from monitor.ports import Classified
from monitor.store.ledger import known
from monitor.store.policy import Policy
from monitor.store.rows import article_of, judgement_of, judgement_row, review_item_of
from monitor.store.schema import WAITING, articles, judgements, links, review_items

#: What a source's first poll brings is a baseline. Only what was published this recently can be news and not old stock.
FRESH_IN_BASELINE = timedelta(days=1)
_SHOWN = (articles.c.title, articles.c.url, articles.c.outlet, articles.c.published)


def _items() -> Select[Any]:
    return select(review_items, *_SHOWN).join(articles, articles.c.id == review_items.c.article)


def review_found(connection: Connection, found: Classified, article: str, now: datetime) -> ClassifierResult:
    """Keep what is uncertain of a new article (`article` is its id); returns its reading after what was decided on its page."""
    document = found.document
    if not isinstance(document, Article):
        return found.result
    page = found.link.canonical_url if found.link else document.url
    after = review(document, found.result, items_at(connection, page))
    if after.new:
        common = {"article": article, "canonical_url": page, "state": ReviewState.WAITING, "came_at": now}
        connection.execute(
            insert(review_items),
            [_found_row(each, found.result) | common | {"id": uuid4().hex} for each in after.new],
        )
    for item in after.standing:
        change(connection, item, article=article)
    for item, judgement in after.again:
        change(connection, item, **_found_row(judgement, found.result), state=ReviewState.WAITING, reason="")
    for item, reason in after.settled:
        change(connection, item, state=ReviewState.SETTLED, reason=reason)
    return after.result


def _found_row(judgement: Judgement, result: ClassifierResult) -> dict[str, Any]:
    """The columns that come out of a text."""
    columns = {name: value for name, value in judgement_row(judgement).items() if name != "page"}
    return columns | {
        "probability": judgement.probability,
        "reports_inspection": result.reports_inspection,
        "classifier_version": result.classifier_version,
    }


def change(connection: Connection, item: ReviewItem, **values: Any) -> None:
    """Write columns of an item."""
    connection.execute(update(review_items).where(review_items.c.id == item.id).values(**values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The newest text of a page that items stand in, with what the classifier was sure of and a person accepted."""

    document: Article
    judgements: tuple[Judgement, ...]
    seen: date  #: the day that it counts as published when it names none
    recorded_at: datetime
    baseline: bool  #: its source's first poll brought it

    def attestations_with(self, items: Sequence[ReviewItem]) -> tuple[Attestation, ...]:
        """What it says of the authorities of these items, when they are accepted."""
        result = ClassifierResult(
            judgements=with_accepted(self.judgements, [item.judgement for item in items]),
            reports_inspection=any(item.reports_inspection for item in items),  # one text: they all have the same
        )
        urns = {item.judgement.authority.urn for item in items}
        return tuple(each for each in attestations(self.document, result, seen=self.seen) if each.authority.urn in urns)

    def is_old_stock(self, attestation: Attestation) -> bool:
        """Whether it was there at its source's first poll, and no news any more by then."""
        return self.baseline and attestation.published < london_day(self.recorded_at) - FRESH_IN_BASELINE


def edition(connection: Connection, article: str) -> Edition:
    """The article of an id, as it was read and decided on."""
    row = connection.execute(select(articles).where(articles.c.id == article)).mappings().one()
    announced = select(links.c.published, links.c.baseline).where(links.c.canonical_url == row["canonical_url"])
    link = connection.execute(announced).one_or_none()
    said = connection.execute(select(judgements).where(judgements.c.article == article)).mappings()
    items = [review_item_of(each) for each in connection.execute(_items().where(review_items.c.article == article)).mappings()]
    accepted = [item.judgement for item in items if item.state is ReviewState.ACCEPTED]
    return Edition(
        document=article_of(row),
        judgements=with_accepted(believed(map(judgement_of, said), items), accepted),
        seen=london_day(link.published if link and link.published else row["recorded_at"]),
        recorded_at=row["recorded_at"],
        baseline=bool(link and link.baseline),
    )


def settle(connection: Connection, policy: Policy, urns: Collection[str], now: datetime) -> None:
    """Settle what waits of these authorities and nobody need decide on any more; see `review.needless`."""
    waiting = _items().where(WAITING, review_items.c.urn.in_(sorted(urns)))
    items = [review_item_of(row) for row in connection.execute(waiting).mappings()] if urns else []
    if not items:
        return
    day, texts = london_day(now), {each: edition(connection, each) for each in {item.article for item in items}}
    record = known(connection, policy.history, sorted({item.judgement.authority.urn for item in items}), day)
    for item in items:
        text = texts[item.article]
        for attestation in text.attestations_with([item]):
            old = text.is_old_stock(attestation)
            if reason := needless(record, attestation, as_of=day, alert_window=policy.alert_window, baseline=old):
                change(connection, item, state=ReviewState.SETTLED, reason=reason)


def new_in(connection: Connection, article: str, now: datetime) -> tuple[ReviewItem, ...]:
    """What waits of an article since now."""
    rows = connection.execute(_items().where(WAITING, review_items.c.article == article, review_items.c.came_at == now))
    return tuple(review_item_of(row) for row in rows.mappings())


def found_items(connection: Connection, prefix: str = "", *, since: datetime | None = None) -> tuple[ReviewItem, ...]:
    """The items whose id begins so, the oldest first; with `since` only those that wait and came after it."""
    chosen = _items().order_by(review_items.c.came_at, review_items.c.id)
    if prefix:
        chosen = chosen.where(review_items.c.id.startswith(prefix, autoescape=True))
    if since is not None:
        chosen = chosen.where(WAITING, review_items.c.came_at > since)
    return tuple(review_item_of(row) for row in connection.execute(chosen).mappings())


def items_of_page(connection: Connection, article: str) -> tuple[ReviewItem, ...]:
    """The items of the page that an article is a text of."""
    page = select(articles.c.canonical_url).where(articles.c.id == article)
    return items_at(connection, connection.execute(page).scalar_one())


def items_at(connection: Connection, canonical_url: str) -> tuple[ReviewItem, ...]:
    """The items of a page by its address."""
    rows = connection.execute(_items().where(review_items.c.canonical_url == canonical_url)).mappings()
    return tuple(review_item_of(row) for row in rows)


def count_waiting(connection: Connection, now: datetime) -> int:
    """How many items the operator is asked about."""
    waiting = select(func.count()).select_from(review_items).where(WAITING, review_items.c.came_at > now - ASKED_FOR)
    return int(connection.execute(waiting).scalar_one())


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """An article with what it says, by the classifier where it was sure and else by a person."""

    id: str
    document: Article
    day: date  #: of publication
    said: tuple[Judgement, ...]
    undecided: tuple[Judgement, ...]  #: nobody knows whether it says these


def labelled(connection: Connection, article: str) -> Labelled:
    """The article of an id, labelled by what was decided on it."""
    text = edition(connection, article)
    rows = connection.execute(_items().where(review_items.c.article == article)).mappings()
    undecided = [item for item in map(review_item_of, rows) if item.state in {ReviewState.WAITING, ReviewState.SETTLED}]
    return Labelled(
        id=article,
        document=text.document,
        day=text.document.published or text.seen,
        said=text.judgements,
        undecided=tuple(item.judgement for item in undecided),
    )

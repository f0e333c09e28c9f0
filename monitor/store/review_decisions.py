"""What a person decides of what waits: an accepted judgement is an attestation of its article like any other, and alerts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from monitor.domain.calendar import london_day
from monitor.domain.review import GONE, ReviewItem, ReviewState
from monitor.domain.subscriptions import Subscription
from monitor.ports import Recorded
from monitor.store.policy import Policy
from monitor.store.record import LedgerUpdate, be_only_writer
from monitor.store.review import change, edition, found_items, items_of_page, settle
from monitor.store.schema import articles, review_items


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What accepting items of one article came to."""

    items: tuple[ReviewItem, ...]
    rejected: tuple[ReviewItem, ...]  #: other grades of the same areas, which the article then cannot give
    recorded: Recorded


def accept(
    connection: Connection,
    ids: Sequence[str],
    *,
    by: str,
    now: datetime,
    policy: Policy,
    subscriptions: Sequence[Subscription],
) -> tuple[Accepted, ...]:
    """Accept items: each article's together, as it would have said them itself. A repetition does nothing.

    An item whose page was changed and no longer says so is left as it is.
    """
    be_only_writer(connection)
    of: dict[str, list[ReviewItem]] = defaultdict(list)
    for identity in dict.fromkeys(ids):
        for item in found_items(connection, identity):
            if item.id == identity and item.state is not ReviewState.ACCEPTED and _stands(connection, item):
                of[item.article].append(item)
    outcomes = []
    for article, items in of.items():
        outcomes.append(_accept(connection, article, items, by, now, policy, subscriptions))
    settle(connection, policy, {item.judgement.authority.urn for items in of.values() for item in items}, now)
    return tuple(outcomes)


def _stands(connection: Connection, item: ReviewItem) -> bool:
    """Whether the newest text of its page says so."""
    if item.reason == GONE:
        return False
    page = select(review_items.c.canonical_url).where(review_items.c.id == item.id).scalar_subquery()
    newest = (
        select(articles.c.id)
        .where(articles.c.canonical_url == page, articles.c.form == "article")
        .order_by(articles.c.recorded_at.desc(), articles.c.id)
    )
    return connection.execute(newest.limit(1)).scalar() == item.article


def _accept(
    connection: Connection,
    article: str,
    items: Sequence[ReviewItem],
    by: str,
    now: datetime,
    policy: Policy,
    subscriptions: Sequence[Subscription],
) -> Accepted:
    """Accept items of one article, fold what it says with them, and put what follows into the outbox."""
    chosen = {item.key[:2]: item for item in items}  # of two grades of one area the last that was named
    rejected = []
    for other in items_of_page(connection, article):
        rival = chosen.get(other.key[:2])
        if rival is not None and other.id != rival.id and other.state is not ReviewState.REJECTED:
            change(connection, other, state=ReviewState.REJECTED, reason="", decided_at=now, decided_by=by)
            rejected.append(other)
    for item in chosen.values():
        change(connection, item, state=ReviewState.ACCEPTED, reason="", decided_at=now, decided_by=by)
    text, accepted = edition(connection, article), tuple(chosen.values())
    update = LedgerUpdate(connection=connection, article=article, now=now, policy=policy)
    for attestation in text.attestations_with(accepted):
        update.fold(attestation, seen=now, stale=text.is_old_stock(attestation))
    update.note_background()
    document = text.document
    late = max(0, (london_day(now) - (document.published or text.seen)).days)
    news = update.news(document.source_class, document.outlet, late) if update.live else None
    sent = update.enqueue_news(news, subscriptions) if news else 0
    recorded = Recorded(
        duplicate=False, changes=tuple(update.new), deliveries=sent, background=tuple(dict.fromkeys(update.background))
    )
    return Accepted(items=accepted, rejected=tuple(rejected), recorded=recorded)


def reject(connection: Connection, ids: Sequence[str], *, by: str, now: datetime) -> tuple[ReviewItem, ...]:
    """Reject items that nobody decided on; returns them. What was accepted was told, and stays."""
    be_only_writer(connection)
    done = []
    for identity in dict.fromkeys(ids):
        for item in found_items(connection, identity):
            if item.id == identity and item.state in {ReviewState.WAITING, ReviewState.SETTLED}:
                change(connection, item, state=ReviewState.REJECTED, reason="", decided_at=now, decided_by=by)
                done.append(item)
    return tuple(done)

"""What is remembered of how sources answered, for health and for the question why an article was not seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from monitor.domain.link_history import GivenUp, LastPoll, SeenLink
from monitor.domain.source_baseline import PollRecord
from monitor.domain.turns import CROWDED
from monitor.store.schema import articles, changes, links, polls


def given_up(connection: Connection, since: datetime) -> tuple[GivenUp, ...]:
    """The links that were given up since a moment, oldest first."""
    columns = (
        links.c.url,
        links.c.source,
        links.c.reason,
        links.c.detail,
        links.c.tried_at,
        links.c.published,
        links.c.baseline,
    )
    query = select(*columns).where(links.c.state == "given_up", links.c.tried_at >= since).order_by(links.c.tried_at)
    return tuple(
        GivenUp(
            url=row["url"],
            source=row["source"],
            reason=row["reason"],
            detail=row["detail"],
            at=row["tried_at"],
            published=row["published"],
            baseline=row["baseline"],
        )
        for row in connection.execute(query).mappings()
    )


def crowded(connection: Connection, since: datetime) -> Mapping[str, int]:
    """How many pages of each source were passed over since a moment because too many waited."""
    passed = and_(links.c.state == "passed_over", links.c.reason == CROWDED, links.c.first_seen >= since)
    query = select(links.c.source, func.count()).where(passed).group_by(links.c.source)
    return {str(source): int(count) for source, count in connection.execute(query).tuples()}


def poll_history(connection: Connection, since: datetime, only: str = "") -> Mapping[str, tuple[PollRecord, ...]]:
    """The polls of every source (or of one) since a moment, oldest first."""
    found: dict[str, list[PollRecord]] = {}
    words = _median_words(connection, since, only)
    wanted = select(polls).where(polls.c.polled_at >= since).order_by(polls.c.polled_at)
    rows = connection.execute(wanted.where(polls.c.source == only) if only else wanted).mappings()
    for row in rows:
        found.setdefault(row["source"], []).append(
            PollRecord(
                at=row["polled_at"],
                ok=not row["reason"],
                not_modified=row["not_modified"],
                reason=row["reason"],
                items=row["links"],
                undated=row["undated"],
                newest=row["newest"],
                fresh=row["new_links"],
                fingerprint=row["fingerprint"],
                age=row["age"],
            )
        )
    return {name: tuple(_with_words(history, words.get(name, []))) for name, history in found.items()}


def last_polls(connection: Connection, names: Iterable[str]) -> Mapping[str, LastPoll]:
    """How each of these sources was asked last; without those that never were. Two looks into an index a source."""
    found = {}
    for name in names:
        own = select(polls.c.polled_at, polls.c.reason, polls.c.newest).where(polls.c.source == name)
        own = own.order_by(polls.c.polled_at.desc()).limit(1)
        last = connection.execute(own).first()
        if last is not None:
            dated = connection.execute(own.where(polls.c.newest.is_not(None))).first()
            found[name] = LastPoll(at=last.polled_at, reason=last.reason, newest=dated.newest if dated else None)
    return found


def _median_words(connection: Connection, since: datetime, only: str) -> dict[str, list[tuple[datetime, float]]]:
    """When articles of each source were read, and about how many words each has (six characters a word)."""
    query = (
        select(articles.c.source, articles.c.recorded_at, func.length(articles.c.text))
        .where(articles.c.recorded_at >= since)
        .order_by(articles.c.recorded_at)
    )
    found: dict[str, list[tuple[datetime, float]]] = {}
    if only:
        query = query.where(articles.c.source == only)
    for source, recorded_at, length in connection.execute(query):
        found.setdefault(source, []).append((recorded_at, length / 6))
    return found


def _with_words(history: list[PollRecord], words: list[tuple[datetime, float]]) -> list[PollRecord]:
    """Each poll with the words of the articles read between it and the next."""
    from dataclasses import replace
    from statistics import median

    told: list[PollRecord] = []
    index = 0
    for poll, following in zip(history, [*history[1:], None], strict=True):
        counts: list[float] = []
        while index < len(words) and (following is None or words[index][0] < following.at):
            if words[index][0] >= poll.at:
                counts.append(words[index][1])
            index += 1
        told.append(replace(poll, words=median(counts)) if counts else poll)
    return told


def find_link(connection: Connection, canonical_url: str) -> SeenLink | None:
    """The announced link with this canonical address, with what became of it."""
    query = (
        select(links, articles.c.relevant, articles.c.reason.label("article_reason"), articles.c.background)
        .join(articles, links.c.article == articles.c.id, isouter=True)
        .where(links.c.canonical_url == canonical_url)
    )
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    made = select(changes.c.key).where(changes.c.article == row["article"]).order_by(changes.c.key)
    keys = connection.execute(made).scalars().all() if row["article"] else ()
    return SeenLink(
        url=row["url"],
        source=row["source"],
        title=row["title"],
        first_seen=row["first_seen"],
        baseline=row["baseline"],
        state=row["state"],
        failures=row["failures"],
        reason=row["reason"],
        detail=row["detail"],
        relevant=row["relevant"],
        article_reason=row["article_reason"] or "",
        background=tuple(row["background"] or ()),
        changes=tuple(keys),
    )

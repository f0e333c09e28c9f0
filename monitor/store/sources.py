"""What is remembered of sources between polls, and the links they announced that still wait to be read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, case, insert, select, update

from monitor.domain.model import Link
from monitor.ports import LinkFailure, Poll, SourceState, Validators
from monitor.store.schema import links, polls, sources


def source_state(connection: Connection, name: str) -> SourceState:
    """The state of one source; an empty one when it was never polled."""
    row = connection.execute(select(sources).where(sources.c.name == name)).mappings().one_or_none()
    if row is None:
        return SourceState(name=name)
    return SourceState(
        name=name,
        validators={url: Validators(**values) for url, values in row["validators"].items()},
        last_success=row["last_success"],
        next_due_at=row["next_due_at"],
        failures=row["failures"],
        cursor=row["cursor"],
        polled_before=row["polled_before"],
    )


def record_poll(connection: Connection, name: str, poll: Poll, now: datetime, next_due_at: datetime) -> tuple[Link, ...]:
    """Links and validators go in together: a crash between the two would turn a missed item into an eternal 304."""
    before = source_state(connection, name)
    failure = poll.failure
    values: dict[str, object] = {"next_due_at": next_due_at, "reason": failure.reason if failure else ""}
    if failure is None:
        merged: Mapping[str, Validators] = {**before.validators, **poll.validators}
        values |= {
            "validators": {url: {"etag": v.etag, "last_modified": v.last_modified} for url, v in merged.items()},
            "last_success": now,
            "failures": 0,
            "cursor": poll.cursor or before.cursor,
            "polled_before": True,
        }
    else:
        values["failures"] = before.failures + 1
    known = connection.execute(select(sources.c.name).where(sources.c.name == name)).one_or_none()
    if known is None:
        blank = {"validators": {}, "cursor": "", "polled_before": False, "failures": 0}
        connection.execute(insert(sources).values(name=name, **(blank | values)))
    else:
        connection.execute(update(sources).where(sources.c.name == name).values(**values))
    fresh = tuple(link for link in poll.links if _remember(connection, link, not before.polled_before, now))
    dated = [link.published for link in poll.links if link.published is not None]
    connection.execute(
        insert(polls).values(
            id=uuid4().hex,
            source=name,
            polled_at=now,
            links=poll.items or len(poll.links),
            new_links=len(fresh),
            undated=poll.undated if poll.items else len(poll.links) - len(dated),
            newest=poll.newest or max(dated, default=None),
            not_modified=poll.not_modified,
            reason=failure.reason if failure else "",
            status=failure.status if failure else None,
        )
    )
    return fresh


def _remember(connection: Connection, link: Link, baseline: bool, now: datetime) -> bool:
    """Insert a link unless its canonical URL is known; says whether it was new."""
    known = connection.execute(select(links.c.id).where(links.c.canonical_url == link.canonical_url)).first()
    if known is not None:
        return False
    connection.execute(
        insert(links).values(
            id=uuid4().hex,
            canonical_url=link.canonical_url,
            url=link.url,
            source=link.source,
            title=link.title,
            summary=link.summary,
            published=link.published,
            first_seen=now,
            baseline=baseline,
            state="new",
            retry_at=now,
        )
    )
    return True


def links_to_read(connection: Connection, now: datetime, limit: int) -> tuple[tuple[Link, bool], ...]:
    """Waiting links whose time has come, oldest first, each with whether a source's first poll brought it."""
    chosen = (
        select(links)
        .where(links.c.state == "new", links.c.retry_at <= now)
        .order_by(case((links.c.published.is_(None), links.c.first_seen), else_=links.c.published), links.c.id)
        .limit(limit)
    )
    return tuple(
        (
            Link(
                source=row["source"],
                url=row["url"],
                canonical_url=row["canonical_url"],
                title=row["title"],
                published=row["published"],
                summary=row["summary"],
            ),
            row["baseline"],
        )
        for row in connection.execute(chosen).mappings()
    )


def link_failed(connection: Connection, failure: LinkFailure, retry_at: datetime | None) -> None:
    """Keep the reason; wait until `retry_at`, or give the link up."""
    connection.execute(
        update(links)
        .where(links.c.canonical_url == failure.link.canonical_url)
        .values(
            state="new" if retry_at is not None else "given_up",
            retry_at=retry_at,
            failures=links.c.failures + 1,
            reason=failure.reason,
            detail=failure.detail[:500],
        )
    )


def link_read(connection: Connection, link: Link, article: str) -> None:
    """The link became an article (or led to one already known under another address)."""
    connection.execute(
        update(links)
        .where(links.c.canonical_url == link.canonical_url)
        .values(state="read", retry_at=None, reason="", detail="", article=article)
    )

"""What is remembered of sources between polls, and the links they announced that still wait to be read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import BindParameter, Connection, bindparam, case, delete, insert, select, update

from monitor.domain.model import Link
from monitor.domain.timetable import OWN_FAULTS
from monitor.ports import Asked, LinkFailure, SourceState, Validators
from monitor.store.glance import SEAL
from monitor.store.poll_rows import poll_row, source_row
from monitor.store.schema import facts, links, polls, sources

#: How long it is remembered how a source answered; its habits are learnt from two months.
KEPT = timedelta(days=400)
#: What is written under `facts` about the program that opened the state last.
_PROGRAM = "program"
_MOST_AT_ONCE = 500  #: parameters of one statement


def source_states(connection: Connection, names: Collection[str] | None = None) -> dict[str, SourceState]:
    """What is remembered of sources (of all when none are named), by name; those never asked are not in it."""
    wanted = select(sources) if names is None else select(sources).where(sources.c.name.in_(names))
    return {
        row["name"]: SourceState(
            name=row["name"],
            validators={url: Validators(**values) for url, values in row["validators"].items()},
            last_success=row["last_success"],
            next_due_at=row["next_due_at"],
            failures=row["failures"],
            cursor=row["cursor"],
            polled_before=row["polled_before"],
        )
        for row in connection.execute(wanted).mappings()
    }


def record_polls(connection: Connection, asked: Sequence[Asked], now: datetime) -> tuple[tuple[Link, ...], ...]:
    """Links and validators go in together: a crash between the two would turn a missed item into an eternal 304.

    Returns the links of each poll that were not known.
    """
    before = source_states(connection, [each.source for each in asked])
    rows = [source_row(each, before.get(each.source, SourceState(name=each.source)), now) for each in asked]
    if new := [row for row in rows if row["name"] not in before]:
        connection.execute(insert(sources), new)
    if old := [{f"new_{key}": value for key, value in row.items()} for row in rows if row["name"] in before]:
        columns: dict[str, BindParameter[object]] = {key: bindparam(f"new_{key}") for key in rows[0] if key != "name"}
        connection.execute(update(sources).where(sources.c.name == bindparam("new_name")).values(columns), old)
    watched = {name for name, state in before.items() if state.polled_before}
    fresh = _remember(connection, asked, watched, now)
    connection.execute(insert(polls), [poll_row(a, len(links), now) for a, links in zip(asked, fresh, strict=True)])
    old_polls = polls.c.source.in_([each.source for each in asked[:_MOST_AT_ONCE]]), polls.c.polled_at < now - KEPT
    connection.execute(delete(polls).where(*old_polls))
    return fresh


def _remember(
    connection: Connection, asked: Sequence[Asked], watched: Collection[str], now: datetime
) -> tuple[tuple[Link, ...], ...]:
    """Insert the links whose canonical URL is not known; what a source that is not `watched` yet lists is its baseline."""
    announced = list(dict.fromkeys(link.canonical_url for each in asked for link in each.poll.links))
    known: set[str] = set()
    for start in range(0, len(announced), _MOST_AT_ONCE):
        some = announced[start : start + _MOST_AT_ONCE]
        known.update(connection.execute(select(links.c.canonical_url).where(links.c.canonical_url.in_(some))).scalars())
    fresh: list[tuple[Link, ...]] = []
    rows: list[dict[str, object]] = []
    for each in asked:
        mine = tuple({link.canonical_url: link for link in reversed(each.poll.links)}.values())[::-1]
        mine = tuple(link for link in mine if link.canonical_url not in known)
        known.update(link.canonical_url for link in mine)
        unread = mine[each.poll.max_new :] if each.poll.max_new else ()
        fresh.append(mine[: len(mine) - len(unread)])
        rows += [_link_row(link, each.source not in watched, now) for link in mine]
        for row in rows[len(rows) - len(unread) :]:
            row.update(state="passed_over", retry_at=None)
    if rows:
        connection.execute(insert(links), rows)
    return tuple(fresh)


def _link_row(link: Link, baseline: bool, now: datetime) -> dict[str, object]:
    return {
        "id": uuid4().hex,
        "canonical_url": link.canonical_url,
        "url": link.url,
        "source": link.source,
        "title": link.title,
        "summary": link.summary,
        "published": link.published,
        "first_seen": now,
        "baseline": baseline,
        "state": "new",
        "retry_at": now,
    }


def seal(connection: Connection, value: str) -> None:
    """Write the seal by which `glance` knows that everything in the state was seen to."""
    there = connection.execute(update(facts).where(facts.c.name == SEAL).values(value=value))
    if not there.rowcount:
        connection.execute(insert(facts).values(name=SEAL, value=value))


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


def retry_own_faults(connection: Connection, program: str, now: datetime, since: datetime) -> int:
    """After an upgrade, wait anew for links given up for a fault of ours; returns how many.

    Args:
        connection: a transaction on the state.
        program: what is installed; another than at the last start is an upgrade.
        now: the moment.
        since: links first seen before it stay given up: nobody would be told of them.
    """
    found = connection.execute(select(facts.c.value).where(facts.c.name == _PROGRAM)).scalar()
    if found == program:
        return 0
    there = connection.execute(update(facts).where(facts.c.name == _PROGRAM).values(value=program))
    if not there.rowcount:
        connection.execute(insert(facts).values(name=_PROGRAM, value=program))
    return connection.execute(
        update(links)
        .where(links.c.state == "given_up", links.c.reason.in_(OWN_FAULTS), links.c.first_seen >= since)
        .values(state="new", retry_at=now, failures=0)
    ).rowcount


def links_read(connection: Connection, read: Sequence[tuple[Link, str]]) -> None:
    """The links became these articles (or led to ones already known under another address)."""
    if read:
        connection.execute(
            update(links)
            .where(links.c.canonical_url == bindparam("url_read"))
            .values(state="read", retry_at=None, reason="", detail="", article=bindparam("as_article")),
            [{"url_read": link.canonical_url, "as_article": article} for link, article in read],
        )

"""The links that sources announced: which wait to be read, who looks into one now, and what became of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, bindparam, case, func, insert, or_, select, update

from monitor.domain.model import Link
from monitor.domain.schedule import OWN_FAULTS, is_renewal, renewed_at
from monitor.domain.turns import COSTLY, CROWDED, MAX_WAITING, newest
from monitor.domain.urls import queue_of
from monitor.ports import LinkFailure, PollResult, Waiting
from monitor.store.schema import facts, links
from monitor.store.tokens import chunks

#: Rows of one host that are looked at together: more than it gets places.
_OF_EACH = 16
#: Longer than any page is looked into; a reader on another machine that takes longer is dead.
_DEAD_AFTER = timedelta(minutes=15)
#: What is written under `facts` about the program that opened the state last.
_PROGRAM = "program"
_SINCE = case((links.c.published < links.c.first_seen, links.c.published), else_=links.c.first_seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A link that became an article, or led to one already known under another address."""

    link: Link
    article: str
    note: str = ""  #: what a person should know of how it was read
    again_at: datetime | None = None  #: when it is to be read again, for there may be more to come


def _known_links(connection: Connection, announced: Iterable[str]) -> Iterator[tuple[str, RowMapping]]:
    """What is kept of those of the addresses that are known."""
    columns = [links.c[name] for name in ("canonical_url", "source", "edition", "state", "published", "tried_at", "readings")]
    for some in chunks(dict.fromkeys(announced)):
        known = select(*columns).where(links.c.canonical_url.in_(some))
        yield from ((row["canonical_url"], row) for row in connection.execute(known).mappings())


def remember(
    connection: Connection, results: Sequence[PollResult], watched: Collection[str], now: datetime
) -> tuple[tuple[Link, ...], ...]:
    """Keep the links of polls; of each poll those that are to be read: new ones, and known ones in another edition.

    What a source that is not `watched` yet lists is its baseline.
    """
    known: dict[str, RowMapping | None] = {}
    known.update(_known_links(connection, [link.canonical_url for each in results for link in each.poll.links]))
    fresh: list[tuple[Link, ...]] = []
    rows: list[dict[str, object]] = []
    for each in results:
        mine = tuple({link.canonical_url: link for link in reversed(each.poll.links)}.values())[::-1]
        new = [link for link in mine if link.canonical_url not in known]
        again = [(link, row) for link in mine if (row := known.get(link.canonical_url)) and row["source"] == link.source]
        known.update(dict.fromkeys((link.canonical_url for link in new), None))
        if each.source in watched:  # what is beyond that is new again at the next poll, and kept nowhere until then
            new = newest(new)
        unread = new[each.poll.max_new :] if each.poll.max_new else []
        rows += _new_rows(new, len(unread), now, baseline=each.source not in watched)
        fresh.append((*new[: len(new) - len(unread)], *_renewed(connection, again, now)))
    if rows:
        _insert_links(connection, rows)
    return tuple(fresh)


def _new_rows(new: Sequence[Link], unread: int, now: datetime, *, baseline: bool) -> list[dict[str, object]]:
    """Rows of links that are new; the last `unread` of them are passed over."""
    rows = [_link_row(link, baseline, now) for link in new]
    for unasked in rows[len(rows) - unread :]:
        unasked.update(state="passed_over", retry_at=None)
    return rows


def _insert_links(connection: Connection, rows: Sequence[dict[str, object]]) -> None:
    connection.execute(insert(links), rows)
    for host in {str(row["host"]) for row in rows}:
        _keep_newest(connection, host)


def _keep_newest(connection: Connection, host: str) -> None:
    """Pass over what a host has waiting beyond the newest: nobody reads that many, and looking through them takes all day."""
    mine = and_(links.c.state == "new", links.c.host == host)
    kept = select(links.c.id).where(mine).order_by(_SINCE.desc(), links.c.first_seen.desc(), links.c.id).limit(MAX_WAITING)
    connection.execute(
        update(links)
        .where(mine, links.c.id.not_in(kept))
        .values(
            state=case((links.c.article.is_not(None), "read"), else_="passed_over"),
            reason=case((links.c.baseline, ""), else_=CROWDED),
            retry_at=None,
        )
    )


def _renewed(connection: Connection, again: Sequence[tuple[Link, RowMapping]], now: datetime) -> list[Link]:
    """Have known links read again that their source announces in another edition; which those are."""
    changed = [(link, row) for link, row in again if link.edition and link.edition != row["edition"]]
    # Those from before editions were kept, and those that were never to be read, are only remembered.
    renewed = [(link, row) for link, row in changed if row["edition"] and row["state"] != "passed_over"]
    if not is_renewal(changed=len(renewed), listed=len(again)):
        renewed = []
    for link, _ in changed:
        connection.execute(update(links).where(links.c.canonical_url == link.canonical_url).values(edition=link.edition))
    for link, row in renewed:
        values: dict[str, object] = {"state": "new", "failures": 0, "reason": "", "detail": "", "host": queue_of(link.url)}
        values["retry_at"] = renewed_at(now=now, last=row["tried_at"], readings=row["readings"])
        if link.published is not None and (row["published"] is None or link.published > row["published"]):
            values |= {"published": link.published, "baseline": False}  # published anew, after the first poll
        connection.execute(update(links).where(links.c.canonical_url == link.canonical_url).values(**values))
    return [link for link, _ in renewed]


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
        "host": queue_of(link.url),
        "edition": link.edition,
    }


def links_to_read(connection: Connection, now: datetime, limit: int) -> tuple[Waiting, ...]:
    """Waiting links whose time has come and that nobody looks into: the next ones of every host, the newest first."""
    due = case((links.c.retry_at <= now, 1), else_=0)
    place = func.row_number().over(
        partition_by=(links.c.host, due),
        order_by=(links.c.deaths, links.c.failures, links.c.readings > 0, _SINCE.desc(), links.c.id),
    )
    # One death is no trouble of its host: most of what is read in that moment died of something else.
    costly = case(
        (and_(links.c.reason == "died", links.c.deaths < 2), 0),
        (links.c.reason.in_(sorted(COSTLY)), links.c.failures),
        else_=0,
    )
    ranked = (
        select(
            links,
            _SINCE.label("since"),
            due.label("due"),
            place.label("place"),
            func.sum(costly).over(partition_by=links.c.host).label("trouble"),
        )
        .where(links.c.state == "new", links.c.reader == "")
        .subquery()
    )
    chosen = (
        select(ranked)
        .where(ranked.c.due == 1, ranked.c.place <= _OF_EACH)
        .order_by(ranked.c.place, ranked.c.since.desc(), ranked.c.id)
        .limit(limit)
    )
    return tuple(_waiting(row, trouble=row["trouble"]) for row in connection.execute(chosen).mappings())


def _waiting(row: RowMapping, *, trouble: int = 0) -> Waiting:
    link = Link(
        source=row["source"],
        url=row["url"],
        canonical_url=row["canonical_url"],
        title=row["title"],
        published=row["published"],
        summary=row["summary"],
        edition=row["edition"],
    )
    return Waiting(
        link=link,
        baseline=row["baseline"],
        host=row["host"],
        since=min(row["published"] or row["first_seen"], row["first_seen"]),
        tries=row["failures"],
        deaths=row["deaths"],
        trouble=trouble,
        readings=row["readings"],
    )


def reading_begins(connection: Connection, link: Link, reader: str, now: datetime) -> None:
    """Note who looks into a page from now on."""
    connection.execute(
        update(links).where(links.c.canonical_url == link.canonical_url).values(reader=reader, begun_at=now, tried_at=now)
    )


def reading_ended(connection: Connection, reader: str) -> None:
    """A reader looks into nothing any more."""
    connection.execute(update(links).where(_looked_into(links.c.reader == reader)).values(reader="", begun_at=None))


def read_by_the_dead(connection: Connection, reader: str, now: datetime, *, alone: bool) -> tuple[Waiting, ...]:
    """Links that another than `reader` looked into who is dead: whoever else it was, where only one monitor reads (`alone`)."""
    dead = links.c.reader != reader
    if not alone:
        dead = and_(dead, or_(links.c.begun_at < now - _DEAD_AFTER, links.c.begun_at > now + _DEAD_AFTER))
    return tuple(_waiting(row) for row in connection.execute(select(links).where(_looked_into(dead))).mappings())


def _looked_into(by: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(links.c.state == "new", links.c.reader != "", by)


def link_failed(connection: Connection, failure: LinkFailure, retry_at: datetime | None, now: datetime) -> None:
    """Keep the reason; wait until `retry_at`, or give the link up. One that was read before stays read as it was."""
    given_up = case((links.c.article.is_not(None), "read"), else_="given_up")
    connection.execute(
        update(links)
        .where(links.c.canonical_url == failure.link.canonical_url)
        .values(
            state="new" if retry_at is not None else given_up,
            retry_at=retry_at,
            failures=links.c.failures + 1,
            deaths=links.c.deaths + int(failure.deadly),
            reason=failure.reason,
            detail=failure.detail[:500],
            reader="",
            begun_at=None,
            tried_at=now,
        )
    )


def links_read(connection: Connection, read: Sequence[Read], now: datetime) -> None:
    """The links became these articles."""
    if read:
        connection.execute(
            update(links)
            .where(links.c.canonical_url == bindparam("url_read"))
            .values(
                state=bindparam("as_state"),
                retry_at=bindparam("as_retry_at"),
                reason=bindparam("as_reason"),
                detail=bindparam("as_detail"),
                article=bindparam("as_article"),
                failures=0,
                deaths=0,  # whoever died of what, it was not this page
                readings=links.c.readings + 1,
                reader="",
                begun_at=None,
                tried_at=now,
            ),
            [
                {
                    "url_read": each.link.canonical_url,
                    "as_state": "new" if each.again_at else "read",
                    "as_retry_at": each.again_at,
                    "as_reason": "cut" if each.note else "",
                    "as_detail": each.note,
                    "as_article": each.article,
                }
                for each in read
            ],
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

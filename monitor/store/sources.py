"""What is remembered of sources between polls."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, update

from monitor.domain.model import Link
from monitor.ports import PollResult, SourceState, Validators
from monitor.store.idle_check import FINGERPRINT
from monitor.store.links import remember
from monitor.store.poll_columns import poll_row, source_row
from monitor.store.schema import facts, polls, sources

#: How long it is remembered how a source answered; its habits are learnt from two months.
KEPT = timedelta(days=400)
_MAX_AT_ONCE = 500  #: parameters of one statement


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
            declared=row["declared"],
        )
        for row in connection.execute(wanted).mappings()
    }


def _keep_states(
    connection: Connection, results: Sequence[PollResult], before: Mapping[str, SourceState], now: datetime
) -> None:
    """Write what polls made of the state of their sources, `before` them known or not."""
    rows = [source_row(each, before.get(each.source, SourceState(name=each.source)), now) for each in results]
    if new := [row for row in rows if row["name"] not in before]:
        connection.execute(insert(sources), new)
    if old := [{f"new_{key}": value for key, value in row.items()} for row in rows if row["name"] in before]:
        columns: dict[str, BindParameter[object]] = {key: bindparam(f"new_{key}") for key in rows[0] if key != "name"}
        connection.execute(update(sources).where(sources.c.name == bindparam("new_name")).values(columns), old)


def record_polls(connection: Connection, results: Sequence[PollResult], now: datetime) -> tuple[tuple[Link, ...], ...]:
    """Links and validators go in together: a crash between the two would turn a missed item into an eternal 304.

    Returns the links of each poll that are to be read: those not known, and those announced in another edition.
    """
    before = source_states(connection, [each.source for each in results])
    _keep_states(connection, results, before, now)
    watched = {name for name, state in before.items() if state.polled_before}
    fresh = remember(connection, results, watched, now)
    connection.execute(insert(polls), [poll_row(a, len(links), now) for a, links in zip(results, fresh, strict=True)])
    old_polls = polls.c.source.in_([each.source for each in results[:_MAX_AT_ONCE]]), polls.c.polled_at < now - KEPT
    connection.execute(delete(polls).where(*old_polls))
    return fresh


def poll_soon(connection: Connection, name: str, now: datetime) -> bool:
    """Have a source polled as soon as may be by whoever polls; False when it was never polled (then it is about to be)."""
    return connection.execute(update(sources).where(sources.c.name == name).values(next_due_at=now)).rowcount > 0


def keep_fingerprint(connection: Connection, value: str) -> None:
    """Write the seal by which `open_if_idle` knows that everything in the state was seen to."""
    there = connection.execute(update(facts).where(facts.c.name == FINGERPRINT).values(value=value))
    if not there.rowcount:
        connection.execute(insert(facts).values(name=FINGERPRINT, value=value))


def moved(connection: Connection) -> dict[str, str]:
    """Where sources say that they moved for good, by name."""
    rows = connection.execute(select(sources.c.name, sources.c.moved_to).where(sources.c.moved_to != ""))
    return dict(rows.tuples().all())

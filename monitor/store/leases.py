"""Who of several daemons on one database does what only one needs to do, and that nobody writes who no longer does.

The lease is a row; its time is the server's own, so that no machine's clock matters. Every change of hands raises its epoch,
the fencing token: a transaction that is begun within `in_term` looks first whether the row still has the epoch of that term,
and holds the row until its commit. So the lead passes to another before such a transaction or after it, never in between.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Interval, case, event, func, literal, or_, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.ports import LostLeadError
from monitor.store.schema import leases
from monitor.store.utc_datetime import UTCDateTime

#: A server ends a transaction whose client says nothing for so long: a process that was stopped, or a machine that was
#: switched off, would hold what it had locked for hours. Shorter than any lease.
MAX_IDLE = timedelta(seconds=10)
#: A lease that ends later than this was written by a clock that has been put back since.
_MAX_LENGTH = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """The time for which somebody holds a lease without a break."""

    name: str
    owner: str
    epoch: int


_term: ContextVar[Term | None] = ContextVar("term", default=None)


@contextmanager
def in_term(term: Term) -> Iterator[None]:
    """Until the end of the block (and in tasks and threads that are begun in it) nothing is written once the term is over."""
    before = _term.set(term)
    try:
        yield
    finally:
        _term.reset(before)


def current_term() -> Term | None:
    """The term that this task or thread keeps to; None for whoever writes by another right."""
    return _term.get()


def keep_to_terms(engine: Engine) -> None:
    """Have every transaction of an engine that may write begin with a look at its term: LostLeadError when that is over."""
    server = engine.dialect.name == "postgresql"

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("read_only") or options.get("isolation_level") == "AUTOCOMMIT":
            return
        if server:
            connection.execute(_LIMIT, {"idle": f"{MAX_IDLE.total_seconds():.0f}s"})
        term = None if options.get("any_term") else _term.get()
        if term is not None and not _stands(connection, term):
            raise LostLeadError("another daemon polls by now; what this one had begun is left to it")


_LIMIT = text("SELECT set_config('idle_in_transaction_session_timeout', :idle, true)")


def _stands(connection: Connection, term: Term) -> bool:
    mine = (leases.c.name == term.name, leases.c.owner == term.owner, leases.c.epoch == term.epoch)
    return connection.execute(select(leases.c.epoch).where(*mine).with_for_update(read=True)).scalar() is not None


def _moment(now: datetime | None, later: timedelta = timedelta(0)) -> ColumnElement[Any]:
    """A moment, or the server's own, and so much later."""
    return func.clock_timestamp() + literal(later, Interval) if now is None else literal(now + later, UTCDateTime)


def acquire(
    engine: Engine,
    name: str,
    *,
    owner: str,
    length: timedelta,
    previous: Collection[str] = (),
    now: datetime | None = None,
) -> int | None:
    """Take or renew a lease, by one statement: a process that is stopped in the middle of it holds nothing up.

    Args:
        engine: of the store.
        name: of the lease.
        owner: who asks; a name that no other process has.
        length: how long it is held without another call.
        previous: owners that are dead for certain.
        now: the moment; the server's own without it.

    Returns:
        Its epoch, which rises with every change of hands; None when another owner holds it.
    """
    moment = _moment(now)
    until, latest = _moment(now, length), _moment(now, _MAX_LENGTH)
    dialect: Any = postgresql if engine.dialect.name == "postgresql" else sqlite
    kept, new = leases.c, {"name": name, "owner": owner, "epoch": 1, "expires": until}
    epoch = case((kept.owner == owner, kept.epoch), else_=kept.epoch + 1)
    statement = (
        dialect.insert(leases)
        .values(new)
        .on_conflict_do_update(
            index_elements=[kept.name],
            set_={"owner": owner, "expires": until, "epoch": epoch},
            where=or_(kept.owner.in_([owner, *previous]), kept.expires <= moment, kept.expires > latest),
        )
        .returning(kept.epoch)
    )
    with _at_once(engine).begin() as connection:
        found = connection.execute(statement).scalar()
    return None if found is None else int(found)


def release(engine: Engine, name: str, *, owner: str, now: datetime | None = None) -> None:
    """Give a lease back at an orderly end, so that another need not wait until it runs out."""
    mine = (leases.c.name == name, leases.c.owner == owner)
    with _at_once(engine).begin() as connection:
        connection.execute(update(leases).where(*mine).values(expires=_moment(now)))


def _at_once(engine: Engine) -> Engine:
    """Each statement a transaction of its own, where the server makes that so."""
    return engine.execution_options(isolation_level="AUTOCOMMIT") if engine.dialect.name == "postgresql" else engine

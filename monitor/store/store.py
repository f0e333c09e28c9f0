"""The store: `ports.Store` on SQLAlchemy. Every method is one transaction; the SQL is in the modules it calls."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Engine

from monitor.domain.history import history as shipped_history
from monitor.domain.model import Article, Change, Inspection, Link, Reading, Report
from monitor.domain.subscriptions import Subscription
from monitor.messages import Renderer
from monitor.ports import Delivery, LinkFailure, Outcome, Poll, Recorded, SourceState
from monitor.store import ledger, outbox, sources
from monitor.store.engine import open_engine
from monitor.store.enqueue import Context, Renders, Subscriptions
from monitor.store.ledger import History
from monitor.store.record import Policy, record
from monitor.store.subscribers import mirror


def _no_subscriptions() -> Sequence[Subscription]:
    return ()


def _no_context(_change: Change, _known: Sequence[Inspection]) -> str:
    return ""


def _official(before: date | None) -> Sequence[Inspection]:
    return shipped_history(before=before)


def open_store(
    url: str,
    *,
    subscriptions: Subscriptions = _no_subscriptions,
    renderer: Renders | None = None,
    history: History = _official,
    context: Context = _no_context,
    alert_window: timedelta = timedelta(days=30),
) -> SqlStore:
    """Open the state at ``sqlite:///PATH`` or ``postgresql://...``, made or brought up to date first.

    Args:
        url: where the state is; a SQLite file's folder is made.
        subscriptions: gives the configured subscriptions; asked again at every article, so a reload takes effect at once.
        renderer: changes into messages.
        history: the official inspections published before a day (None: all); shipped ones by default.
        context: a line that places an authority among others.
        alert_window: an inspection published longer ago is recorded and never alerted.

    Raises:
        StoreError: it cannot be opened, is another application's, or was written by a newer version.
    """
    policy = Policy(history=history, renderer=renderer or Renderer(), context=context, alert_window=alert_window)
    return SqlStore(open_engine(url), policy, subscriptions)


class SqlStore:
    """All state, in SQLite or PostgreSQL. Safe to use from several threads."""

    def __init__(self, engine: Engine, policy: Policy, subscriptions: Subscriptions) -> None:
        self.engine = engine
        self._reading = engine.execution_options(read_only=True)
        self._policy = policy
        self._subscriptions = subscriptions
        self._mirrored: Sequence[Subscription] | None = None

    # sources

    def source_state(self, name: str) -> SourceState:
        """What is remembered of a source; an empty state when it is new."""
        with self._reading.begin() as connection:
            return sources.source_state(connection, name)

    def record_poll(self, name: str, poll: Poll, *, now: datetime, next_due_at: datetime) -> tuple[Link, ...]:
        """Save links, validators and next due time in one transaction; returns the links not seen before."""
        with self.engine.begin() as connection:
            return sources.record_poll(connection, name, poll, now, next_due_at)

    def links_to_read(self, *, now: datetime, limit: int = 100) -> tuple[tuple[Link, bool], ...]:
        """Links still to be fetched and read, oldest first; the flag says it came from a source's baseline poll."""
        with self._reading.begin() as connection:
            return sources.links_to_read(connection, now, limit)

    def link_failed(self, failure: LinkFailure, *, now: datetime, retry_at: datetime | None) -> None:
        """Note a failed link; without `retry_at` it is given up."""
        with self.engine.begin() as connection:
            sources.link_failed(connection, failure, retry_at)

    # ledger

    def inspections(self, urns: Sequence[str] = (), *, as_of: date | None = None) -> tuple[Inspection, ...]:
        """What the ledger believes, oldest first; of all authorities when none are named."""
        with self._reading.begin() as connection:
            return ledger.known(connection, self._policy.history, urns, as_of)

    def record(
        self, document: Article | Report, reading: Reading, *, link: Link | None, baseline: bool, now: datetime
    ) -> Recorded:
        """Record an article or report, its judgements, the changes they make and every delivery due, in one transaction."""
        with self.engine.begin() as connection:
            wanted = tuple(self._subscriptions())
            if wanted != self._mirrored:
                mirror(connection, wanted, now)
            recorded = record(
                connection,
                document,
                reading,
                link=link,
                baseline=baseline,
                now=now,
                policy=self._policy,
                subscriptions=wanted,
            )
        self._mirrored = wanted
        return recorded

    # outbox

    def claim(self, *, owner: str, now: datetime, lease: float, limit: int = 1) -> tuple[Delivery, ...]:
        """Take pending deliveries for sending; committed before anything is sent."""
        with self.engine.begin() as connection:
            return outbox.claim(connection, owner, now, lease, limit)

    def committing(self, delivery: Delivery, *, now: datetime) -> bool:
        """Journal that the last byte is about to go; False when the claim is no longer ours or it was cancelled."""
        with self.engine.begin() as connection:
            return outbox.committing(connection, delivery, now)

    def settle(self, delivery: Delivery, outcome: Outcome, *, now: datetime, not_before: datetime | None = None) -> bool:
        """Record how a claimed delivery ended; False when the claim is no longer ours."""
        with self.engine.begin() as connection:
            return outbox.settle(connection, delivery, outcome, now, not_before)

    def recover(self, *, now: datetime, owner: str, accepted: Collection[str] = ()) -> Mapping[str, int]:
        """Put every delivery that a dead owner left behind into its right state; counts by what was done.

        `accepted` names deliveries that a provider took though the database does not know it yet. A SQLite file has one
        daemon, so whoever else claimed something is dead; on PostgreSQL only a claim past its lease is.
        """
        with self.engine.begin() as connection:
            exclusive = self.engine.dialect.name == "sqlite"
            return outbox.recover(connection, now, owner, accepted, exclusive=exclusive)

    def close(self) -> None:
        """Release connections."""
        self.engine.dispose()

"""The store's part before the ledger: sources, and the links that they announce. Every method is one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from monitor.domain.link_history import GivenUp, LastPoll, SeenLink
from monitor.domain.model import Link
from monitor.domain.source_baseline import PollRecord
from monitor.ports import LinkFailure, PollResult, SourceState, Waiting
from monitor.store import leases, links, poll_history, sources
from monitor.store.transactions import Transactions


class PollStore(Transactions):
    """What is remembered of sources and links, and who of several daemons asks them."""

    def source_state(self, name: str) -> SourceState:
        """What is remembered of a source; an empty state when it is new."""
        with self._reading.begin() as connection:
            return sources.source_states(connection, (name,)).get(name, SourceState(name=name))

    def source_states(self) -> Mapping[str, SourceState]:
        """What is remembered of every source that was ever asked, by name."""
        with self._reading.begin() as connection:
            return sources.source_states(connection)

    def record_polls(self, results: Sequence[PollResult], *, now: datetime) -> tuple[tuple[Link, ...], ...]:
        """Save links, validators and next due time of polls, all in one transaction; of each the links not seen before."""
        with self.engine.begin() as connection:
            return sources.record_polls(connection, results, now)

    def poll_soon(self, name: str, *, now: datetime) -> bool:
        """Have a source polled as soon as may be by whoever polls; False when it was never polled."""
        with self.engine.begin() as connection:
            return sources.poll_soon(connection, name, now)

    def links_to_read(self, *, now: datetime, limit: int = 100) -> tuple[Waiting, ...]:
        """Links that wait to be read and whose time has come: of each host the next ones, none that is being read."""
        with self._reading.begin() as connection:
            return links.links_to_read(connection, now, limit)

    def reading_begins(self, link: Link, *, reader: str, now: datetime) -> None:
        """Note, before a page is looked into, who looks: should that be its end, it is known which page it was."""
        with self.engine.begin() as connection:
            links.reading_begins(connection, link, reader, now)

    def reading_ended(self, *, reader: str) -> None:
        """Take back every such note of a reader, which ends in good order (or has lost the lead)."""
        with self.engine.execution_options(any_term=True).begin() as connection:
            links.reading_ended(connection, reader)

    def read_by_the_dead(self, *, reader: str, now: datetime) -> tuple[Waiting, ...]:
        """Links that were being looked into when a process died: any but `reader`'s own that cannot still be at it."""
        alone = self.guard is not None or leases.current_term() is not None  # what another one writes is refused
        with self._reading.begin() as connection:
            return links.read_by_the_dead(connection, reader, now, alone=alone)

    def link_failed(self, failure: LinkFailure, *, now: datetime, retry_at: datetime | None) -> None:
        """Note a failed link; without `retry_at` it is given up."""
        with self.engine.begin() as connection:
            links.link_failed(connection, failure, retry_at, now)

    def retry_own_faults(self, program: str, *, now: datetime, since: datetime) -> int:
        """After an upgrade, wait anew for links given up for a fault of ours; see `links.retry_own_faults`."""
        with self.engine.begin() as connection:
            return links.retry_own_faults(connection, program, now, since)

    def poll_history(self, *, since: datetime, only: str = "") -> Mapping[str, tuple[PollRecord, ...]]:
        """The polls of every source (or of one) since a moment, oldest first."""
        with self._reading.begin() as connection:
            return poll_history.poll_history(connection, since, only)

    def last_polls(self, names: Iterable[str]) -> Mapping[str, LastPoll]:
        """How each of these sources was asked last, by name; without those that never were."""
        with self._reading.begin() as connection:
            return poll_history.last_polls(connection, names)

    def find_link(self, canonical_url: str) -> SeenLink | None:
        """The announced link with this canonical address, with what became of it."""
        with self._reading.begin() as connection:
            return poll_history.find_link(connection, canonical_url)

    def given_up(self, *, since: datetime) -> tuple[GivenUp, ...]:
        """The links that were given up since a moment, oldest first."""
        with self._reading.begin() as connection:
            return poll_history.given_up(connection, since)

    def crowded(self, *, since: datetime) -> Mapping[str, int]:
        """How many pages of each source were passed over since a moment because too many waited."""
        with self._reading.begin() as connection:
            return poll_history.crowded(connection, since)

    def moved_sources(self) -> Mapping[str, str]:
        """Where sources say that they moved for good, by name."""
        with self._reading.begin() as connection:
            return sources.moved(connection)

    def acquire_lease(self, name: str, *, owner: str, length: timedelta, previous: Collection[str] = ()) -> int | None:
        """Take or renew a lease by the server's clock; its epoch, None when another holds it. See `leases.acquire`."""
        return leases.acquire(self.engine, name, owner=owner, length=length, previous=previous)

    def release_lease(self, name: str, *, owner: str) -> None:
        """Give a lease back at an orderly end, so that another need not wait until it runs out."""
        leases.release(self.engine, name, owner=owner)

    def in_term(self, name: str, *, owner: str, epoch: int) -> AbstractContextManager[None]:
        """What is begun within it writes nothing once this term is over: LostLeadError. See `leases.in_term`."""
        return leases.in_term(leases.Term(name=name, owner=owner, epoch=epoch))

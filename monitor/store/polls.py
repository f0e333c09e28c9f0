"""The store's part before the ledger: sources, and the links that they announce. Every method is one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Engine

from monitor.domain.model import Link
from monitor.ports import LinkFailure, PollResult, SourceState, Waiting
from monitor.store import links, sources


class PollStore:
    """What is remembered of sources and links."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reading = engine.execution_options(read_only=True)

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
        """Take back every such note of a reader, which ends in good order."""
        with self.engine.begin() as connection:
            links.reading_ended(connection, reader)

    def read_by_the_dead(self, *, reader: str, now: datetime) -> tuple[Waiting, ...]:
        """Links that were being looked into when a process died: any but `reader`'s own that cannot still be at it."""
        with self._reading.begin() as connection:
            return links.read_by_the_dead(connection, reader, now)

    def link_failed(self, failure: LinkFailure, *, now: datetime, retry_at: datetime | None) -> None:
        """Note a failed link; without `retry_at` it is given up."""
        with self.engine.begin() as connection:
            links.link_failed(connection, failure, retry_at, now)

    def retry_own_faults(self, program: str, *, now: datetime, since: datetime) -> int:
        """After an upgrade, wait anew for links given up for a fault of ours; see `links.retry_own_faults`."""
        with self.engine.begin() as connection:
            return links.retry_own_faults(connection, program, now, since)

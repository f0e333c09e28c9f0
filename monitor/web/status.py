"""The status page: what was found, how each source is, what became of messages, and the newest inspections known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from monitor import __version__
from monitor.app.daemon import Health
from monitor.domain.model import Area, Inspection
from monitor.ports import SourceState
from monitor.web.news import MAX_ROWS, found_rows
from monitor.web.pages import rendered

if TYPE_CHECKING:
    from monitor.app.runtime import Runtime
    from monitor.store.matching import RecordedChange


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedSource:
    """A source and what is remembered of it."""

    name: str
    outlet: str
    interval: float  #: seconds
    state: SourceState

    @property
    def condition(self) -> str:
        """One word on how it is."""
        if self.state.failures:
            return "failing"
        return "fine" if self.state.last_success else "not asked yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the page shows."""

    now: datetime
    sources: tuple[WatchedSource, ...]
    channels: tuple[str, ...]
    subscriptions: int
    newest: tuple[Inspection, ...]  #: newest first
    changes: tuple[RecordedChange, ...] = ()  #: newest first
    messages: Mapping[str, int] = field(default_factory=dict, hash=False)  #: state -> how many
    for_review: int = 0  #: judgements that a person is asked about
    waiting_since: datetime | None = None  #: the longest waiting message could have gone then

    @property
    def heard(self) -> bool:
        """Whether any source has ever answered."""
        return any(source.state.last_success for source in self.sources)


def status_of(runtime: Runtime) -> Status:
    """What is to be shown of an assembled monitor, read from its store."""
    newest = sorted(runtime.store.inspections(as_of=runtime.clock.today()), key=lambda each: each.rank_key, reverse=True)
    return Status(
        now=runtime.clock.now(),
        sources=tuple(
            WatchedSource(name=s.name, outlet=s.outlet, interval=s.interval, state=runtime.store.source_state(s.name))
            for s in runtime.sources
        ),
        channels=tuple(sorted(runtime.channels)),
        subscriptions=sum(not each.paused for each in runtime.store.in_force(runtime.subscriptions)),
        newest=tuple(newest[:12]),
        changes=runtime.store.newest_changes(inspections=MAX_ROWS),
        messages={str(state): count for state, count in runtime.store.delivery_counts().items()},
        for_review=runtime.store.count_reviews_waiting(now=runtime.clock.now()),
        waiting_since=runtime.store.oldest_due(),
    )


def render_status(status: Status, health: Health) -> str:
    """The page as HTML; everything that came from outside is escaped."""
    return rendered(
        "status.html",
        title="Ofsted rating monitor",
        status=status,
        health=health,
        version=__version__,
        areas=tuple(Area),
        found=found_rows(status.changes),
    )

"""How the monitor is: its sources, what became of its messages, and what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from monitor import __version__
from monitor.app.daemon import Health
from monitor.ports import SourceState
from monitor.web.pages import rendered

if TYPE_CHECKING:
    from monitor.app.runtime import Runtime


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
    messages: Mapping[str, int] = field(default_factory=dict, hash=False)  #: state -> how many
    for_review: int = 0  #: judgements that a person is asked about
    waiting_since: datetime | None = None  #: the longest waiting message could have gone then

    @property
    def heard(self) -> bool:
        """Whether any source has ever answered."""
        return any(source.state.last_success for source in self.sources)


def status_of(runtime: Runtime) -> Status:
    """What is to be shown of an assembled monitor, read from its store."""
    return Status(
        now=runtime.clock.now(),
        sources=tuple(
            WatchedSource(name=s.name, outlet=s.outlet, interval=s.interval, state=runtime.store.source_state(s.name))
            for s in runtime.sources
        ),
        channels=tuple(sorted(runtime.channels)),
        subscriptions=sum(not each.paused for each in runtime.store.in_force(runtime.subscriptions)),
        messages={str(state): count for state, count in runtime.store.delivery_counts().items()},
        for_review=runtime.store.count_reviews_waiting(now=runtime.clock.now()),
        waiting_since=runtime.store.oldest_due(),
    )


def render_status(status: Status, health: Health) -> str:
    """The page as HTML; everything that came from outside is escaped."""
    return rendered(
        "status.html",
        title="Sources",
        here="/sources",
        status=status,
        health=health,
        version=__version__,
    )

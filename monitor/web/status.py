"""How the monitor is: its sources, what became of its messages, and what waits for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from monitor import __version__
from monitor.app.daemon import Health
from monitor.domain.first_heard import OutletRecord
from monitor.domain.link_history import LastPoll
from monitor.domain.poll_failures import failure_words
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
    last: LastPoll | None = None  #: None: it was never asked

    @property
    def words(self) -> str:
        """How it is, for people: what is the matter, where something is."""
        if not self.state.failures:
            return "answers" if self.state.last_success else "not asked yet"
        times = f"{self.state.failures} times in a row" if self.state.failures > 1 else "once"
        why = f": {failure_words(self.last.reason)}" if self.last and self.last.reason else ""
        return f"failed {times}{why}"

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
    states, last = runtime.store.source_states(), runtime.store.last_polls([each.name for each in runtime.sources])
    return Status(
        now=runtime.clock.now(),
        sources=tuple(
            WatchedSource(
                name=each.name,
                outlet=each.outlet,
                interval=each.interval,
                state=states.get(each.name, SourceState(name=each.name)),
                last=last.get(each.name),
            )
            for each in runtime.sources
        ),
        channels=tuple(sorted(runtime.channels)),
        subscriptions=sum(not each.paused for each in runtime.store.in_force(runtime.subscriptions)),
        messages={str(state): count for state, count in runtime.store.delivery_counts().items()},
        for_review=runtime.store.count_reviews_waiting(now=runtime.clock.now()),
        waiting_since=runtime.store.oldest_due(),
    )


def render_status(status: Status, health: Health, outlets: Sequence[OutletRecord] = ()) -> str:
    """The page as HTML, with how each outlet did; everything that came from outside is escaped."""
    return rendered(
        "status.html",
        title="Sources",
        here="/sources",
        status=status,
        health=health,
        outlets=outlets,
        version=__version__,
    )

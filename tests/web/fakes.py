"""A monitor for the pages to show: a daemon that is as well as it is told to be, and something found."""

from __future__ import annotations

from datetime import UTC, date, datetime

from monitor.app.daemon import Health
from monitor.domain.authorities import find
from monitor.domain.model import Area, Change, ChangeKind, Inspection, Rating, SourceClass
from monitor.ports import SourceState
from monitor.store.matching import RecordedChange
from monitor.web.status import Status, WatchedSource

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)
LEEDS = find("Leeds")
assert LEEDS is not None

STATUS = Status(
    now=NOW,
    sources=(
        WatchedSource(name="gazette", outlet="The Gazette", interval=900, state=SourceState(name="gazette", last_success=NOW)),
        WatchedSource(
            name="<b>evil</b>", outlet="<script>alert(1)</script>", interval=900, state=SourceState(name="evil", failures=3)
        ),
    ),
    channels=("mail", "team"),
    subscriptions=2,
    newest=(Inspection(authority=LEEDS, published=date(2026, 8, 1), ratings={Area.LEADERSHIP: Rating.REQUIRES_IMPROVEMENT}),),
)


def found(
    evidence: str = "Leeds is <b>inadequate</b>.",
    url: str = "https://gazette.example/a?b=1&c=2",
    outlet: str = "The Gazette",
) -> RecordedChange:
    """A change of Leeds, as an outlet told it."""
    change = Change(
        key="k",
        inspection=STATUS.newest[0],
        area=Area.LEADERSHIP,
        old=Rating.GOOD,
        new=Rating.INADEQUATE,
        kinds=frozenset({ChangeKind.INTO_INADEQUATE}),
        evidence=evidence,
        url=url,
        outlet=outlet,
    )
    return RecordedChange(id="1", change=change, source_class=SourceClass.PRESS, silent="outside_alert_window")


class FakeDaemon:
    """Starts, stops and is as healthy as it is told to be."""

    def __init__(self) -> None:
        self.health = Health(
            started=NOW, beat=0.1, polls=3, failed_polls=1, last_poll=NOW, recorded=2, changes=1, delivering=True
        )
        self.life: list[str] = []

    async def start(self) -> None:
        self.life.append("started")

    async def stop(self) -> None:
        self.life.append("stopped")

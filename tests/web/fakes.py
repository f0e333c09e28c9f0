"""A monitor for the pages to show: a daemon that is as well as it is told to be, and a small record."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would rather use another HTTP client than the one that everything else here uses
    from starlette.testclient import TestClient

from monitor.app.daemon import Health
from monitor.domain.model import Inspection
from monitor.domain.public_record import Believed, ReportPage
from monitor.domain.recorded_change import RecordedChange
from monitor.ports import SourceState
from monitor.web.queries.record import RecordCache
from monitor.web.site import Site
from monitor.web.status import Status, WatchedSource
from monitor.web.work import Work
from tests.builders import StoppedClock, official

__all__ = ["TestClient"]

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)

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
)

WORK = Work(last_good_poll=NOW, oldest_due=None, disk_free=5_000_000_000, sources=2, failing=1, never=1)

#: Two councils, one of which moved.
RECORD = (
    official("Leeds", "overall good, leadership good, children_in_care good", published=date(2022, 5, 3)),
    official("Kent", "overall requires_improvement, leadership requires_improvement", published=date(2023, 2, 7)),
    official("Leeds", "leadership inadequate, children_in_care good", published=date(2026, 7, 28)),
)


class FakeRecord:
    """A store that believes what it is told to, and counts how often it is asked for all of it."""

    def __init__(self, *inspections: Inspection, changes: tuple[RecordedChange, ...] = ()) -> None:
        self.inspections = inspections
        self.changes = changes
        self.version = 1
        self.asked = 0

    def record_version(self) -> str:
        return str(self.version)

    def believed(self, *, as_of: date | None = None) -> Believed:
        self.asked += 1
        return Believed(inspections=self.inspections, changes=self.changes)

    def report_pages(self, inspection: str) -> tuple[ReportPage, ...]:
        return ()

    def becomes(self, *inspections: Inspection) -> None:
        """Believe something else from now on."""
        self.inspections = inspections
        self.version += 1


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


def site_of(
    daemon: FakeDaemon | None = None,
    status: Callable[[], Status] = lambda: STATUS,
    *,
    record: FakeRecord | None = None,
    clock: StoppedClock | None = None,
    **changed: Any,
) -> Site:
    """What the pages stand on, without a monitor."""
    there, time = daemon or FakeDaemon(), clock or StoppedClock(NOW)
    return Site(
        record=RecordCache(record or FakeRecord(*RECORD), time),
        status=status,
        health=lambda: there.health,
        work=lambda: WORK,
        clock=time,
        **changed,
    )

"""When silence is told of: a week without a change, and sources that cannot be heard. Pure; only for who asks for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.calendar import london_day
from monitor.domain.digests import latest_slot
from monitor.domain.model import SourceClass, Trust
from monitor.domain.subscriptions import Frequency, Subscription

WEEKLY = "weekly"
#: A word on a week that comes later than this says nothing that anybody waits for.
_LATEST = timedelta(days=2)
#: Of a week that somebody was there for less than this of, there is nothing to say.
_WATCHED = timedelta(days=1)
#: Sources that cannot be heard for so long are told of.
DOWN_AFTER = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCoverage:
    """One source as silence knows it: what it is called, and since when it cannot be trusted to tell."""

    outlet: str
    source_class: SourceClass
    down_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """Every source that is watched, and when the list of all official reports was last read."""

    sources: tuple[SourceCoverage, ...]
    official_at: datetime | None = None

    @property
    def troubled(self) -> tuple[str, ...]:
        """Outlets that cannot be trusted to tell at present."""
        return tuple(sorted({source.outlet for source in self.sources if source.down_since}, key=str.casefold))

    @property
    def healthy(self) -> int:
        """How many sources can."""
        return sum(source.down_since is None for source in self.sources)


def due_week(subscription: Subscription, began: datetime, now: datetime) -> datetime | None:
    """The end of the week that a subscription is to be told of now, if any: Mondays at half past seven, London time."""
    slot = latest_slot(Frequency.WEEKLY, now)
    if subscription.no_news != WEEKLY or subscription.paused or began > slot - _WATCHED or now - slot > _LATEST:
        return None
    if subscription.quiet is not None and subscription.quiet.over(now) > now:
        return None  # asked again when the quiet hours are over
    return slot


def week_key(subscription: str, slot: datetime) -> str:
    """The name of one week of one subscription: told once, however often the clock says so."""
    return f"silence:{subscription}:{london_day(slot).isoformat()}"


def all_down(subscription: Subscription, coverage: Coverage, now: datetime) -> tuple[SourceCoverage, ...]:
    """The sources of a list when none of them has been heard for days: hearing nothing then means nothing. Else none."""
    classes = subscription.source_classes
    if subscription.minimum_trust is Trust.CONFIRMED:
        classes = frozenset({SourceClass.OFFICIAL})  # nobody else confirms
    mine = [source for source in coverage.sources if not classes or source.source_class in classes]
    since = [source.down_since for source in mine if source.down_since is not None]
    if subscription.no_news != WEEKLY or subscription.paused or not mine or len(since) < len(mine):
        return ()
    return tuple(mine) if now - max(since) >= DOWN_AFTER else ()


def outage_key(subscription: str, sources: Sequence[SourceCoverage]) -> str:
    """The name of one spell of deafness, from when the last source fell silent."""
    last = max(source.down_since for source in sources if source.down_since)
    return f"deaf:{subscription}:{last.isoformat(timespec='hours')}"

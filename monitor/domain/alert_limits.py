"""When news is too much: a storm of it is held until somebody has looked, a flood to one person becomes one message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.domain.model import SourceClass

CLOCK_TOLERANCE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
#: A message that could not be handed over for this long is a failure that somebody has to look at.
GIVE_UP = timedelta(hours=72)
#: So many messages an hour may a person get at once; what comes after them waits and goes out as one.
MAX_PER_HOUR = 10
#: What is seen this many days by the calendar after it was published (so at least 72 hours) is caught up with ...
CATCH_UP_DAYS = 4
#: ... in one message, for which this long is waited.
CATCH_UP_WAIT = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class StormLimits:
    """How many authorities may have news. Since 2018 Ofsted published at most 10 in a day and 16 in 30 days.

    One article may round up a whole day: real ones tell of six councils. The limits of a day and a month are each outlet's
    own; `outlets_together` times as many may come from all that keep to theirs.
    """

    a_day: int = 12
    a_month: int = 24
    a_document: int = 12
    an_official_document: int = 12
    outlets_together: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One authority that had news at a moment."""

    urn: str
    at: datetime
    outlet: str = ""


def storm(
    urns: Collection[str],
    source_class: SourceClass,
    recent: Sequence[Seen],
    now: datetime,
    limits: StormLimits = StormLimits(),
    *,
    outlet: str = "",
) -> str:
    """Why the news of these authorities, told by one document, is held back; empty when it is not. Pure.

    Args:
        urns: authorities with news in the document.
        source_class: whose document it is.
        recent: authorities with announced news before, at least of the last 30 days.
        now: the moment of recording.
        limits: how much is believed.
        outlet: that told this news; one that floods holds up its own news and nobody else's.
    """
    most = limits.an_official_document if source_class is SourceClass.OFFICIAL else limits.a_document
    if len(set(urns)) > most:
        return f"storm: one document tells of {len(set(urns))} authorities, more than {most}"
    for days, limit in ((1, limits.a_day), (30, limits.a_month)):
        since = now - timedelta(days=days)
        told: dict[str, set[str]] = defaultdict(set, {outlet: set(urns)})
        for seen in recent:
            if seen.at >= since:
                told[seen.outlet].add(seen.urn)
        if len(told[outlet]) > limit:
            who = f" from {outlet}" if outlet else ""
            return f"storm: news{who} of {len(told[outlet])} authorities within {days} days, more than {limit}"
        together = set[str]().union(*(theirs for theirs in told.values() if len(theirs) <= limit))
        if len(together) > limit * limits.outlets_together:
            most = limit * limits.outlets_together
            return f"storm: news of {len(together)} authorities within {days} days, more than {most}"
    return ""


def earliest_send(
    now: datetime, group_wait: timedelta, made: Sequence[datetime], most: int = MAX_PER_HOUR, days_late: int = 0
) -> datetime:
    """From when a new message to one person may go, so that what comes until then can join it. Pure.

    Args:
        now: the moment of recording.
        group_wait: how long every message waits for company.
        made: when messages to this person were made before.
        most: so many an hour go out; the next one waits until fewer are younger than an hour.
        days_late: between publication and `now`. After days without us there is more of the same to come: it is one message.
    """
    start = now + (max(group_wait, CATCH_UP_WAIT) if days_late >= CATCH_UP_DAYS else group_wait)
    # What was made later than now was made by a clock that was ahead, and is older than it says.
    young = sorted(moment for moment in made if now - HOUR < moment <= now + CLOCK_TOLERANCE)
    return max(start, young[-most] + HOUR) if len(young) >= most else start

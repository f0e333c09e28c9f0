"""What a person should look at: sources that went blind, messages in doubt, a queue that does not move, a full disk."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.domain.health import Watched, alarms
from monitor.ports import DeliveryState, Source

if TYPE_CHECKING:
    from monitor.bootstrap import Parts

#: How far back a source's habits are learnt from.
HISTORY = timedelta(days=60)
#: A message that could have gone this long ago and has not is stuck.
STUCK = timedelta(minutes=15)
#: Less than this, in bytes, and the next commit may fail.
LEAST_SPACE = 64 * 1024 * 1024
_WORDS = {
    DeliveryState.UNCERTAIN: "nobody knows whether {count} message(s) arrived; `monitor outbox list`",
    DeliveryState.HELD: "{count} message(s) are held; `monitor outbox list`, then release or drop",
    DeliveryState.FAILED: "{count} message(s) were refused for good; `monitor outbox list`",
}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Raised:
    """One alarm: what it is about and what is the matter. Equal alarms are one alarm, however often they are found."""

    about: str
    message: str

    def __str__(self) -> str:
        return f"{self.about}: {self.message}"


def of_outbox(counts: Mapping[DeliveryState, int], waiting_since: datetime | None, now: datetime) -> list[Raised]:
    """What is the matter with messages."""
    found = [
        Raised(about="outbox", message=words.format(count=counts[state]))
        for state, words in _WORDS.items()
        if counts.get(state)
    ]
    if waiting_since is not None and now - waiting_since > STUCK:
        found.append(Raised(about="outbox", message=f"a message has been due since {waiting_since:%d %b %H:%M} UTC"))
    return found


def of_space(free: int) -> list[Raised]:
    """What is the matter with the disk; `free` is in bytes."""
    if free >= LEAST_SPACE:
        return []
    return [Raised(about="disk", message=f"only {free >> 20} MB are left where the state is")]


def of_returned(trouble: str) -> list[Raised]:
    """What is the matter with the mailbox that returned mail comes to."""
    return [Raised(about="returned mail", message=trouble)] if trouble else []


def _of_sources(sources: Sequence[Source], parts: Parts, now: datetime) -> list[Raised]:
    from monitor.store.watch import poll_history

    histories = poll_history(parts.store.engine, since=now - HISTORY)
    found = []
    for source in sources:
        cadence = getattr(source, "cadence", 0.0)
        watched = Watched(
            name=source.name,
            interval=timedelta(seconds=source.interval),
            cadence=timedelta(seconds=cadence) if cadence else None,
        )
        found += [
            Raised(about=source.name, message=f"{alarm.message}, since {alarm.since:%d %b %H:%M} UTC")
            for alarm in alarms(watched, histories.get(source.name, ()), now)
        ]
    return found


def look(parts: Parts) -> tuple[Raised, ...]:
    """Every alarm there is cause for now, in a fixed order. Reads the store; blocking."""
    now = parts.clock.now()
    return tuple(
        sorted(
            [
                *_of_sources(parts.sources, parts, now),
                *of_outbox(parts.store.delivery_counts(), parts.store.oldest_due(), now),
                *of_returned(parts.postmaster.trouble if parts.postmaster else ""),
                *of_space(shutil.disk_usage(parts.settings.state).free),
            ]
        )
    )

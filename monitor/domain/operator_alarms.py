"""What the operator is told of alarms and when: once, when there is more of it, after a week, and when it ends. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

#: What is well for so long has ended; what comes back sooner never went.
ENDED_AFTER = timedelta(hours=2)
#: What still stands is told again.
REMIND_AFTER = timedelta(days=7)
#: Alarms that can wait are gathered: one message an hour.
PAUSE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Alarm:
    """One alarm: what it is about and what is the matter. `about` and `name` make it the same alarm from look to look."""

    about: str  #: a source, ``channel NAME``, ``outbox`` ...
    name: str = ""
    message: str
    weight: int = 1  #: how many of it there are: more is news
    since: datetime | None = None
    urgent: bool = False  #: whether it concerns messages, not one source among many

    def __str__(self) -> str:
        return f"{self.about}: {self.message}"

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by."""
        return (self.about, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """One way to the operator: a channel, and the address within it where it needs one."""

    channel: str
    to: str = ""

    @property
    def target(self) -> str:
        """Who is reached; kept apart from subscribers, who may have the same address."""
        return f"operator:{self.channel}:{self.to.casefold()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveAlarm:
    """An alarm as it is remembered, with what was said of it."""

    about: str
    name: str
    message: str
    weight: int
    since: datetime
    seen_at: datetime
    ended_at: datetime | None = None
    told_at: datetime | None = None
    told_weight: int = 0
    delivery: str | None = None  #: that told of it
    urgent: bool = False  #: as it was found now; not remembered
    lost: bool = False  #: whether its channel did not hand over what told of it, and there is another; not remembered

    @property
    def key(self) -> tuple[str, str]:
        """What it is known by."""
        return (self.about, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be remembered, and what is to be told in one message; nothing is when both parts are empty."""

    standing: tuple[ActiveAlarm, ...]
    forgotten: tuple[tuple[str, str], ...] = ()  #: keys
    firing: tuple[ActiveAlarm, ...] = ()  #: alarms
    ended: tuple[ActiveAlarm, ...] = ()


def decide(standing: Sequence[ActiveAlarm], found: Sequence[Alarm], now: datetime) -> Decision:
    """What to say of the alarms `found` now, after what was remembered of the ones before."""
    before = {each.key: each for each in standing}
    raised = {each.key: each for each in found}
    current = [_seen(before.get(key), each, now) for key, each in raised.items()]
    unsaid, waiting = _absent([each for key, each in before.items() if key not in raised], now)
    ended = [each for each in waiting if each.ended_at and now - each.ended_at >= ENDED_AFTER]
    to_tell = [each for each in current if _is_news(each, now)]
    if _can_wait(standing, to_tell, now):
        to_tell, ended = [], []
    return Decision(
        standing=(*current, *(each for each in waiting if each not in ended)),
        forgotten=tuple(each.key for each in (*unsaid, *ended)),
        firing=tuple(sorted(to_tell, key=lambda each: (not each.urgent, each.key))),
        ended=tuple(sorted(ended, key=lambda each: each.key)),
    )


def _absent(absent: Sequence[ActiveAlarm], now: datetime) -> tuple[list[ActiveAlarm], list[ActiveAlarm]]:
    """Of alarms that are raised no more those that came and went untold, of which nobody need know, and the others, ended."""
    unsaid = [each for each in absent if each.told_at is None]
    return unsaid, [each if each.ended_at else replace(each, ended_at=now) for each in absent if each.told_at is not None]


def _can_wait(standing: Sequence[ActiveAlarm], to_tell: Sequence[ActiveAlarm], now: datetime) -> bool:
    """Whether what is to be told waits for the next message, because the last one was just now."""
    said = max((each.told_at for each in standing if each.told_at), default=None)
    return said is not None and now - said < PAUSE and not any(each.urgent or each.lost for each in to_tell)


def mark_notified(decision: Decision, delivery: str, now: datetime) -> tuple[ActiveAlarm, ...]:
    """What is to be remembered once `delivery` tells of a decision."""
    keys = {each.key for each in decision.firing}
    return tuple(
        replace(each, told_at=now, told_weight=each.weight, delivery=delivery) if each.key in keys else each
        for each in decision.standing
    )


def _seen(before: ActiveAlarm | None, raised: Alarm, now: datetime) -> ActiveAlarm:
    if before is None:
        return ActiveAlarm(
            about=raised.about,
            name=raised.name,
            message=raised.message,
            weight=raised.weight,
            since=raised.since or now,
            seen_at=now,
            urgent=raised.urgent,
        )
    return replace(
        before,
        message=raised.message,
        weight=raised.weight,
        seen_at=now,
        ended_at=None,
        told_weight=min(before.told_weight, raised.weight),  # what became less and more again is news
        urgent=raised.urgent,
    )


def _is_news(standing: ActiveAlarm, now: datetime) -> bool:
    if standing.told_at is None or standing.weight > standing.told_weight or standing.lost:
        return True
    return now - standing.told_at >= REMIND_AFTER


def channels_in_trouble(found: Sequence[Alarm]) -> set[str]:
    """The channels that alarms are about."""
    return {each.about.removeprefix("channel ") for each in found if each.about.startswith("channel ")}


def select_receiver(ways: Sequence[Receiver], avoided: Sequence[str]) -> Receiver:
    """The first way whose channel is not `avoided`; the first of all where none is left. `ways` are not empty."""
    return next((way for way in ways if way.channel not in avoided), ways[0])

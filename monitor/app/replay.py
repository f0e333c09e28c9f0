"""What a subscriber would have been told: the past through ledger, subscriptions and messages, and nothing is sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from monitor.domain.context import context_line, previous_of
from monitor.domain.digests import latest_slot
from monitor.domain.message import Message
from monitor.domain.model import Area, Change
from monitor.domain.replay import Day
from monitor.domain.subscriptions import Frequency, LedgerView, Subscription, currently_inadequate, wanted_because
from monitor.messages import Notice, Renderer
from monitor.messages.notice import purpose_of
from monitor.messages.reasons import subscription_words

_MORNING = time(9, 30)
#: How long a digest gathers.
_PERIODS = {Frequency.DAILY: timedelta(days=1), Frequency.WEEKLY: timedelta(days=7)}
#: Messages that a preview shows in full.
MAX_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedMessage:
    """One message that a subscriber would have had."""

    day: date
    changes: tuple[Change, ...]
    message: Message


def replayed_messages(
    days: Iterable[Day], subscription: Subscription, *, since: date | None = None
) -> Iterator[ReplayedMessage]:
    """The messages of one subscription, in order. Those before `since` are left out, and still count as told."""
    renderer, why = Renderer(), f"{subscription_words(subscription.name)} would have told you."
    for step, wanted in _told(days, subscription, since):
        yield _replayed(step, wanted, subscription, renderer, why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a subscription would have been told since a day: how many alerts, and the newest of them, newest first."""

    since: date
    count: int
    messages: int  #: in how many messages: those that wait for a day of the week, or for the morning, go together
    newest: tuple[ReplayedMessage, ...]


def preview(days: Iterable[Day], subscription: Subscription, *, since: date, most: int = MAX_SHOWN) -> Preview:
    """How many alerts a subscription would have had, and the newest `most` in full: to write one takes its time."""
    found = list(_told(days, subscription, since))
    renderer, why = Renderer(), "You would have had this with what you chose."
    newest = tuple(_replayed(step, wanted, subscription, renderer, why) for step, wanted in reversed(found[-most:]))
    period = _PERIODS.get(subscription.frequency)
    slots = {latest_slot(subscription.frequency, _heard(step.day) + period) for step, _ in found} if period else set()
    return Preview(since=since, count=len(found), messages=len(slots) or len(found), newest=newest)


def _told(days: Iterable[Day], subscription: Subscription, since: date | None) -> Iterator[tuple[Day, tuple[Change, ...]]]:
    """The days on which a subscription would have been told of something, and of what."""
    told: set[tuple[str, Area]] = set()
    for step in days:
        own = [inspection for inspection in step.known if inspection.authority == step.attestation.authority]
        inadequate = currently_inadequate(own)
        wanted = []
        for change in step.decision.changes:
            event = (change.inspection.key, change.area)
            view = LedgerView(
                inadequate=inadequate, source_class=step.attestation.source_class, day=step.day, told=event in told
            )
            if wanted_because(subscription, change, view):
                wanted.append(change)
                told.add(event)
        if wanted and (since is None or step.day >= since):
            yield step, tuple(wanted)


def _heard(day: date) -> datetime:
    """When the news of a day is heard."""
    return datetime.combine(day, _MORNING, tzinfo=UTC)


def _replayed(
    step: Day, changes: tuple[Change, ...], subscription: Subscription, renderer: Renderer, why: str
) -> ReplayedMessage:
    inspection = changes[0].inspection
    previous = previous_of(inspection, step.known)
    notice = Notice(
        id=f"replay-{inspection.key}",
        created=_heard(step.day),
        changes=changes,
        purpose=purpose_of(changes),
        previous={inspection.key: previous} if previous else {},
        reasons=(why,),
        notes=(subscription.note,) if subscription.note else (),
        context={inspection.authority.urn: context_line(changes[0], step.known)},
    )
    return ReplayedMessage(day=step.day, changes=changes, message=renderer.render(notice))


def a_year(messages: Sequence[ReplayedMessage], first: date, last: date) -> float:
    """Messages a year between two days."""
    return len(messages) / max((last - first).days / 365.25, 1 / 12)

"""From news to what each person is told, in stages that decide and write nothing: route | suppress | group | hold | schedule.

`enqueue` reads what they need, renders what they decided, and gives it to one writer. Each branch has a name (`Reason`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from monitor.domain.alert_limits import earliest_send
from monitor.domain.model import Change, ChangeKind, Inspection, SourceClass
from monitor.domain.movement import direction, disputed
from monitor.domain.subscriptions import UPDATES, Frequency, LedgerView, Subscription, currently_inadequate, wanted_because
from monitor.messages import Purpose
from monitor.messages.notice import purpose_of
from monitor.ports import DeliveryState

#: Whether a subscription's reader was told of a change's area before, and whether by this subscription.
WasTold = Callable[[Subscription, Change], tuple[bool, bool]]


class Reason(StrEnum):
    """Why a change that a subscription wants is told at once, or is not."""

    NOW = "now"
    DIGEST = "waits for its digest"
    TOLD = "told by an earlier message"  #: by another subscription of the same person, or before a repetition
    DOUBTFUL = "it may have been sent before the database was put back"


@dataclass(frozen=True, kw_only=True)
class News:
    """Changes of one document, with their ids in the database and what matching and rendering may know of them."""

    changes: Mapping[str, Change]  #: by id
    known: Sequence[Inspection]  #: what is believed of every authority
    source_class: SourceClass
    outlet: str = ""  #: whose document it is
    days_late: int = 0  #: between the document's publication and now

    @cached_property
    def inadequate(self) -> frozenset[str]:
        """URNs of who was inadequate before this news."""
        mine = {change.inspection.key for change in self.changes.values()}
        urns = {change.authority.urn for change in self.changes.values()}
        return currently_inadequate([i for i in self.known if i.authority.urn in urns and i.key not in mine])


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What was told before of the inspections of some news."""

    alerted: Collection[tuple[str, str]]  #: change id, subscription
    told: Mapping[tuple[str, str], str]  #: by change id and target: the delivery
    was_told: WasTold
    doubtful: Collection[tuple[str, str]] = ()  #: change id and target of what may have been told before a restore
    suspended: Collection[str] = ()  #: targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One change for one subscription."""

    change: str  #: its id
    subscription: Subscription
    because: str  #: why it is for it

    @property
    def event(self) -> tuple[str, str]:
        """What is told to whom: change id and target."""
        return self.change, self.subscription.target


@dataclass(kw_only=True)
class Waiting:
    """A message that nobody has begun to send, and what it is made of."""

    id: str  #: of its delivery
    purpose: Purpose
    not_before: datetime
    changes: dict[str, Change] = field(default_factory=dict)  #: by id
    because: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  #: by subscription: why each is for it
    days_late: dict[str, int] = field(default_factory=dict)  #: by inspection


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Everything that one person is to be told at once."""

    target: str
    subscriptions: Mapping[str, Subscription]  #: by name; the first one says where it goes
    changes: Mapping[str, Change]  #: by id
    because: Mapping[str, Sequence[str]]  #: by subscription: why each is for it
    updated: frozenset[str]  #: inspections of which this person was told what is now confirmed or corrected
    reason: Reason = Reason.NOW
    waiting: Waiting | None = None  #: the message that it joins

    @property
    def lead(self) -> Subscription:
        """By which it goes."""
        return next(iter(self.subscriptions.values()))

    @property
    def before(self) -> Mapping[str, Change]:
        """What the message that it joins tells, by id."""
        return self.waiting.changes if self.waiting else {}

    @property
    def purpose(self) -> Purpose:
        """An update where all of it continues what was sent before; details that a report adds are no second alert."""
        if self.waiting is not None and self.waiting.purpose is Purpose.CHANGE:
            return Purpose.CHANGE
        everything = (*self.before.values(), *self.changes.values())
        continued = self.updated | (set(self.waiting.days_late) if self.waiting else set())
        if {change.inspection.key for change in everything} <= continued:
            return purpose_of(everything)
        return Purpose.CHANGE

    @property
    def all_because(self) -> Mapping[str, Sequence[str]]:
        """Why, by subscription, of the whole message."""
        whole = {name: list(why) for name, why in (self.waiting.because if self.waiting else {}).items()}
        for name, why in self.because.items():
            whole.setdefault(name, []).extend(why)
        return whole

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to tell: what waited is withdrawn before anybody read it."""
        return self.waiting is not None and not merged(self.before, self.changes)


def route(news: News, subscriptions: Sequence[Subscription], history: History) -> Iterator[Match]:
    """Which change is for which subscription; none that has its alert."""
    for identity, change in news.changes.items():
        views = {
            (told, alerted): LedgerView(inadequate=news.inadequate, source_class=news.source_class, told=told, alerted=alerted)
            for told in (False, True)
            for alerted in (False, True)
        }
        for subscription in subscriptions:
            if (identity, subscription.name) in history.alerted:
                continue
            because = wanted_because(subscription, change, views[history.was_told(subscription, change)])
            if because:
                yield Match(change=identity, subscription=subscription, because=because)


def suppress(match: Match, history: History) -> Reason:
    """Why a match is told at once, or is not."""
    if match.subscription.frequency is not Frequency.IMMEDIATE:
        return Reason.DIGEST
    if match.event in history.told:
        return Reason.TOLD
    return Reason.DOUBTFUL if match.event in history.doubtful else Reason.NOW


def group(matches: Iterable[Match], news: News, history: History, reason: Reason) -> tuple[Group, ...]:
    """The matches of one reason, by whom they are for: a person gets one message, by the first subscription that wants it."""
    by_target: dict[str, list[Match]] = defaultdict(list)
    for match in matches:
        if suppress(match, history) is reason:
            by_target[match.subscription.target].append(match)
    return tuple(_group(target, mine, news, history, reason) for target, mine in by_target.items())


def _group(target: str, mine: Sequence[Match], news: News, history: History, reason: Reason) -> Group:
    because: dict[str, list[str]] = defaultdict(list)
    updated = set()
    for match in mine:
        change = news.changes[match.change]
        because[match.subscription.name].append(match.because)
        if change.kinds & UPDATES and history.was_told(match.subscription, change)[0]:
            updated.add(change.inspection.key)
    return Group(
        target=target,
        subscriptions={match.subscription.name: match.subscription for match in mine},
        changes={match.change: news.changes[match.change] for match in mine},
        because=because,
        updated=frozenset(updated),
        reason=reason,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """In which state a new delivery begins, and why; no reason where it simply goes."""

    state: DeliveryState = DeliveryState.PENDING
    reason: str = ""


def hold(each: Group, storm: str, history: History) -> Held:
    """Whether a new message goes at all: to a suspended address never, in a `storm` or in doubt when the operator says so."""
    if each.target in history.suspended:
        return Held(state=DeliveryState.CANCELLED, reason="suspended")
    if storm:
        return Held(state=DeliveryState.HELD, reason=storm)
    if each.reason is Reason.DOUBTFUL:
        return Held(state=DeliveryState.HELD, reason=Reason.DOUBTFUL.value)
    return Held()


def schedule(each: Group, made: Sequence[datetime], group_wait: timedelta, limit: int, late: int, now: datetime) -> datetime:
    """When a message may go: after what else may come, not too many an hour, in nobody's quiet hours, no later than it was to.

    `made` is when this person's latest messages were, `limit` how many there may be in an hour, and the news is `late` by so
    many days.
    """
    start = earliest_send(now, group_wait, made, limit, late)
    not_before = min(s.quiet.over(start) if s.quiet else start for s in each.subscriptions.values())
    return min(not_before, each.waiting.not_before) if each.waiting else not_before


def days_late(each: Group, news: News) -> Mapping[str, int]:
    """How late a whole message is, in days by inspection."""
    found = dict(each.waiting.days_late) if each.waiting else {}
    for change in each.changes.values():
        found[change.inspection.key] = max(found.get(change.inspection.key, 0), news.days_late)
    return found


def change_set(keys: Iterable[str], purpose: str) -> str:
    """The identity of a set of changes told for one purpose, whatever order they are in."""
    return hashlib.sha256("\n".join([purpose, *sorted(keys)]).encode()).hexdigest()


def merged(before: Mapping[str, Change], now: Mapping[str, Change]) -> tuple[Change, ...]:
    """Both as one message tells them: of each area of an inspection the latest word.

    Nobody has read the word before it, so it corrects nothing but what that one would have corrected, and what it withdraws
    need not be told at all. Of two words that disagree the lower grade is told, and that there is another.
    """
    latest: dict[tuple[str, str], Change] = {}
    for change in (*before.values(), *now.values()):
        earlier = latest.get((change.inspection.key, change.area))
        latest[change.inspection.key, change.area] = _together(earlier, change) if earlier else change
    return tuple(change for change in latest.values() if change.new or change.reported)


def _together(earlier: Change, change: Change) -> Change:
    """Two words on one area, of which nobody has read the first."""
    if ChangeKind.DISPUTED not in earlier.kinds | change.kinds:
        return replace(change, reported=earlier.reported)
    if earlier.new is None or change.new is None or earlier.new is change.new:
        return change
    low, other = (earlier, change) if direction(earlier.new, change.new) > 0 else (change, earlier)
    return low if ChangeKind.DISPUTED in low.kinds or other.new is None else disputed(low, by=other.new)

"""Who wants to hear of what: a subscription, and the pure question whether a change is for it.

The watch-list is the union of the lists a subscription names (`authorities`, `regions`, `types`, `neighbours_of`, `trusts`,
`currently_inadequate`); naming none means everyone. `include` adds authorities, `exclude` takes them away. Lists are resolved
when a change is matched, never stored. The remaining filters all have to agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache

from monitor.domain.attestation import newest_of_each, rating_of
from monitor.domain.authorities import by_code, by_urn, trusts_of
from monitor.domain.calendar import london
from monitor.domain.mailboxes import target_of
from monitor.domain.model import Area, Change, ChangeKind, Inspection, Rating, SourceClass, Trust

#: Kinds that a subscription without `kinds` hears of: everything but "inspected again, nothing moved".
DEFAULT_KINDS = frozenset(ChangeKind) - {ChangeKind.UNCHANGED}
#: Kinds that continue an alert already given; they follow the change they are about whatever `kinds` says.
UPDATES = frozenset({ChangeKind.CONFIRMED, ChangeKind.CORRECTED, ChangeKind.WITHDRAWN, ChangeKind.DISPUTED})
#: Kinds that say that an alert already given was wrong: whoever had it hears so, whatever else they wish to hear.
RETRACTIONS = frozenset({ChangeKind.CORRECTED, ChangeKind.WITHDRAWN})
#: Contradicted is what the press said; the inspection itself is then as sure as Ofsted makes it.
_TRUST_RANK = {Trust.REPORTED: 0, Trust.CORROBORATED: 1, Trust.CONFIRMED: 2, Trust.CONTRADICTED: 2}


class Frequency(StrEnum):
    """When a subscription is told: at once, or in one message a day or week."""

    IMMEDIATE = "immediate"
    DAILY = "daily"
    WEEKLY = "weekly"


class SubscriptionError(ValueError):
    """A subscription that cannot be understood: which key, and what is wrong with it (with the nearest valid value)."""

    def __init__(self, key: str, message: str) -> None:
        self.key = key
        self.message = message
        super().__init__(f"{key}: {message}")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """A daily stretch of London clock time in which nothing is sent; it may run past midnight."""

    start: time
    end: time

    def __contains__(self, moment: time) -> bool:
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end

    def over(self, now: datetime) -> datetime:
        """The moment from which something may be sent: `now` (aware), or the end of the quiet stretch that it falls into."""
        here = now.astimezone(london())
        if here.time() not in self:
            return now
        day = here.date() if here.time() < self.end else here.date() + timedelta(days=1)
        return datetime.combine(day, self.end, tzinfo=london()).astimezone(now.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One person's (or channel's) wish. Authorities are URNs; empty filters let everything pass."""

    name: str  #: unique among subscriptions
    channel: str  #: name of a `[channel.NAME]`
    to: str = ""  #: address within the channel, where it needs one
    authorities: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    neighbours_of: frozenset[str] = frozenset()  #: statistical neighbours of these
    trusts: frozenset[str] = frozenset()  #: names of children's trusts, as the table of authorities writes them
    currently_inadequate: bool = False
    include: frozenset[str] = frozenset()
    exclude: frozenset[str] = frozenset()
    areas: frozenset[Area] = frozenset()
    kinds: frozenset[ChangeKind] = DEFAULT_KINDS
    minimum_trust: Trust = Trust.REPORTED
    source_classes: frozenset[SourceClass] = frozenset()
    frequency: Frequency = Frequency.IMMEDIATE
    quiet: QuietHours | None = None
    no_news: str = ""  #: "weekly": a word also when nothing changed; empty: none
    note: str = ""  #: the subscriber's own words, shown in the message
    paused: bool = False

    @property
    def target(self) -> str:
        """Who is reached, whatever list they are on: an address is one person on every channel that mails."""
        return target_of(self.channel, self.to)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerView:
    """What matching may know beside the change: who was inadequate just before it, and whose voice told of it."""

    inadequate: frozenset[str] = frozenset()  #: URNs
    source_class: SourceClass = SourceClass.PRESS
    day: date | None = None  #: for trusts that began or ended; None means the inspection's publication day
    told: bool = False  #: whether this person was told of the very rating that the change confirms, corrects or withdraws
    alerted: bool = False  #: whether it was this very subscription that told them


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One condition of a subscription against one change, in words that `why` prints."""

    name: str
    passed: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Every clause in the order it is asked; the first failing one is the reason for "no"."""

    clauses: tuple[Clause, ...] = field(default=())

    @property
    def matched(self) -> bool:
        """Whether every clause passed."""
        return all(clause.passed for clause in self.clauses)

    def __bool__(self) -> bool:
        return self.matched

    @property
    def first_failing(self) -> Clause | None:
        """The clause that said no; None when none did."""
        return next((clause for clause in self.clauses if not clause.passed), None)


def is_inadequate(inspection: Inspection) -> bool:
    """Whether an inspection leaves its authority inadequate: overall where there is an overall grade, else in any area."""
    return rating_of(inspection) is Rating.INADEQUATE


def currently_inadequate(latest: Sequence[Inspection]) -> frozenset[str]:
    """URNs of the authorities that their newest inspection among `latest` leaves inadequate."""
    return frozenset(urn for urn, inspection in newest_of_each(latest).items() if is_inadequate(inspection))


def neighbours(urns: frozenset[str]) -> frozenset[str]:
    """URNs of the statistical neighbours of some authorities."""
    codes = by_code()
    wanted = (code for urn in urns if urn in codes for code in codes[urn].neighbours)
    return frozenset(codes[code].urn for code in wanted if code in codes)


def _watched_because(subscription: Subscription, change: Change, view: LedgerView) -> str:
    """Which list holds the change's authority; empty when none does."""
    authority, who = change.authority, change.authority.display_name
    if _retracts(change, view):
        return f"it told you of {who} before, and that was wrong"
    places = subscription.authorities | subscription.regions | subscription.types
    if not any((places, subscription.neighbours_of, subscription.trusts, subscription.currently_inadequate)):
        return "every authority is watched"
    if authority.urn in subscription.authorities or authority.urn in subscription.include:
        return f"{who} is on the list"
    if authority.region in subscription.regions:
        return f"{who} is in {authority.region}"
    if authority.type in subscription.types:
        return f"{who} is of the type {authority.type}"
    near = sorted(
        by_urn()[urn].display_name for urn in subscription.neighbours_of if authority.urn in neighbours(frozenset({urn}))
    )
    if near:
        return f"{who} is among the statistical neighbours of {' and '.join(near)}"
    held = trusts_of(authority, view.day or change.inspection.published) & subscription.trusts
    if held:
        return f"{min(held)} runs children's services for {who}"
    if subscription.currently_inadequate and (authority.urn in view.inadequate or is_inadequate(change.inspection)):
        return f"{who} is, or was until this inspection, inadequate"
    return ""


def _retracts(change: Change, view: LedgerView) -> bool:
    """Whether a change says that what this subscription told was wrong: no other wish keeps that from its reader."""
    return view.alerted and bool(change.kinds & RETRACTIONS)


def _kinds_pass(subscription: Subscription, change: Change, view: LedgerView) -> bool:
    """An update follows whoever was told the first time; to anyone else it is news by its own kinds."""
    if change.kinds & UPDATES and (view.told or view.alerted):
        return True
    return bool((change.kinds - UPDATES) & subscription.kinds)


def _in_area(subscription: Subscription, change: Change, view: LedgerView) -> bool:
    return not subscription.areas or change.area in subscription.areas or _retracts(change, view)


def _trusted(subscription: Subscription, change: Change, view: LedgerView) -> bool:
    return _TRUST_RANK[change.inspection.trust] >= _TRUST_RANK[subscription.minimum_trust] or _retracts(change, view)


def _voice_pass(subscription: Subscription, change: Change, view: LedgerView) -> bool:
    return not subscription.source_classes or view.source_class in subscription.source_classes or _retracts(change, view)


def _excluded(subscription: Subscription, change: Change, view: LedgerView) -> bool:
    return change.authority.urn in subscription.exclude and not _retracts(change, view)


@lru_cache(maxsize=256)
def _listed(values: frozenset[Area] | frozenset[ChangeKind] | frozenset[SourceClass]) -> str:
    return ", ".join(sorted(str(value).replace("_", " ") for value in values)) or "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClauseRow:
    """A condition: whether it holds of a subscription, a change and what is known beside them; and what it found, in words."""

    name: str
    passes: Callable[[Subscription, Change, LedgerView], bool]
    why: Callable[[Subscription, Change, LedgerView], str]


#: The clause that says why a subscription watches an authority.
WATCH_LIST = "watch-list"
#: Every condition that a change has to meet, once, in the order in which it is asked and told.
_CLAUSES: tuple[_ClauseRow, ...] = (
    _ClauseRow(
        name="active",
        passes=lambda subscription, _change, _view: not subscription.paused,
        why=lambda subscription, _change, _view: "paused" if subscription.paused else "not paused",
    ),
    _ClauseRow(
        name=WATCH_LIST,
        passes=lambda *asked: bool(_watched_because(*asked)),
        why=lambda *asked: _watched_because(*asked) or f"{asked[1].authority.display_name} is on none of its lists",
    ),
    _ClauseRow(
        name="exclude",
        passes=lambda *asked: not _excluded(*asked),
        why=lambda *asked: f"{asked[1].authority.display_name} is {'excluded' if _excluded(*asked) else 'not excluded'}",
    ),
    _ClauseRow(
        name="areas",
        passes=_in_area,
        why=lambda subscription, change, _: f"the change is in {change.area.words}; wanted: {_listed(subscription.areas)}",
    ),
    _ClauseRow(
        name="kinds",
        passes=_kinds_pass,
        why=lambda subscription, change, _: f"the change is {_listed(change.kinds)}; wanted: {_listed(subscription.kinds)}",
    ),
    _ClauseRow(
        name="minimum_trust",
        passes=_trusted,
        why=lambda subscription, change, _: (
            f"the inspection is {change.inspection.trust}; wanted: at least {subscription.minimum_trust}"
        ),
    ),
    _ClauseRow(
        name="source_classes",
        passes=_voice_pass,
        why=lambda subscription, _, view: (
            f"told by a source of class {view.source_class}; wanted: {_listed(subscription.source_classes)}"
        ),
    ),
)


def wanted_because(subscription: Subscription, change: Change, view: LedgerView = LedgerView()) -> str:
    """Why `change` is for `subscription`, as `matches` finds it, without the words of every clause; empty when it is not."""
    passed = all(row.passes(subscription, change, view) for row in _CLAUSES)
    return _watched_because(subscription, change, view) if passed else ""


def matches(subscription: Subscription, change: Change, view: LedgerView = LedgerView()) -> Match:
    """Whether `change` is for `subscription`, clause by clause. Pure; the same arguments always give the same answer."""
    asked = subscription, change, view
    return Match(clauses=tuple(Clause(name=row.name, passed=row.passes(*asked), why=row.why(*asked)) for row in _CLAUSES))

"""Who wants to hear of what: a subscription, and the pure question whether a change is for it.

The watch-list is the union of the lists a subscription names (`authorities`, `regions`, `types`, `neighbours_of`, `trusts`,
`currently_inadequate`); naming none means everyone. `include` adds authorities, `exclude` takes them away. Lists are resolved
when a change is matched, never stored. The remaining filters all have to agree.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from enum import StrEnum
from functools import lru_cache

from monitor.domain.authorities import authorities, by_code, find, regions, unknown
from monitor.domain.calendar import london
from monitor.domain.model import Area, Authority, Change, ChangeKind, Inspection, Rating, SourceClass, Trust

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
        return self.to.casefold() if "@" in self.to else f"{self.channel}:{self.to.casefold()}"


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
    overall = inspection.ratings.get(Area.OVERALL)
    if overall is not None:
        return overall is Rating.INADEQUATE
    return Rating.INADEQUATE in inspection.ratings.values()


def currently_inadequate(latest: Sequence[Inspection]) -> frozenset[str]:
    """URNs of the authorities that their newest inspection among `latest` leaves inadequate."""
    newest: dict[str, Inspection] = {}
    for inspection in latest:
        known = newest.get(inspection.authority.urn)
        if known is None or known.rank_key <= inspection.rank_key:
            newest[inspection.authority.urn] = inspection
    return frozenset(urn for urn, inspection in newest.items() if is_inadequate(inspection))


def neighbours(urns: frozenset[str]) -> frozenset[str]:
    """URNs of the statistical neighbours of some authorities."""
    codes = by_code()
    wanted = (code for urn in urns if urn in codes for code in codes[urn].neighbours)
    return frozenset(codes[code].urn for code in wanted if code in codes)


def _trusts(authority: Authority, day: date) -> frozenset[str]:
    return frozenset(trust.name for trust in authority.trusts if day in trust.valid)


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
    if authority.urn in neighbours(subscription.neighbours_of):
        return f"{who} is among the statistical neighbours of an authority on the list"
    held = _trusts(authority, view.day or change.inspection.published) & subscription.trusts
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


def wanted_because(subscription: Subscription, change: Change, view: LedgerView = LedgerView()) -> str:
    """Why `change` is for `subscription`, as `matches` finds it, without the words of every clause; empty when it is not."""
    passed = (
        not subscription.paused
        and not _excluded(subscription, change, view)
        and _in_area(subscription, change, view)
        and _trusted(subscription, change, view)
        and _voice_pass(subscription, change, view)
        and _kinds_pass(subscription, change, view)
    )
    return _watched_because(subscription, change, view) if passed else ""


def matches(subscription: Subscription, change: Change, view: LedgerView = LedgerView()) -> Match:
    """Whether `change` is for `subscription`, clause by clause. Pure; the same arguments always give the same answer."""
    who = change.authority.display_name
    because = _watched_because(subscription, change, view)
    excluded = _excluded(subscription, change, view)
    trust = change.inspection.trust
    return Match(
        clauses=(
            Clause(name="active", passed=not subscription.paused, why="paused" if subscription.paused else "not paused"),
            Clause(name="watch-list", passed=bool(because), why=because or f"{who} is on none of its lists"),
            Clause(name="exclude", passed=not excluded, why=f"{who} is {'excluded' if excluded else 'not excluded'}"),
            Clause(
                name="areas",
                passed=_in_area(subscription, change, view),
                why=f"the change is in {change.area.words}; wanted: {_listed(subscription.areas)}",
            ),
            Clause(
                name="kinds",
                passed=_kinds_pass(subscription, change, view),
                why=f"the change is {_listed(change.kinds)}; wanted: {_listed(subscription.kinds)}",
            ),
            Clause(
                name="minimum_trust",
                passed=_trusted(subscription, change, view),
                why=f"the inspection is {trust}; wanted: at least {subscription.minimum_trust}",
            ),
            Clause(
                name="source_classes",
                passed=_voice_pass(subscription, change, view),
                why=f"told by a source of class {view.source_class}; wanted: {_listed(subscription.source_classes)}",
            ),
        )
    )


@lru_cache(maxsize=256)
def _listed(values: frozenset[Area] | frozenset[ChangeKind] | frozenset[SourceClass]) -> str:
    return ", ".join(sorted(str(value) for value in values)) or "any"


# --- from configuration and self-service --------------------------------------------------------------------------------


def _strings(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise SubscriptionError(key, f"expected a list of strings, not {value!r}")
    return tuple(value)


def _one_of(key: str, value: str, valid: Sequence[str]) -> str:
    by_folded = {item.casefold(): item for item in valid}
    found = by_folded.get(value.casefold())
    if found is not None:
        return found
    words = set(value.casefold().replace("-", " ").split())
    inside = [item for item in by_folded if set(item.replace("_", " ").split()) <= words]
    close = inside or get_close_matches(value.casefold(), by_folded, n=1, cutoff=0.4)
    hint = f"did you mean {str(by_folded[close[0]])!r}?" if close else f"valid: {', '.join(sorted(map(str, valid)))}"
    raise SubscriptionError(key, f"unknown value {value!r}; {hint}")


def _urns(key: str, value: object) -> frozenset[str]:
    found = set()
    for name in _strings(key, value):
        authority = find(name)
        if authority is None:
            raise SubscriptionError(key, f"unknown authority {name!r}{unknown(name)}")
        found.add(authority.urn)
    return frozenset(found)


def _choices(valid: Callable[[], Sequence[str]]) -> Callable[[str, object], frozenset[str]]:
    return lambda key, value: frozenset(_one_of(key, item, valid()) for item in _strings(key, value))


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise SubscriptionError(key, f"expected a string, not {value!r}")
    return value.strip()


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise SubscriptionError(key, f"expected true or false, not {value!r}")
    return value


def _quiet(key: str, value: object) -> QuietHours:
    start, _, end = _text(key, value).partition("-")
    try:
        return QuietHours(start=time.fromisoformat(start.strip()), end=time.fromisoformat(end.strip()))
    except ValueError:
        raise SubscriptionError(key, f"expected London clock times such as '22:00-07:00', not {value!r}") from None


def _known_types() -> tuple[str, ...]:
    return tuple(sorted({authority.type for authority in authorities()}))


def _known_trusts() -> tuple[str, ...]:
    return tuple(sorted({trust.name for authority in authorities() for trust in authority.trusts}))


#: One row a key: what turns its TOML value into the field's value.
_KEYS: Mapping[str, Callable[[str, object], object]] = {
    "name": _text,
    "channel": _text,
    "to": _text,
    "authorities": _urns,
    "regions": _choices(regions),
    "types": _choices(_known_types),
    "neighbours_of": _urns,
    "trusts": _choices(_known_trusts),
    "currently_inadequate": _flag,
    "include": _urns,
    "exclude": _urns,
    "areas": lambda key, value: frozenset(Area(_one_of(key, item, tuple(Area))) for item in _strings(key, value)),
    "kinds": lambda key, value: frozenset(ChangeKind(_one_of(key, item, tuple(ChangeKind))) for item in _strings(key, value)),
    "minimum_trust": lambda key, value: Trust(_one_of(key, _text(key, value), ("reported", "corroborated", "confirmed"))),
    "source_classes": lambda key, value: frozenset(
        SourceClass(_one_of(key, item, tuple(SourceClass))) for item in _strings(key, value)
    ),
    "frequency": lambda key, value: Frequency(_one_of(key, _text(key, value), tuple(Frequency))),
    "quiet": _quiet,
    "no_news": lambda key, value: _one_of(key, _text(key, value), ("weekly",)),
    "note": _text,
    "paused": _flag,
}


#: Keys by the names they had before, which are read for good.
_FORMER = {"silence": "no_news"}


def subscription_from_table(table: Mapping[str, object]) -> Subscription:
    """The subscription of one `[[subscription]]` table (or of a stored one). Raises SubscriptionError naming the key."""
    fields: dict[str, object] = {}
    for key, value in table.items():
        if key not in _KEYS and key not in _FORMER:
            close = get_close_matches(key, _KEYS, n=1, cutoff=0.5)
            raise SubscriptionError(key, "unknown key" + (f"; did you mean {close[0]!r}?" if close else ""))
        field = _FORMER.get(key, key)
        fields[field] = _KEYS[field](key, value)
    for key in ("name", "channel"):
        if not fields.get(key):
            raise SubscriptionError(key, "is required")
    if "kinds" in fields and not fields["kinds"]:
        raise SubscriptionError("kinds", "an empty list would never be told anything; leave the key out for the usual kinds")
    to = str(fields.get("to", ""))
    if any(not character.isprintable() for character in to) or to.count("@") > 1:
        raise SubscriptionError("to", f"{to!r} is not an address")
    return Subscription(**fields)  # type: ignore[arg-type]  # each row of _KEYS gives its field's type


def table_from_subscription(subscription: Subscription) -> Mapping[str, object]:
    """The inverse of `subscription_from_table`: plain strings, lists and flags, defaults left out."""
    plain: dict[str, object] = {}
    for key in _KEYS:
        value = getattr(subscription, key)
        if value == Subscription.__dataclass_fields__[key].default:
            continue
        if isinstance(value, frozenset):
            value = sorted(str(item) for item in value)
        elif isinstance(value, QuietHours):
            value = f"{value.start:%H:%M}-{value.end:%H:%M}"
        plain[key] = str(value) if isinstance(value, StrEnum) else value
    return plain

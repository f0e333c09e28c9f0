"""What a message is about, and the words for what moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from monitor.domain.model import Area, Authority, Change, Inspection, Kind, Rating
from monitor.messages.plain import listed

#: Areas in the order of a report's first page; the overall grade leads where there is one.
ORDER = (
    Area.OVERALL,
    Area.LEADERSHIP,
    Area.HELP_AND_PROTECTION,
    Area.CHILDREN_IN_CARE,
    Area.CARE_LEAVERS,
    Area.ADOPTION,
)
AREA_NAMES: Mapping[Area, str] = {
    Area.OVERALL: "Overall effectiveness",
    Area.LEADERSHIP: "Impact of leaders",
    Area.HELP_AND_PROTECTION: "Help and protection",
    Area.CHILDREN_IN_CARE: "Children in care",
    Area.CARE_LEAVERS: "Care leavers",
    Area.ADOPTION: "Adoption",
}


class Purpose(StrEnum):
    """Why a message is sent. It keeps messages of different purposes apart and decides the first word of the subject."""

    CHANGE = "change"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    DIGEST = "digest"
    TEST = "test"
    NOTICE = "notice"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message to be rendered: the changes it tells of and what the reader needs to place them."""

    id: str  #: of the delivery; the Message-ID is made from it
    created: datetime
    changes: tuple[Change, ...]
    purpose: Purpose = Purpose.CHANGE
    previous: Mapping[str, Inspection] = field(default_factory=dict, hash=False)  #: by inspection key: the one before it
    reasons: tuple[str, ...] = ()  #: why this person gets it, a sentence a subscription
    notes: tuple[str, ...] = ()  #: the subscriber's own notes
    context: Mapping[str, str] = field(default_factory=dict, hash=False)  #: by URN: a line that places the authority
    days_late: Mapping[str, int] = field(default_factory=dict, hash=False)  #: by inspection key: from publication until seen
    also: tuple[str, ...] = ()  #: what could not be told for certain before ("also reported")
    trend: str = ""  #: digests: which way ratings have been going
    period: str = ""  #: digests: "daily" or "weekly"
    told_before: int = 0  #: digests: inspections left out because another subscription told of them
    title: str = ""  #: notices: the subject, where there are no changes to make one of
    words: tuple[str, ...] = ()  #: notices: paragraphs of ours
    action: str = ""  #: notices: the address to open
    action_words: str = ""  #: notices: what opening it does; the title where there are none
    unsubscribe: str = ""  #: address that ends the subscription with one POST
    manage: str = ""  #: address of the page where it is changed


def by_inspection(changes: Sequence[Change]) -> tuple[tuple[Change, ...], ...]:
    """The changes of each inspection together, areas in the order of a report, in a fixed order of inspections."""
    ordered = sorted(changes, key=lambda change: (change.authority.name, change.inspection.key, ORDER.index(change.area)))
    return tuple(tuple(group) for _key, group in groupby(ordered, key=lambda change: change.inspection.key))


def worst(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes that went into inadequate, else the ones that went down."""
    down = [change for change in changes if moved(change) < 0]
    return tuple([change for change in down if change.new is Rating.INADEQUATE] or down)


def moved(change: Change) -> int:
    """Points on the scale: negative is down; 0 where nothing is known to have moved."""
    return 0 if change.old is None or change.new is None else change.new.rank - change.old.rank


def _given(changes: Sequence[Change]) -> list[tuple[Change, Rating]]:
    """The changes with the grades they tell; what is withdrawn has none."""
    return [(change, change.new) for change in changes if change.new is not None]


def direction(changes: Sequence[Change]) -> str:
    """One word for an inspection's changes: up, down, mixed, unchanged or rated; withdrawn where nothing else is told."""
    moves = {1 if moved(change) > 0 else -1 for change in changes if moved(change)}
    if len(moves) == 2:
        return "mixed"
    if moves:
        return "up" if moves == {1} else "down"
    given = _given(changes)
    if not given:
        return "withdrawn"
    return "rated" if any(change.old is None for change, _ in given) else "unchanged"


_SHORT = {
    Area.OVERALL: "overall",
    Area.LEADERSHIP: "leadership",
    Area.HELP_AND_PROTECTION: "protection",
    Area.CHILDREN_IN_CARE: "in care",
    Area.CARE_LEAVERS: "care leavers",
    Area.ADOPTION: "adoption",
}


def _areas(changes: Sequence[Change]) -> str:
    return listed([_SHORT[change.area] for change in changes])


def _counted(changes: Sequence[Change]) -> str:
    return f"{len(changes)} areas" if len(changes) > 1 else _SHORT[changes[0].area]


def display_name(authority: Authority) -> str:
    """The authority's name as a sentence would have it: not ``Bristol, City of``."""
    return authority.name.removesuffix(", City of")


def headlines(changes: Sequence[Change]) -> tuple[str, ...]:
    """What moved at one inspection, worst first, from the fullest wording to the shortest; then what is withdrawn.

    ``leadership and protection now inadequate``; ``2 areas down to good, in care up to outstanding``; ``2 areas down, 1 up``;
    ``no overall grade in the report``.
    """
    withdrawn = [change for change in changes if change.new is None]
    if not withdrawn:
        return _moved(changes)
    none = f"no {_areas(withdrawn)} grade in the report"
    given = [change for change, _ in _given(changes)]
    if not any(moved(change) for change in given):
        return (none,)
    told = _moved(given)
    return (*(f"{what}, {none}" for what in told), told[-1])


def _moved(changes: Sequence[Change]) -> tuple[str, ...]:
    """`headlines` of changes that all have a grade."""
    overall = next((change for change in changes if change.area is Area.OVERALL and moved(change)), None)
    fallen = [change for change in worst(changes) if change.new is Rating.INADEQUATE]
    if fallen:
        return (
            ("now inadequate",)
            if overall in fallen
            else (f"{_areas(fallen)} now inadequate", f"{_counted(fallen)} now inadequate")
        )
    if overall is not None and overall.old is not None and overall.new is not None:
        if overall.old is Rating.INADEQUATE:
            return (f"no longer inadequate, now {overall.new.words}", "no longer inadequate")
        way = "up" if moved(overall) > 0 else "down"
        return (f"{way} from {overall.old.words} to {overall.new.words}", f"{way} to {overall.new.words}")
    if any(moved(change) for change in changes):
        return (_ways(changes, _areas), _ways(changes, _counted), _tally(changes))
    return (_unmoved(changes),)


def headline(changes: Sequence[Change]) -> str:
    """The fullest of `headlines`."""
    return headlines(changes)[0]


def _ways(changes: Sequence[Change], name: Callable[[Sequence[Change]], str]) -> str:
    """``leadership down to good, in care up to outstanding``: down before up, each rating once."""
    parts = []
    for sign, word in ((-1, "down"), (1, "up")):
        there = [change for change in changes if moved(change) * sign > 0]
        parts += [
            f"{name([change for change in there if change.new is rating])} {word} to {rating.words}"
            for rating in sorted({rating for _, rating in _given(there)}, key=lambda rating: rating.rank)
        ]
    return ", ".join(parts)


def _tally(changes: Sequence[Change]) -> str:
    down, up = (len([change for change in changes if moved(change) * sign > 0]) for sign in (-1, 1))
    if down and up:
        return f"{down} {'areas' if down > 1 else 'area'} down, {up} up"
    return f"{down + up} {'areas' if down + up > 1 else 'area'} {'down' if down else 'up'}"


def _unmoved(changes: Sequence[Change]) -> str:
    """``rated good`` for the first time, ``still good``, or what can be said without an overall grade."""
    given = _given(changes)
    first, rating = next(((change, rating) for change, rating in given if change.area is Area.OVERALL), given[0])
    verb = "rated" if first.old is None else "still"
    same = [change for change in changes if change.new is rating]
    if first.area is Area.OVERALL:
        return f"{verb} {rating.words}"
    if len(changes) == 1:
        return f"{verb} {rating.words} for {_areas(same)}"
    if len(same) == len(changes):
        return f"{verb} {rating.words} in {len(same)} areas"
    return "first ratings" if first.old is None else "no area changed"


_WAYS = {
    "down": "Down",
    "mixed": "Up and down",
    "up": "Up",
    "rated": "Rated for the first time",
    "unchanged": "Inspected, unchanged",
    "withdrawn": "Reported, and without a grade in Ofsted’s report",
}


def summary(notice: Notice) -> tuple[str, ...]:
    """A digest at a glance: which councils went which way, the worst first; nothing for other messages."""
    if notice.purpose is not Purpose.DIGEST:
        return ()
    ways: dict[str, list[str]] = {way: [] for way in _WAYS}
    for group in by_inspection(notice.changes):
        ways[direction(group)].append(display_name(group[0].authority))
    lines = [f"{_WAYS[way]}: {listed(names)}." for way, names in ways.items() if names]
    if notice.told_before:
        left = "1 inspection" if notice.told_before == 1 else f"{notice.told_before} inspections"
        lines.append(f"Left out, because you were told before: {left}.")
    return (*lines, notice.trend) if notice.trend else tuple(lines)


#: Kinds that say that what was told was wrong.
_WRONG = frozenset({Kind.CORRECTED, Kind.WITHDRAWN})


def purpose_of(changes: Sequence[Change]) -> Purpose:
    """What sort of message these changes make: an update where each inspection in it confirms, corrects or withdraws something.

    A report gives areas that the press had left out: they come with the confirmation and do not make it a new alert.
    """
    kinds = [frozenset(kind for change in group for kind in change.kinds) for group in by_inspection(changes)]
    if not all(group & {Kind.CONFIRMED, *_WRONG} for group in kinds):
        return Purpose.CHANGE
    return Purpose.CORRECTED if any(group & _WRONG for group in kinds) else Purpose.CONFIRMED

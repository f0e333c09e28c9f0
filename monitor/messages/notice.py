"""What a message is about, and in which order it tells it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from monitor.domain.model import Area, Change, ChangeKind, Inspection
from monitor.domain.movement import kinds as kinds_of_move
from monitor.domain.movement import moved, way


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
    unsubscribe: str = ""  #: address that ends the subscription with one POST; or a mailto, for the header alone
    manage: str = ""  #: address of the page where it is changed
    way_out: str = ""  #: whom to turn to, a sentence


def direction(changes: Sequence[Change]) -> str:
    """One word for an inspection's changes: up, down, mixed, unchanged or rated; withdrawn where nothing else is told."""
    if told := way(moved(change) for change in changes):
        return told
    given = [change for change in changes if change.new is not None]
    if not given:
        return "withdrawn"
    return "rated" if any(change.old is None for change in given) else "unchanged"


def of_kind(changes: Sequence[Change], kind: ChangeKind) -> tuple[Change, ...]:
    """Those of the changes that are of a kind; what makes a move one is for `monitor.domain.movement` alone to say.

    What is told only because an alert was wrong is no news and has no kind of move, and is told as the move that it is.
    """
    return tuple(
        change
        for change in changes
        if kind in change.kinds or (change.new is not None and kind in kinds_of_move(change.old, change.new))
    )


_ORDER = tuple(Area)
#: What an inspection came to, the news that matters most first.
SEVERITY = ("into_inadequate", "out_of_inadequate", "withdrawn", "down", "mixed", "up", "rated", "unchanged")


def severity(changes: Sequence[Change]) -> str:
    """The first of `SEVERITY` that holds of an inspection's changes."""
    for kind in (ChangeKind.INTO_INADEQUATE, ChangeKind.OUT_OF_INADEQUATE):
        if of_kind(changes, kind):
            return kind.value
    return direction(changes)


def by_inspection(changes: Sequence[Change]) -> tuple[tuple[Change, ...], ...]:
    """The changes of each inspection together, areas in the order of a report; the gravest inspection first."""
    ordered = sorted(
        changes, key=lambda change: (change.authority.display_name, change.inspection.key, _ORDER.index(change.area))
    )
    groups = [tuple(group) for _key, group in groupby(ordered, key=lambda change: change.inspection.key)]
    return tuple(sorted(groups, key=lambda group: SEVERITY.index(severity(group))))


#: Kinds that say that what was told was wrong.
_WRONG = frozenset({ChangeKind.CORRECTED, ChangeKind.WITHDRAWN})


def purpose_of(changes: Sequence[Change]) -> Purpose:
    """What sort of message these changes make: an update where each inspection in it confirms, corrects or withdraws something.

    A report gives areas that the press had left out: they come with the confirmation and do not make it a new alert.
    """
    kinds = [frozenset(kind for change in group for kind in change.kinds) for group in by_inspection(changes)]
    if not all(group & {ChangeKind.CONFIRMED, *_WRONG} for group in kinds):
        return Purpose.CHANGE
    return Purpose.CORRECTED if any(group & _WRONG for group in kinds) else Purpose.CONFIRMED

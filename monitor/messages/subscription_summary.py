"""What a subscription asks for, in plain words: the same on pages, in mails and at the command line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from monitor.domain.authorities import by_urn
from monitor.domain.calendar import day_words
from monitor.domain.frameworks import last_graded
from monitor.domain.model import OFSTED, Area, ChangeKind, SourceClass, Trust
from monitor.domain.subscriptions import DEFAULT_KINDS, Frequency, Subscription
from monitor.messages.sanitize import listed

TRUST: Mapping[Trust, str] = {
    Trust.REPORTED: "Tell me as soon as one newspaper or website reports it",
    Trust.CORROBORATED: "Wait until two of them report it",
    Trust.CONFIRMED: "Wait for Ofsted’s own report",
}
FREQUENCY: Mapping[Frequency, str] = {
    Frequency.IMMEDIATE: "At once, whenever something changes",
    Frequency.DAILY: "Once a day, at half past seven in the morning",
    Frequency.WEEKLY: "Once a week, on Monday morning",
}
#: Kinds of changes that have a name together.
ONLY_INADEQUATE = frozenset({ChangeKind.INTO_INADEQUATE, ChangeKind.OUT_OF_INADEQUATE})
KINDS: Mapping[frozenset[ChangeKind], str] = {
    DEFAULT_KINDS: "Every change of a rating",
    ONLY_INADEQUATE: "Only changes into or out of inadequate",
}
_KIND: Mapping[ChangeKind, str] = {
    ChangeKind.INTO_INADEQUATE: "into inadequate",
    ChangeKind.OUT_OF_INADEQUATE: "out of inadequate",
    ChangeKind.UPGRADED: "upgraded",
    ChangeKind.DOWNGRADED: "downgraded",
    ChangeKind.REACHED_OUTSTANDING: "reached outstanding",
    ChangeKind.LOST_OUTSTANDING: "lost outstanding",
    ChangeKind.MIXED: "some up, some down",
    ChangeKind.UNCHANGED: "inspected again and nothing changed",
    ChangeKind.FIRST_RATING: "rated for the first time",
    ChangeKind.CONFIRMED: "confirmed",
    ChangeKind.CORRECTED: "corrected",
    ChangeKind.WITHDRAWN: "withdrawn",
    ChangeKind.DISPUTED: "reported otherwise elsewhere",
}
_VOICE: Mapping[SourceClass, str] = {
    SourceClass.OFFICIAL: OFSTED,
    SourceClass.PRESS: "the press",
    SourceClass.COUNCIL: "councils",
    SourceClass.AGGREGATOR: "aggregators",
}


def kind_words(kinds: Collection[ChangeKind]) -> str:
    """Kinds of changes as a reader is told what they asked for."""
    return KINDS.get(frozenset(kinds)) or f"Only: {listed([_KIND[kind] for kind in ChangeKind if kind in kinds])}"


def area_words(area: Area) -> str:
    """An area as messages call it; of one that is graded no more, until when it was."""
    end = last_graded(area)
    return f"{area.heading} (only of inspections that began by {day_words(end)})" if end else area.heading


def watched(subscription: Subscription, *, most: int = 200) -> tuple[str, ...]:
    """Whom a subscription watches, list by list, no more than `most` by name; empty where it is every council in England."""
    regions, near, types, trusts = (
        sorted(subscription.regions),
        _names(subscription.neighbours_of),
        sorted(subscription.types),
        sorted(subscription.trusts),
    )
    has_lists = any((subscription.authorities, regions, near, types, trusts, subscription.currently_inadequate))
    # Beside "every council" there is nobody to include.
    names = _names(subscription.authorities | subscription.include) if has_lists else []
    parts = (
        *(names if len(names) <= most else [*names[:most], f"{len(names) - most} other councils"]),
        *(f"all of {each}" for each in regions),
        f"the statistical neighbours of {listed(near)}" if near else "",
        f"councils of the type {listed(types)}" if types else "",
        f"councils for which {listed(trusts)} runs children’s services" if trusts else "",
        "every council that is inadequate at the time" if subscription.currently_inadequate else "",
    )
    return tuple(filter(None, parts))


def without(subscription: Subscription) -> str:
    """Whom a subscription leaves out (``without Kent``); empty where it leaves out nobody."""
    return f"without {listed(_names(subscription.exclude))}" if subscription.exclude else ""


def _names(urns: Collection[str]) -> list[str]:
    return sorted(by_urn()[urn].display_name for urn in urns)


def _councils(subscription: Subscription, most: int) -> str:
    words = listed(watched(subscription, most=most)) or "every council in England"
    left_out = without(subscription)
    return words[:1].upper() + words[1:] + (f", {left_out}" if left_out else "")


def _rest(subscription: Subscription) -> Iterator[tuple[str, str]]:
    """What no form asks for, where a subscription has it."""
    if subscription.source_classes:
        yield "Only told by", listed([_VOICE[each] for each in SourceClass if each in subscription.source_classes])
    if subscription.quiet:
        yield "Quiet", f"Nothing is sent between {subscription.quiet.start:%H:%M} and {subscription.quiet.end:%H:%M}"
    if subscription.no_news:
        yield "No news", "On Monday mornings a word also when nothing changed"
    if subscription.note:
        yield "Your note", subscription.note


def summary(subscription: Subscription, *, most: int = 200) -> tuple[tuple[str, str], ...]:
    """A subscription in words, a row an aspect: its name and what is asked for. No more than `most` councils are named."""
    areas = [area_words(area) for area in Area if area in subscription.areas]
    return (
        ("Sent to", subscription.to or subscription.channel),
        ("Councils", _councils(subscription, most)),
        ("Judgements", ", ".join(areas) or "All of them"),
        ("What", kind_words(subscription.kinds)),
        ("How sure", TRUST[subscription.minimum_trust]),
        ("How often", "Paused" if subscription.paused else FREQUENCY[subscription.frequency]),
        *_rest(subscription),
    )


#: Councils that are named where there is little room.
_FEW = 8


def one_line(subscription: Subscription) -> str:
    """The same in a line: which councils, and what else is not as it is for whoever asks for nothing in particular."""
    usual = dict(summary(Subscription(name="", channel=subscription.channel, to=subscription.to)))
    rows = dict(summary(subscription, most=_FEW))
    return "; ".join(f"{name}: {words}" for name, words in rows.items() if name == "Councils" or usual.get(name) != words)

"""Subscriptions that are written as the rules allow, and that will never be told of anything, or of more than was meant."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from monitor.domain.authorities import authorities, by_urn, last_day, successors_of, trusts_of
from monitor.domain.calendar import day_words
from monitor.domain.model import Authority
from monitor.domain.subscriptions import Subscription, neighbours

#: Keys that name whom to watch: left out, everyone is.
_LISTS = ("authorities", "regions", "types", "neighbours_of", "trusts")


def unheard(subscription: Subscription, written: Mapping[str, object], today: date) -> list[tuple[str, str]]:
    """What will surprise whoever wrote a subscription: the key that is about it, and a sentence; empty when nothing will.

    Args:
        subscription: as it is understood.
        written: its table: an empty list is not a key that was left out.
        today: authorities that ended before it publish nothing more.
    """
    found = [
        (
            key,
            "an empty list is as good as none: every authority is watched. To hear of nothing for a while, write paused = true",
        )
        for key in _LISTS
        if key in written and not getattr(subscription, key)
    ]
    named, codes = subscription.authorities | subscription.include, by_urn()
    for authority in sorted((codes[urn] for urn in named if urn in codes), key=lambda each: each.name):
        if (last := last_day(authority)) and last < today:
            key = "authorities" if authority.urn in subscription.authorities else "include"
            found.append((key, f"{authority.name} is no more since {day_words(last)}: {_followers(authority)}"))
    watched = _watched(subscription, today)
    if watched is not None and not watched - subscription.exclude:
        found.append(("exclude", "takes away every authority that the subscription watches, so it will never be told anything"))
    return found


def _watched(subscription: Subscription, today: date) -> frozenset[str] | None:
    """URNs of all authorities of today that a subscription watches before `exclude`; None where nobody can know them now."""
    here = [each for each in authorities() if (last_day(each) or today) >= today]
    if subscription.currently_inadequate and subscription.exclude < {each.urn for each in here}:
        return None
    if not any(getattr(subscription, key) for key in _LISTS):
        return frozenset(each.urn for each in here)
    near = subscription.authorities | subscription.include | neighbours(subscription.neighbours_of)
    return frozenset(each.urn for each in here if each.urn in near or _is_of_a_list(each, subscription, today))


def _is_of_a_list(authority: Authority, subscription: Subscription, today: date) -> bool:
    """Whether a subscription watches an authority for its region, its type, or a trust that serves it today."""
    listed = authority.region in subscription.regions or authority.type in subscription.types
    return listed or bool(trusts_of(authority, today) & subscription.trusts)


def _followers(authority: Authority) -> str:
    names = sorted(each.name for each in successors_of(authority))
    return f"name {' or '.join(names)}" if names else "it can be left out"

"""Tests that a configuration carries: given this change, these subscriptions are told, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from monitor.domain.authorities import find, unknown
from monitor.domain.model import Area, Change, Inspection, Rating, SourceClass, Trust
from monitor.domain.movement import kinds
from monitor.domain.subscriptions import LedgerView, Subscription, SubscriptionError, matches

_E = TypeVar("_E", Area, Rating, Trust, SourceClass)
_KEYS = ("authority", "area", "old", "new", "trust", "source_class", "was_inadequate", "expect")


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingTest:
    """One ``[[test]]`` of subscriptions.toml."""

    change: Change
    view: LedgerView
    expect: frozenset[str]  #: names of the subscriptions that are to be told


def routing_test(table: Mapping[str, object], day: date) -> RoutingTest:
    """The test of one table, as if its change were published on `day`. Raises SubscriptionError naming the key."""
    for key in table:
        if key not in _KEYS:
            raise SubscriptionError(key, f"unknown key; a test has {', '.join(_KEYS)}")
    authority = find(str(table.get("authority", "")))
    if authority is None:
        raise SubscriptionError("authority", f"names no authority{unknown(str(table.get('authority', '')))}")
    expect = table.get("expect")
    if not isinstance(expect, list) or not all(isinstance(name, str) for name in expect):
        raise SubscriptionError("expect", "expected a list of subscription names (it may be empty)")
    area, new = _value(table, "area", Area, "overall"), _value(table, "new", Rating, "")
    old = _value(table, "old", Rating, "") if table.get("old") else None
    trust = _value(table, "trust", Trust, "reported")
    inspection = Inspection(authority=authority, published=day, ratings={area: new}, trust=trust)
    change = Change(
        key="test",
        inspection=inspection,
        area=area,
        old=old,
        new=new,
        kinds=kinds(old, new),
        evidence="",
        url="",
        outlet="",
    )
    inadequate = frozenset({authority.urn}) if table.get("was_inadequate", old is Rating.INADEQUATE) else frozenset()
    view = LedgerView(inadequate=inadequate, source_class=_value(table, "source_class", SourceClass, "press"))
    return RoutingTest(change=change, view=view, expect=frozenset(expect))


def _value(table: Mapping[str, object], key: str, kind: type[_E], default: str) -> _E:
    try:
        return kind(str(table.get(key, default)))
    except ValueError:
        raise SubscriptionError(key, f"one of: {', '.join(kind)}") from None


def failure(test: RoutingTest, subscriptions: Sequence[Subscription]) -> str:
    """What is wrong with the routing of a test's change, in words; empty when it is as expected."""
    known = {subscription.name for subscription in subscriptions}
    if unknown := test.expect - known:
        return f"there is no subscription {min(unknown)!r}"
    told = {each.name: matches(each, test.change, test.view) for each in subscriptions}
    for name, match in told.items():
        if match and name not in test.expect:
            return f"{name!r} would be told, too"
        if not match and name in test.expect and match.first_failing is not None:
            return f"{name!r} would not be told: {match.first_failing.why}"
    return ""

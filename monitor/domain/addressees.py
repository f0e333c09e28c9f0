"""A subscription whose `to` has several addresses is as many: each of its readers may leave without the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from monitor.domain.subscription_keys import subscription_from_table
from monitor.domain.subscriptions import Subscription, SubscriptionError


def subscriptions_from_table(table: Mapping[str, object]) -> tuple[Subscription, ...]:
    """The subscriptions of one table: one for each address where `to` is a list, for each may end without the others.

    The first has the table's own name, so that adding an address changes nobody's; the others have their address behind it.
    Raises SubscriptionError naming the key.
    """
    to = table.get("to")
    if not isinstance(to, list):
        return (subscription_from_table(table),)
    addresses = list(dict.fromkeys(each.strip() if isinstance(each, str) else "" for each in to))
    if not addresses or not all(addresses):
        raise SubscriptionError("to", "expected an address or a list of addresses, none of them empty")
    first = subscription_from_table({**table, "to": addresses[0]})
    others = [subscription_from_table({**table, "to": each}) for each in addresses[1:]]
    return (first, *(replace(each, name=f"{first.name} ({each.to})") for each in others))


def table_of(name: str, target: str) -> str:
    """The name of the table that a configured subscription was made from."""
    suffix = f" ({target})"
    return name[: -len(suffix)] if name.casefold().endswith(suffix) else name

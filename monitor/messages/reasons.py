"""Why somebody gets a message, with every council that it is about, and how to get no more of them."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.messages.sanitize import listed

_IS = " is "


def list_words(name: str) -> str:
    """A reader's list in a sentence: under the name that the operator gave it, or none."""
    return f"your list “{name}”" if name else "your list"


def subscription_words(name: str) -> str:
    """A subscription that the operator wrote, at the beginning of a sentence."""
    return f"Your subscription “{name}”"


def way_out(contact: str, *, manage: bool, unsubscribe: bool) -> str:
    """Whom to turn to, beside the links that there are; `contact` is the operator's address or page, or empty."""
    turn = f"see {contact}" if "://" in contact else f"write to {contact}"
    if not contact:
        return "" if manage or unsubscribe else "To change or end these alerts, ask whoever runs this monitor for you."
    if manage:
        return f"For anything else, {turn}."
    return f"To change {'these alerts' if unsubscribe else 'or end these alerts'}, {turn}."


def reason(asked: str, because: Iterable[str]) -> str:
    """``Your subscription “north”: Bury and Wigan are in North West; Kent is on the list.``

    Args:
        asked: what was asked for, without a full stop.
        because: why each change is for it, in the words of `monitor.domain.subscriptions`; the same may come again.
    """
    who: dict[str, list[str]] = {}
    for each in dict.fromkeys(because):
        name, verb, what = each.partition(_IS)
        who.setdefault(what if verb else each, []).extend([name] if verb else [])
    parts = [f"{listed(names)}{' are ' if len(names) > 1 else _IS}{what}" if names else what for what, names in who.items()]
    return f"{asked}: {'; '.join(parts)}." if parts else f"{asked}."

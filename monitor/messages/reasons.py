"""Why somebody gets a message: a sentence a subscription, with every council that the message is about."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.messages.plain import listed

_IS = " is "


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

"""A subscription as its keys have it, in the configuration and in the store: read with what is wrong in words, and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import time
from difflib import get_close_matches
from enum import StrEnum

from monitor.domain.authorities import authorities, find, regions, unknown
from monitor.domain.model import Area, ChangeKind, SourceClass, Trust
from monitor.domain.spelling import did_you_mean
from monitor.domain.subscriptions import Frequency, QuietHours, Subscription, SubscriptionError


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
            raise SubscriptionError(key, "unknown key" + did_you_mean(key, _KEYS))
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

"""Where articles are announced: one module a kind, independent of each other, found by the row that names it.

Adding a site is a ``[[source]]`` table; adding a kind is one module and one row of `SOURCE_TYPES`.
"""

from __future__ import annotations

import importlib
import typing
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from monitor.domain.durations import seconds_of
from monitor.domain.model import SourceClass
from monitor.domain.spelling import did_you_mean
from monitor.ports import ConfigError, Source

#: kind -> module:class. The class takes the keys of its table as keyword arguments.
SOURCE_TYPES = {
    "feed": "monitor.sources.feed:FeedSource",
    "listing": "monitor.sources.listing:ListingSource",
    "ofsted": "monitor.sources.ofsted:OfstedSource",
    "sitemap": "monitor.sources.sitemap:SitemapSource",
    "govuk": "monitor.sources.govuk:GovukSource",
    "guardian": "monitor.sources.guardian:GuardianSource",
    "drop": "monitor.sources.drop:DropSource",
}

_MIN_INTERVAL = 30.0
_OURS = frozenset({"sandbox", "home"})  # fields that are not keys of the table


def build_source(table: Mapping[str, Any], **wiring: Any) -> Source:
    """The source that one ``[[source]]`` table declares. `wiring` goes to the class as it is (``sandbox=...``).

    Raises `ConfigError` whose `key` is the key of the table, naming the nearest valid value: unknown kind or key, missing
    key, wrong type, unusable URL, interval under 30 seconds.
    """
    name = table.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ConfigError("a [[source]] needs a name", key="name")
    kind = table.get("kind", "feed")
    if kind not in SOURCE_TYPES:
        raise ConfigError(f"unknown kind {kind!r}{_nearest(str(kind), SOURCE_TYPES)}", key="kind")
    allowed = _allowed(kind)
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key == "kind":
            continue
        if key not in allowed:
            raise ConfigError(f"unknown key for kind {kind!r}{_nearest(key, [*allowed, 'kind'])}", key=key)
        field, hint = allowed[key]
        values[field] = _value(value, hint, key)
    values.setdefault("outlet", name)
    return typing.cast(Source, _class_of(kind)(**values, **wiring))


def keys_of(kind: str) -> tuple[str, ...]:
    """The keys that a table of `kind` may have, for help and checks."""
    return ("kind", *_allowed(kind))


@cache
def _allowed(kind: str) -> Mapping[str, tuple[str, Any]]:
    """Each key that a table of `kind` may have, with the field of the class that it is for and that field's type."""
    cls = _class_of(kind)
    types = typing.get_type_hints(cls)
    return {_key(field.name): (field.name, types[field.name]) for field in fields(cls) if field.name not in _OURS}


@cache
def _class_of(kind: str) -> Any:
    module, _, name = SOURCE_TYPES[kind].partition(":")
    return getattr(importlib.import_module(module), name)


def _key(field: str) -> str:
    return "class" if field == "source_class" else field


def _nearest(word: str, known: Iterable[str]) -> str:
    options = sorted(known)
    return did_you_mean(word, options) or f"; known are {', '.join(options)}"


def seconds(value: Any, key: str) -> float:
    """An interval in seconds from a number or "15m", "1 h", "2 days". Raises `ConfigError` naming `key`."""
    found = seconds_of(value)
    if found is None:
        raise ConfigError(f"{value!r} is no length of time; write 900 or '15m'", key=key)
    return found


def _value(value: Any, hint: Any, key: str) -> Any:
    if key in ("interval", "cadence"):
        length = seconds(value, key)
        if key == "interval" and length < _MIN_INTERVAL:
            raise ConfigError(f"polling every {length:g} s is impolite; the least is {_MIN_INTERVAL:g} s", key=key)
        return length
    if hint is SourceClass:
        try:
            return SourceClass(value)
        except ValueError:
            raise ConfigError(
                f"unknown class {value!r}{_nearest(str(value), [str(known) for known in SourceClass])}", key=key
            ) from None
    if hint is bool:
        return _typed(value, bool, "true or false", key)
    if hint is int:
        return _typed(value, int, "a whole number", key)
    if hint is float:
        return float(_typed(value, (int, float), "a number", key))
    if hint is str:
        text = _typed(value, str, "a text", key)
        return _url(text, key) if key == "url" else text
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ConfigError(f"{value!r} should be a list of texts", key=key)
    return tuple(value)


def _typed(value: Any, kind: Any, words: str, key: str) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise ConfigError(f"{value!r} should be {words}", key=key)
    return value


def _url(text: str, key: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        credentials = "@" in parts.netloc
    except ValueError:
        usable = credentials = False
    if not usable:
        shown = "this, which is not repeated for it may hold a password," if "@" in text else repr(text)
        raise ConfigError(f"{shown} is no http or https address", key=key)
    if credentials:
        raise ConfigError("an address may not carry credentials", key=key)
    return text

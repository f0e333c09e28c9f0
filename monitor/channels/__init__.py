"""Ways out: a ``[channel.NAME]`` table becomes something that sends. A channel is an Apprise address held in a secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from monitor.channels.channel_type import ChannelTable, ChannelType
from monitor.channels.quiet import silence_apprise
from monitor.channels.route import RoutedChannel
from monitor.channels.secret_address import ADDRESS_KEYS, SecretLookup, secret_address
from monitor.channels.types import channel_types
from monitor.domain.spelling import did_you_mean
from monitor.ports import ConfigError

if TYPE_CHECKING:
    from monitor.messages.forms import Form

__all__ = ["ADDRESS_KEYS", "SecretLookup", "build_channel", "forms", "secret_address"]

#: What every channel takes: where its address is, and what is done with a message in doubt.
_COMMON = (*ADDRESS_KEYS, "on_uncertain")
_ON_UNCERTAIN = ("hold", "resend")


def build_channel(name: str, table: Mapping[str, object], secret_lookup: SecretLookup, *, key: bytes = b"") -> RoutedChannel:
    """The channel of one table.

    Keys: exactly one of ``url_env`` (name of an environment variable), ``url_file`` (path) and ``url`` (only for
    ``console://``, which holds no secret), ``on_uncertain`` = ``hold`` or ``resend`` (the default of webhooks alone), and those
    of its type (`channels.types`). With `key` mail is marked, so that it is known when it comes back.

    Raises:
        ConfigError: with the key that is wrong; never with a secret in its message.
    """
    silence_apprise()
    values = _checked(table, secret_lookup)
    url = secret_address(values, secret_lookup)
    kind = _type_of(url, values)
    _refuse_others_keys(kind, values)
    doubtful = values.get("on_uncertain", kind.on_uncertain)
    if doubtful not in _ON_UNCERTAIN:
        raise ConfigError(f"{doubtful!r} is neither 'hold' nor 'resend'", key="on_uncertain")
    return kind.build(
        ChannelTable(name=name, url=url, values=values, on_uncertain=doubtful, secret_lookup=secret_lookup, key=key)
    )


def forms() -> tuple[Form, ...]:
    """Every form in which a message is rendered: those that come with messages, and those that channels bring."""
    from monitor.messages.forms import FORMS

    return (*FORMS, *(kind.form for kind in channel_types() if kind.form is not None))


def _type_of(url: str, values: Mapping[str, str]) -> ChannelType:
    """Whose an address is: the last of the types takes what no other does."""
    *others, rest = channel_types()
    return next((kind for kind in others if kind.is_for(url, values)), rest)


def _refuse_others_keys(kind: ChannelType, values: Mapping[str, str]) -> None:
    """A key that this channel would pass over in silence is a mistake, or means another channel."""
    for key in values:
        if key not in (*_COMMON, *kind.keys):
            owner = next(other for other in channel_types() if key in other.keys)
            takes = ", ".join((*_COMMON, *kind.keys))
            raise ConfigError(f"is a key of {owner.plural}; this channel is {kind.words}, and takes {takes}", key=key)


def _checked(table: Mapping[str, object], secret_lookup: SecretLookup) -> dict[str, str]:
    """The values as strings, flags as ``true`` or ``false``. A value is never repeated: it may be a secret."""
    known = (*_COMMON, *(key for kind in channel_types() for key in kind.keys))
    flags = {flag for kind in channel_types() for flag in kind.flags}
    values: dict[str, str] = {}
    unknown = [key for key in table if key not in known]
    for key, value in table.items():
        if key in unknown:
            continue
        if key in flags:
            values[key] = _flag(key, value)
        elif isinstance(value, str):
            values[key] = value.strip()
        elif not unknown:
            raise ConfigError("expected a string in quotes", key=key)
    if unknown:
        raise ConfigError(_what_is_known(unknown[0], values, known, secret_lookup), key=unknown[0])
    return values


def _what_is_known(key: str, values: Mapping[str, str], known: tuple[str, ...], secret_lookup: SecretLookup) -> str:
    """What to say of a key that no channel has: the nearest one or all, of this channel where it is known which it is."""
    try:
        allowed = (*_COMMON, *_type_of(secret_address(values, secret_lookup), values).keys)
    except ConfigError:
        allowed = known
    return "unknown key" + (did_you_mean(key, allowed) or f"; keys: {', '.join(allowed)}")


def _flag(key: str, value: object) -> str:
    word = {"yes": "true", "no": "false"}.get(str(value).lower(), str(value).lower())
    if word not in {"true", "false"}:
        raise ConfigError("expected true or false", key=key)
    return word

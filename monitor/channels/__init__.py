"""Ways out: a ``[channel.NAME]`` table becomes something that sends. A channel is an Apprise address held in a secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path

from monitor.channels.console import ConsoleChannel
from monitor.channels.quiet import silence_apprise
from monitor.channels.route import RoutedChannel
from monitor.domain.characters import unquoted
from monitor.ports import ConfigError

#: Looks a secret up by the name of its environment variable; None when it is not set.
SecretLookup = Callable[[str], str | None]

_SECRET = ("url", "url_env", "url_file")
#: What each kind of channel understands, beside where its address is and `on_uncertain`.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "mail": ("from", "bounces", "dkim_selector", "ca_file", "helo_name"),
    "Slack": ("endpoint",),
    "webhook": ("secret_env", "allow_private"),
    "terminal": (),
    "Apprise": (),
}
_SLACK_HOOKS = ("https://hooks.slack.com/services/", "https://hooks.slack-gov.com/services/")
_ON_UNCERTAIN = ("hold", "resend")


def build_channel(name: str, table: Mapping[str, object], secret_lookup: SecretLookup, *, key: bytes = b"") -> RoutedChannel:
    """The channel of one table.

    Keys: exactly one of ``url_env`` (name of an environment variable), ``url_file`` (path) and ``url`` (only for
    ``console://``, which holds no secret), and ``on_uncertain`` = ``hold`` or ``resend`` (the default of webhooks alone).
    Mail: ``from`` for its sender, ``bounces`` for where mail goes that cannot be delivered, ``dkim_selector`` for the names
    of its DKIM keys (for ``monitor check --dns``), with spaces between, ``ca_file`` for servers with a certificate of their
    own, ``helo_name`` for how we introduce ourselves to the server. Slack: ``endpoint`` for a server that speaks its
    protocol at another address. Webhook: ``secret_env`` for the signing key, which makes ``json://`` a Standard Webhook, and
    ``allow_private = true`` where its receiver is on a private network. With `key` mail is marked, so that it is known when
    it comes back.

    Raises:
        ConfigError: with the key that is wrong; never with a secret in its message.
    """
    silence_apprise()
    values = _checked(table)
    url = secret_address(values, secret_lookup)
    kind = _kind(url, values)
    _refuse_others_keys(kind, values)
    # Who takes a signed webhook knows the id of what it has seen: to repeat what is in doubt tells it what it may have missed.
    doubtful = values.get("on_uncertain", "resend" if kind == "webhook" else "hold")
    if doubtful not in _ON_UNCERTAIN:
        raise ConfigError(f"{doubtful!r} is neither 'hold' nor 'resend'", key="on_uncertain")
    # Apprise and its services take a third of a second to import: only who uses them waits for them.
    match kind:
        case "terminal":
            return ConsoleChannel(name)
        case "mail":
            return _mail(name, url, values, key, doubtful)
        case "Slack":
            from monitor.channels.slack import SlackChannel

            return SlackChannel(name, url, endpoint=values.get("endpoint", ""), on_uncertain=doubtful)
        case "webhook":
            return _webhook(name, url, values, secret_lookup, doubtful)
    from monitor.channels.apprise_channel import AppriseChannel

    return AppriseChannel(name, url, on_uncertain=doubtful)


def _kind(url: str, values: Mapping[str, str]) -> str:
    """Which of `_KEYS` an address is for."""
    scheme = url.partition(":")[0].lower()
    if scheme == "slack" or url.startswith(_SLACK_HOOKS):
        return "Slack"
    if scheme in {"json", "jsons"} and (values.get("secret_env") or "allow_private" in values):
        return "webhook"
    return {"console": "terminal", "mailto": "mail", "mailtos": "mail"}.get(scheme, "Apprise")


def _refuse_others_keys(kind: str, values: Mapping[str, str]) -> None:
    """A key that this channel would pass over in silence is a mistake, or means another channel."""
    for key in values:
        if key in (*_SECRET, "on_uncertain", *_KEYS[kind]):
            continue
        owner = next(other for other, keys in _KEYS.items() if key in keys)
        whose = {"webhook": "signed webhooks (json:// or jsons://)", "Slack": "Slack"}.get(owner, owner)
        raise ConfigError(f"is a key of {whose}; this channel is {_CHANNEL_WORDS[kind]}", key=key)


_CHANNEL_WORDS = {
    "mail": "mail",
    "Slack": "Slack",
    "webhook": "a signed webhook",
    "terminal": "the terminal",
    "Apprise": "a service as Apprise has it",
}


def _mail(name: str, url: str, values: Mapping[str, str], key: bytes, doubtful: str) -> RoutedChannel:
    from monitor.channels.mail import MailChannel
    from monitor.messages.signed_return_path import SignedReturnPath

    return MailChannel(
        name,
        url,
        sender=values.get("from", ""),
        ca_file=values.get("ca_file", ""),
        helo_name=values.get("helo_name", ""),
        on_uncertain=doubtful,
        bounces=values.get("bounces", ""),
        selectors=values.get("dkim_selector", "").split(),
        returns=SignedReturnPath(key=key) if key else None,
    )


def _webhook(name: str, url: str, values: Mapping[str, str], secret_lookup: SecretLookup, doubtful: str) -> RoutedChannel:
    from monitor.channels.webhook import WebhookChannel

    if not values.get("secret_env"):
        raise ConfigError(
            "the environment variable with the signing key; allow_private is for signed webhooks", key="secret_env"
        )
    secret = unquoted(secret_lookup(variable(values["secret_env"], "secret_env")) or "")
    if not secret:
        raise ConfigError(f"the environment variable {values['secret_env']} is not set", key="secret_env")
    private = values.get("allow_private") == "true"
    return WebhookChannel(name, url, secret=secret, allow_private=private, on_uncertain=doubtful)


def _checked(table: Mapping[str, object]) -> dict[str, str]:
    """The values as strings, ``allow_private`` as ``true`` or ``false``. A value is never repeated: it may be a secret."""
    known = (*_SECRET, "on_uncertain", *(key for keys in _KEYS.values() for key in keys))
    values: dict[str, str] = {}
    for key, value in table.items():
        if key not in known:
            close = get_close_matches(key, known, n=1, cutoff=0.5)
            raise ConfigError(
                "unknown key" + (f"; did you mean {close[0]!r}?" if close else f"; keys: {', '.join(known)}"), key=key
            )
        if key == "allow_private":
            values[key] = _flag(value)
        elif isinstance(value, str):
            values[key] = value.strip()
        else:
            raise ConfigError("expected a string in quotes", key=key)
    return values


def _flag(value: object) -> str:
    word = {"yes": "true", "no": "false"}.get(str(value).lower(), str(value).lower())
    if word not in {"true", "false"}:
        raise ConfigError("expected true or false", key="allow_private")
    return word


def variable(name: str, key: str) -> str:
    """The name of an environment variable. Raises ConfigError, without repeating it, where the secret itself stands there."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,99}", name):
        raise ConfigError("expected the name of an environment variable; the secret itself goes into that variable", key=key)
    return name


def secret_address(values: Mapping[str, str], secret_lookup: SecretLookup) -> str:
    """The address of a table: from the environment (``url_env``) or a file (``url_file``), where it may hold a secret.

    Raises ConfigError unless there is exactly one, that can be read.
    """
    given = [key for key in ("url_env", "url_file", "url") if values.get(key)]
    if len(given) != 1:
        raise ConfigError("write exactly one of url_env, url_file and url", key=given[1] if given else "url_env")
    key = given[0]
    if key == "url":
        if not values[key].startswith("console:"):
            raise ConfigError("holds a secret: put it into an environment variable (url_env) or a file (url_file)", key=key)
        return values[key]
    if key == "url_env":
        url = secret_lookup(variable(values[key], key)) or ""
        if not url.strip():
            raise ConfigError(f"the environment variable {values[key]} is not set", key=key)
        return _unwrapped(url, key)
    try:
        if "://" in values[key]:
            raise ConfigError("expected the path of a file; the address itself goes into that file", key=key)
        url = Path(values[key]).read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise ConfigError(f"{values[key]} cannot be read: {reason}", key=key) from None
    if not url:
        raise ConfigError(f"{values[key]} is empty", key=key)
    return _unwrapped(url, key)


def _unwrapped(text: str, key: str) -> str:
    """An address without what is around it.

    Raises ConfigError where it does not begin with a scheme: Apprise would find one in the middle, and another service.
    """
    text = unquoted(text)
    if not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
        raise ConfigError(
            "what it holds is no address: it begins with the name of a service, as mailtos:// or https://", key=key
        )
    return text

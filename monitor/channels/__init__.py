"""Ways out: a ``[channel.NAME]`` table becomes something that sends. A channel is an Apprise address held in a secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from pathlib import Path

from monitor.channels.console import ConsoleChannel
from monitor.ports import Channel, ConfigError

#: Looks a secret up by the name of its environment variable; None when it is not set.
SecretLookup = Callable[[str], str | None]

_KEYS = (
    "url",
    "url_env",
    "url_file",
    "from",
    "bounces",
    "dkim_selector",
    "ca_file",
    "endpoint",
    "on_uncertain",
    "secret_env",
    "allow_private",
)
_ON_UNCERTAIN = ("hold", "resend")


def build_channel(name: str, table: Mapping[str, object], secret_lookup: SecretLookup, *, key: bytes = b"") -> Channel:
    """The channel of one table.

    Keys: exactly one of ``url_env`` (name of an environment variable), ``url_file`` (path) and ``url`` (only for
    ``console://``, which holds no secret); ``from`` for the sender of mail, ``bounces`` for where mail goes that cannot be
    delivered, ``dkim_selector`` for the names of its DKIM keys (for ``monitor check --dns``), with spaces between;
    ``ca_file`` for mail servers with a certificate of their own; ``endpoint`` for a server that speaks Slack's protocol at
    another address; ``secret_env`` for the signing key of a webhook, which makes ``json://`` a Standard Webhook, and
    ``allow_private = "yes"`` where its receiver is on a private network;
    ``on_uncertain`` = ``hold`` (default) or ``resend``. With `key` mail is marked, so that it is known when it comes back.

    Raises:
        ConfigError: with the key that is wrong; never with a secret in its message.
    """
    values = _checked(table)
    url = secret_address(values, secret_lookup)
    doubtful = values.get("on_uncertain", "hold")
    if doubtful not in _ON_UNCERTAIN:
        raise ConfigError(f"{doubtful!r} is neither 'hold' nor 'resend'", key="on_uncertain")
    scheme = url.partition(":")[0].lower()
    if scheme == "console":
        return ConsoleChannel(name)
    # Apprise and its services take a third of a second to import: only who uses them waits for them.
    if scheme in {"mailto", "mailtos"}:
        from monitor.channels.mail import MailChannel
        from monitor.messages.returns import Returns

        return MailChannel(
            name,
            url,
            sender=values.get("from", ""),
            ca_file=values.get("ca_file", ""),
            on_uncertain=doubtful,
            bounces=values.get("bounces", ""),
            selectors=values.get("dkim_selector", "").split(),
            returns=Returns(key=key) if key else None,
        )
    if scheme == "slack" or url.startswith(("https://hooks.slack.com/services/", "https://hooks.slack-gov.com/services/")):
        from monitor.channels.slack import SlackChannel

        return SlackChannel(name, url, endpoint=values.get("endpoint", ""), on_uncertain=doubtful)
    if scheme in {"json", "jsons"} and values.get("secret_env"):
        return _webhook(name, url, values, secret_lookup)
    from monitor.channels.service import ServiceChannel

    return ServiceChannel(name, url, on_uncertain=doubtful)


def _webhook(name: str, url: str, values: Mapping[str, str], secret_lookup: SecretLookup) -> Channel:
    from monitor.channels.webhook import WebhookChannel

    secret = (secret_lookup(values["secret_env"]) or "").strip()
    if not secret:
        raise ConfigError(f"the environment variable {values['secret_env']} is not set", key="secret_env")
    private = values.get("allow_private", "no")
    if private not in {"yes", "no"}:
        raise ConfigError(f"{private!r} is neither 'yes' nor 'no'", key="allow_private")
    doubtful = values.get("on_uncertain", "hold")
    return WebhookChannel(name, url, secret=secret, allow_private=private == "yes", on_uncertain=doubtful)


def _checked(table: Mapping[str, object]) -> dict[str, str]:
    values: dict[str, str] = {}
    for key, value in table.items():
        if key not in _KEYS:
            close = get_close_matches(key, _KEYS, n=1, cutoff=0.5)
            raise ConfigError(
                "unknown key" + (f"; did you mean {close[0]!r}?" if close else f"; keys: {', '.join(_KEYS)}"), key=key
            )
        if not isinstance(value, str):
            raise ConfigError(f"expected a string in quotes, found {value!r}", key=key)
        values[key] = value.strip()
    return values


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
        url = secret_lookup(values[key]) or ""
        if not url.strip():
            raise ConfigError(f"the environment variable {values[key]} is not set", key=key)
        return url.strip()
    try:
        url = Path(values[key]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise ConfigError(f"{values[key]} cannot be read: {reason}", key=key) from None
    if not url:
        raise ConfigError(f"{values[key]} is empty", key=key)
    return url

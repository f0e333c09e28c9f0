"""Where the address of a channel is: it may hold a secret, so no table has it, and no message repeats it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from monitor.domain.characters import unquoted
from monitor.ports import ConfigError

#: Looks a secret up by the name of its environment variable; None when it is not set.
SecretLookup = Callable[[str], str | None]
#: The keys that say where an address is.
ADDRESS_KEYS = ("url", "url_env", "url_file")


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

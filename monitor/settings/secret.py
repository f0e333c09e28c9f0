"""The secrets of one installation: the key that signs addresses and marks in its mail, and tokens of who may do what."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from monitor.domain.characters import unquoted
from monitor.ports import ConfigError, StoreError

_LENGTH = 32
#: The environment variable with the token of whoever may drop articles over HTTP; without it nobody may.
TOKEN_ENV = "MONITOR_DROP_TOKEN"  # noqa: S105  # the name of it
#: That with the operator's token. It opens the numbers; the operator's pages ask for a login.
OPERATOR_TOKEN_ENV = "MONITOR_OPERATOR_TOKEN"  # noqa: S105
#: That with the token of whatever reads the numbers, and of nothing else.
METRICS_TOKEN_ENV = "MONITOR_METRICS_TOKEN"  # noqa: S105
_MIN_TOKEN = 16
#: The key that signs links, in base64: for several daemons on one database, each with a folder of its own.
LINKS_KEY_ENV = "MONITOR_LINKS_KEY"


def drop_token(environ: Mapping[str, str]) -> str:
    """The token of who may drop articles; see `token_in`."""
    return token_in(environ, TOKEN_ENV)


def operator_token(environ: Mapping[str, str]) -> str:
    """The operator's token; see `token_in`."""
    return token_in(environ, OPERATOR_TOKEN_ENV)


def metrics_token(environ: Mapping[str, str]) -> str:
    """The token of whatever reads the numbers; see `token_in`."""
    return token_in(environ, METRICS_TOKEN_ENV)


def token_in(environ: Mapping[str, str], name: str) -> str:
    """The token of the environment; empty where there is none. Raises ConfigError for one that could be guessed or not sent."""
    token = unquoted(environ.get(name, ""))
    if token and (wrong := token_problem(token)):
        raise ConfigError(wrong, key=name)
    return token


def token_problem(token: str) -> str:
    """Why a token cannot be used; empty when it can. It is never repeated."""
    if len(token) < _MIN_TOKEN:
        return f"is shorter than {_MIN_TOKEN} characters, so it could be guessed"
    if not token.isascii() or not token.isprintable() or " " in token:
        return "holds a blank or a character that no header can carry"
    return ""


def own_key(state: Path, environ: Mapping[str, str] | None = None) -> bytes:
    """The key that signs links and marks: that of the environment (default: the process's), else ``links.key``.

    It has 32 bytes or more.

    Raises:
        ConfigError: the variable holds no such key; it is never repeated.
        StoreError: ``links.key`` can be neither read nor made.
    """
    return links_key(os.environ if environ is None else environ) or _key_of(state / "links.key")


def links_key(environ: Mapping[str, str]) -> bytes:
    """The key of the environment; empty where there is none. Raises ConfigError for one that is none, without repeating it."""
    written = unquoted(environ.get(LINKS_KEY_ENV, ""))
    if not written:
        return b""
    try:
        key = base64.b64decode(written, validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) < _LENGTH:
        reason = (
            "holds no key: write what `openssl rand -base64 32` prints, or `base64 state/links.key` to keep the links of before"
        )
        raise ConfigError(reason, key=LINKS_KEY_ENV)
    return key


def _key_of(path: Path) -> bytes:
    """The bytes of a file that is made once: whole, or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            new = path.with_suffix(f".{secrets.token_hex(4)}")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_LENGTH))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # another process was first: its key is ours
                os.link(new, path)
            new.unlink()
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", key=str(path)) from None
    if len(key) < _LENGTH:
        raise StoreError("is cut short; put it back from a backup, or remove it: old links then stop working", key=str(path))
    return key


#: What reads each secret that stands in the environment under a name of its own, and refuses one that is no good.
READERS = (drop_token, metrics_token, operator_token, links_key)

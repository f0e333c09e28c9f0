"""The address of a mail account, ``mailtos://NAME:PASSWORD@HOST?from=NAME@DOMAIN``, read strictly.

Apprise reads whatever it can, and finds another host when a login or a password holds an ``@`` as it is. Here an address that
can be read in two ways is refused; what is wrong is said without repeating any part of it, for any part may be the secret.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import quote, unquote

from monitor.domain.mailboxes import ascii_domain
from monitor.ports import ConfigError

MODES = ("insecure", "starttls", "ssl")
#: What Apprise is to know of: of the account, not of those who write or read.
_OF_ACCOUNT = ("smtp", "mode", "user", "pass", "verify")
_PARAMETERS = ("from", "name", "to", "reply", *_OF_ACCOUNT, "cc", "bcc", "cto", "rto", "format", "overflow")
_FORM = "mailtos://NAME:PASSWORD@HOST?from=NAME@DOMAIN"
_ESCAPES = "in a login or a password an @ is written %40, a : %3A, a / %2F, a ? %3F, a # %23, a % %25"
_PARTS = re.compile(r"(mailtos?)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(#.*)?", re.IGNORECASE | re.DOTALL)
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::(\d{1,5}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailAddress:
    """The address of a mail account, taken apart."""

    account: str = field(repr=False)  #: server and login alone, as Apprise is to read them
    password: str = field(repr=False)  #: as it stands before the host, and is meant; may be empty
    recipients: tuple[str, ...]
    sender: str = ""
    sender_name: str = ""
    reply_to: str = ""


def _refuse(what: str) -> NoReturn:
    raise ConfigError(f"not a usable mail address: {what}", key="url")


def parse_mail_address(url: str) -> MailAddress:
    """The parts of an address. Raises ConfigError with what to write, never with a part of the address."""
    found = _PARTS.fullmatch(url)
    if not found or found[5] is not None:
        _refuse(f"expected {_FORM}; {_ESCAPES}")
    scheme, authority, path, query = found[1], found[2], found[3], found[4] or ""
    login, at, written = authority.rpartition("@")
    if "@" in login:
        _refuse(f"there are two @ where one is expected; {_ESCAPES}: mailtos://alerts%40council.example:PASSWORD@HOST")
    if login.count(":") > 1:
        _refuse(f"there are two : before the @; {_ESCAPES}")
    parameters = _parameters(query)
    host = _host(written, parameters)
    # After a host without a dot this may as well be the end of a password.
    if ":" in path or ("@" in path and re.fullmatch(r"(?!localhost\b)[^.\[_]+", host)):
        _refuse(f"what follows the host may be a recipient (write ?to=NAME@DOMAIN) or the end of a password: {_ESCAPES}")
    kept = "&".join(f"{name}={quote(parameters[name], safe='')}" for name in _OF_ACCOUNT if name in parameters)
    return MailAddress(
        account=f"{scheme}://{login}{at}{host}" + (f"?{kept}" if kept else ""),
        password=unquote(login.partition(":")[2]),
        recipients=tuple(unquote(each).strip() for each in (*path.split("/"), parameters.get("to", "")) if each.strip()),
        sender=parameters.get("from", ""),
        sender_name=parameters.get("name", ""),
        reply_to=parameters.get("reply", ""),
    )


def _host(written: str, parameters: Mapping[str, str]) -> str:
    """``HOST:PORT``. An underscore stands for no host of its own: the parameter smtp names it."""
    found = _HOST.fullmatch(written)
    if not found or (found[2] and not 0 < int(found[2]) < 65536):
        _refuse(f"the port is no number from 1 to 65535; {_ESCAPES}")
    host, port = found[1], f":{int(found[2])}" if found[2] else ""
    if host in {"_", ""} and not parameters.get("smtp"):
        _refuse(f"it names no host; expected {_FORM}")
    if host in {"_", ""} or host.startswith("["):
        return host + port
    if not ascii_domain(unquote(host)):
        _refuse(f"the host is no name that a server can have; {_ESCAPES}")
    return ascii_domain(unquote(host)) + port


def _parameters(query: str) -> Mapping[str, str]:
    """What stands after the ``?``, each once. A plus is a plus: it is a part of many addresses."""
    pairs = [part.partition("=") for part in query.split("&") if part]
    found = {name.lower(): unquote(value).strip() for name, _, value in pairs}
    if not set(found) <= set(_PARAMETERS) or len(found) < len(pairs):
        _refuse(f"after the ? stands what is none of {', '.join(_PARAMETERS)}, or one of them twice; {_ESCAPES}")
    if (found.get("mode") or "starttls").lower() not in MODES:
        _refuse(f"mode is one of {', '.join(MODES)}")
    if found.get("cc") or found.get("bcc"):
        raise ConfigError("a message has one recipient: cc and bcc would repeat it", key="url")
    return found

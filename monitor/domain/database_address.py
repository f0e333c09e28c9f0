"""The address of the database: checked before anything opens it, and shown without any part that may be the secret."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote

FORM = "sqlite:////PATH, or postgresql://NAME:PASSWORD@HOST:PORT/DATABASE"
_ESCAPES = "in a name or a password an @ is written %40, a : %3A, a / %2F"
_SERVER = re.compile(
    r"(?P<scheme>postgres(?:ql)?(?:\+\w+)?)://(?:(?P<user>[^:/@]*)(?::(?P<password>[^@]*))?@)?"
    r"(?P<host>[\w.-]*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?(?:/(?P<database>[^/?@\s]*))?(?:\?(?P<query>\S*))?"
)


def checked_database_address(url: str) -> str:
    """The address as it is to be opened. Raises ValueError with what to write, never with a part of the address."""
    if url.startswith("sqlite:"):
        if not re.fullmatch(r"sqlite:///[^\x00]+", url) or ":memory:" in url:
            raise ValueError(f"state has to survive the process: name a file; expected {FORM}")
        return url
    found = _SERVER.fullmatch(url)
    if not found:
        scheme = re.match(r"([a-z0-9]{2,12})(?:\+\w+)?://", url)
        if scheme and not scheme[1].startswith("postgres"):
            raise ValueError(f"{scheme[1]} is not supported; use sqlite or postgresql: {FORM}")
        raise ValueError(f"is not a database address; expected {FORM}; {_ESCAPES}")
    if found["port"] and not 0 < int(found["port"]) < 65536:
        raise ValueError(f"is not a database address: the port is no number from 1 to 65535; {_ESCAPES}")
    # Short for the same; what opens it knows the long name alone.
    return re.sub(r"^postgres(?=[:+])", "postgresql", url)


def shown_database_address(url: str) -> str:
    """Where the database is, without name, password and parameters; ``the database`` where that cannot be told."""
    if url.startswith("sqlite:///"):
        return url.removeprefix("sqlite:///")
    found = _SERVER.fullmatch(url)
    if not found:
        return "the database"
    port = f":{found['port']}" if found["port"] else ""
    return f"{found['host'] or 'localhost'}{port}/{found['database'] or ''}"


def without_secrets(text: str, url: str) -> str:
    """What a driver said, with nothing in it that only the address may hold."""
    found = _SERVER.fullmatch(url)
    if not found:
        return text
    values = [found["password"] or "", *(value for _, value in parse_qsl(found["query"] or ""))]
    for value in sorted({form for each in values for form in (each, unquote(each)) if len(form) > 2}, key=len, reverse=True):
        text = text.replace(value, "...")
    return " ".join(text.split())

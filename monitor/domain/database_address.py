"""The address of the database: checked before anything opens it, and shown without any part that may be the secret."""

from __future__ import annotations

import re
from itertools import zip_longest
from urllib.parse import parse_qsl, unquote, urlencode

FORM = "sqlite:////PATH, or postgresql://NAME:PASSWORD@HOST:PORT/DATABASE"
_ESCAPES = "in a name or a password an @ is written %40, a : %3A, a / %2F"
#: A name, an address of IPv6, or the folder of a socket.
_HOST = r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\]|(?:%2[Ff][\w.-]+)+)"
_SERVER = re.compile(
    r"(?P<scheme>postgres(?:ql)?(?:\+\w+)?)://(?:(?P<user>[^:/@]*)(?::(?P<password>[^@]*))?@)?"
    rf"(?P<hosts>(?:{_HOST})?(?::\d{{1,5}})?(?:,{_HOST}(?::\d{{1,5}})?)*)(?:/(?P<database>[^/?@\s]*))?(?:\?(?P<query>\S*))?"
)
_ONE = re.compile(rf"(?P<host>{_HOST})?(?::(?P<port>\d+))?")
#: What may stand in the options of an address and is no secret: it says where the server is.
_WHERE = ("host", "hostaddr", "port")


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
    hosts = _hosts(found["hosts"])
    if any(port and not 0 < int(port) < 65536 for _, port in hosts):
        raise ValueError(f"is not a database address: the port is no number from 1 to 65535; {_ESCAPES}")
    if len(hosts) > 1 or "%" in found["hosts"]:
        # Several servers, or the folder of a socket, as libpq writes them: what opens it wants them among the options.
        names, ports = zip(*((host.strip("[]"), port or "5432") for host, port in hosts), strict=True)
        where = urlencode({"host": ",".join(names), "port": ",".join(ports)})
        url = f"{url[: found.start('hosts')]}{url[found.end('hosts') :]}{'?' if found['query'] is None else '&'}{where}"
    # Short for the same; what opens it knows the long name alone.
    return re.sub(r"^postgres(?=[:+])", "postgresql", url)


def _hosts(text: str) -> list[tuple[str, str]]:
    """Host and port of each server; empty where they are not said."""
    found = [_ONE.fullmatch(each) for each in text.split(",")]
    return [(unquote(each["host"] or ""), each["port"] or "") for each in found if each]


def shown_database_address(url: str) -> str:
    """Where the database is, without name, password and parameters; ``the database`` where that cannot be told."""
    if url.startswith("sqlite:///"):
        return url.removeprefix("sqlite:///")
    found = _SERVER.fullmatch(url)
    if not found:
        return "the database"
    options = dict(parse_qsl(found["query"] or ""))
    named = _hosts(found["hosts"])
    if not found["hosts"] and re.fullmatch(r"[\w./:,-]+", options.get("host", "")):
        ports = options.get("port", "").split(",")
        named = list(
            zip_longest(options["host"].split(","), (port if port.isdecimal() else "" for port in ports), fillvalue="")
        )
    shown = ",".join(f"{host or 'localhost'}{f':{port}' if port else ''}" for host, port in named if host or port)
    return f"{shown or 'localhost'}/{found['database'] or ''}"


def without_secrets(text: str, url: str) -> str:
    """What a driver said, with nothing in it that only the address may hold."""
    found = _SERVER.fullmatch(url)
    if not found:
        return text
    values = [found["password"] or "", *(value for name, value in parse_qsl(found["query"] or "") if name not in _WHERE)]
    for value in sorted({form for each in values for form in (each, unquote(each)) if len(form) > 2}, key=len, reverse=True):
        text = text.replace(value, "...")
    return " ".join(text.split())

"""What a configuration key may hold: a row a key, and one function that checks a table against its rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from monitor.domain.characters import unquoted
from monitor.domain.database_address import checked_database_address
from monitor.domain.durations import seconds_of
from monitor.domain.operator_alarms import Receiver
from monitor.domain.spelling import did_you_mean
from monitor.settings.tables import Problem, Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: its name, what turns the TOML value into ours (raising ValueError with what to write), and its default."""

    name: str
    read: Callable[[object], object]
    default: object = None
    required: bool = False


def _kind_of(value: object) -> str:
    names = {bool: "true or false", str: "a string", int: "a number", float: "a number", list: "a list", dict: "a table"}
    return names.get(type(value), type(value).__name__)


def _shown(value: object) -> str:
    """A value in an error, where it cannot be a secret: an address with a name in it may hold a password, a list anything."""
    if isinstance(value, list | dict):
        return _kind_of(value)
    secret = isinstance(value, str) and ("@" in value or re.search(r"whsec_|xox[a-z]-|://\S*/\S{16,}", value))
    return "what may hold a secret, and is not repeated" if secret else repr(value)


def text(value: object) -> str:
    """A string."""
    if not isinstance(value, str):
        shown = "" if isinstance(value, list | dict) else f": {value!r}"
        raise ValueError(f"expected a string in quotes, found {_kind_of(value)}{shown}")
    return value


def flag(value: object) -> bool:
    """True or false; from the environment also 1, 0, yes, no."""
    if isinstance(value, str) and value.lower() in {"1", "true", "yes", "on", "0", "false", "no", "off"}:
        return value.lower() in {"1", "true", "yes", "on"}
    if not isinstance(value, bool):
        raise ValueError(f"expected true or false, found {_kind_of(value)}: {_shown(value)}")
    return value


def duration(value: object) -> timedelta:
    """A length of time: ``"90s"``, ``"15m"``, ``"2h"``, ``"30d"``, or a number of seconds."""
    seconds = seconds_of(value)
    if not seconds or seconds < 0:
        raise ValueError(f'expected a length of time such as "15m", "2h" or "30d", found {value!r}')
    return timedelta(seconds=seconds)


def pause(value: object) -> timedelta:
    """A length of time that may also be none: ``"0s"``."""
    return timedelta(0) if str(value).strip() == "0" or seconds_of(value) == 0 else duration(value)


def whole(least: int, most: int) -> Callable[[object], int]:
    """A reader of whole numbers within bounds."""

    def read(value: object) -> int:
        if isinstance(value, str) and value.isdecimal():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"expected a whole number from {least} to {most}, found {value!r}")
        return value

    return read


def probability(value: object) -> float:
    """A share above 0 and up to 1: ``0.9``."""
    try:
        found = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else 0.0
    except ValueError:
        found = 0.0
    if not 0 < found <= 1:
        raise ValueError(f"expected a number above 0 and up to 1, such as 0.9, found {_shown(value)}")
    return found


def one_of(*valid: str) -> Callable[[object], str]:
    """A reader of one of a few words; suggests the nearest."""

    def read(value: object) -> str:
        word = text(value)
        if word not in valid:
            raise ValueError(f"{word!r} is not known{did_you_mean(word, valid)}; one of: {', '.join(valid)}")
        return word

    return read


def ways(value: object) -> tuple[Receiver, ...]:
    """One or two ways to a person: ``["mail: operator@example.org", "slack"]``; with a comma between in the environment."""
    written = value.split(",") if isinstance(value, str) else value
    if not isinstance(written, list) or not all(isinstance(each, str) and each.strip() for each in written):
        raise ValueError(f'expected a list such as ["mail: operator@example.org", "slack"], found {_shown(value)}')
    found = tuple(
        Receiver(channel=channel.strip(), to=to.strip()) for channel, _, to in (each.partition(":") for each in written)
    )
    if any(not character.isprintable() for way in found for character in way.to) or any(way.to.count("@") > 1 for way in found):
        raise ValueError("what follows the channel's name is one address within it")
    return found


def host_names(value: object) -> tuple[str, ...]:
    """Names by which a site is called: ``["monitor.internal"]``; with a comma between in the environment."""
    written = value.split(",") if isinstance(value, str) else value
    if not isinstance(written, list) or not all(isinstance(each, str) for each in written):
        raise ValueError(f'expected a list such as ["monitor.internal"], found {_shown(value)}')
    names = tuple(each.strip().lower().rstrip(".") for each in written)
    for name in names:
        if not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?", name):
            raise ValueError(f"expected a name alone, without scheme, port and path, found {_shown(name)}")
    return names


#: A hash as `monitor operator-password` prints it, and how much memory (KiB) one may ask for.
_ARGON2 = re.compile(r"\$argon2id\$v=\d+\$m=(\d+),t=\d{1,2},p=\d{1,2}\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{22,}")
_MAX_HASH_MEMORY = 262_144


def logins(value: object) -> Mapping[str, str]:
    """Who may sign in: ``["anna: $argon2id$..."]``, name -> hash; with a semicolon between in the environment."""
    written = [each for each in value.split(";") if each.strip()] if isinstance(value, str) else value
    if not isinstance(written, list) or not all(isinstance(each, str) for each in written):
        raise ValueError(f'expected a list such as ["anna: $argon2id$..."], found {_kind_of(value)}')
    found: dict[str, str] = {}
    for each in written:
        name, hashed = (part.strip() for part in each.partition(":")[::2])
        parts = _ARGON2.fullmatch(hashed)
        if not name or len(name) > 100 or not name.isprintable() or name.casefold() in map(str.casefold, found):
            raise ValueError("each account has a name of its own before the colon")
        if parts is None:
            raise ValueError(f"what follows {name!r} is no password hash; `monitor operator-password` makes one")
        if int(parts[1]) > _MAX_HASH_MEMORY:
            raise ValueError(f"the hash of {name!r} needs too much memory; `monitor operator-password` makes a smaller one")
        found[name] = hashed
    return found


def address(value: object) -> tuple[str, int]:
    """Host and port to listen at: ``"127.0.0.1:8321"``, ``"[::1]:8321"``, ``":8321"`` for every interface."""
    host, colon, port = text(value).rpartition(":")
    if not colon or not port.isdecimal() or not 0 <= int(port) < 65536:
        raise ValueError(f'expected host and port such as "127.0.0.1:8321", found {_shown(value)}')
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  # only when the operator wrote no host


def database(value: object) -> str:
    """The address of a database. No error repeats it."""
    return checked_database_address(text(value)) if value else ""


def variable(value: object) -> str:
    """The name of an environment variable. No error repeats it: the secret itself may stand there."""
    if not isinstance(value, str) or (value and not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value)):
        raise ValueError("expected the name of an environment variable; the secret itself goes into that variable")
    return value


def web_url(value: object) -> str:
    """An absolute http or https URL without credentials."""
    url = text(value)
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        credentials = "@" in parts.netloc
    except ValueError:
        good = credentials = False
    if not good or re.search(r"[\s<>\\]", url):
        raise ValueError(f'expected a URL such as "https://www.example.org/page", found {_shown(url)}')
    if credentials:
        raise ValueError("a URL here must not hold a user name or password")
    return url


def proxy(value: object) -> str:
    """The address of an http proxy, or ``"direct"``. No error repeats it: it may hold a password."""
    if not isinstance(value, str):
        raise ValueError(f"expected a string in quotes, found {_kind_of(value)}")
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and parts.path in {"", "/"}
    except ValueError:
        good = False
    if value not in {"", "direct"} and (not good or re.search(r"\s", value)):
        raise ValueError('expected an address such as "http://proxy.example.org:8080", or "direct"')
    return value


def certificates(value: object) -> str:
    """The path of a PEM file of certificate authorities."""
    path = text(value)
    if path:
        import ssl  # only where it is set

        try:
            ssl.create_default_context(cafile=path)
        except (OSError, ssl.SSLError) as error:
            raise ValueError(f"{path} is no file of certificates (PEM): {getattr(error, 'strerror', None) or error}") from None
    return path


def check(table: Table, keys: Sequence[Key], *, open_ended: bool = False) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """The values of a table with defaults filled in, and what is wrong with it.

    An `open_ended` table may hold other keys too: someone else checks those.
    """
    known = {key.name: key for key in keys}
    problems = [
        table.problem(name, f"unknown key{did_you_mean(name, tuple(known))}")
        for name in table.values
        if name not in known and not open_ended
    ]
    values: dict[str, object] = {}
    for key in keys:
        values[key.name] = key.default
        if key.name not in table.values:
            if key.required:
                problems.append(table.problem(key.name, "is required"))
            continue
        try:
            values[key.name] = key.read(table.values[key.name])
        except ValueError as error:
            problems.append(table.problem(key.name, str(error)))
    return values, tuple(problems)


def variable_of(table: str, key: Key) -> str:
    """The variable by which the environment overrides a key of a table: ``MONITOR_LISTEN``, ``MONITOR_FETCH_DEADLINE``."""
    return ("MONITOR_" if table == "monitor" else f"MONITOR_{table.upper()}_") + key.name.upper()


def from_environment(environ: Mapping[str, str], table: str, keys: Sequence[Key]) -> dict[str, str]:
    """Settings of a table that the environment overrides, by key."""
    names = {key.name: variable_of(table, key) for key in keys}
    return {key: value for key, name in names.items() if (value := unquoted(environ.get(name, "")))}

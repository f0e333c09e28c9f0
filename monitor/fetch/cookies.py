"""Cookies of one fetch: some servers set one, send us to the same address again, and answer only who brings it back.

They are kept for the redirects of that fetch alone, and go to the host that set them: nothing is remembered of us from one
fetch to the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

MAX_COOKIES, MAX_BYTES = 50, 4096  # of a name and its value
_PRINTABLE = re.compile(r"[ -\xff]*")


class Cookies:
    """What servers have set during one fetch."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[str, bool, bool]] = {}  # (host, name): value, for its sub-domains, secure

    def take(self, url: str, lines: Iterable[bytes]) -> None:
        """Keep what the ``Set-Cookie`` lines of the answer from `url` set, and drop what they end."""
        host = urlsplit(url).hostname or ""
        for line in lines:
            pair, *attributes = line.decode("latin-1").split(";")
            name, equals, value = pair.partition("=")
            name, value = name.strip(), value.strip()
            if not equals or not name or len(pair) > MAX_BYTES or not _PRINTABLE.fullmatch(name + value):
                continue
            found = _attributes(attributes)
            domain = found.get("domain", "").lstrip(".")
            shared = "." in domain and (host == domain or host.endswith(f".{domain}"))
            if domain and not shared:
                continue
            key = (domain if shared else host, name)
            if _is_ended(found.get("max-age", "")):
                self._kept.pop(key, None)
            elif key in self._kept or len(self._kept) < MAX_COOKIES:
                self._kept[key] = (value, shared, "secure" in found)

    def header(self, url: str) -> str:
        """The ``Cookie`` line for `url`; empty when there are none."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        return "; ".join(
            f"{name}={value}"
            for (owner, name), (value, shared, secure) in self._kept.items()
            if (host == owner or (shared and host.endswith(f".{owner}"))) and (parts.scheme == "https" or not secure)
        )


def _attributes(stated: Iterable[str]) -> dict[str, str]:
    """The attributes of a cookie, in lower case."""
    pairs = (each.partition("=") for each in stated)
    return {key.strip().lower(): word.strip().lower() for key, _, word in pairs}


def _is_ended(age: str) -> bool:
    """Whether a ``Max-Age`` says that the cookie is to be forgotten."""
    return age.startswith("-") or age == "0"

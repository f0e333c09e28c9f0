"""An error of ours that nobody foresaw, without what only the environment may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_MIN_LENGTH = 4


def redacted(text: str, environ: Mapping[str, str]) -> str:
    """`text` with ``...`` for every part of a secret: of the monitor's own variables, and of whatever looks like an account."""
    secrets = {part for name, value in environ.items() for part in _parts(name, value)}
    for part in sorted(secrets, key=len, reverse=True):
        text = text.replace(part, "...")
    return re.sub(r"(?<=://)[^\s/@'\"]*(?::[^\s@'\"]*)?@", "...@", text)


def _parts(name: str, value: str) -> Iterator[str]:
    """What of a variable must not be shown: of an address the account before its host and all that follows, else the whole."""
    if not name.startswith("MONITOR_"):
        return
    if "://" not in value:
        if re.search(r"SECRET|KEY|TOKEN|PASSWORD", name) and len(value) >= _MIN_LENGTH:
            yield value
        return
    rest = value.partition("://")[2]
    account, at, _ = rest.rpartition("@")
    yield from (part for part in re.split(r"[:/@?&=#\s]+", account if at else rest) if len(part) >= _MIN_LENGTH)

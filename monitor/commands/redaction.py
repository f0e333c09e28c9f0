"""An error of ours that nobody foresaw, without what only the environment may hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from urllib.parse import unquote

_MIN_LENGTH = 4


def redacted(text: str, environ: Mapping[str, str], shown: Collection[str] = ()) -> str:
    """`text` with ``...`` for every part of a secret: of the monitor's own variables, and of whatever looks like an account.

    `shown` are parts that are no secret, whatever address they stand in: names of hosts.
    """
    secrets = {part for name, value in environ.items() for part in _parts(name, value)} - set(shown)
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
    place, *rest = re.split(r"[/?#]", value.partition("://")[2], maxsplit=1)
    account, at, _ = place.rpartition("@")
    words = re.split(r"[:\s]+", account if at else place)  # without an account the place itself may be a token
    for each in re.split(r"[/?&#\s]+", "".join(rest)):
        words += re.sub(r"^[\w-]+=(?=[^=])", "", each).split("@")  # of a parameter its value
    yield from (form for part in words for form in {part, unquote(part)} if len(form) >= _MIN_LENGTH)

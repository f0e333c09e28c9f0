"""Files that browsers keep for good: their names hold a hash of what is in them, so that another content is another address."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

#: What may lie in the folder, and how it is served.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticFile:
    """A file of ours as it is served."""

    name: str  #: as it lies in the folder: ``style.css``
    address: str  #: below the site: ``/static/style-0123456789ab.css``
    media_type: str
    body: bytes


@lru_cache(maxsize=1)
def static_files() -> Mapping[str, StaticFile]:
    """Every file of ``web/static``, by name. Raises `ValueError` for one of a type that is not served."""
    found = {}
    for entry in files("monitor.web").joinpath("static").iterdir():
        if not entry.is_file() or entry.name.startswith("."):
            continue
        stem, dot, ending = entry.name.rpartition(".")
        if dot + ending not in _TYPES:
            raise ValueError(f"{entry.name}: only {', '.join(_TYPES)} are served")
        body = entry.read_bytes()
        mark = hashlib.sha256(body).hexdigest()[:12]
        found[entry.name] = StaticFile(
            name=entry.name, address=f"/static/{stem}-{mark}.{ending}", media_type=_TYPES[dot + ending], body=body
        )
    return found


@lru_cache(maxsize=1)
def by_address() -> Mapping[str, StaticFile]:
    """Every static file by its address."""
    return {each.address: each for each in static_files().values()}

"""Files that browsers keep for good: their names hold a hash of what is in them, so that another content is another address."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from monitor.web.charts.drawing import chart_style

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


#: Files that are made, beside those of the folder.
_MADE: Mapping[str, Callable[[], str]] = {"charts.css": chart_style}


@lru_cache(maxsize=1)
def static_files() -> Mapping[str, StaticFile]:
    """Every file of ``web/static``, and ``charts.css``, by name. Raises `ValueError` for one of a type that is not served."""
    folder = files("monitor.web").joinpath("static")
    bodies = {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file() and entry.name[0] != "."}
    return {
        name: _file(name, body) for name, body in (bodies | {name: made().encode() for name, made in _MADE.items()}).items()
    }


def _file(name: str, body: bytes) -> StaticFile:
    stem, dot, ending = name.rpartition(".")
    if dot + ending not in _TYPES:
        raise ValueError(f"{name}: only {', '.join(_TYPES)} are served")
    mark = hashlib.sha256(body).hexdigest()[:12]
    return StaticFile(name=name, address=f"/static/{stem}-{mark}.{ending}", media_type=_TYPES[dot + ending], body=body)


@lru_cache(maxsize=1)
def by_address() -> Mapping[str, StaticFile]:
    """Every static file by its address."""
    return {each.address: each for each in static_files().values()}

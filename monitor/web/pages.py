"""Pages for people: one layout, no script, nothing foreign. What comes from outside is escaped by the template engine."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from fastapi.responses import HTMLResponse

from monitor.messages.disarm import quoted
from monitor.messages.sanitize import day_words, host_of, link, sanitize

if TYPE_CHECKING:
    from jinja2 import Environment

_STEPS = ((90, 1, "s"), (5400, 60, "min"), (129600, 3600, "h"), (float("inf"), 86400, "days"))


def ago(moment: datetime | None, now: datetime) -> str:
    """A moment as people say it: ``4 min ago``, ``in 11 min``."""
    if moment is None:
        return "never"
    seconds = (now - moment).total_seconds()
    size = abs(seconds)
    text = next(f"{size / unit:.0f} {name}" for limit, unit, name in _STEPS if size < limit)
    return f"{text} ago" if seconds >= 0 else f"in {text}"


def due(moment: datetime | None, now: datetime) -> str:
    """When something is done next: ``in 11 min``, ``now`` where it is due."""
    return "now" if moment is None or moment <= now else ago(moment, now)


@lru_cache(maxsize=1)
def style() -> str:
    """The one style sheet. It stands in every page, and the pages' policy lets the browser use exactly these bytes."""
    return files("monitor.web").joinpath("templates/style.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def headers() -> Mapping[str, str]:
    """What every page tells the browser about itself: no script, no frame, no form to elsewhere, nothing kept."""
    digest = b64encode(hashlib.sha256(style().encode()).digest()).decode()
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; frame-ancestors 'none'; "
            "base-uri 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # with none at all a browser does not say either that a form is our own
        "Cache-Control": "no-store",
    }


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("monitor.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "ago": ago,
        "due": due,
        "day": day_words,
        "link": link,
        "host": host_of,
        "plain": sanitize,
        "quoted": quoted,
    }
    return environment


def rendered(template: str, **values: object) -> str:
    """A template of ours as HTML."""
    return _environment().get_template(template).render(style=style(), **values)


def page(template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page, with what the browser may do with it. `values` always has a `title`."""
    return HTMLResponse(rendered(template, **values), status_code=status, headers=dict(headers()))


def message_page(title: str, *words: str, status: int = 200, go_on: tuple[str, str] | None = None) -> HTMLResponse:
    """A page that says one thing; `go_on` is where to go from here: what the link says, and its address."""
    return page("message.html", status=status, title=title, words=words, go_on=go_on)

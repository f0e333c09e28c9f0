"""Pages for people: one layout, no script needed, nothing foreign. What comes from outside is escaped by the engine."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi.responses import HTMLResponse

from monitor.domain.calendar import day_words, london
from monitor.domain.characters import storable
from monitor.messages.disarm import quoted
from monitor.messages.sanitize import host_of, link, sanitize
from monitor.messages.text import unwrapped
from monitor.web.static_files import static_files

if TYPE_CHECKING:
    from jinja2 import Environment

_STEPS = ((90, 1, "s"), (5400, 60, "min"), (129600, 3600, "h"), (float("inf"), 86400, "days"))
#: The path below which a proxy shows the site, as `public_url` has it; empty at the root.
BASE: ContextVar[str] = ContextVar("BASE", default="")
#: What stands in the navigation: the words, and the address.
NAVIGATION = (
    ("Latest", "/"),
    ("Authorities", "/authorities"),
    ("Map", "/map"),
    ("Trends", "/trends"),
    ("Forecast", "/forecast"),
    ("Sources", "/sources"),
    ("Subscribe", "/subscribe"),
    ("About", "/about"),
)


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


def span_words(span: timedelta) -> str:
    """A stretch of time: ``4 min``, ``2.5 days``; with a minus where it goes back."""
    size = abs(span.total_seconds())
    text = next(f"{size / unit:.{1 if unit > 60 else 0}f} {name}" for limit, unit, name in _STEPS if size < limit)
    return text if span >= timedelta() else f"−{text}"


def london_words(moment: datetime) -> str:
    """An aware moment as it is in London: ``3 August 2026, 09:02``."""
    there = moment.astimezone(london())
    return f"{day_words(there.date())}, {there:%H:%M}"


def href(address: str) -> str:
    """An address of ours as a link has it: below the path at which a proxy shows the site."""
    path, mark, query = address.partition("?")
    return f"{BASE.get()}{quote(path, safe='/:,~-._@')}{mark}{query}"


def static(name: str) -> str:
    """The address of a file of ``web/static``. Raises `KeyError` where there is none."""
    return href(static_files()[name].address)


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The template engine, with the words that all templates know."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("monitor.web"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {
        "ago": ago,
        "due": due,
        "span": span_words,
        "day": day_words,
        "moment": london_words,
        "link": link,
        "host": host_of,
        "plain": sanitize,
        "unwrapped": unwrapped,
        "quoted": quoted,
        "rfc822": format_datetime,
    }
    made.globals |= {"href": href, "static": static, "navigation": NAVIGATION, "here": "", "feed": ""}
    return made


def rendered(template: str, **values: object) -> str:
    """A template of ours as text. `here` is the address in the navigation at which the page is, where it is at one.

    Half a character, wherever it came from, is no reason to show nothing.
    """
    return storable(environment().get_template(template).render(**values))


def page(template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """A page that is made for one visitor and kept by nobody. `values` always has a `title`."""
    return HTMLResponse(rendered(template, **values), status_code=status)


def message_page(title: str, *words: str, status: int = 200, go_on: tuple[str, str] | None = None) -> HTMLResponse:
    """A page that says one thing; `go_on` is where to go from here: what the link says, and its address."""
    return page("message.html", status=status, title=title, words=words, go_on=go_on)

"""What is not wrong with a configuration, and will surprise whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from email.utils import parseaddr
from typing import TYPE_CHECKING

from monitor.app import recipients
from monitor.domain.unheard import unheard
from monitor.settings import ENVIRONMENT, Problem, Settings
from monitor.settings.tables import Table

if TYPE_CHECKING:
    from monitor.channels.route import RoutedChannel
    from monitor.domain.subscriptions import Subscription

_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+\.?")
_PREFIX = "MONITOR_"
#: Keys of a listing that hold a CSS selector.
_SELECTORS = ("link", "item", "title", "date", "summary", "next")


def warnings_in(settings: Settings, environ: Mapping[str, str], channels: Mapping[str, RoutedChannel]) -> list[Problem]:
    """Every surprise, in the order of the files; `channels` are the ones that could be built."""
    return [
        *_of_operator(settings),
        *_of_contact(settings),
        *_of_environment(settings, environ),
        *_of_selectors(settings),
        *_of_subscriptions(settings),
        *_of_recipients(settings, channels),
        *recipients.warnings(settings, {name: channel.route for name, channel in channels.items()}),
    ]


def _of_operator(settings: Settings) -> Iterator[Problem]:
    if not settings.operator:
        message = "nobody is told of alarms: monitor.toml has no [operator] channels; they are in the log and on the page only"
        yield Problem(file="", message=message)
    elif len({way.channel for way in settings.operator}) < 2:
        message = "alarms have one way to the operator; a second channel in [operator] tells of the first one's failure"
        yield Problem(file="", message=message)


def _of_contact(settings: Settings) -> Iterator[Problem]:
    contact = settings.contact.strip()
    if contact and not (_ADDRESS.fullmatch(parseaddr(contact)[1]) or contact.startswith(("http://", "https://", "mailto:"))):
        message = f"{contact!r} is neither a mail address nor a URL: publishers cannot write to it"
        yield Problem(file="monitor.toml", table="[monitor]", key="contact", message=message)


def _of_environment(settings: Settings, environ: Mapping[str, str]) -> Iterator[Problem]:
    """Variables that begin as ours do and that nothing looks at: a typing error is otherwise as silent as a missing line."""
    tables = [*settings.sources, *settings.channels, *([settings.returned] if settings.returned else [])]
    named = {str(value) for table in tables for key, value in table.values.items() if key.endswith("_env")}
    known = sorted(ENVIRONMENT | named | {settings.heartbeat_url_env})
    for name in sorted(environ):
        if name.startswith(_PREFIX) and name not in known:
            near = _nearest(name, known)
            meant = f"did you mean {near}?" if near else "a secret needs its url_env or secret_env in config/"
            yield Problem(file="environment", key=name, message=f"is set, and nothing looks at it; {meant}")


def _nearest(name: str, known: Sequence[str]) -> str:
    """The variable that was probably meant: a letter is wrong, or the section is missing (MONITOR_ROBOTS)."""
    stem = name.removeprefix(_PREFIX)
    by_stem = {each.removeprefix(_PREFIX): each for each in known}
    section = [each for each in by_stem if each.endswith(f"_{stem}")]
    close = section or get_close_matches(stem, by_stem, n=1, cutoff=0.75)
    return by_stem[close[0]] if close else ""


def _of_selectors(settings: Settings) -> Iterator[Problem]:
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    page = LexborHTMLParser("<p></p>")
    for table in settings.sources:
        for key in _SELECTORS if table.values.get("kind") == "listing" else ():
            selector = table.values.get(key)
            if not isinstance(selector, str) or not selector:
                continue
            try:
                page.css(selector)
            except (SelectolaxError, ValueError):
                yield table.problem(key, f"{selector!r} is no CSS selector, so nothing will be found")


def _of_subscriptions(settings: Settings) -> Iterator[Problem]:
    from monitor.system.clock import SystemClock

    today = SystemClock().today()
    for subscription, table in _written(settings):
        if not subscription.paused:
            yield from (table.problem(key, message) for key, message in unheard(subscription, table.values, today))


def _of_recipients(settings: Settings, channels: Mapping[str, RoutedChannel]) -> Iterator[Problem]:
    from monitor.channels.mail import MailChannel

    mail = {name for name, channel in channels.items() if isinstance(channel, MailChannel)}
    for subscription, table in _written(settings):
        to = table.values.get("to", "")
        for each in to if isinstance(to, list) else [to]:
            if subscription.channel in mail and each and not _ADDRESS.fullmatch(parseaddr(str(each))[1]):
                yield table.problem("to", _no_domain(str(each)))
    for way in settings.operator:
        if way.channel in mail and way.to and not _ADDRESS.fullmatch(way.to):
            yield Problem(file="monitor.toml", table="[operator]", key="channels", message=_no_domain(way.to))


def _no_domain(address: str) -> str:
    so = "a mail server may refuse it" if "@" in address else "no mail can be sent to it"
    return f"{address!r} has no domain, as in {address.partition('@')[0] or 'name'}@council.example: {so}"


def _written(settings: Settings) -> Iterator[tuple[Subscription, Table]]:
    """Each subscription with the table that it was written as."""
    tables = {table.name: table for table in settings.subscription_tables}
    return ((each, tables[each.name]) for each in settings.subscriptions if each.name in tables)

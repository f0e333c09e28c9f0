"""Who is reached by which channel: what `monitor check` shows, and what would reach nobody, before anything starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.channels.mime import needs_smtputf8
from monitor.channels.route import Route
from monitor.settings import Problem, Settings
from monitor.settings.tables import Table

Routes = Mapping[str, Route]  #: by the name of the channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """One recipient of one channel, and in what role: names of subscriptions, ``[operator]``."""

    channel: str
    recipient: str
    roles: tuple[str, ...]


def reached(settings: Settings, routes: Routes) -> tuple[Reached, ...]:
    """Everybody who is written to as configured, channel by channel."""
    found: dict[tuple[str, str], list[str]] = {}
    for channel, to, role in _asked_for(settings):
        if channel in routes and routes[channel].reaches(to):
            found.setdefault((channel, routes[channel].reaches(to)), []).append(role)
    return tuple(
        Reached(channel=channel, recipient=recipient, roles=tuple(dict.fromkeys(roles)))
        for (channel, recipient), roles in found.items()
    )


def _asked_for(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Channel, `to` and role of everything that is configured."""
    for each in settings.subscriptions:
        yield each.channel, each.to, each.name
    for way in settings.operator:
        yield way.channel, way.to, "[operator]"


def problems(settings: Settings, routes: Routes) -> tuple[Problem, ...]:
    """What would reach nobody, and who could subscribe by a channel that others read."""
    file = str(settings.config / "monitor.toml")
    tables = {table.name: table for table in settings.subscription_tables}
    found = []
    for each in settings.subscriptions:
        route = routes.get(each.channel)
        if route is None:
            continue
        if route.missing(each.to) and each.name in tables:
            message = f"[channel.{each.channel}] {route.missing(each.to)}"
            found.append(tables[each.name].problem("to", message))
        if message := route.unusable(each.to):
            table = _table_of(each.name, tables)
            found.append(table.problem("to", message) if table else Problem(file=file, message=message))
    for way in settings.operator:
        route = routes.get(way.channel)
        if route is None:
            continue
        message = f'"{way.channel}" names no recipient: write "{way.channel}: {route.example}"' if route.missing(way.to) else ""
        if message := message or route.unusable(way.to):
            found.append(Problem(file=file, table="[operator]", key="channels", message=message))
    own = routes.get(settings.self_service)
    if own is not None and not own.confirms:
        message = f"{settings.self_service!r} is {own.service}: people confirm by mail, which nobody but them reads"
        found.append(Problem(file=file, table="[monitor]", key="self_service", message=message))
    return tuple(found)


def warnings(settings: Settings, routes: Routes) -> Iterator[Problem]:
    """What is not wrong, but may be a surprise."""
    file = str(settings.config / "monitor.toml")
    tables = {table.name: table for table in settings.subscription_tables}
    for each in settings.subscriptions:
        words = _surprise(routes.get(each.channel), each.channel, each.to)
        if words:
            table = _table_of(each.name, tables)
            yield table.problem("to", words) if table else Problem(file=file, message=words)
    for way in settings.operator:
        if words := _surprise(routes.get(way.channel), way.channel, way.to):
            yield Problem(file=file, table="[operator]", key="channels", message=words)


def _table_of(name: str, tables: Mapping[str, Table]) -> Table | None:
    """The table that a subscription was written as: of a `to` with several addresses only the first has its name."""
    return tables.get(name) or next((table for table in tables.values() if name.startswith(f"{table.name} (")), None)


def _surprise(route: Route | None, channel: str, to: str) -> str:
    if route is None or not to:
        return ""
    if not route.takes_to:
        return f"{to!r} changes nothing: by [channel.{channel}] messages go to {route.recipient}"
    if route.confirms and needs_smtputf8(to):
        return (
            f"{to} has a letter before the @ that is not ASCII: {route.host} has to offer SMTPUTF8, or refuses the mail; "
            "`monitor check --dns` asks it"
        )
    return ""

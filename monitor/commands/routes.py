"""Each channel as it will be used: server, port, login, sender, and everybody who is written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.channels.route import Route
    from monitor.settings import Settings


def routes_of(settings: Settings) -> Mapping[str, Route]:
    """Where each channel leads, by name."""
    from monitor.app.runtime import build_channels

    return {name: channel.route for name, channel in build_channels(settings).items()}


def lines(settings: Settings, routes: Mapping[str, Route]) -> Iterator[str]:
    """What an operator compares with what was meant."""
    from monitor.app.recipients import reached

    everybody = reached(settings, routes)
    for name, route in routes.items():
        yield f"{name}: {route.words()}"
        mine = [each for each in everybody if each.channel == name]
        yield from (f"  to {each.recipient} ({', '.join(each.roles)})" for each in mine)
        if not mine:
            yield (
                "  to nobody: no subscription names this channel" if settings.channels else "  to whoever reads it (everything)"
            )
        if settings.self_service == name:
            yield "  to everybody who subscribes at the page and confirms"


def facts(settings: Settings, routes: Mapping[str, Route]) -> list[Mapping[str, object]]:
    """The same as plain values."""
    from monitor.app.recipients import reached

    everybody = reached(settings, routes)
    return [
        {
            "channel": name,
            "service": route.service,
            "host": route.host,
            "port": route.port,
            "security": route.security,
            "user": route.user,
            "from": route.sender,
            "helo_name": route.helo_name,
            "recipients": [{"to": e.recipient, "for": list(e.roles)} for e in everybody if e.channel == name],
        }
        for name, route in routes.items()
    ]

"""Whether a channel's other side would take a message, as far as that can be told without sending one."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor.channels.http import NOT_ALLOWED
from monitor.channels.tls import context_of, tls_reason

if TYPE_CHECKING:
    from monitor.channels.route import RoutedChannel

_HTTPS = 443


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of it. `reason` is a code as deliveries have it; empty where nothing is wrong."""

    reason: str = ""
    expires: datetime | None = None  #: its certificate; None where it showed none


def try_channel(channel: RoutedChannel, seconds: float) -> Trial | None:
    """Greet the other side, encrypt and log in, and send nothing; None where its address tells of no side to ask.

    `seconds` is how long one answer may take.
    """
    from monitor.channels.mail import MailChannel
    from monitor.channels.slack import SlackChannel

    if isinstance(channel, MailChannel):
        from monitor.channels.smtp import greet

        reason, certificate = greet(replace(channel.server, command_timeout=seconds))
        return Trial(reason=reason, expires=_end_of(certificate))
    route = channel.route
    if not (route.host and route.port):
        return None
    context = context_of("") if getattr(channel, "is_encrypted", route.port == _HTTPS) else None
    found = connect(route.host, route.port, seconds, context, getattr(channel, "allows", lambda _address: True))
    if not found.reason and isinstance(channel, SlackChannel):
        return replace(found, reason=channel.refused(seconds))
    return found


def connect(
    host: str,
    port: int,
    seconds: float,
    context: ssl.SSLContext | None = None,
    allowed: Callable[[str], bool] = lambda _address: True,
) -> Trial:
    """Connect, and encrypt where a `context` is given; nothing is asked. `allowed` is asked of the address first."""
    try:
        with socket.create_connection((host, port), timeout=seconds) as plain:
            if not allowed(str(plain.getpeername()[0])):
                return Trial(reason=NOT_ALLOWED)
            if context is None:
                return Trial()
            with context.wrap_socket(plain, server_hostname=host) as encrypted:
                return Trial(expires=_end_of(encrypted.getpeercert()))
    except ssl.SSLError as error:
        return Trial(reason=tls_reason(error))
    except TimeoutError:
        return Trial(reason="timeout")
    except OSError:
        return Trial(reason="unreachable")


def _end_of(certificate: object) -> datetime | None:
    """Until when a certificate is good."""
    if not isinstance(certificate, dict):
        return None
    with suppress(KeyError, ValueError):
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
    return None

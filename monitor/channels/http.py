"""One POST with the last byte of its body in our own hands, and the answer as a status."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from monitor.channels.deadline import deadline_of
from monitor.channels.tls import tls_reason
from monitor.domain.retry_after import retry_after
from monitor.ports import CommitPoint, Outcome, Result

TIMEOUT = 15.0
#: From the first byte to the last of the answer, seconds.
DEADLINE = 60.0
_MAX_ANSWER = 64 * 1024
#: What is said of a receiver that is where it may not be.
NOT_ALLOWED = "address_not_allowed: it is on a private network; allow_private = true at the channel permits that"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server answered to a complete request."""

    status: int
    body: str
    headers: Mapping[str, str]  #: lower-case names

    def retry_after(self, now: datetime | None = None) -> float | None:
        """Seconds that the server asks to wait, from a number or a date; None when it does not say so intelligibly."""
        with suppress(ValueError, KeyError, TypeError):
            now = now or parsedate_to_datetime(self.headers["date"])
        return retry_after(self.headers.get("retry-after", ""), now)


class _NotAllowed(Exception):
    """The address that was connected to is none that may be."""


class _Connection(http.client.HTTPConnection):
    """A connection whose address is looked at before anything is sent over it, be it only the first word of TLS."""

    def __init__(
        self,
        host: str,
        port: int | None,
        *,
        timeout: float,
        context: ssl.SSLContext | None,
        allowed: Callable[[str], bool],
    ) -> None:
        self.default_port = 443 if context else 80
        super().__init__(host, port, timeout=timeout)
        self._context = context
        self._allowed = allowed

    def connect(self) -> None:
        super().connect()
        # The address that was connected to, not one looked up before: a name may resolve to another a moment later.
        if not self._allowed(str(self.sock.getpeername()[0])):
            raise _NotAllowed
        if self._context:
            # The handshake comes after the socket is in its place, where the deadline finds it.
            tls = self._context.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = tls
            tls.do_handshake()


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    commit: CommitPoint,
    *,
    context: ssl.SSLContext | None = None,
    allowed: Callable[[str], bool] = lambda _address: True,
    timeout: float = TIMEOUT,
    deadline: float = DEADLINE,
) -> Reply | Outcome:
    """POST `body` (at least one byte); redirects are not followed. Gives the reply, or the outcome where there was none.

    `allowed` is asked of the address connected to before anything is sent.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    context = context or ssl.create_default_context() if parts.scheme == "https" else None
    connection = _Connection(host, port, timeout=timeout, context=context, allowed=allowed)
    committed = False
    try:
        with deadline_of(connection, deadline):
            connection.connect()
            connection.putrequest("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
            for name, value in {**headers, "Content-Length": str(len(body)), "Connection": "close"}.items():
                connection.putheader(name, value)
            connection.endheaders(body[:-1])
            if not commit():
                return Outcome(result=Result.TRANSIENT, reason="lost_claim")
            committed = True
            connection.send(body[-1:])
            answer = connection.getresponse()
            text = answer.read(_MAX_ANSWER).decode("utf-8", "replace")
        return Reply(status=answer.status, body=text, headers={k.lower(): v for k, v in answer.getheaders()})
    except _NotAllowed:
        return Outcome(result=Result.PERMANENT, reason=NOT_ALLOWED)
    except (OSError, http.client.HTTPException) as error:
        what = "timeout" if isinstance(error, TimeoutError) else "disconnected" if committed else "unreachable"
        if committed:
            return Outcome(result=Result.UNCERTAIN, reason=f"{what}_after_last_byte")
        return Outcome(result=Result.TRANSIENT, reason=tls_reason(error) if isinstance(error, ssl.SSLError) else what)
    finally:
        connection.close()


def outcome_of(reply: Reply, *, repeatable: bool) -> Outcome:
    """A status as an outcome. `repeatable`: the receiver is known to act once on a repeated request.

    A gateway's 502 or 504, and a 500 of unknown origin, may follow a delivery: without repeatability that is a doubt.
    """
    reason = f"http_{reply.status}"
    match reply.status:
        case status if 200 <= status < 300:
            return Outcome(result=Result.SENT, reason=reason)
        case 408 | 425 | 429 | 503:
            return Outcome(result=Result.TRANSIENT, reason=reason, retry_after=reply.retry_after())
        case status if status >= 500:
            return Outcome(result=Result.TRANSIENT if repeatable else Result.UNCERTAIN, reason=reason)
        case _:
            return Outcome(result=Result.PERMANENT, reason=reason)

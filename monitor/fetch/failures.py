"""Turns exceptions and statuses into `FetchFailure` values with one of a short list of reasons."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

import httpx

from monitor.domain.retry_after import retry_after
from monitor.fetch.network import AddressRefusedError, NameUnknownError, ProxyUnreachableError
from monitor.ports import FetchFailure

#: Reasons that another try tomorrow will not cure.
PERMANENT = frozenset({"bad_url", "blocked_address", "gone", "robots", "too_large"})

_STATUS_REASONS = {401: "unauthorised", 403: "forbidden", 404: "not_found", 407: "proxy", 410: "gone", 429: "rate_limited"}
_CHALLENGE_MARKS = (b"just a moment", b"cf-chl", b"challenge-platform", b"attention required", b"px-captcha")


def failure(url: str, reason: str, detail: str = "", *, status: int | None = None, wait: float | None = None) -> FetchFailure:
    """A failure value; whether it is permanent follows from the reason."""
    return FetchFailure(
        url=url, reason=reason, detail=detail[:300], status=status, retry_after=wait, permanent=reason in PERMANENT
    )


class _Row(NamedTuple):
    """The reason of a kind of error, empty where its words give it; `caused`: also of what some such error was the cause of."""

    kinds: tuple[type[Exception], ...]
    reason: str
    caused: bool = False


#: The first that fits.
_ERRORS = (
    _Row((AddressRefusedError,), "blocked_address", caused=True),
    _Row((httpx.ProxyError,), "proxy"),
    _Row((ProxyUnreachableError,), "proxy", caused=True),
    _Row((NameUnknownError,), "dns", caused=True),
    _Row((ssl.SSLError,), "tls", caused=True),
    _Row((ConnectionRefusedError,), "refused", caused=True),
    _Row((httpx.ConnectTimeout, httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout), "timeout"),
    _Row((httpx.RemoteProtocolError,), ""),
    _Row((httpx.InvalidURL, httpx.UnsupportedProtocol), "bad_url"),
    _Row((httpx.ConnectError,), "unreachable"),
)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def from_exception(url: str, error: Exception) -> FetchFailure:
    """The failure that an exception of the client or its network stands for."""
    causes = list(_chain(error))
    rows = (row for row in _ERRORS if any(isinstance(each, row.kinds) for each in (causes if row.caused else causes[:1])))
    found = next(rows, _Row((), "reset"))
    reason = found.reason or _protocol_reason(str(error))
    return failure(url, reason, f"{type(error).__name__}: {error}")


_UNANSWERED = "disconnected without sending a response"


def is_unanswered(error: Exception) -> bool:
    """Whether the server closed the connection without a byte of an answer."""
    return _UNANSWERED in str(error)


def _protocol_reason(text: str) -> str:
    if "too large" in text or "too long" in text or "max_size" in text:
        return "headers_too_large"
    if _UNANSWERED in text:
        return "reset"
    return "incomplete" if "peer closed" in text or "incomplete" in text else "protocol"


def from_status(url: str, status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> FetchFailure:
    """The failure that a status other than 200 and 304 stands for; `body` may be a beginning only."""
    head = body[:4096].lower()
    if status in (403, 429, 503) and (
        headers.get("cf-mitigated") == "challenge" or any(mark in head for mark in _CHALLENGE_MARKS)
    ):
        reason = "challenge"
    elif status >= 500:
        reason = "server_error"
    else:
        reason = _STATUS_REASONS.get(status, "unexpected_status")
    return failure(url, reason, f"HTTP {status}", status=status, wait=retry_after(headers.get("retry-after", ""), now))

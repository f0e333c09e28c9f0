"""Why a fetch gave no page: one of a short list of reasons, as an exception within the client and as a value outside it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from monitor.fetch.retry import retry_after
from monitor.ports import FetchFailure

#: Reasons that another try tomorrow will not cure.
PERMANENT = frozenset({"bad_url", "blocked_address", "gone", "robots", "encoding", "too_large"})

_STATUS_REASONS = {401: "unauthorised", 403: "forbidden", 404: "not_found", 410: "gone", 429: "rate_limited"}
_CHALLENGE_MARKS = (b"just a moment", b"cf-chl", b"challenge-platform", b"attention required", b"px-captcha")


class FetchError(Exception):
    """A fetch that cannot go on, inside the client; `reason` is one of the codes of `FetchFailure`."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(detail)


def failure(url: str, reason: str, detail: str = "", *, status: int | None = None, wait: float | None = None) -> FetchFailure:
    """A failure value; whether it is permanent follows from the reason."""
    return FetchFailure(
        url=url, reason=reason, detail=detail[:300], status=status, retry_after=wait, permanent=reason in PERMANENT
    )


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

"""What a poll leaves behind, as columns: the source's own row and one line of its history. Pure; no SQL."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import Any

from monitor.ports import PollResult, SourceState


def source_row(result: PollResult, before: SourceState, now: datetime) -> dict[str, Any]:
    """All columns of the row in ``sources`` after a poll; a failure keeps what earlier polls learnt."""
    poll = result.poll
    kept, last_success, failures, polled_before = before.validators, before.last_success, 0, True
    if poll.failure is None:
        kept, last_success = {**before.validators, **poll.validators}, now
    else:
        failures, polled_before = result.failures_before + 1, before.polled_before
    return {
        "name": result.source,
        "validators": {url: {"etag": v.etag, "last_modified": v.last_modified} for url, v in kept.items()},
        "cursor": poll.cursor or before.cursor if poll.failure is None else before.cursor,
        "polled_before": polled_before,
        "last_success": last_success,
        "next_due_at": result.next_due_at,
        "failures": failures,
        "reason": poll.failure.reason if poll.failure else "",
        "moved_to": poll.moved_to,
        "declared": result.declared,
    }


def poll_row(result: PollResult, fresh: int, now: datetime) -> dict[str, Any]:
    """The columns of one line in ``polls``; `fresh` links were new."""
    poll = result.poll
    dated = [link.published for link in poll.links if link.published is not None]
    return {
        "id": token_hex(16),
        "source": result.source,
        "polled_at": now,
        "links": poll.items or len(poll.links),
        "new_links": fresh,
        "undated": poll.undated if poll.items else len(poll.links) - len(dated),
        "newest": poll.newest or max(dated, default=None),
        "not_modified": poll.not_modified,
        "reason": poll.failure.reason if poll.failure else "",
        "status": poll.failure.status if poll.failure else None,
        "fingerprint": poll.fingerprint,
        "age": poll.age,
    }

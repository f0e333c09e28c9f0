"""Codes in the words of whoever reads them: what became of a message, why nobody was told, and what to do about it."""

from __future__ import annotations

import re

from monitor.tables.delivery_reasons import ROWS, STAGES, Row

#: Why a change was recorded and told nobody.
_SILENT = {
    "baseline": "its source was new, and this stood there before",
    "older_than_newest": "a newer inspection is known",
    "outside_alert_window": "outside alert window: published too long ago to be news",
}


def silent_words(code: str) -> str:
    """Why a change was recorded and told nobody; empty for none."""
    return _SILENT.get(code, code.replace("_", " "))


_REASONS = tuple((re.compile(row.pattern), row) for row in ROWS)
_GAVE_UP = "gave up: "


def reason_words(reason: str) -> str:
    """What the reason of a delivery means, its code behind it: ``no connection to it (unreachable)``. Our own words stay."""
    gave_up, _, code = reason.rpartition(_GAVE_UP)
    row, found = _row(code)
    if row is None or found is None:
        return reason
    said = f"{_filled(row, found)} ({code})"
    return f"given up after three days: {said}" if gave_up or reason.startswith(_GAVE_UP) else said


def what_to_do(reason: str) -> str:
    """What a person can do about it; empty where there is nothing to do, or nothing is known."""
    row, _ = _row(reason.rpartition(_GAVE_UP)[2])
    return row.todo if row else ""


def _row(code: str) -> tuple[Row, re.Match[str]] | tuple[None, None]:
    bare = code.removesuffix(" (resending as configured)")
    return next(((row, found) for pattern, row in _REASONS if (found := pattern.fullmatch(bare))), (None, None))


def _filled(row: Row, found: re.Match[str]) -> str:
    parts = {name: value or "" for name, value in found.groupdict().items()}
    return row.words.format(**parts | {"stage": STAGES.get(parts.get("stage", ""), "")})

"""Codes in the words of whoever reads them."""

from __future__ import annotations

#: Why a change was recorded and told nobody.
_SILENT = {
    "baseline": "its source was new, and this stood there before",
    "older_than_newest": "a newer inspection is known",
    "outside_alert_window": "outside alert window: published too long ago to be news",
}


def silent_words(code: str) -> str:
    """Why a change was recorded and told nobody; empty for none."""
    return _SILENT.get(code, code.replace("_", " "))

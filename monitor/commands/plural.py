"""Counts in words, as people read them."""

from __future__ import annotations


def number_of(count: int, noun: str, plural: str = "") -> str:
    """``1 source``, ``2 sources``; `plural` where an s does not make it."""
    return f"{count} {noun}" if count == 1 else f"{count} {plural or noun + 's'}"

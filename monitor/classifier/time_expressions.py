"""The year that words for an earlier time mean, counted from the day of publication."""

from __future__ import annotations

from datetime import date

from monitor.domain.calendar import MONTH_NUMBERS

_NUMBERS = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())} | {
    "a": 1,
    "decade": 10,
}


def relative_year(text: str, published: date | None) -> int | None:
    """The year meant by "four years ago", "last year", "last May", counted from the day of publication."""
    if published is None:
        return None
    words = text.split()
    if words[0] == "last" and len(words) == 2:
        if words[1] in MONTH_NUMBERS:
            return published.year - (MONTH_NUMBERS[words[1]] >= published.month)
        if words[1] in {"year", "spring", "summer", "autumn", "winter"}:
            return published.year - 1
    if "decade" in words:
        return published.year - 10
    if {"year", "years"} & set(words):
        return next((published.year - n for n in map(_number, words) if n), None)
    return None


def _number(word: str) -> int:
    return int(word) if word.isdigit() and len(word) < 4 else _NUMBERS.get(word, 0)

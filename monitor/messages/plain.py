"""Scraped characters made harmless, and the small words that all messages share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date

#: Longest run of scraped text that a message repeats.
LONGEST = 600
_SPACES = re.compile(r"[\s\u2028\u2029]+")


def plain(text: str, longest: int = LONGEST) -> str:
    """One line of visible text: no control, direction-override, zero-width or surrogate characters, bounded in length."""
    if len(text) <= longest and "  " not in text and text.isprintable() and unicodedata.is_normalized("NFC", text):
        return text.strip()  # nearly always, and nearly free: "printable" leaves out exactly what is taken out below
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    kept = "".join(c for c in text if c == " " or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
    kept = _SPACES.sub(" ", kept).strip()
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


def link(url: str) -> str:
    """The URL when it is a web address that can be repeated safely, else nothing."""
    if not re.match(r"https?://[^\s/\"'<>\\@]+(?:[/?#]|$)", url) or len(url) > 2000:
        return ""
    return "" if any(unicodedata.category(c)[0] in "CZ" or c in "\"'<>\\`|" for c in url) else url


def day_words(day: date) -> str:
    """``3 August 2026``."""
    return f"{day.day} {day:%B %Y}"


def short_day(day: date) -> str:
    """``3 Aug``."""
    return f"{day.day} {day:%b}"


def listed(items: Sequence[str]) -> str:
    """``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""

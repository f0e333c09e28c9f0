"""Scraped characters made harmless, and the small words that all messages share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

#: Longest run of scraped text that a message repeats.
MAX_QUOTE = 600
_SPACES = re.compile(r"[\s\u2028\u2029]+")
#: What shows nothing and can carry a text of its own, beside the categories of `_UNSEEN`: variation selectors, fillers.
_BLANK = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def sanitize(text: str, longest: int = MAX_QUOTE) -> str:
    """One line of visible text: no control, direction-override, zero-width or surrogate characters, bounded in length."""
    if text.isascii() and len(text) <= longest and "  " not in text and text.isprintable():
        return text.strip()  # very often, and nearly free
    text = unicodedata.normalize("NFC", _SPACES.sub(" ", text))
    kept = "".join(c for c in text if c == " " or unicodedata.category(c) not in _UNSEEN)
    kept = unicodedata.normalize("NFC", _SPACES.sub(" ", _BLANK.sub("", kept)).strip())
    return kept if len(kept) <= longest else kept[: longest - 1].rstrip() + "…"


def link(url: str) -> str:
    """The URL when it is a web address that can be repeated safely, else nothing.

    Its host is spelt as machines see it: letters of another alphabet that look like ours give themselves away.
    """
    found = re.match(r"https?://([^\s/\"'<>\\@?#]+)(?=[/?#]|$)", url)
    if not found or len(url) > 2000 or any(unicodedata.category(c)[0] in "CZ" or c in "\"'<>\\`|" for c in url):
        return ""
    if _BLANK.search(url):
        return ""
    if found[1].isascii():
        return url
    try:
        return url[: found.start(1)] + found[1].encode("idna").decode() + url[found.end(1) :]
    except UnicodeError:
        return ""


def host_of(url: str) -> str:
    """The host of a `link`, without ``www.``; nothing where there is none."""
    return url.partition("://")[2].replace("?", "/").replace("#", "/").partition("/")[0].removeprefix("www.")


def listed(items: Sequence[str]) -> str:
    """``a, b and c``."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""

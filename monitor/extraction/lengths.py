"""How long an article can be. What is longer is read at its beginning, and that is said."""

from __future__ import annotations

#: Characters. The longest of 1,234 articles had 61,000; a page that has more is a list, a forum or an attack.
MAX_TEXT = 200_000
MAX_TITLE = 1_000
#: From here on it is read where it can be killed.
MAX_INLINE = 20_000


def beginning(text: str) -> str:
    """As much of a text as an article can be: whole paragraphs where it has some."""
    if len(text) <= MAX_TEXT:
        return text
    end = text.rfind("\n", MAX_TEXT // 2, MAX_TEXT)
    return text[: end if end > 0 else MAX_TEXT].rstrip()

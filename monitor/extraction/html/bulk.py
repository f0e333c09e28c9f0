"""What makes a page long and is no text: scripts, styles and drawings."""

from __future__ import annotations

import re

_OPENS = re.compile(r"<(script|style|svg)\b([^<>]*)>", re.IGNORECASE)
_CLOSES = {tag: re.compile(rf"</{tag}\b[^<>]*>", re.IGNORECASE) for tag in ("script", "style", "svg")}
#: What a page says of itself for machines is a script as well, and sometimes all the text there is.
_FACTS = "ld+json"


def without_bulk(text: str) -> str:
    """Markup without them. What is opened and never closed is left as it is; takes time with the length alone."""
    kept: list[str] = []
    unclosed: set[str] = set()
    end = at = 0
    while opened := _OPENS.search(text, at):
        tag, at = opened[1].lower(), opened.end()
        if tag in unclosed or _FACTS in opened[2].lower():
            continue
        closed = _CLOSES[tag].search(text, at)
        if closed is None:
            unclosed.add(tag)
            continue
        kept.append(text[end : opened.start()])
        end = at = closed.end()
    return "".join([*kept, text[end:]])

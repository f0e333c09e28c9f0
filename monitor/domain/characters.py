"""Which characters text may have once it is ours. Pages, feeds and file names bring some that no database and no mail takes."""

from __future__ import annotations

import re
from typing import Any

#: Half of a pair of UTF-16 (an emoji cut in the middle; a byte of a file name that is not UTF-8), and NUL.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """`text` with a replacement character for every lone surrogate and NUL; of the same length."""
    return _UNSTORABLE.sub(_REPLACEMENT, text)


def storable_json(value: Any) -> Any:
    """A JSON value with every string in it made `storable`, names of members too."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [storable_json(each) for each in value]
    if isinstance(value, dict):
        return {storable(name): storable_json(each) for name, each in value.items()}
    return value


#: What moves a terminal's cursor, rings, breaks a line or turns text round; tabs and ends of lines are left.
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_UNIX_END = re.compile("\r(?=\n)")


def spelt_out(text: str, *, one_line: bool = False) -> str:
    """`text` in which what would steer a terminal is spelt as JSON spells it; with `one_line`, ends of lines are, too."""
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\n", "\\n").replace("\r", "\\r") if one_line else _UNIX_END.sub("", text)
    return STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


_QUOTES = "\"'“”‘’"


def unquoted(text: str) -> str:
    """`text` without blanks around it, and the quotes that some programs keep of ``NAME="..."`` in a file of variables."""
    text = text.strip(" \t\r\n\ufeff")
    return text[1:-1].strip() if len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES else text

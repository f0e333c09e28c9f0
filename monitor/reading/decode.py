"""Bytes to text for pages whose servers and authors disagree about the character set."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_META = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?([\w.:-]{1,40})|<\?xml[^>]{0,200}?encoding=[\"']([\w.:-]{1,40})", re.IGNORECASE
)
_META_BYTES = 4096
#: Control characters (a terminal obeys them), zero-width ones, and those that turn the direction of writing.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b")
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_LOOK_AT = 4096
_CONTROL_SHARE = 0.05


def visible(text: str) -> str:
    """`text` without the characters that are not seen. Pages write them as entities too, so it is done after parsing."""
    return text if text.isprintable() else _UNSEEN.sub("", text)


def is_binary(body: bytes) -> bool:
    """Whether bytes are no text in any encoding: a picture, an archive. Text in UTF-16 must say so by its mark."""
    start = body[:_LOOK_AT]
    if start.startswith(_WIDE_MARKS):
        return False
    return len(start) - len(start.translate(None, _CONTROLS)) > _CONTROL_SHARE * len(start)


def _codec(name: str) -> str | None:
    """The Python codec of a label, with the web's own reading of Latin-1; ``None`` for unknown or non-text ones."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    if found in ("iso8859-1", "ascii"):
        return "cp1252"
    return found if found.startswith(("utf", "iso8859", "cp", "koi8", "mac", "gb", "big5", "shift", "euc")) else None


def decode(body: bytes, content_type: str = "") -> str:
    """`body` as text: byte order mark, then UTF-8 when it is valid, then what the header or the page says, then Windows-1252.

    Valid UTF-8 wins over a contrary label: text in another encoding is hardly ever valid UTF-8 by accident, and labels are
    often left over. NUL bytes become spaces; they have no place in prose and end strings elsewhere.
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(codec, "replace").replace("\0", " ")
    try:
        return body.decode("utf-8").replace("\0", " ")
    except UnicodeDecodeError:
        pass
    labels = [match[1] for match in [_HEADER.search(content_type)] if match]
    labels += [(match[1] or match[2]).decode("ascii") for match in [_META.search(body[:_META_BYTES])] if match]
    for label in labels:
        codec_name = _codec(label)
        if codec_name and not codec_name.startswith("utf-8"):
            return body.decode(codec_name, "replace").replace("\0", " ")
    if any(label.lower().replace("-", "") == "utf8" for label in labels) and body.decode("utf-8", "replace").count("�") < 10:
        return body.decode("utf-8", "replace").replace("\0", " ")
    return body.decode("cp1252", "replace").replace("\0", " ")

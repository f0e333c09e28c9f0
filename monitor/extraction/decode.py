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
#: XML in UTF-16 without a mark
_WIDE_STARTS = ((b"<\0?\0x\0", "utf-16-le"), (b"\0<\0?\0x", "utf-16-be"))
#: Python's codecs for labels that the web reads as another
_WEB_CODECS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "gb2312": "gb18030"}
_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_BEYOND_ASCII = bytes(range(0x80, 0x100))
_CUT_OFF = b"\xe2\xf0"
_HAS_C1 = re.compile("[\x80-\x9f]")
_C1 = {code: bytes([code]).decode("cp1252", "replace") for code in range(0x80, 0xA0) if code != 0x85}  # NEL ends a line
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_META = re.compile(
    rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?([\w.:-]{1,40})|<\?xml[^>]{0,200}?encoding=[\"']([\w.:-]{1,40})", re.IGNORECASE
)
_META_BYTES = 4096
#: Control characters (a terminal obeys them), zero-width ones, and those that turn the direction of writing.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufe00-\ufe0f\U000e0000-\U000e007f]"
)
#: Letters that are set as one; a reader sees two or three.
LIGATURES = {
    "\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st",
}  # fmt: skip
_LIGATURE = re.compile("[\ufb00-\ufb06]")
_RAISED = re.compile("(?<=[^\\W\\d_]|[.,;:!?”’\"')\\]])[\u00b9\u00b2\u00b3\u2020\u2021\u2070\u2074-\u2079]+")
_CONTROLS = bytes(code for code in range(32) if code not in b"\t\n\r\f\x1b")
_WIDE_MARKS = (*(start for start, _ in _WIDE_STARTS), b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_LOOK_AT = 4096
_CONTROL_SHARE = 0.05


def visible(text: str) -> str:
    """`text` without what is not seen, ligatures as letters, figures of footnotes that are raised by themselves left out.

    Pages write such characters as entities too, so it is done after parsing.
    """
    if text.isascii():
        return text if text.isprintable() else _UNSEEN.sub("", text)
    return _RAISED.sub("", _LIGATURE.sub(lambda found: LIGATURES[found[0]], _UNSEEN.sub("", text)))


def is_binary(body: bytes) -> bool:
    """Whether bytes are no text in any encoding: a picture, an archive. Text in UTF-16 must say so by its mark."""
    start = body[:_LOOK_AT]
    if start.startswith(_WIDE_MARKS):
        return False
    return len(start) - len(start.translate(None, _CONTROLS)) > _CONTROL_SHARE * len(start)


def _codec(name: str) -> str | None:
    """The Python codec of a label, as the web reads it: Latin-1 is Windows-1252. ``None`` for unknown and non-text ones."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return None
    found = _WEB_CODECS.get(found, found)
    return (
        found if found.startswith(("utf-8", "utf-16", "iso8859", "cp", "koi8", "mac", "gb", "big5", "shift", "euc")) else None
    )


def _one_character(error: UnicodeError) -> tuple[str, int]:
    """What stands for bytes that are not UTF-8: what they are in Windows-1252, as pasted quotes are.

    The beginning of a quotation mark or of an emoji that was cut off is one lost character.
    """
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    cut_off = len(bad) > 1 and bad[0] in _CUT_OFF
    return ("\ufffd" if cut_off else bad.decode("cp1252", "replace")), error.end


codecs.register_error("one-character", _one_character)


def _is_mostly_utf8(body: bytes) -> bool:
    """Whether of the bytes beyond ASCII more belong to characters in UTF-8 than do not."""
    rest = _SEQUENCE.sub(b"", body)
    return len(body) - len(rest) > len(rest) - len(rest.translate(None, _BEYOND_ASCII))


def decode(body: bytes, content_type: str = "") -> str:
    """`body` as text: byte order mark, then UTF-8 when it is valid, then what the header or the page says, then Windows-1252.

    Valid UTF-8 wins over a contrary label, and so does UTF-8 with a few bad bytes, each of which costs one character: text in
    another encoding is hardly ever UTF-8 by accident, and labels are often left over. NUL bytes become spaces; they have no
    place in prose and end strings elsewhere.
    """
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return _repaired(body[len(mark) :].decode(codec, "replace"))
    for start, codec in _WIDE_STARTS:
        if body.startswith(start):
            return _repaired(body.decode(codec, "replace"))
    try:
        return _repaired(body.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if _is_mostly_utf8(body):
        return _repaired(body.decode("utf-8", "one-character"))
    for codec_name in declared_codecs(body, content_type):
        return _repaired(body.decode(codec_name, "one-character" if codec_name == "utf-8" else "replace"))
    return _repaired(body.decode("cp1252", "replace"))


def declared_codecs(body: bytes, content_type: str = "") -> list[str]:
    """The codecs that the header and the page itself name, in this order; without those that nobody knows."""
    labels = [match[1] for match in [_HEADER.search(content_type)] if match]
    labels += [(match[1] or match[2]).decode("ascii") for match in [_META.search(body[:_META_BYTES])] if match]
    return [name for name in map(_codec, labels) if name is not None]


def _repaired(text: str) -> str:
    """Without NUL, and with the characters that Windows-1252 has where Unicode has control characters nobody can see."""
    text = text.replace("\0", " ")
    return text.translate(_C1) if _HAS_C1.search(text) else text

"""The first gate over bytes: whether a page can pass `classifier.relevance.may_report`, before anything of it is parsed.

Two steps, both of which let too much pass and never too little. The first looks for three words in bytes as they come, at the
speed of memory; the second takes the markup off the few pages that are left.

A word counts with whatever a page may have in it that no reader sees: tags (a drop cap), entities, soft hyphens, ligatures,
the NULs of UTF-16. What is not seen are letters with an element between them that has text of its own.

The only module that knows pyarrow's regular expressions (RE2): one pass takes about as long as a search for plain bytes.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Iterator, Sequence
from functools import cache
from html import unescape
from itertools import accumulate
from typing import Any

from monitor.extraction.decode import declared_codecs, decode, visible

#: Bytes that are looked at together: the patterns are compiled once for all of them.
BATCH = 8 << 20

# --- step one: bytes ------------------------------------------------------------------------------------------------------

_TAG = "(?:<!--(?:[^-]|-[^-]|--[^>])*-->|<[^>]*>)"  # of a comment its whole, too
_ENTITY = "&[#0-9a-z]{1,31};?"
#: What may stand between two letters of a word: a tag, an entity, a byte that is no ASCII and no blank.
_UNSEEN = rf"(?:{_TAG}|{_ENTITY}|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\xff])*"
#: What may stand between two words: anything but letters and figures.
_BETWEEN = rf"(?:{_TAG}|{_ENTITY}|\\u[0-9a-f]{{4}}|[^a-z0-9<&\\])*"
_LIGATURE = r"\xef\xac[\x85\x86]"  # "st" set as one


def _word(letters: str) -> str:
    return _UNSEEN.join(letters)


#: Without their first letters, which are often set apart; each begins with a letter, by which RE2 looks at memory's speed.
_PATTERNS = (
    _word("f") + _UNSEEN + f"(?:{_word('st')}|{_LIGATURE})" + _UNSEEN + _word("ed"),
    _word("nspect"),
    _word("hildren") + _BETWEEN + "s" + _BETWEEN + f"(?:{_word('services')}|{_word('social')})",
    # A letter, or the ligature, as a number: who writes so may write anything so.
    r"&#(?:0*(?:6[5-9]|[78][0-9]|90|9[7-9]|1[01][0-9]|12[012]|6426[12])|x0*(?:[4-7][0-9a-f]|fb0[56]))",
    r"\\u00[4-7][0-9a-f]",
)


class ByteGate:
    """Step one. It has memory of its own, for pages come by the thousand; one a thread."""

    def __init__(self) -> None:
        self._lowered = bytearray(BATCH)

    def may_hold(self, bodies: Sequence[bytes], content_types: Sequence[str]) -> list[bool]:
        """Of each page whether the words can be in it that `may_report` asks for; False is certain."""
        import pyarrow as pa
        import pyarrow.compute as pc

        offsets = list(accumulate(map(len, bodies), initial=0))
        if offsets[-1] > len(self._lowered):
            self._lowered = bytearray(offsets[-1])
        for start, body in zip(offsets, bodies, strict=False):
            self._lowered[start : start + len(body)] = body.lower()
        buffers = [None, pa.py_buffer(struct.pack(f"={len(offsets)}q", *offsets)), pa.py_buffer(self._lowered)]
        array = pa.Array.from_buffers(pa.large_binary(), len(bodies), buffers)
        search: Any = pc.get_function("match_substring_regex")
        hits = [search.call([array], pc.MatchSubstringOptions(pattern)).to_pylist() for pattern in _PATTERNS]
        found = [any(each) for each in zip(*hits, strict=True)]
        return [hit or not _is_ascii_based(body, kind) for hit, body, kind in zip(found, bodies, content_types, strict=True)]


def _is_ascii_based(body: bytes, content_type: str) -> bool:
    """Whether letters are the bytes of ASCII: not in UTF-16, and not where a page says that it is from a mainframe."""
    if b"\0" in body[:4096]:
        return False
    return body.isascii() or all(map(_keeps_letters, declared_codecs(body, content_type)))


@cache
def _keeps_letters(codec: str) -> bool:
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    try:
        return codecs.encode(letters, codec) == letters.encode()
    except (LookupError, UnicodeError):
        return True  # nobody can read it so


# --- step two: what is left of a page without its markup ------------------------------------------------------------------

_CHILDREN = re.compile(r"child|care\s*leaver|young\s*people|adoption|looked\s*after|social\s*care")
_NAMED = re.compile(r"ofsted|children(?:'|’)?s\s*(?:services|social\s*care)")
#: Stands where a tag stood. No reader takes it for anything.
_MARK = "\ue000"
#: A rank in the police, as `may_report` leaves it out; not where a tag may have made one out of something else.
_RANK = re.compile(
    rf"(?:^|[^\w{_MARK}]){_MARK}*"
    rf"(?:detective|chief|det|police|acting|temporary|retired|former) (?:chief )?inspector(?!{_MARK}*\w)"
)
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
#: What has no text of its own, each with the pattern of its end; a browser ends a script or a comment at the first.
_RAW = re.compile(r"<(?:(?P<comment>!--)|(?P<name>script|style))", re.IGNORECASE)
_ENDS = {
    "comment": re.compile(r"--!?>"),
    "script": re.compile(r"</script", re.IGNORECASE),
    "style": re.compile(r"</style", re.IGNORECASE),
}
_META = re.compile(r"<meta[^<>]*>", re.IGNORECASE)
#: Never past another bracket, so that no page is gone through again and again.
_ANY_TAG = re.compile(r"<[^<>]*>")


def may_pass(body: bytes, content_type: str = "", title: str = "") -> bool:
    """Step two: whether the text that a reader could take from a page can pass the first gate; False is certain."""
    page = f"{title}\n{decode(body, content_type)}"
    shown = "".join(_without_raw(page))
    told = "".join((_ANY_TAG.sub(_MARK, shown), " ", *_META.findall(shown)))
    marked = visible(unescape(told)).lower()
    if content_type.startswith("text/plain"):  # there a bracket is a bracket
        marked += f"\n{visible(page).lower()}"
    text = marked.replace(_MARK, "")
    if _CHILDREN.search(text) is None:
        return False
    return _NAMED.search(text) is not None or "inspect" in _RANK.sub("", marked).replace(_MARK, "")


def _without_raw(text: str) -> Iterator[str]:
    """What is no comment, script or style sheet, and data in scripts, of which a title may be taken. Linear, whatever comes."""
    at, endless = 0, set[str]()
    while (raw := _RAW.search(text, at)) is not None:
        kind = "comment" if raw["comment"] else raw["name"].lower()
        yield text[at : raw.start()]
        end = None if kind in endless else _ENDS[kind].search(text, raw.start() + 2)
        if end is None:  # what has no end is none: its text is shown, or may be
            endless.add(kind)
            yield "<"
            at = raw.start() + 1
            continue
        head = text.find(">", raw.start()) if kind == "script" else -1
        if 0 <= head < end.start() and "json" in text[raw.start() : head].lower():
            yield f" {_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text[head + 1 : end.start()])} "
        yield _MARK
        at = end.end() if kind == "comment" else end.start()
    yield text[at:]

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


def may_hold(bodies: Sequence[bytes], content_types: Sequence[str]) -> list[bool]:
    """Step one: of each page whether the words can be in it that `may_report` asks for; False is certain."""
    import pyarrow as pa
    import pyarrow.compute as pc

    lowered, offsets = bytearray(), [0]
    for body in bodies:
        lowered += body.lower()
        offsets.append(len(lowered))
    buffers = [None, pa.py_buffer(struct.pack(f"={len(offsets)}q", *offsets)), pa.py_buffer(lowered)]
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
_END_OF_COMMENT = re.compile(r"--!?>")
_END_OF_RAW = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style")}


def may_pass(body: bytes, content_type: str = "", title: str = "") -> bool:
    """Step two: whether the text that a reader could take from a page can pass the first gate; False is certain."""
    page = f"{title}\n{decode(body, content_type)}"
    marked = visible(unescape(_MARK.join(_without_markup(page)))).lower()
    if content_type.startswith("text/plain"):  # there a bracket is a bracket
        marked += f"\n{visible(page).lower()}"
    text = marked.replace(_MARK, "")
    if _CHILDREN.search(text) is None:
        return False
    return _NAMED.search(text) is not None or "inspect" in _RANK.sub("", marked).replace(_MARK, "")


def _without_markup(text: str) -> Iterator[str]:
    """What stands between tags, and what a title may be taken from: meta tags, and data in scripts. Linear, whatever comes."""
    at, no_end = 0, set[str]()
    while (tag := text.find("<", at)) >= 0:
        yield text[at:tag]
        at = _after_comment(text, tag, no_end) if text.startswith("<!--", tag) else 0
        if at:
            continue
        close = text.find(">", tag)
        if close < 0:
            yield text[tag + 1 :]
            return
        name = text[tag + 1 : tag + 7].lower()
        if name.startswith("meta"):
            yield f" {text[tag:close]} "
        at = close + 1
        raw = next((each for each in _END_OF_RAW if name.startswith(each)), "")
        end = _END_OF_RAW[raw].search(text, at) if raw and raw not in no_end else None
        if raw and end is None:
            no_end.add(raw)
        if end is not None:
            if "json" in text[tag:close].lower():
                yield " " + _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text[at : end.start()]) + " "
            at = end.start()
    yield text[at:]


def _after_comment(text: str, start: int, no_end: set[str]) -> int:
    """Where the text goes on behind a comment; behind its mark, where it has no end."""
    end = None if "comment" in no_end else _END_OF_COMMENT.search(text, start + 2)
    if end is None:
        no_end.add("comment")
        return start + 4
    return end.end()

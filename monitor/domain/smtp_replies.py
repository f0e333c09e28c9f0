"""Whose fault a mail server's refusal is; the rows are in `tables.smtp_replies`.

Three things follow from it: whether the message is tried again, whether it counts against the address, and whether the operator
hears that we are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.tables.smtp_replies import ROWS, Fault, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whose fault a refusal is, and what it is about; no name where nobody can tell."""

    fault: Fault
    name: str


#: What a refusal is that no row knows, by where it came: before a recipient was named it cannot be about one.
_BEFORE_ANYBODY = frozenset({"connect", "helo", "starttls", "mail", "data"})
#: Replies that RFC 5321 and its extensions have for what a client did wrong.
_OURS_BY_REPLY = frozenset({500, 501, 502, 503, 504, 521, 523, 530, 534, 535, 538, 554, 555})
_UNSAID = Verdict(fault=Fault.PASSING, name="")

#: Names, and what a relay adds of its own.
_ELSEWHERE = re.compile(
    r"\(in reply to [^()]{0,60}\)|https?://\S+|<?[^\s<>@]+@[^\s<>]+>?|<[^<>]*>"
    r"|\b[a-z][\w-]*(?:\.[\w-]+)+(?:\[[\d.]+\])?",
    re.IGNORECASE,
)
_ENHANCED = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_COMPILED = tuple((row, re.compile(row.words), re.compile(row.codes)) for row in ROWS)


def enhanced_code(text: str) -> str:
    """The enhanced status code (RFC 3463) in a reply; empty without one. ``5.1.1``, never a part of an IP address."""
    found = _ENHANCED.search(text)
    return found[0] if found else ""


def judge(code: int, text: str, stage: str = "rcpt") -> Verdict:
    """Whose fault a refusal is.

    Args:
        code: the reply, 400 to 599.
        text: what followed it, all lines. Names in it are not looked at: a reader may be called ``spam``, a host ``relay``.
        stage: where it came: ``connect``, ``helo``, ``starttls``, ``auth``, ``mail``, ``rcpt``, ``data`` or ``dot``; or
            ``report`` for what a report says that another server said.
    """
    if code // 100 != 5:
        return Verdict(fault=Fault.PASSING, name="")
    if stage == "auth":
        return Verdict(fault=Fault.OURS, name="our login")
    enhanced = enhanced_code(text)
    plain = " ".join(_ELSEWHERE.sub(" ", text).lower().split())
    found = next((row for row, words, codes in _COMPILED if _fits(row, words, codes, plain, enhanced)), None)
    if found is not None and not (found.fault is Fault.ADDRESS and stage in _BEFORE_ANYBODY):
        return Verdict(fault=found.fault, name=found.name)
    if stage in _BEFORE_ANYBODY or code in _OURS_BY_REPLY:
        return Verdict(fault=Fault.OURS, name="not said what")
    return _UNSAID


def _fits(row: Row, words: re.Pattern[str], codes: re.Pattern[str], plain: str, enhanced: str) -> bool:
    if row.codes and not codes.fullmatch(enhanced):
        return False
    return not row.words or words.search(plain) is not None

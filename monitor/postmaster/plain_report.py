"""A report of a mail system in words alone, as old ones and small ones send it.

Anybody may write such words. They are read only where they come in a mail system's name, and count only with a mark of ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from monitor.domain.bounces import BounceKind

_MAX_TEXT, _MAX_REASON = 8000, 1000
#: Who speaks for a mail system: the name before the @, or the one in words.
_SYSTEM = re.compile(
    r"(?:mailer|mail)[-_. ]?daemon\b|postmaster\b|mail[-_. ]?(?:delivery|system)|mdaemon\b|microsoftexchange[\da-f]{16,}"
    r"|system administrator",
    re.IGNORECASE,
)
#: Where our own mail begins, as it is quoted.
_QUOTED = re.compile(
    r"^(?:-{2,}.{0,60}(?:original|copy|message|header|returned)|>|(?:received|return-path|x-return-mark):)",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS = re.compile(r"[^\s<>:;,\"]{1,200}@[^\s<>:;,\"]{1,250}")
#: An address that a line begins with: the one that the report is about.
_NAMED = re.compile(r"^[ \t]*<?([^<>\s@:]{1,200}@[^<>\s@:]{1,250})>?(?::|[ \t]*$|[ \t]+-|\.\.\.)", re.MULTILINE)
_CODE = re.compile(r"(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")
_REFUSAL = re.compile(rf"{_CODE.pattern}|(?<![\d.\w-])5[0-7]\d[ -](?=\S)")
_GIVEN_UP = re.compile(r"\b(?:permanent|fatal)\w* (?:\w+ )?(?:error|fail)|giving up|given up", re.IGNORECASE)
_DELAYED = re.compile(
    r"warning message only|do(?:es)? not need to (?:re)?send|will (?:keep|continue|be retried|retry|try)"
    r"|not yet been delivered|\bdelay|still in the queue|(?<![\d.])4\.\d{1,3}\.\d{1,3}(?![\d.])",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"(?:could ?n[o']t|can ?n?[o']t|was not|not be|unable to|impossible to|failed to) (?:be )?deliver|undeliver"
    r"|delivery (?:has )?fail|fail\w* (?:permanently|delivery)|returned (?:mail|to sender)|notification \(failure\)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainReport:
    """What words alone say."""

    kind: BounceKind
    code: str
    said: str = ""
    named: Sequence[str] = ()  #: addresses that it is about


def read_plain(sender: str, subject: str, text: str) -> PlainReport | None:
    """A refusal, or a delay; None for anything else, and for what nobody says in a mail system's name.

    Args:
        sender: the header From; an empty one is a mail system's.
        subject: the header Subject.
        text: of the mail, with what it quotes of ours.
    """
    name, address = parseaddr(sender)
    if address and not _SYSTEM.match(address.partition("@")[0]) and not _SYSTEM.match(name):
        return None
    about = _QUOTED.split(text[:_MAX_TEXT], maxsplit=1)[0]
    if _REFUSAL.search(about) or _GIVEN_UP.search(about):
        return PlainReport(kind=BounceKind.BOUNCE, code=code_in(about), said=reason_in(about), named=named_in(about))
    if _DELAYED.search(about):
        return PlainReport(kind=BounceKind.DELAY, code="4.0.0", named=named_in(about))
    if _FAILED.search(about) or _FAILED.search(subject):
        return PlainReport(kind=BounceKind.BOUNCE, code="5.0.0", said=reason_in(about), named=named_in(about))
    return None


def code_in(text: str) -> str:
    """The enhanced status of a refusal in a text; ``5.0.0`` where it has none."""
    found = _CODE.search(text)
    return found[0] if found else "5.0.0"


def named_in(text: str) -> Sequence[str]:
    """The addresses that a text is about."""
    return _NAMED.findall(text)


def reason_in(text: str) -> str:
    """Of a text the lines that say why: those with a code, else those from an address on. The rest is politeness."""
    lines = [line.strip() for line in text.splitlines()]
    coded = [line for line in lines if _REFUSAL.search(line)]
    first = next((number for number, line in enumerate(lines) if _ADDRESS.search(line)), len(lines))
    return " ".join(coded or lines[first : first + 4])[:_MAX_REASON]

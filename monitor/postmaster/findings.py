"""What was found when looking at one side of a sender, and what to publish where something is amiss."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.postmaster.lookup import Answer


class Level(StrEnum):
    """How it is."""

    OK = "ok"
    NOTE = "note"  #: neither good nor bad
    WARNING = "warning"  #: mail gets through, but less well than it could
    ERROR = "error"  #: receivers will refuse mail, or file it as spam


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found."""

    level: Level
    about: str  #: MX, SPF, DKIM, DMARC, links
    name: str  #: the name in DNS that was looked at
    says: str  #: one sentence
    publish: str = ""  #: the record to put into DNS, or what else to do


def unanswered(about: str, name: str, answer: Answer) -> Finding:
    """Nobody could say whether the record is there."""
    return Finding(
        level=Level.ERROR,
        about=about,
        name=name,
        says=f"could not be looked up ({answer.failure}); receivers put mail off, or judge it without",
        publish="look at the name servers of the domain, or try again",
    )


def txt(name: str, value: str) -> str:
    """A record as it is written into a zone."""
    return f'{name}. TXT "{value}"'

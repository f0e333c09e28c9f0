"""Mail that comes back: what it says of a message of ours, and what that says of the address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.mailboxes import mailbox
from monitor.domain.smtp_replies import judge
from monitor.domain.urls import registrable
from monitor.tables.feedback_loops import LOOPS, ROLES
from monitor.tables.smtp_replies import Fault


class BounceKind(StrEnum):
    """What a mail that came back is."""

    BOUNCE = "bounce"  #: the message will not arrive
    DELAY = "delay"  #: it has not arrived yet; somebody goes on trying
    ARRIVED = "arrived"  #: a receipt that nobody asked for
    COMPLAINT = "complaint"  #: its reader called it unwanted
    AUTOMATIC = "automatic"  #: out of office and the like
    OTHER = "other"  #: no report at all


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReport:
    """One mail that came back, as far as it could be understood. Nothing in it is believed before it is matched."""

    kind: BounceKind
    key: str  #: the same for the same mail, however often it is read
    code: str = ""  #: enhanced status, ``5.1.1`` (RFC 3463)
    tokens: tuple[str, ...] = ()  #: what may be a mark of ours (`messages.signed_return_path`)
    message_ids: tuple[str, ...] = ()  #: of the message that it is about
    said: str = ""  #: the words of the server that refused it, where they were passed on
    author: str = ""  #: who wrote it, small letters, where the mailbox's own server has proved that
    recipients: tuple[str, ...] = ()  #: whom it says the message was for; small letters


#: What a status means (RFC 3463), in the words of ours that an operator reads.
_WORDS: Mapping[str, str] = {
    "5.0.0": "refused",
    "5.1.0": "something is wrong with the address",
    "5.1.1": "no such mailbox",
    "5.1.2": "no such domain",
    "5.1.3": "not a valid address",
    "5.1.6": "the mailbox has moved",
    "5.1.10": "no such mailbox",
    "5.2.0": "something is wrong with the mailbox",
    "5.2.1": "the mailbox is switched off",
    "5.2.2": "the mailbox is full",
    "5.2.3": "the message is too long",
    "5.4.1": "the domain takes no mail for the address",
    "5.4.4": "no way to the domain",
    "5.5.0": "no such mailbox",
    "5.7.1": "not allowed by the receiver",
    "5.7.26": "the sender is not authenticated: see `monitor check --dns`",
    "4.2.2": "the mailbox is full",
    "4.4.1": "the receiver does not answer",
    "4.4.7": "it could not be handed over in time",
}


def about_the_address(code: str, said: str = "") -> bool:
    """Whether a refusal for good counts against the address (a hard bounce): by its enhanced code, and the server's own words.

    Everything in doubt does not: without this a mistake in our own DNS would suspend every subscriber within three messages.
    """
    parts = code.split(".")
    if len(parts) != 3 or parts[0] != "5":
        return False
    return judge(550, f"{code} {said}", "report").fault is Fault.ADDRESS


def vouches(author: str, recipient: str) -> bool:
    """Whether a complaint comes from who can know: a feedback loop, or an office of the reader's own provider.

    Args:
        author: as in `BounceReport.author`; empty: nobody knows.
        recipient: the reader.
    """
    name, _, domain = author.rpartition("@")
    if any(re.fullmatch(loop.author, author) for loop in LOOPS):
        return True
    provider = mailbox(recipient).rpartition("@")[2]
    return (
        name in ROLES and bool(domain and provider) and registrable(f"https://{domain}/") == registrable(f"https://{provider}/")
    )


def words_of(mail: BounceReport, *, elsewhere: bool = False) -> str:
    """What came back, as a note of one line without any address: ``returned: 5.1.1 no such mailbox``."""
    if mail.kind is BounceKind.COMPLAINT:
        return "complaint: its reader called it unwanted"
    what = {BounceKind.BOUNCE: "returned", BounceKind.DELAY: "delayed"}.get(mail.kind, str(mail.kind))
    meaning = _WORDS.get(mail.code, "")
    behind = "(at an address behind this one)" if elsewhere else ""
    return f"{what}: " + " ".join(part for part in (mail.code, meaning, behind) if part)


def refused_address(reason: str) -> bool:
    """Whether the reason of a failed delivery says that the server refused its recipient for good: ``smtp_550_rcpt 5.1.1``."""
    refusal = reason.partition(",")[0]
    found = re.fullmatch(r"smtp_5\d\d_(rcpt|dot)(?: (\d\.\d+\.\d+))?(?: \((\w+):.*\))?", refusal)
    if not found:
        return False
    stage, code, fault = found.groups()
    return fault == Fault.ADDRESS or (not fault and (about_the_address(code) if code else stage == "rcpt"))


class IngestOutcome(StrEnum):
    """What became of a mail that came back."""

    UNRELATED = "unrelated"  #: about no message of ours
    KNOWN = "known"  #: recorded before
    NOTED = "noted"  #: at its delivery; nothing follows from it
    COUNTED = "counted"  #: against the address
    ASKED = "asked"  #: a complaint that anybody may have written: the operator is to look at it
    SUSPENDED = "suspended"  #: the address gets nothing from now on

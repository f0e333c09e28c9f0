"""Mail that comes back: what it says of a message of ours, and what that says of the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a mail that came back is."""

    BOUNCE = "bounce"  #: the message will not arrive
    DELAY = "delay"  #: it has not arrived yet; somebody goes on trying
    ARRIVED = "arrived"  #: a receipt that nobody asked for
    COMPLAINT = "complaint"  #: its reader called it unwanted
    AUTOMATIC = "automatic"  #: out of office and the like
    OTHER = "other"  #: no report at all


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedMail:
    """One mail that came back, as far as it could be understood. Nothing in it is believed before it is matched."""

    kind: Kind
    key: str  #: the same for the same mail, however often it is read
    code: str = ""  #: enhanced status, ``5.1.1`` (RFC 3463)
    tokens: tuple[str, ...] = ()  #: what may be a mark of ours (`messages.returns`)
    message_ids: tuple[str, ...] = ()  #: of the message that it is about
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
#: Refused for good, but for a reason that is ours or the message's: no fault of the address. Without this line a mistake in
#: our own DNS would suspend every subscriber within three messages.
_NOT_THE_ADDRESS = frozenset({"5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.3.4", "5.4.6"})
_NOT_ITS_SUBJECT = frozenset({"6", "7"})  # content and media; security and policy


def about_the_address(code: str) -> bool:
    """Whether an enhanced status code is a refusal for good that counts against the address (a hard bounce)."""
    parts = code.split(".")
    return len(parts) == 3 and parts[0] == "5" and parts[1] not in _NOT_ITS_SUBJECT and code not in _NOT_THE_ADDRESS


def words_of(mail: ReturnedMail, *, elsewhere: bool = False) -> str:
    """What came back, as a note of one line without any address: ``returned: 5.1.1 no such mailbox``."""
    if mail.kind is Kind.COMPLAINT:
        return "complaint: its reader called it unwanted"
    what = {Kind.BOUNCE: "returned", Kind.DELAY: "delayed"}.get(mail.kind, str(mail.kind))
    meaning = _WORDS.get(mail.code, "")
    behind = "(at an address behind this one)" if elsewhere else ""
    return f"{what}: " + " ".join(part for part in (mail.code, meaning, behind) if part)


def refused_address(reason: str) -> bool:
    """Whether the reason of a failed delivery says that the server refused its recipient for good: ``smtp_550_rcpt 5.1.1``."""
    step, _, code = reason.partition(" ")
    code = code.partition(",")[0]
    return step.startswith("smtp_5") and step.endswith("_rcpt") and (not code or about_the_address(code))

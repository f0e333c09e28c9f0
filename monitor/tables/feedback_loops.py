"""Who passes on that a reader called a mail unwanted: the feedback loops of mail services, by the address that they write from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackLoop:
    """One service. An address that anybody can have at it is none of a feedback loop."""

    name: str
    author: str  #: pattern of the whole address in From, small letters
    examples: Sequence[str]


LOOPS: tuple[FeedbackLoop, ...] = (
    FeedbackLoop(name="Microsoft (JMRP)", author=r"staff@hotmail\.com", examples=("staff@hotmail.com",)),
    FeedbackLoop(name="Yahoo", author=r"[\w.-]+@arf\.mail\.yahoo\.com", examples=("feedback@arf.mail.yahoo.com",)),
    FeedbackLoop(name="AOL", author=r"scomp@(?:aol\.net|aol\.com)", examples=("scomp@aol.net",)),
    FeedbackLoop(
        name="Validity, for Comcast, Fastmail and others",
        author=r"[\w.-]+@(?:[\w-]+\.)*(?:senderscore\.net|returnpath\.net|feedback\.validity\.com)",
        examples=("feedbackloop@comcastfbl.senderscore.net", "feedbackloop@feedback.validity.com"),
    ),
    FeedbackLoop(
        name="Amazon SES", author=r"complaints@(?:[\w-]+\.)*(?:email-abuse\.amazonses\.com)", examples=("complaints@email-abuse.amazonses.com",)
    ),
)
#: Names before the @ that no reader has: what comes from one, at the reader's own provider, comes from the provider.
ROLES = frozenset({"abuse", "postmaster", "fbl", "feedback", "feedbackloop", "feedback-loop", "arf", "complaints", "mailer-daemon"})

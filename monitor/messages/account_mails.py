"""Messages that tell of no change: what self-service writes to somebody who asked for something."""

from __future__ import annotations

from datetime import datetime

from monitor.domain.subscriptions import Subscription
from monitor.messages.notice import Notice, Purpose
from monitor.messages.subscription_summary import summary


def _questions(contact: str) -> str:
    return f"Questions? {'See' if '://' in contact else 'Write to'} {contact}." if contact else ""


#: Councils that such a message names; the others are a number.
_NAMED = 20


def _asked(wish: Subscription | None) -> tuple[str, ...]:
    """What a subscription asks for, a paragraph an aspect; to whom it goes is said by the message itself."""
    return tuple(f"{name}: {words}." for name, words in summary(wish, most=_NAMED)[1:]) if wish else ()


def confirmation(identity: str, now: datetime, *, url: str, contact: str = "", wish: Subscription | None = None) -> Notice:
    """Asks whoever reads it whether they want what `wish` says; opening `url` and pressing a button says yes."""
    return Notice(
        id=identity,
        created=now,
        changes=(),
        purpose=Purpose.NOTICE,
        title="Please confirm your subscription",
        words=(
            "Somebody, probably you, asked for alerts to be sent to this address when Ofsted’s rating of a council’s"
            " children’s services changes.",
            *_asked(wish),
            "You will get none until you confirm.",
        ),
        action=url,
        action_words="Confirm my subscription",
        reasons=("This address was given to us. If it was not by you, do nothing: you will not hear from us again.",),
        way_out=_questions(contact),
    )


def welcome(identity: str, now: datetime, *, url: str, contact: str = "", wish: Subscription | None = None) -> Notice:
    """Says that a subscription has begun, what it asks for, and where it can be changed; `url` is for this reader alone."""
    return Notice(
        id=identity,
        created=now,
        changes=(),
        purpose=Purpose.NOTICE,
        title="You are subscribed",
        words=(
            "From now on you get an alert when a rating that you asked for changes. It may take weeks until the first.",
            *_asked(wish),
            "Keep this message: its link lets you change, pause or end your alerts. Whoever has it can do that, so do not"
            " pass it on.",
        ),
        action=url,
        action_words="Change or pause my alerts",
        reasons=("You confirmed your subscription.",),
        way_out=_questions(contact),
    )

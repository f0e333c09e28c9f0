"""Returned mail from where it comes to where it is recorded, and what is said when it cannot be fetched."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.domain.bounces import BounceReport, IngestOutcome
from monitor.messages.signed_return_path import SignedReturnPath
from monitor.ports import Clock
from monitor.postmaster.mailbox import Mailbox, MailboxError
from monitor.postmaster.report import parse_bounce

_log = logging.getLogger(__name__)

#: A mailbox that could not be read so often in a row is something to look at; once or twice is the weather.
PATIENCE = 3


class BounceStore(Protocol):
    """The part of the store that returned mail needs."""

    def ingest_bounce(self, mail: BounceReport, signed: str | None, *, now: datetime) -> IngestOutcome:
        """See `store.bounces.take`."""
        ...

    def mailbox_position(self) -> str:
        """How far the mailbox was read."""
        ...

    def remember_mailbox_position(self, position: str) -> None:
        """Note how far the mailbox was read."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceIngest:
    """Takes mails that came back, one by one."""

    store: BounceStore
    returns: SignedReturnPath
    clock: Clock
    authserv_id: str = ""  #: the mailbox's own server, where it says who wrote a mail

    def take(self, raw: bytes) -> tuple[BounceReport, IngestOutcome]:
        """Read one mail and record it, where it is about a message of ours."""
        mail = parse_bounce(raw, self.authserv_id)
        signed = next((found for token in mail.tokens if (found := self.returns.delivery(token))), None)
        return mail, self.store.ingest_bounce(mail, signed, now=self.clock.now())


@dataclass(kw_only=True)
class Postmaster:
    """Visits one mailbox again and again."""

    intake: BounceIngest
    mailbox: Mailbox
    failures: int = field(init=False, default=0)  #: in a row
    reason: str = field(init=False, default="")  #: of the last failure

    def collect(self) -> Counter[IngestOutcome]:
        """Take what has come, and count what became of it. Blocking. Never raises for what a mail server does."""
        taken: Counter[IngestOutcome] = Counter()
        store = self.intake.store

        def take(raw: bytes) -> bool:
            mail, became = self.intake.take(raw)
            taken[became] += 1
            if became in {IngestOutcome.COUNTED, IngestOutcome.SUSPENDED, IngestOutcome.ASKED}:
                _log.warning("returned mail: %s %s: %s", mail.kind, mail.code, became)
            return became is not IngestOutcome.UNRELATED

        before = after = store.mailbox_position()
        try:
            for position in self.mailbox.visit(take, before, self.intake.clock.now()):
                after = position
            self.failures, self.reason = 0, ""
        except MailboxError as error:
            self.failures += 1
            self.reason = error.reason
            # Said when it begins and when it becomes an alarm, not every few minutes of a night.
            _log.log(logging.WARNING if self.failures in {1, PATIENCE} else logging.DEBUG, "%s", error)
        if after != before:
            store.remember_mailbox_position(after)
        if taken:
            _log.info("returned mail: %s", ", ".join(f"{count} {became}" for became, count in sorted(taken.items())))
        return taken

    @property
    def trouble(self) -> str:
        """Why the mailbox has not been readable for a while; empty when it is, or was a moment ago."""
        return f"the mailbox of returned mail cannot be read: {self.reason}" if self.failures >= PATIENCE else ""

"""People who get mail: when each message reached whom, and what it told; some leave while the page is under attack."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.channels.servers import Mailbox
from tests.soak.visit import visit

STAYING = tuple(f"reader{number}@reader.test" for number in range(25))
LEAVING = tuple(f"leaver{number}@reader.test" for number in range(12))
#: The address below a quotation; the article in which the inspection was first told of is pointed to as well.
_QUOTED = re.compile(r"^  (http://[0-9.]+:[0-9]+/\S+)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message as it came in."""

    at: float  #: monotonic seconds
    to: str
    id: str
    told: frozenset[str]  #: addresses of the articles that it quotes
    message: EmailMessage


@dataclass
class Readers(Mailbox):
    """The mail server of all of them."""

    came: list[Mail] = field(default_factory=list)
    left: dict[str, float] = field(default_factory=dict)  #: who was told that they left -> when
    leaving: dict[str, float] = field(default_factory=dict)  #: who asked to -> when

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Note whom a mail reached."""
        message = message_from_bytes(envelope.content or b"", policy=policy.default)
        body = message.get_body(("plain",))
        told = frozenset(_QUOTED.findall(body.get_content() if body else ""))
        identity = str(message["Message-ID"])[1:33]
        now = time.monotonic()
        self.came += [Mail(at=now, to=to, id=identity, told=told, message=message) for to in envelope.rcpt_tos]
        await asyncio.sleep(self.pause)
        return "250 OK"

    async def leave(self, page: tuple[str, int]) -> None:
        """One of those who want to leave presses the button of the latest mail, again and again until it is taken."""
        latest = {mail.to: mail for mail in self.came if mail.to in LEAVING and mail.to not in self.leaving}
        if not latest:
            return
        who, mail = next(iter(sorted(latest.items())))
        path = "/" + str(mail.message["List-Unsubscribe"]).strip("<>").split("/", 3)[3]
        self.leaving[who] = time.monotonic()
        while who not in self.left:
            status, _ = await visit(page, path, body=b"List-Unsubscribe=One-Click", source="127.0.0.9")
            if status == 200:
                self.left[who] = time.monotonic()
            else:
                await asyncio.sleep(1)

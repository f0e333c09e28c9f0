"""A notice becomes a message, once: what is rendered here is what every retry sends."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import format_datetime
from urllib.parse import urlsplit

from monitor.domain.message import Message
from monitor.domain.model import ChangeKind
from monitor.messages.forms import FORMS, Content, Form
from monitor.messages.notice import Notice, Purpose
from monitor.messages.sanitize import sanitize

_ID = "Message-ID"
#: Kinds that tell more of what was told before.
_UPDATES = frozenset({ChangeKind.CONFIRMED, ChangeKind.CORRECTED, ChangeKind.DISPUTED, ChangeKind.WITHDRAWN})
#: Stands at the right of ids where the page has no public address; the channel puts its sender's domain there.
NO_DOMAIN = "monitor.invalid"


def domain_of(public_url: str) -> str:
    """What stands at the right of ids: the domain of the public page, else what a channel puts there.

    An address in figures and a name without a dot mean nothing to those who get the mail.
    """
    host = urlsplit(public_url).hostname or ""
    return host if "." in host and re.search(r"[a-z]", host.rpartition(".")[2]) else NO_DOMAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What a message says, the same for everybody whom it is sent to; `monitor.store` freezes it once for all of them."""

    subject: str
    forms: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What one person alone gets: doubts, notes, reasons, links; and the headers of this very message."""

    forms: Mapping[str, str]
    headers: Mapping[str, str]


def joined(body: Body, footer: Footer) -> Message:
    """The whole message. Nothing is made here: frozen bytes stand one after the other, so that every retry sends the same."""
    return Message(
        subject=body.subject,
        forms={name: said + footer.forms.get(name, "") for name, said in body.forms.items()},
        headers={_ID: footer.headers[_ID], **body.headers, **footer.headers},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Renders notices for one installation. `domain` stands at the right of every id; `product` names the list in mail."""

    domain: str = NO_DOMAIN
    site: str = ""  #: the public address of the pages, where the page of each change is; empty: they have none
    product: str = "Ofsted rating monitor"
    forms: tuple[Form, ...] = FORMS

    def render(self, notice: Notice) -> Message:
        """Every form of the message. Pure: the same notice gives the same bytes."""
        return joined(self.body(notice), self.footer(notice))

    def body(self, notice: Notice) -> Body:
        """The part that does not depend on who reads it: one change may go to ten thousand people."""
        content = Content(notice=notice, product=self.product, site=self.site)
        forms = {form.name: form.body(content) for form in self.forms}
        return Body(subject=content.subject, forms=forms, headers=self._common_headers(notice))

    def footer(self, notice: Notice) -> Footer:
        """The part that is one person's."""
        clean = [tuple(map(sanitize, lines)) for lines in (notice.also, notice.notes, notice.reasons, (notice.way_out,))]
        if clean != [notice.also, notice.notes, notice.reasons, (notice.way_out,)]:
            notice = replace(notice, also=clean[0], notes=clean[1], reasons=clean[2], way_out=clean[3][0])
        content = Content(notice=notice, product=self.product, site=self.site)
        return Footer(forms={form.name: form.footer(content) for form in self.forms}, headers=self._own_headers(notice))

    def _common_headers(self, notice: Notice) -> Mapping[str, str]:
        """The date, and the thread of its inspections."""
        # In an order of their own: an update may find another inspection the gravest, and stays in its thread. So does one
        # that comes with other news.
        updated = {change.inspection.key for change in notice.changes if change.kinds & _UPDATES}
        keys = sorted({change.inspection.key for change in notice.changes}, key=lambda key: (key not in updated, key))
        threads = [self.thread(key) for key in keys]
        headers = {
            "Date": format_datetime(notice.created.astimezone(UTC)),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "List-Id": f"{self.product} <alerts.{self.domain}>",
        }
        if threads and notice.purpose is not Purpose.DIGEST:
            headers |= {"In-Reply-To": threads[0], "References": " ".join(threads[:10])}
        return headers

    def _own_headers(self, notice: Notice) -> Mapping[str, str]:
        """The id, and the address that ends the subscription."""
        headers = {_ID: f"<{notice.id}@{self.domain}>"}
        if notice.purpose is Purpose.DIGEST:
            headers["X-Entity-Ref-ID"] = notice.id
        if notice.unsubscribe:
            headers["List-Unsubscribe"] = f"<{notice.unsubscribe}>"
        if notice.unsubscribe.startswith("http"):
            headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        return headers

    def thread(self, inspection_key: str) -> str:
        """The message id that all mail of one inspection refers to, though no mail ever carried it: clients thread by it."""
        return f"<{re.sub(r'[^A-Za-z0-9.-]+', '-', inspection_key)}@{self.domain}>"

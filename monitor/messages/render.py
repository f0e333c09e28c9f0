"""A notice becomes a message, once: what is rendered here is what every retry sends."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from monitor.domain.model import Change, ChangeKind
from monitor.messages.headline import summary
from monitor.messages.inspection_view import view
from monitor.messages.notice import Notice, Purpose, by_inspection
from monitor.messages.sanitize import day_words, host_of, sanitize, short_day
from monitor.messages.slack import slack_body, slack_footer
from monitor.messages.subject import heading, label, preheader, subject
from monitor.messages.text import text_footer, text_top

if TYPE_CHECKING:
    from jinja2 import Template

_ID = "Message-ID"
#: Kinds that tell more of what was told before.
_UPDATES = frozenset({ChangeKind.CONFIRMED, ChangeKind.CORRECTED, ChangeKind.DISPUTED, ChangeKind.WITHDRAWN})
#: Characters of a sentence as data; nobody's sentence is longer.
_EVIDENCE = 5000
#: Stands at the right of ids where the page has no public address; the channel puts its sender's domain there.
NO_DOMAIN = "monitor.invalid"


def domain_of(public_url: str) -> str:
    """What stands at the right of ids: the domain of the public page, else what a channel puts there.

    An address in figures and a name without a dot mean nothing to those who get the mail.
    """
    host = urlsplit(public_url).hostname or ""
    return host if "." in host and re.search(r"[a-z]", host.rpartition(".")[2]) else NO_DOMAIN


@lru_cache(maxsize=4)
def _template(name: str) -> Template:
    # Imported here: an answer of the command line must not wait for a template engine that it does not use.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("monitor.messages")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"day": day_words, "short": short_day, "host": host_of}
    return environment.get_template(name)


_GAP = "\x00"


@lru_cache(maxsize=64)
def _footer_pieces(
    product: str, also: int, notes: int, reasons: int, manage: bool, unsubscribe: bool, way_out: bool
) -> tuple[str | int, ...]:
    """The end of the page: its own text, and between the numbers of what is one person's (see `_foot_html`)."""
    numbers = iter(range(also + notes + reasons + 3))

    def gaps(count: int) -> tuple[str, ...]:
        return tuple(f"{_GAP}{next(numbers)}{_GAP}" for _ in range(count))

    marked = {"also": gaps(also), "notes": gaps(notes), "reasons": gaps(reasons)}
    there = {"manage": manage, "unsubscribe": unsubscribe, "way_out": way_out}
    ends = {name: gaps(1)[0] if is_there else "" for name, is_there in there.items()}
    pieces = _template("footer.html").render(notice=marked | ends, product=product).split(_GAP)
    return tuple(int(piece) if number % 2 else piece for number, piece in enumerate(pieces))


def _footer_html(notice: Notice, product: str) -> str:
    """The end of the page. Ten thousand people differ in a few strings: the template is asked once for each shape."""
    from markupsafe import escape

    lines = (notice.also, notice.notes, notice.reasons)
    ends = (notice.manage, notice.unsubscribe if notice.unsubscribe.startswith("http") else "", notice.way_out)
    filled = [str(escape(each)) for each in (*(line for those in lines for line in those), *filter(None, ends))]
    pieces = _footer_pieces(product, *map(len, lines), *map(bool, ends))
    return "".join(piece if isinstance(piece, str) else filled[piece] for piece in pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Forms:
    """What is said, once for each kind of channel."""

    subject: str
    text: str
    html: str
    slack: str
    headers: Mapping[str, str]
    payload: str


class Rendered(_Forms):
    """The forms of one message, as a channel sends them."""

    __slots__ = ()


class Body(_Forms):
    """What a message says, the same for everybody whom it is sent to; `monitor.store` freezes it once for all of them."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What one person alone gets: doubts, notes, reasons, links; and the headers of this very message."""

    text: str
    html: str
    slack: str
    headers: Mapping[str, str]


def joined(body: Body, footer: Footer) -> Rendered:
    """The whole message. Nothing is made here: frozen bytes stand one after the other, so that every retry sends the same."""
    return Rendered(
        subject=body.subject,
        text=body.text + footer.text,
        html=body.html + footer.html,
        slack=body.slack + footer.slack,
        headers={_ID: footer.headers[_ID], **body.headers, **footer.headers},
        payload=body.payload,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Renders notices for one installation. `domain` stands at the right of every id; `product` names the list in mail."""

    domain: str = NO_DOMAIN
    product: str = "Ofsted rating monitor"

    def render(self, notice: Notice) -> Rendered:
        """Every form of the message. Pure: the same notice gives the same bytes."""
        return joined(self.body(notice), self.footer(notice))

    def body(self, notice: Notice) -> Body:
        """The part that does not depend on who reads it: one change may go to ten thousand people."""
        views = tuple(view(group, notice) for group in by_inspection(notice.changes))
        line = subject(notice)
        return Body(
            subject=line,
            text=text_top(notice, views),
            html=_template("alert.html").render(
                product=self.product,
                subject=line,
                heading=heading(notice),
                label=label(notice),
                preheader=preheader(notice),
                views=views,
                summary=summary(notice),
                notice=notice,
            ),
            slack=slack_body(notice, line, views),
            headers=self._common_headers(notice),
            payload=json.dumps(payload(notice), ensure_ascii=False, sort_keys=True),
        )

    def footer(self, notice: Notice) -> Footer:
        """The part that is one person's."""
        clean = [tuple(map(sanitize, lines)) for lines in (notice.also, notice.notes, notice.reasons, (notice.way_out,))]
        if clean != [notice.also, notice.notes, notice.reasons, (notice.way_out,)]:
            notice = replace(notice, also=clean[0], notes=clean[1], reasons=clean[2], way_out=clean[3][0])
        return Footer(
            text=text_footer(notice),
            html=_footer_html(notice, self.product),
            slack=slack_footer(notice),
            headers=self._own_headers(notice),
        )

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


def payload(notice: Notice) -> Mapping[str, object]:
    """The event as data, for webhooks."""
    if notice.purpose is Purpose.OPERATOR:
        return {
            "type": "operator.notice",
            "timestamp": notice.created.astimezone(UTC).isoformat(),
            "data": {"title": notice.title, "words": list(notice.words)},
        }
    return {
        "type": f"rating.{notice.purpose}",
        "timestamp": notice.created.astimezone(UTC).isoformat(),
        "data": {"changes": [change_facts(change) for change in _ordered(notice.changes)]},
    }


def _ordered(changes: Sequence[Change]) -> list[Change]:
    return [change for group in by_inspection(changes) for change in group]


def change_facts(change: Change) -> Mapping[str, object]:
    """One change as plain values."""
    return {
        "key": change.key,
        "authority": change.authority.name,
        "urn": change.authority.urn,
        "gss_code": change.authority.gss_code,
        "region": change.authority.region,
        "area": change.area.value,
        "old": change.old.value if change.old else None,
        "new": change.new.value if change.new else None,
        "old_shared": change.old_shared.value if change.old_shared else None,
        "kinds": sorted(kind.value for kind in change.kinds),
        "trust": change.inspection.trust.value,
        "published": change.inspection.published.isoformat(),
        "evidence": sanitize(change.evidence, _EVIDENCE),
        "outlet": sanitize(change.outlet),
        "url": change.url,
        "reported": change.reported.value if change.reported else None,
        "conflict": sanitize(change.conflict) or None,
    }

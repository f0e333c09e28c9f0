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

from monitor.domain.model import Change
from monitor.messages.notice import Notice, Purpose, by_inspection, section, summary
from monitor.messages.plain import plain
from monitor.messages.slack import slack_blocks, slack_payload
from monitor.messages.subject import preheader, subject
from monitor.messages.text import text_foot, text_top

if TYPE_CHECKING:
    from jinja2 import Template


@lru_cache(maxsize=4)
def _template(name: str) -> Template:
    # Imported here: an answer of the command line must not wait for a template engine that it does not use.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("monitor.messages")
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).get_template(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The forms of one message; `monitor.store` freezes them in the outbox."""

    subject: str
    text: str
    html: str
    slack: str
    headers: Mapping[str, str]
    payload: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Core:
    """The part of a message that is the same for everybody whom it is sent to."""

    subject: str
    text: str
    html: str
    slack: str
    payload: str


@lru_cache(maxsize=8)
def _core(notice: Notice) -> _Core:
    """One change may go to ten thousand people: what is not about a person is rendered once."""
    sections = tuple(section(group, notice) for group in by_inspection(notice.changes))
    line = subject(notice)
    return _Core(
        subject=line,
        text=text_top(notice, sections),
        html=_template("alert.html").render(
            subject=line,
            preheader=preheader(notice),
            sections=sections,
            summary=summary(notice),
            words=notice.words,
            action=notice.action,
        ),
        slack=slack_blocks(notice, sections),
        payload=json.dumps(payload(notice), ensure_ascii=False, sort_keys=True),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """Renders notices for one installation. `domain` stands at the right of every id; `product` names the list in mail."""

    domain: str = "monitor.invalid"
    product: str = "Ofsted rating monitor"

    def render(self, notice: Notice) -> Rendered:
        """Every form of the message. Pure: the same notice gives the same bytes."""
        core = _core(replace(notice, id="", reasons=(), notes=(), also=(), unsubscribe="", manage=""))
        notice = replace(
            notice,
            reasons=tuple(map(plain, notice.reasons)),
            notes=tuple(map(plain, notice.notes)),
            also=tuple(map(plain, notice.also)),
        )
        return Rendered(
            subject=core.subject,
            text=core.text + text_foot(notice),
            html=core.html + _template("foot.html").render(notice=notice),
            slack=slack_payload(notice, core.subject, core.slack),
            headers=self.headers(notice),
            payload=core.payload,
        )

    def headers(self, notice: Notice) -> Mapping[str, str]:
        """Mail headers that are frozen with the message: its id, its date, the thread of its inspections."""
        threads = [self.thread(group[0].inspection.key) for group in by_inspection(notice.changes)]
        headers = {
            "Message-ID": f"<{notice.id}@{self.domain}>",
            "Date": format_datetime(notice.created.astimezone(UTC)),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
            "List-Id": f"{self.product} <alerts.{self.domain}>",
        }
        if threads and notice.purpose is not Purpose.DIGEST:
            headers |= {"In-Reply-To": threads[0], "References": " ".join(threads[:10])}
        if notice.purpose is Purpose.DIGEST:
            headers["X-Entity-Ref-ID"] = notice.id
        if notice.unsubscribe:
            headers |= {"List-Unsubscribe": f"<{notice.unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        return headers

    def thread(self, inspection_key: str) -> str:
        """The message id that all mail of one inspection refers to, though no mail ever carried it: clients thread by it."""
        return f"<{re.sub(r'[^A-Za-z0-9.-]+', '-', inspection_key)}@{self.domain}>"


def payload(notice: Notice) -> Mapping[str, object]:
    """The event as data, for webhooks."""
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
        "new": change.new.value,
        "kinds": sorted(kind.value for kind in change.kinds),
        "trust": change.inspection.trust.value,
        "published": change.inspection.published.isoformat(),
        "evidence": change.evidence,
        "outlet": change.outlet,
        "url": change.url,
        "conflict": change.conflict or None,
    }

"""The forms of a message: a row says how one is made of a notice. They are kept by name, so another one is another row.

A form is made in two pieces. The body is what everybody reads, and is kept once; the footer is one person's. Frozen, they stand
one after the other: what is sent is body and footer, for every retry the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from monitor.messages.event import event
from monitor.messages.html import html_body, html_footer
from monitor.messages.inspection_view import InspectionView, view
from monitor.messages.notice import Notice, by_inspection
from monitor.messages.slack import slack_body, slack_footer
from monitor.messages.subject import subject
from monitor.messages.text import text_footer, text_top


@dataclass(frozen=True)
class Content:
    """What a message is made of, whatever its form."""

    notice: Notice
    product: str  #: what calls itself its sender
    site: str = ""  #: the public address of the pages; empty: they have none

    @cached_property
    def subject(self) -> str:
        """One line."""
        return subject(self.notice)

    @cached_property
    def views(self) -> tuple[InspectionView, ...]:
        """Its inspections as they are shown, the gravest first."""
        return tuple(view(group, self.notice, self.site) for group in by_inspection(self.notice.changes))


def _nothing(_content: Content) -> str:
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a message is put for one kind of reader. Both functions are pure."""

    name: str  #: under which it is kept: never give it to another form
    body: Callable[[Content], str]
    footer: Callable[[Content], str] = _nothing  #: must not look at `views`: it is asked once for each person


TEXT = Form(
    name="text",
    body=lambda content: text_top(content.notice, content.views),
    footer=lambda content: text_footer(content.notice),
)
HTML = Form(
    name="html",
    body=lambda content: html_body(content.notice, content.subject, content.views, content.product),
    footer=lambda content: html_footer(content.notice, content.product),
)
SLACK = Form(
    name="slack",
    body=lambda content: slack_body(content.notice, content.subject, content.views),
    footer=lambda content: slack_footer(content.notice),
)
EVENT = Form(name="event", body=lambda content: event(content.notice))

#: What every message is rendered in. A channel that understands another form brings its row (`channels.forms`).
FORMS = (TEXT, HTML, SLACK, EVENT)

"""Every row of the hostile corpus in every place of a message where somebody else's words stand; and every form read back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from io import StringIO
from typing import Any

from monitor.channels.console import ConsoleChannel
from monitor.channels.mime import mime
from monitor.domain.message import Message
from monitor.domain.operator_alarms import ActiveAlarm
from monitor.domain.review import ReviewItem, ReviewState
from monitor.messages import Notice, Purpose, Renderer
from monitor.messages.disarm import quoted
from monitor.messages.operator import operator_notice
from monitor.messages.review import review_notice
from monitor.ports import Delivery
from tests.builders import judgements
from tests.hostile import CORPUS, Hostile, unseen
from tests.messages.conftest import changes_of, previous_of
from tests.messages.test_messages import TRAFFORD, Elements

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
SITE = "https://monitor.test/"
RENDER = Renderer(domain="monitor.test", site=SITE)
HARMLESS = Hostile(id="harmless", kind="harmless", text="Inspectors found that leaders had improved.")
#: What a mail program makes a link of by itself.
_PRESSED = re.compile(
    r"[a-z][\w+.-]*:[/\\]{2}|(?:mailto|tel|javascript|data|vbscript|file|blob):\S|[\w.]@\w|(?<!\w)@(?:everyone|channel|here)\b",
    re.IGNORECASE,
)


@cache
def _changes() -> tuple[Any, ...]:
    return changes_of("Trafford", TRAFFORD, outlet="BBC News")


def _alarm(text: str) -> ActiveAlarm:
    return ActiveAlarm(
        about=text, name="failing", message=f"the server said {text}", weight=1, since=NOW, seen_at=NOW, ended_at=None,
        told_at=None, told_weight=0, delivery="", lost=False,
    )  # fmt: skip


def _item(text: str) -> ReviewItem:
    (said,) = judgements(text, {"Leeds": "overall good"})
    return ReviewItem(
        id="a" * 64, article="b", judgement=said, state=ReviewState.WAITING, came_at=NOW, title=text, outlet=text, url=text,
        published=NOW.date(),
    )  # fmt: skip


def notices(text: str) -> Iterator[Notice]:
    """Notices with a text in all places: an alert, a digest, and two for who runs the monitor."""
    (first, *rest) = _changes()
    bad = replace(first, evidence=text, outlet=text, conflict=text, url=text)
    alert = Notice(
        id="0123456789abcdef0123456789abcdef",
        created=NOW,
        changes=(bad, *rest),
        previous=previous_of(first),
        reasons=(text,),
        notes=(text,),
        also=(text,),
        context={first.authority.urn: text},
        unsubscribe="https://monitor.test/u/token",
        manage="https://monitor.test/m/token",
        way_out=text,
    )
    yield alert
    linked = (replace(bad, url=f"https://news.test/{text}"),)
    yield replace(alert, changes=linked, purpose=Purpose.DIGEST, period="weekly", reasons=(), also=(), notes=())
    yield operator_notice("f" * 32, NOW, firing=[_alarm(text)], ended=[_alarm(text)], page=SITE)
    yield review_notice("e" * 32, NOW, [_item(text)], page=SITE)


def delivered(message: Message) -> Delivery:
    return Delivery(
        id="0" * 32, channel="mail", recipient="ann@reader.test", message=message, attempt=1, owner="o", epoch=1, created=NOW
    )


@cache
def mailed(subject: str, text: str, html: str, headers: tuple[tuple[str, str], ...]) -> EmailMessage:
    """A message as the mail that goes out, parsed by the other side."""
    message = Message(subject=subject, forms={"text": text, "html": html}, headers=dict(headers))
    raw = mime(delivered(message), sender="monitor@council.test", sender_name="Monitor", recipient="ann@reader.test")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    return message_from_bytes(raw, EmailMessage, policy=policy.compat32)


@cache
def harmless() -> tuple[Message, ...]:
    return tuple(map(RENDER.render, notices(HARMLESS.text)))


def links(elements: Elements) -> list[str | None]:
    return [attrs.get("href") for tag, attrs in elements.found if tag == "a"]


def texts(block: Any) -> Iterator[tuple[str, str]]:
    """Every text object of Slack's blocks: its type, and what it says."""
    if isinstance(block, Mapping):
        if isinstance(block.get("text"), str):
            yield str(block["type"]), block["text"]
        for value in block.values():
            yield from texts(value)
    elif isinstance(block, list):
        for each in block:
            yield from texts(each)


@cache
def rendered() -> tuple[tuple[Hostile, tuple[tuple[Message, Message], ...]], ...]:
    """Every row, with each message that has it and the same message of a harmless text."""
    return tuple((row, tuple(zip(map(RENDER.render, notices(row.text)), harmless(), strict=True))) for row in CORPUS)


def faults(find: Callable[[Message, Message], Iterator[str]], every: int = 1) -> list[str]:
    """What is wrong with any message of any row, as `find` sees it; with `every` with each second, third ... of a row."""
    return [
        f"{row.id}: {fault}" for row, messages in rendered() for told, plain in messages[::every] for fault in find(told, plain)
    ]


def test_a_mail_has_its_own_headers_parts_and_links_and_no_others() -> None:
    def read(message: Message) -> EmailMessage:
        return mailed(message.subject, message.text, message.html, tuple(message.headers.items()))

    def wrong(told: Message, plain: Message) -> Iterator[str]:
        mail, usual = read(told), read(plain)
        if mail.keys() != usual.keys():
            yield f"headers {mail.keys()}"
        yield from (f"{name}: {value}" for name, value in mail.items() if name != "Subject" and value != usual[name])
        if [each.get_content_type() for each in mail.walk()] != ["multipart/alternative", "text/plain", "text/html"]:
            yield "another part"
        for line in ("Why you got this", "Unsubscribe from these alerts:"):
            if lines(told.text).count(line) != lines(plain.text).count(line):
                yield line

    assert faults(wrong, every=2) == []  # a digest and the queue have no words in their headers but ours


def lines(text: str) -> list[str]:
    return text.split("\n")


#: Where an address in the corpus leads, spelt as machines see it.
_LEADS = ("https://news.test/", "https://monitor.test/", "https://bbcnews.test/", "https://xn--fsted-iye.gov.uk/")


def test_a_page_has_its_templates_elements_and_shows_what_was_said() -> None:
    def wrong(told: Message, plain: Message) -> Iterator[str]:
        elements, usually = Elements(told.html), Elements(plain.html)
        yield from {tag for tag, _ in elements.found} - {tag for tag, _ in usually.found}
        allowed = {(tag, name) for tag, attrs in usually.found for name in attrs}
        yield from (f"{tag} {name}" for tag, attrs in elements.found for name in attrs if (tag, name) not in allowed)
        yield from (f"leads to {each}" for each in links(elements) if not str(each).startswith(_LEADS))

    assert faults(wrong) == []
    for row, messages in rendered():
        said = quoted(row.text)
        assert not said or f"“{said}”" in Elements(messages[0][0].html).text, row.id


def test_nothing_in_slack_is_markup_but_words_of_ours() -> None:
    def wrong(told: Message, plain: Message) -> Iterator[str]:
        payload, usual = json.loads(told.forms["slack"]), json.loads(plain.forms["slack"])
        if payload.keys() != usual.keys() or len(payload["blocks"]) > 50:
            yield "another payload"
        if set("<>") & set(payload["text"]):
            yield payload["text"]
        if markup(payload) != markup(usual):
            yield f"{markup(payload)}"
        yield from (text[:100] for _, text in texts(payload["blocks"]) if len(text) > 3000)

    def markup(payload: Any) -> list[str]:
        return [text for kind, text in texts(payload["blocks"]) if kind == "mrkdwn"]

    assert faults(wrong) == []


def test_an_event_is_data_of_the_same_form_with_addresses_of_the_web_alone() -> None:
    def wrong(told: Message, plain: Message) -> Iterator[str]:
        event, usual = json.loads(told.forms["event"].encode()), json.loads(plain.forms["event"])
        changes, usually = event["data"].get("changes", ()), usual["data"].get("changes", ())
        if event.keys() != usual.keys() or [each.keys() for each in changes] != [each.keys() for each in usually]:
            yield "another form"
        yield from (each["url"] for each in changes if not (each["url"] or "https:").startswith(("https:", "http:")))
        yield from (fault for each in strings(event) for fault in unseen(each))

    assert faults(wrong) == []


def test_nothing_that_cannot_be_seen_is_in_any_form() -> None:
    def wrong(told: Message, _plain: Message) -> Iterator[str]:
        for form in (told.subject, told.text, told.html, told.forms["slack"]):
            yield from unseen(form.replace("\n", "\u00b6"))
        screen = StringIO()
        ConsoleChannel("console", screen).send(delivered(told), lambda: True)
        yield from unseen(screen.getvalue().replace("\n", "\u00b6"))
        if screen.getvalue().count("=" * 76) != 2:
            yield "two messages"

    assert faults(wrong) == []


def test_a_quotation_calls_nobody_and_opens_nothing() -> None:
    for row in CORPUS:
        shown = quoted(row.text)
        assert not _PRESSED.search(shown), row.id
        assert not unseen(shown), row.id
        assert len(shown) <= 600, row.id
        assert quoted(shown) == shown, row.id


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)

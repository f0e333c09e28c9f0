"""How a reader changes or ends what they get: in every message, whoever wrote the subscription, with or without a page."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.domain.message import Message
from monitor.messages.account_mails import confirmation, welcome
from monitor.messages.links import LinkAction, Links
from monitor.messages.render import Renderer
from monitor.store import SqlStore
from tests.builders import NOW, story, subscription
from tests.store.conftest import Open

LINKS = Links(base="https://monitor.test", key=b"k" * 32)
CONTACT = "ratings@council.example"
ANN, OWN = "ann@reader.test", "self-5cc2a0b1c2d3"


def told(store: SqlStore) -> Message:
    """The one message that a newspaper's news of two councils makes."""
    store.record(*story({"Kent": "overall good", "Surrey": "overall good"}), link=None, baseline=False, now=NOW)
    (only,) = store.claim(owner="o", now=NOW + timedelta(days=8), lease=60)
    return only.message


def joined(store: SqlStore, **table: str) -> str:
    """Ann subscribes herself; returns what revokes her links."""
    asked = store.request_subscription(subscription(OWN, to=ANN, regions=["South East"], **table), now=NOW)
    assert asked is not None
    assert store.confirm_subscription(OWN, now=NOW)
    return asked.nonce


@pytest.mark.parametrize("frequency", ["immediate", "weekly"])
def test_who_subscribed_themselves_reads_no_name_and_finds_the_preferences(open_it: Open, frequency: str) -> None:
    store = open_it(links=LINKS, contact=CONTACT)
    nonce = joined(store, frequency=frequency)
    if frequency == "weekly":
        store.record(*story({"Kent": "overall good", "Surrey": "overall good"}), link=None, baseline=False, now=NOW)
        assert store.enqueue_digests(now=NOW + timedelta(days=7)) == 1
        (only,) = store.claim(owner="o", now=NOW + timedelta(days=8), lease=60)
        message = only.message
        assert "You asked for a weekly digest: Kent and Surrey are in South East." in " ".join(message.text.split())
    else:
        message = told(store)
        assert "* You asked for these alerts: Kent and Surrey are in South East." in message.text
    manage = LINKS.make(LinkAction.MANAGE, OWN, nonce)
    for form in (message.text, message.html):
        assert manage in form
        assert OWN not in form.replace(manage, "")
        assert f"For anything else, write to {CONTACT}." in form
        assert "These links are yours alone" in " ".join(form.split())
    assert message.headers["List-Unsubscribe"].startswith("<https://monitor.test/u/")


def test_a_word_on_silence_calls_an_own_list_yours(open_it: Open) -> None:
    from tests.store.test_no_news import WELL

    store = open_it(links=LINKS, contact=CONTACT)
    nonce = joined(store, no_news="weekly")
    assert store.enqueue_no_news(WELL, now=NOW + timedelta(days=20)) == 1
    (only,) = store.claim(owner="o", now=NOW + timedelta(days=21), lease=60)
    assert "No rating on your list changed" in only.message.text
    assert LINKS.make(LinkAction.MANAGE, OWN, nonce) in only.message.text


@pytest.mark.parametrize(
    ("links", "contact", "words"),
    [
        (LINKS, CONTACT, f"To change these alerts, write to {CONTACT}."),
        (None, CONTACT, f"To change or end these alerts, write to {CONTACT}."),
        (None, "https://council.example/ratings", "To change or end these alerts, see https://council.example/ratings."),
        (None, "", "To change or end these alerts, ask whoever runs this monitor for you."),
    ],
)
@pytest.mark.parametrize("to", [ANN, "#children"])
def test_who_is_configured_finds_a_way_out(open_it: Open, links: Links | None, contact: str, words: str, to: str) -> None:
    message = told(open_it(subscription("team", to=to), links=links, contact=contact))
    mailed = "@" in to
    if not mailed and contact == CONTACT:
        words = f"To change or end these alerts, write to {CONTACT}."
    for form in (message.text, message.html, message.forms["slack"]):
        assert words in " ".join(form.split())
    assert message.text.count("https://monitor.test/u/") == (1 if mailed and links else 0)
    expected = "<https://monitor.test/u/" if links else f"<mailto:{CONTACT}?subject=Unsubscribe>" if contact == CONTACT else ""
    assert message.headers.get("List-Unsubscribe", "").startswith(expected if mailed else "")
    assert ("List-Unsubscribe-Post" in message.headers) == bool(mailed and links)
    assert "mailto:" not in message.text + message.html


def test_what_self_service_writes_says_whom_to_ask() -> None:
    for letter in (confirmation, welcome):
        for contact, words in ((CONTACT, f"Questions? Write to {CONTACT}."), ("", "")):
            rendered = Renderer().render(letter("f" * 32, NOW, url="https://monitor.test/c/1", contact=contact))
            assert words in rendered.text
            assert words in rendered.html
            assert bool(words) == ("Questions?" in rendered.text)

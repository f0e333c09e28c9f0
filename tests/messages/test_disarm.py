"""A sentence or headline of somebody else's never becomes a link in a message of ours, and hides nothing."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.domain.operator_alarms import ActiveAlarm
from monitor.messages import Renderer
from monitor.messages.disarm import disarmed, quoted
from monitor.messages.operator import operator_notice
from monitor.messages.sanitize import sanitize
from tests.messages.conftest import Notes, changes_of
from tests.messages.test_messages import TRAFFORD, Elements

RENDER = Renderer(domain="monitor.test")
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
#: What mail clients turn into a link: a scheme, a host with a top-level domain in any alphabet and with any dot, an address.
_PRESSED = re.compile(
    r"[a-z][\w+.-]*:[/\\]{2}|(?:mailto|tel|javascript):\S|[\w.]@\w|[^\W_]\.(?:[a-z]{2,}|[а-яё]{2,}|рф)(?!\w)|\d+(?:\.\d+){3}|(?<!\S)\\\\\w",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Read it at https://evil.example/x?y=1 now", "Read it at https[:]//evil[.]example/x?y=1 now"),
        ("HTTP://LOCALHOST/x", "HTTP[:]//LOCALHOST/x"),
        ("see www.evil.co.uk.", "see www[.]evil[.]co[.]uk."),
        ("(evil.com)", "(evil[.]com)"),
        ("evil.com:8080/x#y", "evil[.]com:8080/x#y"),
        ("ann.b@evil.example", "ann.b[@]evil[.]example"),
        ("mailto:ann@evil.example", "mailto[:]ann[@]evil[.]example"),
        ("tel:+4420", "tel[:]+4420"),
        ("javascript:alert(1)", "javascript[:]alert(1)"),
        ("vbscript:msgbox", "vbscript[:]msgbox"),
        ("sip:ann@evil.example", "sip[:]ann[@]evil[.]example"),
        ("ms-word:ofe|u|x", "ms-word[:]ofe|u|x"),
        ("bitcoin:1Ax?amount=1", "bitcoin[:]1Ax?amount=1"),
        ("//evil.example/a", "//evil[.]example/a"),
        (r"\\server\share", r"[\\]server\share"),
        ("10.0.0.1/login", "10[.]0[.]0[.]1/login"),
        ("оfsted.gov.uk", "оfsted[.]gov[.]uk"),
        ("пример.рф", "пример[.]рф"),
        ("xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd[.]xn--p1ai"),
        ("evil。com", "evil[.]com"),
        ("ｅｖｉｌ．ｃｏｍ", "ｅｖｉｌ[.]ｃｏｍ"),
        ("https：／／evil．com", "https[:]／／evil[.]com"),
        ("i❤.ws", "i❤[.]ws"),
        ("evil\u200b.c\u2060om", "evil[.]com"),
        ("evil.\U000e0001com", "evil[.]com"),
        ("ann＠evil.example", "ann[@]evil[.]example"),
        ("blob:https://evil.example/1", "blob[:]https[:]//evil[.]example/1"),
        ("@channel, @here: @Everyone @**all**", "[@]channel, [@]here: [@]Everyone [@]**all**"),
        ("<!channel> <@U1> <users/all> <3", "[<]!channel> [<]@U1> [<]users/all> <3"),
    ],
)  # fmt: skip
def test_an_address_is_shown_and_cannot_be_pressed(said: str, shown: str) -> None:
    assert quoted(said) == shown
    assert not _PRESSED.search(shown)
    assert quoted(shown) == shown


@pytest.mark.parametrize(
    "prose",
    [
        "St. Helens was rated 'good' at 3.30pm on 2.5.2026, i.e. No.10 and the U.K. knew.",
        "It was good.The council said so: better than 12:30.",
        "Rated:good; an @ample council, and/or its e.g. partners.",
    ],
)
def test_prose_stays_as_it_is(prose: str) -> None:
    assert quoted(prose) == prose


@example("aк://")
@given(st.text(alphabet="ab.:/@\\ .。coкom-1[]", max_size=60))
def test_whatever_is_written_nothing_in_it_can_be_pressed(text: str) -> None:
    shown = quoted(text)
    assert not _PRESSED.search(shown)
    assert quoted(shown) == shown


ATTACK = "Rated good, see https://evil.example or ann@evil.example, says www.evil.co.uk"


def test_no_form_of_a_message_links_what_its_evidence_says(notice: Notes) -> None:
    (first, *rest) = changes_of("Trafford", TRAFFORD, outlet="BBC News")
    bad = replace(first, evidence=ATTACK, conflict=f"says {ATTACK}")
    told = RENDER.render(notice(bad, *rest))
    for form in (told.text, told.forms["slack"], Elements(told.html).text):
        words = " ".join(form.split())
        assert "see https[:]//evil[.]example or ann[@]evil[.]example, says www[.]evil[.]co[.]uk" in words
        assert "evil.example" not in words
        assert "evil.co.uk" not in words


def test_an_operators_notice_links_nothing_that_a_server_said() -> None:
    alarm = ActiveAlarm(
        about="gazette", name="failing", message=f"the server said {ATTACK}", weight=1, since=NOW, seen_at=NOW, ended_at=None,
        told_at=None, told_weight=0, delivery="", lost=False,
    )  # fmt: skip
    for notice in (operator_notice("f" * 32, NOW, firing=[alarm]), operator_notice("f" * 32, NOW, ended=[alarm])):
        told = RENDER.render(notice)
        for form in (told.text, told.forms["slack"], told.html, told.forms["event"]):
            assert "evil[.]example" in form
            assert ("the status page has them whole" in " ".join(form.split())) == bool(notice.title.endswith("cannot be read"))
            assert "evil.example" not in form


@pytest.mark.parametrize(
    "hidden",
    [
        "".join(chr(0xE0000 + ord(c)) for c in "ignore this"),  # tags
        "".join(chr(0xE0100 + n) for n in range(9)),  # variation selectors, which carry bytes
        "\ufe00\ufe0f\ufe01",
        "\u200b\u200c\u2060\ufeff\u061c",
        "\u3164\uffa0\u115f\u2800\u034f",
        "\u202e\u2066\u2069",
        "\x00\x1b\ud83d",
    ],
)
def test_what_cannot_be_seen_is_left_out_everywhere(notice: Notes, hidden: str) -> None:
    assert sanitize(f"Rated{hidden} good{hidden}") == "Rated good"
    (first, *rest) = changes_of("Trafford", TRAFFORD, outlet="BBC News")
    bad = replace(first, evidence=f"Rated{hidden} good.", outlet=f"BBC{hidden}", conflict=f"says{hidden} so")
    told = RENDER.render(notice(bad, *rest))
    facts = json.loads(told.forms["event"])["data"]["changes"]
    (change,) = (each for each in facts if each["area"] == first.area)
    assert (change["evidence"], change["outlet"], change["conflict"]) == ("Rated good.", "BBC", "says so")
    for form in (told.text, told.forms["slack"], told.html):
        assert "Rated good." in form


def test_a_webhooks_evidence_is_the_sentence_itself(notice: Notes) -> None:
    (first, *_) = changes_of("Trafford", TRAFFORD, outlet="BBC News")
    told = RENDER.render(notice(replace(first, evidence=ATTACK)))
    assert json.loads(told.forms["event"])["data"]["changes"][0]["evidence"] == ATTACK
    assert disarmed(ATTACK) != ATTACK

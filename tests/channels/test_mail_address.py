"""The address of a mail account: another host is never read out of it, and no error repeats a part of it."""

from __future__ import annotations

import logging
import socket
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.channels import build_channel
from monitor.channels.mail import own_name
from monitor.ports import ConfigError

WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u0000"), min_size=1, max_size=20)


def built(url: str, **keys: object) -> Any:
    return build_channel("mail", {"url_env": "MAIL", **keys}, {"MAIL": url}.get)


@given(WORDS.filter(lambda word: word == word.strip()), WORDS)
def test_a_login_and_a_password_in_any_letters_are_what_was_meant(login: str, password: str) -> None:
    url = f"mailtos://{quote(login, safe='')}:{quote(password, safe='')}@smtp.council.example?from=a@council.example"
    server = built(url).server
    assert (server.host, server.port, server.user, server.password) == ("smtp.council.example", 587, login, password)
    assert "password" not in repr(server)


@pytest.mark.parametrize(
    "url",
    [
        "mailtos://alerts@council.example:hunter2@smtp.council.example?from=a@council.example",
        "mailtos://alerts:hunter2@hunter2@smtp.council.example?from=a@council.example",
        "mailtos://alerts:hun/hunter2@smtp.council.example?from=a@council.example",
        "mailtos://alerts:12/hunter2@smtp.council.example?from=a@council.example",
        "mailtos://alerts:p@s/hunter2@smtp.council.example?from=a@council.example",
        "mailtos://alerts:hun#hunter2@smtp.council.example?from=a@council.example",
        "mailtos://alerts:hun?hunter2@smtp.council.example?from=a@council.example",
        "mailtos://alerts:12?hunter2@smtp.council.example?from=a@council.example",
        "mailtos://alerts:hun:hunter2@smtp.council.example?from=a@council.example",
        "mailtos://alerts:hunter2@smtp.council.example:hunter2?from=a@council.example",
        "mailtos://alerts:hunter2@smtp.council.example:99999?from=a@council.example",
        "mailtos://alerts:hunter2@?from=a@council.example",
        "mailtos://alerts:hunter2@smtp council example?from=a@council.example",
        "mailtos://alerts:hunter2@smtp.council.example?mode=hunter2&from=a@council.example",
        "mailtos://alerts:x@smtp.council.example?form=hunter2",
        "mailtos://alerts:x@smtp.council.example?from=a@council.example&from=hunter2",
        "mailtos://alerts:x@smtp.council.example?from=hunter2",
        "mailtos://alerts:x@smtp.council.example?from=a@council.example&to=hunter2",
        "mailtos://alerts:x@smtp.council.example/a@b.example/hunter2@b.example?from=a@council.example",
        "mailtos://alerts:x@smtp.council.example?from=a@council.example&to=a@b.example,hunter2@b.example",
        "mailtos://alerts:x@smtp.council.example?from=a@council.example&reply=hunter2",
        "mailto:alerts:hunter2@smtp.council.example",
    ],
)
def test_what_can_be_read_in_two_ways_is_refused_without_being_repeated(
    url: str, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ConfigError, match="not a usable mail address") as caught:
        built(url)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in "".join(capfd.readouterr())
    assert "hunter2" not in caplog.text


@pytest.mark.parametrize("login", ["alerts@council.example:x", "alerts:p@ss"])
def test_it_is_said_how_an_at_sign_is_written(login: str) -> None:
    with pytest.raises(ConfigError, match="%40"):
        built(f"mailtos://{login}@smtp.council.example?from=a@council.example")


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "sender", "recipient"),
    [
        ("mailtos://alerts%40c.example:x@smtp.c.example", "smtp.c.example", 587, "alerts@c.example", "alerts@c.example", ""),
        ("mailtos://alerts:x@gmail.com", "smtp.gmail.com", 587, "alerts@gmail.com", "alerts@gmail.com", ""),
        ("mailtos://alerts:x@c.example?smtp=mx.c.example&mode=ssl", "mx.c.example", 465, "alerts", "alerts@c.example", ""),
        ("mailtos://_?user=u&pass=y@z&smtp=mx.c.example&from=a@c.example", "mx.c.example", 587, "u", "a@c.example", ""),
        ("mailtos://u:x@b%C3%BCcher.example?from=a@c.example", "xn--bcher-kva.example", 587, "u", "a@c.example", ""),
        ("mailtos://u:x@bücher.example?from=a@c.example", "xn--bcher-kva.example", 587, "u", "a@c.example", ""),
        ("mailtos://u:x@[::1]:2525?from=a@c.example", "::1", 2525, "u", "a@c.example", ""),
        (
            "mailtos://u:x@s.example/o'brien+x@c.example?from=a@c.example",
            "s.example",
            587,
            "u",
            "a@c.example",
            "o'brien+x@c.example",
        ),
        (
            "mailtos://u:x@s.example?to=a%2Bb@c.example&from=o'brien@c.example",
            "s.example",
            587,
            "u",
            "o'brien@c.example",
            "a+b@c.example",
        ),
    ],
)
def test_what_is_used_is_shown(url: str, host: str, port: int, user: str, sender: str, recipient: str) -> None:
    channel = built(url)
    route = channel.route
    assert (route.host, route.port, route.user, route.sender, route.reaches("")) == (host, port, user, sender, recipient)
    assert (channel.server.host, channel.server.port, channel.server.user) == (host, port, user)
    assert route.reaches("ann@reader.test") == "ann@reader.test"


def test_without_a_recipient_of_its_own_the_sender_is_none() -> None:
    assert (
        built("mailtos://u:x@s.example?from=a@c.example").route.missing("")
        == 'names no recipient: write to = "name@example.org"'
    )


@pytest.mark.parametrize(
    ("machine", "configured", "sender", "name"),
    [
        ("monitor.council.example", "", "a@c.example", "monitor.council.example"),
        ("3f2a9c0d1b7e", "", "a@c.example", "c.example"),
        ("box.local", "", "a@c.example", "c.example"),
        ("localhost.localdomain", "", "a@c.example", "c.example"),
        ("ip-10-0-0-1.eu-west-2.compute.internal", "", "a@c.example", "c.example"),
        ("box", "", "a@bücher.example", "xn--bcher-kva.example"),
        ("box", "", "a@localhost", "[127.0.0.1]"),
        ("box", "mx.council.example", "a@c.example", "mx.council.example"),
        ("box", "[192.0.2.7]", "a@c.example", "[192.0.2.7]"),
        ("box", "[IPv6:2001:db8::1]", "a@c.example", "[IPv6:2001:db8::1]"),
    ],
)
def test_how_we_introduce_ourselves(
    machine: str, configured: str, sender: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: machine)
    assert own_name(configured, sender) == name


@pytest.mark.parametrize("name", ["two words", "a@b.example", "-", "x\r\nRSET"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        built("mailtos://u:x@s.example?from=a@c.example", helo_name=name)
    assert caught.value.key == "helo_name"


def test_what_apprise_logs_reaches_nobody() -> None:
    built("mailtos://u:x@s.example?from=a@c.example")
    assert not logging.getLogger("apprise").propagate
    assert logging.getLogger("apprise").handlers

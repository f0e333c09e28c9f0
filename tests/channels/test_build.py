"""A table becomes a channel, or an error that says what to write and shows no secret."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.channels import build_channel
from monitor.channels.apprise_channel import AppriseChannel
from monitor.channels.console import ConsoleChannel
from monitor.domain.message import Message
from monitor.ports import ConfigError, Delivery, Outcome, Result
from tests.builders import NOW
from tests.channels.servers import Hook, http_server

DELIVERY = Delivery(
    id="d1",
    channel="c",
    recipient="ann@reader.test",
    message=Message(subject="Kent: now good", forms={"text": "Kent: good\n"}),
    attempt=1,
    owner="o",
    epoch=1,
    created=NOW,
)


@pytest.mark.parametrize(
    ("table", "key", "message"),
    [
        ({}, "url_env", "exactly one"),
        ({"url_env": "A", "url_file": "b"}, "url_file", "exactly one"),
        ({"url_env": "UNSET"}, "url_env", "UNSET is not set"),
        ({"url_file": "/nowhere/at/all"}, "url_file", "cannot be read"),
        ({"url": "mailtos://u:hunter2@x.test"}, "url", "holds a secret"),
        ({"url_envv": "A"}, "url_envv", "did you mean 'url_env'"),
        ({"url_env": 3}, "url_env", "expected a string"),
        ({"url": "console://", "on_uncertain": "shrug"}, "on_uncertain", "neither"),
        ({"url_env": "BAD"}, "url", "does not understand"),
        ({"url_env": "SYSLOG"}, "url", "acts on this machine"),
        ({"url_env": "MAIL", "ca_file": "/nowhere"}, "ca_file", "not a file of certificates"),
        ({"url_env": "mailtos://u:hunter2@gmail.com"}, "url_env", "name of an environment variable"),
        ({"url_env": ["mailtos://u:hunter2@gmail.com"]}, "url_env", "expected a string"),
        ({"url_file": "mailtos://u:hunter2@gmail.com"}, "url_file", "path of a file"),
        ({"url_env": "JSON", "secret_env": "whsec_hunter2+/="}, "secret_env", "name of an environment variable"),
        ({"url_env": "JSON", "secret_env": "SHORT"}, "secret_env", "24 to 64 random bytes"),
        ({"url_env": "JSON", "secret_env": "UNSET"}, "secret_env", "UNSET is not set"),
        ({"url_env": "JSON", "allow_private": True}, "secret_env", "signing key"),
        ({"url_env": "JSON", "secret_env": "SHORT", "allow_private": "maybe"}, "allow_private", "true or false"),
        ({"url_env": "SLACK"}, "url", "not a usable Slack address"),
        ({"url_env": "SLACKS"}, "url", "one channel of Slack at most"),
        ({"url_env": "TOPICS"}, "url", "one target a channel"),
        ({"url_env": "RETRY"}, "url", "retry="),
        ({"url_env": "MAIL", "secret_env": "SHORT"}, "secret_env", "key of signed webhooks .* this channel is mail"),
        ({"url_env": "MAIL", "endpoint": "https://x.test"}, "endpoint", "takes url, .* helo_name$"),
        ({"url": "console://", "coulour": "red"}, "coulour", "unknown key; keys: url, url_env, url_file, on_uncertain$"),
        ({"url_env": "MAIL", "helo": "x.test"}, "helo", "did you mean 'helo_name'"),
        ({"url": "console://", "helo_nam": "x.test"}, "helo_nam", "unknown key; keys: "),
        ({"url_env": "MAIL", "endpoint": "https://x.test"}, "endpoint", "key of Slack; this channel is mail"),
        ({"url_env": "NTFY", "from": "a@b.test"}, "from", "key of mail; this channel is a service"),
        ({"url": "console://", "bounces": "a@b.test"}, "bounces", "key of mail; this channel is the terminal"),
        (
            {"url_env": "JSON", "secret_env": "SHORT", "helo_name": "x.test"},
            "helo_name",
            "key of mail; this channel is a signed",
        ),
    ],
)
def test_what_is_wrong_is_named(table: dict[str, object], key: str, message: str) -> None:
    secrets = {
        "A": "x",
        "BAD": "notaservice://hunter2",
        "SYSLOG": "syslog://",
        "MAIL": "mailtos://u:hunter2@gmail.com",
        "JSON": "json://u:hunter2@127.0.0.1/hunter2",
        "SHORT": "whsec_hunter2",
        "SLACK": "slack://hunter2/hunter2",
        "SLACKS": "slack://xoxb-1234-1234-hunter2/#a/#b",
        "NTFY": "ntfy://u:hunter2@127.0.0.1/hunter2",
        "TOPICS": "ntfy://u:hunter2@127.0.0.1/hunter2/hunter3",
        "RETRY": "ntfy://u:hunter2@127.0.0.1/hunter2?retry=3",
    }
    with pytest.raises(ConfigError, match=message) as caught:
        build_channel("c", table, secrets.get)
    assert caught.value.key == key
    assert "hunter2" not in str(caught.value)


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "url"
    path.write_text("json://127.0.0.1:9/hook\n")
    assert isinstance(build_channel("c", {"url_file": str(path)}, {}.get), AppriseChannel)


def test_the_terminal_shows_what_a_reader_gets() -> None:
    stream = io.StringIO()
    assert ConsoleChannel("c", stream).send(DELIVERY, lambda: True) == Outcome(result=Result.SENT)
    assert "To:      ann@reader.test\nSubject: Kent: now good\n" in stream.getvalue()
    assert ConsoleChannel("c", stream).send(DELIVERY, lambda: False).reason == "lost_claim"


@pytest.mark.parametrize(
    ("status", "result"), [(200, Result.SENT), (404, Result.PERMANENT), (429, Result.TRANSIENT), (500, Result.UNCERTAIN)]
)
def test_any_other_service_is_called_as_apprise_has_it(status: int, result: Result) -> None:
    with http_server(Hook(answer=lambda: (status, "", {}))) as (hook, address):
        service = AppriseChannel("c", address.replace("http", "json") + "/hook")
        assert service.send(DELIVERY, lambda: True).result is result
    assert len(hook.requests) == 1
    assert hook.requests[0][2]["title"] == "Kent: now good"
    assert hook.requests[0][2]["message"].startswith("Kent: good")


def test_a_service_is_not_called_without_the_claim() -> None:
    with http_server() as (hook, address):
        assert AppriseChannel("c", address.replace("http", "json")).send(DELIVERY, lambda: False).reason == "lost_claim"
    assert hook.requests == []


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "utf-8"])
def test_a_terminal_of_another_encoding_still_gets_the_alert(encoding: str) -> None:
    """A mark in the place of a letter is better than an alert in doubt, and nobody would send it again."""
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, errors="strict")
    message = replace(DELIVERY.message, subject="Kent: good – “at last”", forms={"text": "“Rated ‘good’ → outstanding”\n"})
    outcome = ConsoleChannel("c", stream).send(replace(DELIVERY, message=message), lambda: True)
    assert outcome == Outcome(result=Result.SENT)
    shown = raw.getvalue()
    assert b"Kent: good" in shown
    assert ("→".encode() in shown) == (encoding == "utf-8")

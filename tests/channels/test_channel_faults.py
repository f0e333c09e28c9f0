"""Sixteen things that a service may do, each with what becomes of the message.

Eight answers of Slack (1-8: ok, invalid payload, 400, 403, 404, 410, 429 with Retry-After, 500) and the redirect (11) are in
test_slack.py; a private receiver (12) and the signature with its vectors, rotation and replay (15) in test_webhook.py; blocks
within Slack's limits (14) in tests/messages. Here are the others: silence before the last byte (9) and after it (10), a
certificate that is none (13), and what Apprise could do on this machine (16).
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import apprise
import pytest

from monitor.channels import build_channel
from monitor.channels.apprise_channel import REFUSED
from monitor.channels.http import post
from monitor.channels.slack import SlackChannel
from monitor.channels.webhook import WebhookChannel
from monitor.domain.message import Message
from monitor.ports import Channel, ConfigError, Delivery, Outcome, Result
from tests.builders import NOW
from tests.channels.certificates import Authority, new_authority
from tests.channels.servers import Hook, http_server, scripted_smtp, smtp_server

DELIVERY = Delivery(
    id="d" * 32,
    channel="c",
    recipient="",
    message=Message(
        subject="Kent: now good",
        forms={"text": "Kent: good", "slack": '{"text": "Kent"}', "event": '{"type": "rating.change"}'},
    ),
    attempt=1,
    owner="o",
    epoch=1,
    created=NOW,
)
SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
SECRET = f"whsec_{base64.b64encode(b'k' * 24).decode()}"
T, U = Result.TRANSIENT, Result.UNCERTAIN


def slack(address: str) -> Channel:
    return SlackChannel("c", SLACK, endpoint=address)


def webhook(address: str) -> Channel:
    secure = address.startswith("https")
    url = address.replace("https" if secure else "http", "jsons" if secure else "json")
    return WebhookChannel("c", f"{url}/in", secret=SECRET, allow_private=True, now=lambda: NOW)


class Commit:
    """A commit point that counts."""

    calls = 0

    def __call__(self) -> bool:
        self.calls += 1
        return True


def test_09_silence_before_the_last_byte_is_worth_another_try() -> None:
    """A server that takes the connection and never reads: the body does not even go."""
    commit = Commit()
    with scripted_smtp(lambda _file: time.sleep(1.5)) as port:
        body = b"x" * 30_000_000  # more than any socket holds back
        outcome = post(f"http://127.0.0.1:{port}/", body, {}, commit, timeout=0.3)
    assert outcome == Outcome(result=T, reason="timeout")
    assert commit.calls == 0


def test_10_silence_after_the_last_byte_is_a_doubt() -> None:
    commit = Commit()
    with http_server(Hook(pause=1.5)) as (hook, address):
        outcome = post(f"{address}/", b"{}", {}, commit, timeout=0.3)
    assert outcome == Outcome(result=U, reason="timeout_after_last_byte")
    assert (commit.calls, len(hook.requests)) == (1, 1)


def test_10_a_server_that_drips_its_answer_is_left_at_the_deadline() -> None:
    def drip(file: Any) -> None:
        file.read(1)
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n":
            file.write(bytes([byte]))
            time.sleep(0.1)

    with scripted_smtp(drip) as port:
        outcome = post(f"http://127.0.0.1:{port}/", b"{}", {}, lambda: True, deadline=0.5)
    assert isinstance(outcome, Outcome)
    assert outcome.result is U


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return new_authority(tmp_path_factory.mktemp("tls"))


@contextmanager
def trusted(authority: Authority) -> Iterator[None]:
    """Our own authority among those that this machine trusts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(authority.certificate))
        yield


@pytest.mark.parametrize("make", [slack, webhook])
@pytest.mark.parametrize(
    ("certificate", "trust", "reason"),
    [
        ({"name": "localhost", "expired": True}, True, "bad_certificate expired"),
        ({"name": "localhost", "signed": False}, True, "bad_certificate self-signed"),
        ({"name": "elsewhere.test"}, True, "bad_certificate of another host"),
        ({"name": "localhost"}, False, "bad_certificate issuer unknown"),
    ],
)
def test_13_a_wrong_certificate_gets_nothing_and_the_message_waits(
    authority: Authority, make: Any, certificate: dict[str, Any], trust: bool, reason: str
) -> None:
    """The certificate is put right one day; until then not a byte of the message goes, and no address with its secret."""
    commit = Commit()
    with http_server(context=authority.server(**certificate)) as (hook, address), pytest.MonkeyPatch.context() as patch:
        if trust:
            patch.setenv("SSL_CERT_FILE", str(authority.certificate))
        assert make(address).send(DELIVERY, commit) == Outcome(result=T, reason=reason)
    assert (commit.calls, hook.requests) == (0, [])


@pytest.mark.parametrize("make", [slack, webhook])
def test_13_a_right_certificate(authority: Authority, make: Any) -> None:
    with trusted(authority), http_server(context=authority.server("localhost")) as (hook, address):
        assert make(address).send(DELIVERY, lambda: True).result is Result.SENT
    assert len(hook.requests) == 1


def test_13_a_server_without_encryption_where_there_should_be_some() -> None:
    with http_server() as (hook, address):
        outcome = slack(address.replace("http:", "https:")).send(DELIVERY, lambda: True)
    assert outcome == Outcome(result=T, reason="tls_failed")
    assert hook.requests == []


def test_13_a_handshake_that_drips_is_left_at_the_deadline() -> None:
    def drip(file: Any) -> None:
        for _ in range(30):
            file.write(b"\x16")
            time.sleep(0.1)

    with scripted_smtp(drip) as port:
        outcome = post(f"https://localhost:{port}/", b"{}", {}, lambda: True, deadline=0.5)
    assert isinstance(outcome, Outcome)
    assert outcome.result is T


def test_13_a_private_address_does_not_even_get_the_first_word_of_encryption() -> None:
    heard: list[bytes] = []
    with scripted_smtp(lambda file: heard.append(file.read(1))) as port:
        outcome = post(f"https://localhost:{port}/", b"{}", {}, lambda: True, allowed=lambda _address: False)
    assert outcome.result is Result.PERMANENT
    assert outcome.reason.startswith("address_not_allowed: ")
    assert "allow_private = true" in outcome.reason
    assert heard in ([], [b""])


def test_13_mail_waits_for_a_right_certificate_too(authority: Authority) -> None:
    context = authority.server("localhost", expired=True)
    with smtp_server(tls_context=context, require_starttls=True) as (mailbox, port):
        channel = build_channel(
            "m",
            {"url_env": "U", "from": "a@monitor.test", "ca_file": str(authority.certificate)},
            {"U": f"mailtos://localhost:{port}?mode=starttls"}.get,
        )
        outcome = channel.send(replace(DELIVERY, recipient="ann@reader.test"), lambda: True)
    assert outcome == Outcome(result=T, reason="bad_certificate expired")
    assert mailbox.mails == []


@pytest.mark.parametrize("schema", sorted(REFUSED))
def test_16_nothing_acts_on_this_machine(schema: str) -> None:
    with pytest.raises(ConfigError, match="acts on this machine") as caught:
        build_channel("c", {"url_env": "U"}, {"U": f"{schema}://hunter2/etc/passwd"}.get)
    assert "hunter2" not in str(caught.value)


def test_16_nobody_elses_code_is_loaded(tmp_path: Any) -> None:
    """Apprise runs Python files that it finds in certain folders, under addresses of their own: not for us."""
    from monitor.channels.apprise_channel import AppriseChannel

    (tmp_path / "hook.py").write_text('from apprise.decorators import notify\n@notify(on="evil")\ndef go(**_): return True\n')
    assert "evil" not in apprise.plugins.N_MGR.schemas()
    with pytest.raises(ConfigError, match="does not understand"):
        AppriseChannel("c", "evil://")
    asset = AppriseChannel("c", "json://127.0.0.1:9")._service().asset
    assert list(asset.plugin_paths) == []


def test_16_nothing_is_attached() -> None:
    with http_server() as (hook, address):
        url = address.replace("http", "json") + "/?attach=/etc/passwd&attach-as=file"
        channel = build_channel("c", {"url_env": "U"}, {"U": url}.get)
        assert channel.send(DELIVERY, lambda: True).result is Result.SENT
    ((_, _, document),) = hook.requests
    assert document["attachments"] == []
    assert "root:" not in str(document)

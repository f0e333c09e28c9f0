"""Signed webhooks: a receiver can tell that it is us, and that it has seen a message before."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from monitor.channels import build_channel
from monitor.channels.webhook import WebhookChannel, is_public, keys_of, signature
from monitor.domain.message import Message
from monitor.ports import ConfigError, Delivery, Outcome, Result
from tests.builders import NOW
from tests.channels.servers import Hook, http_server

OLD, NEW = (f"whsec_{base64.b64encode(byte * 24).decode()}" for byte in (b"a", b"b"))
DELIVERY = Delivery(
    id="d" * 32,
    channel="hook",
    recipient="",
    message=Message(subject="s", forms={"text": "t", "event": '{"type": "rating.change"}'}),
    attempt=1,
    owner="o",
    epoch=1,
    created=NOW,
)


def channel(address: str, secret: str = OLD, **changed: object) -> WebhookChannel:
    values: dict[str, object] = {"secret": secret, "allow_private": True, "now": lambda: NOW} | changed
    return WebhookChannel("hook", address.replace("http", "json") + "/in", **values)  # type: ignore[arg-type]  # keywords


def verified(headers: dict[str, str], body: bytes, secret: str, now: datetime) -> bool:
    """What a receiver does, written from the specification and not from our code."""
    if abs(now.timestamp() - int(headers["webhook-timestamp"])) > 300:
        return False
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), said, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(mac).decode()}" in headers["webhook-signature"].split()


@pytest.mark.parametrize("receivers_key", [OLD, NEW])
def test_a_receiver_with_either_key_of_a_rotation_believes_it(receivers_key: str) -> None:
    with http_server() as (hook, address):
        assert channel(address, f"{NEW} {OLD}").send(DELIVERY, lambda: True) == Outcome(result=Result.SENT, reason="http_200")
    ((path, headers, body),) = hook.requests
    headers = {name.lower(): value for name, value in headers.items()}
    assert path == "/in"
    assert body == {"type": "rating.change"}
    assert headers["webhook-id"] == f"msg_{'d' * 32}"
    assert verified(headers, DELIVERY.message.forms["event"].encode(), receivers_key, NOW)
    assert not verified(headers, DELIVERY.message.forms["event"].encode() + b" ", receivers_key, NOW)
    late = datetime.fromtimestamp(NOW.timestamp() + 301, UTC)
    assert not verified(headers, DELIVERY.message.forms["event"].encode(), receivers_key, late)


def test_the_published_vector() -> None:
    (key,) = keys_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "result"),
    [
        *((status, Result.SENT) for status in (200, 204)),
        *((status, Result.PERMANENT) for status in (302, 400, 401, 410)),
        *((status, Result.TRANSIENT) for status in (429, 500, 502, 503)),
    ],
)
def test_a_receiver_that_knows_ids_may_be_asked_again(status: int, result: Result) -> None:
    with http_server(Hook(answer=lambda: (status, "", {}))) as (_, address):
        assert channel(address).send(DELIVERY, lambda: True).result is result


def test_a_private_receiver_gets_nothing_unless_the_operator_says_so() -> None:
    with http_server() as (hook, address):
        outcome = channel(address, allow_private=False).send(DELIVERY, lambda: True)
    assert outcome.result is Result.PERMANENT
    assert outcome.reason.startswith("address_not_allowed: ")
    assert "allow_private = true" in outcome.reason
    assert hook.requests == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("192.0.0.8", False),
        ("224.0.0.1", False),
        ("0.0.0.0", False),
        ("::1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fec0::1", False),
        ("fe80::1%eth0", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@pytest.mark.parametrize("secret", ["short", "whsec_AAAA", "whsec_!!!", f"{OLD} nonsense"])
def test_a_weak_or_broken_key_is_refused(secret: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build_channel("h", {"url_env": "U", "secret_env": "S"}, {"U": "jsons://x.test/", "S": secret}.get)
    assert caught.value.key == "secret_env"
    assert secret not in str(caught.value)

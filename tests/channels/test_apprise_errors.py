"""What services answer, as Apprise logs it: a refusal that is understood is none of doubt, anything else stays one."""

from __future__ import annotations

import socket

import pytest

from monitor.channels.apprise_channel import AppriseChannel
from monitor.channels.apprise_errors import FORMS, failure, status_in
from monitor.domain.message import Message
from monitor.ports import Delivery, Outcome, Result
from tests.builders import NOW
from tests.channels.servers import Hook, http_server

DELIVERY = Delivery(
    id="d1",
    channel="c",
    recipient="",
    message=Message(subject="Kent", forms={"text": "good\n"}),
    attempt=1,
    owner="o",
    epoch=1,
    created=NOW,
)
EXAMPLES = [(min(form.schemas, default="json"), line, status) for form in FORMS for line, status in form.examples.items()]


@pytest.mark.parametrize(("schema", "line", "status"), EXAMPLES)
def test_every_example_is_understood(schema: str, line: str, status: int) -> None:
    assert status_in(schema, line) == status


def test_what_one_service_means_by_a_number_another_does_not() -> None:
    assert status_in("json", "Failed: error=42901.") is None
    assert status_in("twilio", "Failed: error=30003.") is None, "reported later, of a message that was taken"


def send(url: str) -> Outcome:
    return AppriseChannel("c", url).send(DELIVERY, lambda: True)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (
            429,
            '{"code":42901,"http":429,"error":"limit reached: too many requests"}',
            Outcome(result=Result.TRANSIENT, reason="http_429"),
        ),
        (429, '{"code":42908,"http":429,"error":"daily quota"}', Outcome(result=Result.TRANSIENT, reason="http_429")),
        (403, '{"code":40301,"http":403,"error":"forbidden"}', Outcome(result=Result.PERMANENT, reason="http_403")),
        (503, "", Outcome(result=Result.TRANSIENT, reason="http_503")),
        (507, '{"code":50701,"http":507,"error":"full"}', Outcome(result=Result.UNCERTAIN, reason="apprise_failed")),
        (500, '{"code":50001,"http":500,"error":"oops"}', Outcome(result=Result.UNCERTAIN, reason="apprise_failed")),
        (307, "", Outcome(result=Result.PERMANENT, reason="http_307")),
        (0, "", Outcome(result=Result.UNCERTAIN, reason="apprise_failed")),
        (200, "{}", Outcome(result=Result.SENT, reason="accepted")),
    ],
)
def test_each_answer_of_ntfy(status: int, body: str, outcome: Outcome) -> None:
    with http_server(Hook(answer=lambda: (status, body, {"Content-Length": str(len(body))}))) as (_, address):
        assert send(address.replace("http", "ntfy") + "/?priority=default&to=topic") == outcome


def test_a_service_that_is_not_there_never_had_the_message() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert send(f"ntfy://127.0.0.1:{port}/topic") == Outcome(result=Result.TRANSIENT, reason="unreachable")
    assert send("ntfy://nowhere.invalid/topic") == Outcome(result=Result.TRANSIENT, reason="unreachable")


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        (["login: error=401.", "login again: error=401."], Outcome(result=Result.PERMANENT, reason="http_401")),
        (["login: error=404.", "message: error=429."], Outcome(result=Result.TRANSIENT, reason="http_429")),
        (["one: error=404.", "two: error=500."], Outcome(result=Result.UNCERTAIN, reason="apprise_failed")),
        (["Socket Exception: HTTPSConnectionPool: SSLError(CERTIFICATE_VERIFY_FAILED)"], Outcome(result=Result.TRANSIENT, reason="tls_failed")),
        (["Socket Exception: Read timed out"], Outcome(result=Result.UNCERTAIN, reason="apprise_failed")),
        (["Socket Exception: Connection refused", "Socket Exception: Read timed out"], Outcome(result=Result.UNCERTAIN, reason="apprise_failed")),
        ([], Outcome(result=Result.UNCERTAIN, reason="apprise_failed")),
    ],
)  # fmt: skip
def test_what_the_lines_of_one_call_come_to(lines: list[str], outcome: Outcome) -> None:
    assert failure("json", lines) == outcome

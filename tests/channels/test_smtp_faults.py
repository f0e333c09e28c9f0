"""Twenty-nine things that a mail server can do, each with what becomes of the message. What it sends back is in tests/postmaster."""

from __future__ import annotations

import socket
import ssl
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.channels.mail import MailChannel
from monitor.channels.mime import mime
from monitor.channels.smtp import Server, hand_over
from monitor.domain.message import Message
from monitor.ports import Delivery, Outcome, Result
from tests.builders import NOW
from tests.channels.servers import Mailbox, scripted_smtp, smtp_server

DELIVERY = Delivery(
    id="d1",
    channel="mail",
    recipient="ann@reader.test",
    message=Message(subject="Kent", headers={"Message-ID": "<d1@monitor.test>"}, forms={"text": "Kent: good\n"}),
    attempt=1,
    owner="o",
    epoch=1,
    created=NOW,
)
BODY = mime(DELIVERY, sender="alerts@monitor.test", sender_name="", recipient="ann@reader.test")
T, P, U = Result.TRANSIENT, Result.PERMANENT, Result.UNCERTAIN


class Conversation:
    """A server that answers each verb as told; ``None`` hangs up, a number waits that many seconds first."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.accepted = 0

    def say(self, file: Any, step: str, usual: str) -> bool:
        """Answer one step; False when the connection is to end."""
        answer = self.answers.get(step, usual)
        if callable(answer):
            answer = answer()
        if answer is None:
            return False
        if isinstance(answer, float):
            time.sleep(answer)
            answer = usual
        for piece in answer if isinstance(answer, list) else [answer]:
            file.write(piece.encode() if isinstance(piece, str) else piece)
        return True

    def __call__(self, file: Any) -> None:
        if not self.say(file, "connect", "220 hello\r\n"):
            return
        while line := file.readline():
            verb = line.split(b" ")[0].strip().decode().upper()
            usual = {"DATA": "354 go on\r\n", "AUTH": "235 welcome\r\n"}.get(verb, "250 ok\r\n")
            if not self.say(file, verb, usual):
                return
            if verb == "DATA" and str(self.answers.get("DATA", "354")).startswith("354") and not self._body(file):
                return

    def _body(self, file: Any) -> bool:
        while line := file.readline():
            if line == b".\r\n":
                self.accepted += 1
                return self.say(file, "dot", "250 ok\r\n")
        return False


def told(server: Server, recipient: str = "ann@reader.test") -> Outcome:
    return hand_over(server, "alerts@monitor.test", recipient, BODY, lambda: True)


def against(**answers: Any) -> Outcome:
    """What a mail comes to against a server with these answers; short patience."""
    with scripted_smtp(Conversation(**answers)) as port:
        quick = {"command_timeout": 0.4, "session_deadline": 1.0, "dot_timeout": 0.6}
        return told(Server(host="127.0.0.1", port=port, mode="insecure", **quick))  # type: ignore[arg-type]  # keywords


LOGIN = "250-here\r\n250 AUTH PLAIN\r\n"


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        pytest.param({"connect": "421 busy\r\n"}, (T, "smtp_421_connect"), id="01 421 at connect"),
        pytest.param({"connect": "554 no service\r\n"}, (T, "smtp_554_connect (ours: not said what)"), id="02 554 at connect"),
        pytest.param({"EHLO": "421 busy\r\n", "HELO": "421 busy\r\n"}, (T, "smtp_421_helo"), id="03 4xx at HELO"),
        pytest.param(
            {"EHLO": "550 no\r\n", "HELO": "550 no\r\n"}, (T, "smtp_550_helo (ours: not said what)"), id="04 5xx at HELO"
        ),
        pytest.param({"MAIL": "451 4.3.0 later\r\n"}, (T, "smtp_451_mail 4.3.0"), id="05 4xx at MAIL"),
        pytest.param(
            {"MAIL": "553 5.1.8 sender\r\n"}, (T, "smtp_553_mail 5.1.8 (ours: our sender is not accepted)"), id="06 5xx at MAIL"
        ),
        pytest.param({"RCPT": "450 4.2.0 greylisted\r\n"}, (T, "smtp_450_rcpt 4.2.0"), id="07 4xx at RCPT: greylisted"),
        pytest.param({"RCPT": "550 5.1.1 <ann@reader.test>\r\n"}, (P, "smtp_550_rcpt 5.1.1"), id="08 5xx at RCPT"),
        pytest.param({"RCPT": "452 4.5.3 too many\r\n"}, (T, "smtp_452_rcpt 4.5.3"), id="09 452 rate limit"),
        pytest.param({"DATA": "451 later\r\n"}, (T, "smtp_451_data"), id="10 4xx at DATA"),
        pytest.param({"DATA": "554 no\r\n"}, (T, "smtp_554_data (ours: not said what)"), id="11 5xx at DATA"),
        pytest.param({"dot": "452 4.3.1 disk\r\n"}, (T, "smtp_452_dot 4.3.1"), id="12 4xx at the dot"),
        pytest.param({"dot": "554 5.7.1 spam\r\n"}, (T, "smtp_554_dot 5.7.1 (ours: our content)"), id="13 5xx at the dot"),
        pytest.param({"DATA": None}, (T, "disconnected_data"), id="14 hangs up before the dot"),
        pytest.param({"dot": None}, (U, "disconnected_after_last_byte"), id="15 hangs up after the dot"),
        pytest.param({"dot": 0.2}, (Result.SENT, "smtp_250"), id="16 the answer to the dot takes a while"),
        pytest.param({"dot": 1.5}, (U, "disconnected_after_last_byte"), id="17 the answer to the dot takes too long"),
        pytest.param({"RCPT": 1.2}, (T, "timeout_rcpt"), id="18 an answer before the dot takes too long"),
        pytest.param({"connect": "\r\n"}, (T, "smtp_-1_connect"), id="19 an empty greeting"),
        pytest.param({"dot": "\x00\x00\r\n"}, (U, "garbled_after_last_byte"), id="20 nonsense after the dot"),
        pytest.param({"dot": "299 odd\r\n"}, (Result.SENT, "smtp_299"), id="21 another kind of yes"),
        pytest.param({"dot": "354 again\r\n"}, (U, "garbled_after_last_byte"), id="22 an answer that is none"),
        pytest.param(
            {"EHLO": ["250-x\r\n" * 10_000, "250 ok\r\n"]}, (Result.SENT, "smtp_250"), id="23 an answer of 10,000 lines"
        ),
        pytest.param(
            {"EHLO": "250-here\r\n250 SIZE 20\r\n", "MAIL": "552 5.3.4 too big\r\n"},
            (P, "smtp_552_mail 5.3.4"),
            id="24 too big for it",
        ),
    ],
)
def test_a_fault_has_its_outcome(answers: dict[str, Any], outcome: tuple[Result, str]) -> None:
    found = against(**answers)
    if found.reason == "timeout_after_last_byte":  # the read's own timeout or the deadline, whichever fires first
        found = replace(found, reason="disconnected_after_last_byte")
    assert (found.result, found.reason) == outcome
    assert "ann" not in found.reason


def test_25_a_byte_a_second_ends_at_the_deadline() -> None:
    def drip(file: Any) -> None:
        for byte in b"220 " + b"x" * 100:
            file.write(bytes([byte]))
            time.sleep(0.1)

    with scripted_smtp(drip) as port:
        begun = time.monotonic()
        found = told(Server(host="127.0.0.1", port=port, mode="insecure", command_timeout=0.5, session_deadline=1.0))
    assert found.result is T
    assert time.monotonic() - begun < 30


def test_26_a_refused_login_waits_until_it_is_put_right() -> None:
    with scripted_smtp(Conversation(EHLO=LOGIN, AUTH="535 5.7.8 no\r\n")) as port:
        found = told(Server(host="127.0.0.1", port=port, mode="insecure", user="u", password="hunter2"))
    assert found.result is T
    assert found.reason.startswith("smtp_535_auth")


def test_27_an_address_that_needs_smtputf8_and_a_server_without_it() -> None:
    with scripted_smtp(Conversation()) as port:
        server = Server(host="127.0.0.1", port=port, mode="insecure")
        assert told(server, "änn@reader.test") == Outcome(result=P, reason="smtputf8_not_offered")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("no openssl here")
    return cert, key


def _context(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.mark.parametrize(("known", "outcome"), [(False, (T, "bad_certificate self-signed")), (True, (Result.SENT, "smtp_250"))])
def test_28_a_certificate_that_nobody_vouches_for(certificate: tuple[Path, Path], known: bool, outcome: Any) -> None:
    with smtp_server(Mailbox(), tls_context=_context(certificate), require_starttls=True) as (mailbox, port):
        url = f"mailtos://localhost:{port}?mode=starttls"
        channel = MailChannel("m", url, sender="a@monitor.test", ca_file=str(certificate[0]) if known else "")
        found = channel.send(DELIVERY, lambda: True)
    assert (found.result, found.reason) == outcome
    assert len(mailbox.mails) == (1 if known else 0)


def test_29_one_of_many_is_no_question_here() -> None:
    """A message has one recipient: nobody's refusal is another's repetition."""
    refused = Mailbox(rcpt=lambda address: "550 5.1.1 no" if address.startswith("bob") else "250 OK")
    with smtp_server(refused) as (mailbox, port):
        channel = MailChannel("m", f"mailto://127.0.0.1:{port}", sender="a@monitor.test")
        outcomes = {
            name: channel.send(replace(DELIVERY, recipient=f"{name}@reader.test"), lambda: True).result
            for name in ("ann", "bob", "cy")
        }
    assert outcomes == {"ann": Result.SENT, "bob": P, "cy": Result.SENT}
    assert [mail.rcpt_tos for mail in mailbox.mails] == [["ann@reader.test"], ["cy@reader.test"]]


def test_the_server_may_be_gone_altogether() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert told(Server(host="127.0.0.1", port=port, mode="insecure")).result is T

"""Mail to a real SMTP server: whole, once, with a reason for everything that goes wrong."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from typing import Any

import pytest

from monitor.channels import build_channel
from monitor.channels.mail import MailChannel, own_name
from monitor.channels.mime import mime
from monitor.domain.message import Message
from monitor.messages import Renderer
from monitor.messages.operator import trial_notice
from monitor.messages.render import NO_DOMAIN
from monitor.messages.signed_return_path import SignedReturnPath
from monitor.ports import ConfigError, Delivery, Outcome, Result
from tests.builders import NOW
from tests.channels.servers import Mailbox, scripted_smtp, smtp_server

MESSAGE = Message(
    subject="Kent: no longer inadequate, now good (Ofsted, 3 Aug)",
    headers={"Message-ID": "<d1@monitor.test>", "Date": "Tue, 01 Sep 2026 12:00:00 +0000", "Auto-Submitted": "auto-generated"},
    forms={"text": "Kent: good – “at last”\n\n.\n.a line that begins with a dot\n", "html": "<p>Kent: good</p>"},
)


def delivery(recipient: str = "ann@reader.test", message: Message = MESSAGE) -> Delivery:
    return Delivery(id="d1", channel="mail", recipient=recipient, message=message, attempt=1, owner="o", epoch=1, created=NOW)


def channel(port: int, **changed: Any) -> MailChannel:
    return MailChannel("mail", f"mailto://127.0.0.1:{port}", sender="Monitor <alerts@monitor.test>", **changed)


class Commit:
    """A commit point that remembers when it was asked."""

    def __init__(self, answer: bool = True, watching: Mailbox | None = None) -> None:
        self.calls = 0
        self.answer = answer
        self.watching = watching
        self.mails_at_commit = 0

    def __call__(self) -> bool:
        self.calls += 1
        self.mails_at_commit = len(self.watching.mails) if self.watching else 0
        return self.answer


def send(port: int, commit: Any = lambda: True, each: Delivery | None = None) -> Outcome:
    return channel(port).send(each or delivery(), commit)


def test_a_mail_arrives_whole() -> None:
    with smtp_server() as (mailbox, port):
        commit = Commit(watching=mailbox)
        assert send(port, commit) == Outcome(result=Result.SENT, reason="smtp_250")
    assert (commit.calls, commit.mails_at_commit) == (1, 0)
    (envelope,) = mailbox.mails
    assert envelope.mail_from == "alerts@monitor.test"
    assert envelope.rcpt_tos == ["ann@reader.test"]
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert mail["From"] == "Monitor <alerts@monitor.test>"
    assert mail["To"] == "ann@reader.test"
    assert mail["Message-ID"] == "<d1@monitor.test>"
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == MESSAGE.text
    assert mail.get_body(("html",)).get_content().strip() == MESSAGE.html
    assert all(len(mail.get_all(name)) == 1 for name in mail)


def test_a_long_address_in_a_header_stays_an_address() -> None:
    link = "<https://monitor.council.example/u/ad3397436fcdb34ef1d3c25939665fa0.0EtBBT_8G1Z8HgGGfCHA_1myEvI>"
    headers = {**MESSAGE.headers, "List-Unsubscribe": link, "List-Id": "Ofsted rating monitor <alerts.monitor.council.example>"}
    with smtp_server() as (mailbox, port):
        send(port, each=delivery(message=replace(MESSAGE, subject="Kent \u2013 " + "now good " * 20, headers=headers)))
    (envelope,) = mailbox.mails
    head = envelope.content.split(b"\r\n\r\n")[0].split(b"\r\n")
    assert f"List-Unsubscribe: {link}".encode() in head, "an encoded word is no address: one-click unsubscribing would be gone"
    assert all(len(line) <= 78 for line in head if not line.startswith(b"List-Unsubscribe"))


def test_a_second_try_sends_the_same_bytes() -> None:
    with smtp_server() as (mailbox, port):
        send(port)
        send(port)
    first, second = mailbox.mails
    assert first.content == second.content


def test_a_claim_lost_at_the_last_moment_sends_nothing() -> None:
    with smtp_server() as (mailbox, port):
        assert send(port, Commit(answer=False)) == Outcome(result=Result.TRANSIENT, reason="lost_claim")
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("451 4.7.1 greylisted, come back", Outcome(result=Result.TRANSIENT, reason="smtp_451_rcpt 4.7.1")),
        ("550 5.1.1 <ann@reader.test> unknown", Outcome(result=Result.PERMANENT, reason="smtp_550_rcpt 5.1.1")),
    ],
)
def test_a_refused_recipient_is_told_apart_and_not_named(answer: str, outcome: Outcome) -> None:
    with smtp_server(Mailbox(rcpt=lambda _: answer)) as (mailbox, port):
        assert send(port) == outcome
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("answer", "result", "words"),
    [
        ("452 full", Result.TRANSIENT, ""),
        ("554 spam", Result.TRANSIENT, " (ours: our content)"),
        ("550 5.4.5 Daily user sending limit exceeded", Result.TRANSIENT, " 5.4.5 (ours: our sending limit)"),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", Result.PERMANENT, " 5.1.10"),
        ("550 No such user here", Result.PERMANENT, " (address: no such mailbox)"),
        ("552 message too large", Result.PERMANENT, " (message: the message is too large)"),
    ],
)
def test_a_refused_mail_is_no_doubt(answer: str, result: Result, words: str) -> None:
    with smtp_server(Mailbox(answer=lambda _: answer)) as (_, port):
        assert send(port) == Outcome(result=result, reason=f"smtp_{answer[:3]}_dot{words}")


@pytest.mark.parametrize(
    "subject",
    [
        "Weekly digest: 3 councils: Trafford partly inadequate, Liverpool up, 2 more (Ofsted)",
        "x" * 70 + " tail",
        "Trafford: leadership and protection now inadequate (reported by Journal de l’École, 3 Aug)",
        "É" * 70,
        "Kent: up",
    ],
)
def test_no_header_is_folded_straight_after_its_name(subject: str) -> None:
    ids = " ".join(f"<80573-2026-06-{day:02}@monitor.children.council.example>" for day in range(1, 11))
    headers = {"Message-ID": f"<{'d' * 32}@a-long-name.children.council.example>", "References": ids, "In-Reply-To": ids[:48]}
    message = Message(subject=subject, headers=headers, forms={"text": "plain"})
    raw = mime(delivery(message=message), sender="alerts@council.example", sender_name="The monitor", recipient="a@reader.test")
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert not [line for line in head if re.fullmatch(rb"[\w-]+:\s*", line)]
    mail = message_from_bytes(raw, policy=policy.default)
    assert (mail["Subject"], mail["References"]) == (subject, ids)
    assert not mail.defects


@pytest.mark.parametrize(
    ("sender", "domain"), [("alerts@council.example", "council.example"), ("alerts@grün.example", "xn--grn-ioa.example")]
)
def test_without_a_public_page_ids_are_of_the_senders_domain(sender: str, domain: str) -> None:
    rendered = Renderer().render(trial_notice("f" * 32, NOW))
    message = Message(
        subject="Kent", headers=rendered.headers | {"References": f"<80480@{NO_DOMAIN}>"}, forms={"text": "plain"}
    )
    raw = mime(delivery(message=message), sender=sender, sender_name="", recipient="a@reader.test")
    mail = message_from_bytes(raw)
    assert (mail["Message-ID"], mail["References"]) == (f"<{'f' * 32}@{domain}>", f"<80480@{domain}>")
    assert mail["List-Id"] == f"Ofsted rating monitor <alerts.{domain}>"
    assert NO_DOMAIN.encode() not in raw
    page = Renderer(domain="monitor.test").render(trial_notice("f" * 32, NOW)).headers
    kept = mime(
        delivery(message=Message(subject="Kent", headers=page, forms={"text": "plain"})),
        sender=sender,
        sender_name="",
        recipient="a@b.test",
    )
    assert message_from_bytes(kept)["Message-ID"].endswith("@monitor.test>")


def test_a_mail_without_html_or_with_a_long_hostile_subject_is_still_one_mail() -> None:
    hostile = Message(
        subject="Kent: \u2028 good " + "x" * 2000, headers={"Message-ID": "<d1@monitor.test>"}, forms={"text": "plain"}
    )
    with smtp_server() as (mailbox, port):
        assert send(port, each=delivery(message=hostile)).result is Result.SENT
    mail = message_from_bytes(mailbox.mails[0].content, policy=policy.default)
    assert mail["Bcc"] is None
    assert mail.get_content_type() == "text/plain"


@pytest.mark.parametrize("header", ["Kent\r\nBcc: everyone@x.test", "Kent\nX: y"])
def test_a_header_cannot_be_broken_out_of(header: str) -> None:
    with smtp_server() as (mailbox, port):
        assert send(port, each=delivery(message=Message(subject=header, forms={"text": "x"}))).result is Result.SENT
    mail = message_from_bytes(mailbox.mails[0].content, policy=policy.default)
    assert mail["Bcc"] is None
    assert mail["X"] is None


@pytest.mark.parametrize("recipient", ["ann@reader.test\r\nRCPT TO:<eve@x.test>", "ann", "a@b@c", "<>"])
def test_an_address_that_is_none_is_refused_here(recipient: str) -> None:
    with smtp_server() as (mailbox, port):
        assert send(port, each=delivery(recipient)) == Outcome(result=Result.PERMANENT, reason="address_unusable")
    assert mailbox.mails == []


def test_nobody_there_is_worth_another_try() -> None:
    with smtp_server() as (_, port):
        pass
    assert send(port) == Outcome(result=Result.TRANSIENT, reason="disconnected_connect")


def test_a_server_that_dies_after_the_dot_leaves_a_doubt() -> None:
    def script(file: Any) -> None:
        file.write(b"220 hello\r\n")
        while line := file.readline():
            if line.upper().startswith(b"DATA"):
                file.write(b"354 go on\r\n")
                while file.readline() != b".\r\n":
                    pass
                return
            file.write(b"250 ok\r\n")

    with scripted_smtp(script) as port:
        assert send(port) == Outcome(result=Result.UNCERTAIN, reason="disconnected_after_last_byte")


def test_a_server_without_encryption_gets_nothing_when_encryption_is_demanded() -> None:
    with smtp_server() as (mailbox, port):
        secure = MailChannel("mail", f"mailtos://127.0.0.1:{port}?mode=starttls", sender="a@monitor.test")
        assert secure.send(delivery(), lambda: True) == Outcome(result=Result.TRANSIENT, reason="starttls_not_offered")
    assert mailbox.mails == []


def test_the_channels_own_address_is_the_recipient_when_the_delivery_names_none() -> None:
    with smtp_server() as (mailbox, port):
        named = MailChannel("mail", f"mailto://127.0.0.1:{port}/desk@reader.test", sender="a@monitor.test")
        assert named.send(delivery(recipient=""), lambda: True).result is Result.SENT
    assert mailbox.mails[0].rcpt_tos == ["desk@reader.test"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("mailto://user:hunter2@mail.example.org", "clear text"),
        ("mailtos://user:hunter2@mail.example.org?verify=no", "anybody"),
        ("mailtos://user:hunter2@mail.example.org?cc=b@c.test", "one recipient"),
        ("mailto://mail.example.org", "not a usable mail address"),
    ],
)
def test_an_unsafe_or_unusable_account_is_refused_without_its_password(url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        build_channel("mail", {"url_env": "MAIL"}, {"MAIL": url}.get)
    assert "hunter2" not in str(caught.value)


RETURNS = SignedReturnPath(key=b"k" * 32)
ID = "0123456789abcdef0123456789abcdef"


def test_mail_that_may_come_back_is_marked() -> None:
    """The mark is in the envelope's sender, in a header, and where the server can pass it on in the envelope's id."""
    with smtp_server() as (mailbox, port):
        marked = channel(port, bounces="bounces@monitor.test", returns=RETURNS)
        assert marked.send(replace(delivery(), id=ID), lambda: True).result is Result.SENT
        assert channel(port, returns=RETURNS).send(replace(delivery(), id=ID), lambda: True).result is Result.SENT
    with_address, without = mailbox.mails
    assert with_address.mail_from == f"bounces+{RETURNS.mark(ID)}@monitor.test"
    assert without.mail_from == "alerts@monitor.test"
    for envelope in mailbox.mails:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert RETURNS.delivery(mail["X-Return-Mark"]) == ID
        assert mail["From"] == "Monitor <alerts@monitor.test>"


def test_a_server_that_reports_is_told_what_and_under_which_name() -> None:
    said: list[str] = []

    def script(file: Any) -> None:
        file.write(b"220 hello\r\n")
        while line := file.readline():
            said.append(line.decode().strip())
            verb = line[:4].upper()
            if verb == b"DATA":
                file.write(b"354 go on\r\n")
                while file.readline() != b".\r\n":
                    pass
                file.write(b"250 ok\r\n")
                return
            file.write(b"250-test\r\n250 DSN\r\n" if verb == b"EHLO" else b"250 ok\r\n")

    with scripted_smtp(script) as port:
        marked = channel(port, returns=RETURNS)
        assert marked.send(replace(delivery("a+b=c@reader.test"), id=ID), lambda: True).result is Result.SENT
    assert f"mail FROM:<alerts@monitor.test> RET=HDRS ENVID={RETURNS.mark(ID)}" in said
    assert "rcpt TO:<a+b=c@reader.test> NOTIFY=FAILURE,DELAY ORCPT=rfc822;a+2Bb+3Dc@reader.test" in said


@pytest.mark.parametrize(
    ("bounces", "message"),
    [("bounces", "expected an address"), ("b" * 22 + "@x.test", "at most 21"), ("a@b\r\nRCPT TO:<x>", "expected an address")],
)
def test_an_address_for_bounces_that_cannot_be_marked(bounces: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        channel(25, bounces=bounces)
    assert caught.value.key == "bounces"


def test_a_domain_in_any_letters_travels_in_those_of_servers() -> None:
    """A server without SMTPUTF8 takes it, and the header has the same."""
    with smtp_server() as (mailbox, port):
        sender = MailChannel(
            "mail", f"mailto://127.0.0.1:{port}", sender="Müller <alerts@bücher.test>", bounces="b@bücher.test"
        )
        assert sender.send(delivery("ann@straße.test"), lambda: True).result is Result.SENT
        assert sender.send(delivery("ann@STRASSE.test"), lambda: True).result is Result.SENT
    envelope, plain = mailbox.mails
    assert (envelope.mail_from, envelope.rcpt_tos) == ("b@xn--bcher-kva.test", ["ann@xn--strae-oqa.test"])
    assert plain.rcpt_tos == ["ann@STRASSE.test"]
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert (mail["To"], mail["From"]) == ("ann@xn--strae-oqa.test", "Müller <alerts@xn--bcher-kva.test>")
    assert envelope.content.isascii()


@pytest.mark.parametrize("offered", [True, False])
def test_an_accent_before_the_at_sign_needs_a_server_that_knows_it(offered: bool) -> None:
    with smtp_server(enable_SMTPUTF8=offered) as (mailbox, port):
        found = send(port, each=delivery("jörg@bücher.test"))
    if not offered:
        assert found == Outcome(result=Result.PERMANENT, reason="smtputf8_not_offered")
        assert mailbox.mails == []
        return
    (envelope,) = mailbox.mails
    assert envelope.rcpt_tos == ["jörg@xn--bcher-kva.test"]
    assert "\r\nTo: jörg@xn--bcher-kva.test\r\n".encode() in envelope.content, "an encoded word would be no address"


def test_a_sender_with_an_accent_is_in_the_header_what_it_is_in_the_envelope() -> None:
    """Even where the envelope is ASCII, a header in UTF-8 needs the extension."""
    with smtp_server(enable_SMTPUTF8=True) as (mailbox, port):
        sender = MailChannel("mail", f"mailto://127.0.0.1:{port}", sender="jörg@monitor.test", bounces="b@monitor.test")
        assert sender.send(delivery(), lambda: True).result is Result.SENT
    assert "From: jörg@monitor.test\r\n".encode() in mailbox.mails[0].content
    assert "SMTPUTF8" in mailbox.mails[0].mail_options


@pytest.mark.parametrize("name", ["", "mx.council.example"])
def test_the_name_by_which_we_introduce_ourselves_has_a_dot(name: str) -> None:
    """A container's own name has none, and servers refuse the reader for it."""
    with smtp_server() as (mailbox, port):
        greeted: list[str] = []

        async def handle_EHLO(_server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]) -> list[str]:
            greeted.append(hostname)
            session.host_name = hostname
            return responses

        mailbox.handle_EHLO = handle_EHLO  # type: ignore[attr-defined]  # a hook of aiosmtpd
        assert channel(port, helo_name=name).send(delivery(), lambda: True).result is Result.SENT
    assert greeted == [name or own_name("", "alerts@monitor.test")]
    assert "." in greeted[0]


def test_a_mail_to_nobody_goes_to_nobody() -> None:
    with smtp_server() as (mailbox, port):
        assert channel(port).send(delivery(recipient=""), lambda: True) == Outcome(
            result=Result.TRANSIENT, reason="no_recipient"
        )
    assert mailbox.mails == []

"""What comes back is told apart in the shapes that mail servers give it; what is hostile in it is only text."""

from __future__ import annotations

from base64 import encodebytes
from collections.abc import Callable
from quopri import encodestring

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.bounces import BounceKind, about_the_address, refused_address, words_of
from monitor.postmaster.report import MAX_MAIL, parse_bounce
from tests.postmaster import returned_mails as shape
from tests.postmaster.returned_mails import DELIVERY, MARK, RETURNS

REDACTED = "From: Monitor <alerts@monitor.test>\nTo: redacted@mailhost.test\nSubject: Kent\n"


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        pytest.param(shape.postfix(), BounceKind.BOUNCE, "5.1.1", id="Postfix"),
        pytest.param(shape.postfix("4.4.1", "delayed"), BounceKind.DELAY, "4.4.1", id="Postfix, still trying"),
        pytest.param(shape.postfix("4.4.7"), BounceKind.BOUNCE, "4.4.7", id="Postfix, gave up after five days"),
        pytest.param(shape.postfix("2.0.0", "delivered"), BounceKind.ARRIVED, "", id="Postfix, a receipt"),
        pytest.param(shape.exchange(), BounceKind.BOUNCE, "5.1.10", id="Exchange"),
        pytest.param(shape.exim_plain(), BounceKind.BOUNCE, "5.1.1", id="Exim"),
        pytest.param(shape.gmail(), BounceKind.BOUNCE, "5.1.1", id="Gmail"),
        pytest.param(shape.gmail("4.4.2", "delayed"), BounceKind.DELAY, "4.4.2", id="Gmail, still trying"),
        pytest.param(shape.qmail(), BounceKind.BOUNCE, "5.1.1", id="qmail"),
        pytest.param(shape.complaint(), BounceKind.COMPLAINT, "", id="a complaint"),
        pytest.param(shape.complaint("not-spam"), BounceKind.OTHER, "", id="not spam after all"),
        pytest.param(shape.complaint("auth-failure"), BounceKind.OTHER, "", id="statistics of authentication"),
        pytest.param(shape.out_of_office(), BounceKind.AUTOMATIC, "", id="out of office"),
        pytest.param(shape.human_reply(), BounceKind.OTHER, "", id="a person"),
    ],
)
def test_each_shape_is_known(raw: bytes, kind: BounceKind, code: str) -> None:
    found = parse_bounce(raw)
    assert (found.kind, found.code) == (kind, code)


@pytest.mark.parametrize("make", [shape.postfix, shape.exchange, shape.exim_plain, shape.gmail, shape.qmail, shape.complaint])
def test_each_shape_leads_back_to_its_delivery(make: Callable[[], bytes]) -> None:
    found = parse_bounce(make())
    assert [RETURNS.delivery(token) for token in found.tokens] == [DELIVERY]
    assert f"<{DELIVERY}@monitor.test>" in found.message_ids
    assert "ann@reader.test" in found.recipients or found.kind is BounceKind.COMPLAINT


def test_a_mark_survives_when_only_the_address_has_it() -> None:
    assert MARK in parse_bounce(shape.postfix(ours=REDACTED)).tokens
    assert parse_bounce(shape.complaint(ours=REDACTED)).tokens == ()


def test_the_server_that_said_it_says_it_better() -> None:
    raw = shape.postfix().replace(b"Status: 5.1.1", b"Status: 5.0.0")
    assert parse_bounce(raw).code == "5.1.1"
    raw = shape.postfix().replace(b"Status: 5.1.1", b"Status: nonsense").replace(b"550 5.1.1", b"552 over there")
    assert parse_bounce(raw).code == "5.0.0"


def test_the_newer_type_with_addresses_of_other_letters() -> None:
    raw = shape.postfix().replace(b"message/delivery-status", b"message/global-delivery-status")
    raw = raw.replace(b"Final-Recipient: rfc822; ann@", "Final-Recipient: utf-8; änn@".encode())
    found = parse_bounce(raw)
    assert (found.kind, found.code) == (BounceKind.BOUNCE, "5.1.1")
    assert "änn@reader.test" in found.recipients


def test_of_several_recipients_the_worst_is_told_with_whom_it_is_about() -> None:
    more = b"Final-Recipient: rfc822; bob@reader.test\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n"
    found = parse_bounce(shape.postfix().replace(b"Final-Recipient", more + b"Final-Recipient", 1))
    assert (found.kind, found.recipients) == (BounceKind.BOUNCE, ("ann@reader.test",))


def test_a_report_that_somebody_passes_on_is_a_mail_of_somebody() -> None:
    forwarded = b"From: eve@x.test\r\nSubject: look\r\nContent-Type: message/rfc822\r\n\r\n" + shape.postfix()
    assert parse_bounce(forwarded).kind is BounceKind.OTHER


def test_the_same_mail_has_the_same_key_whatever_way_it_came() -> None:
    raw = shape.postfix()
    assert parse_bounce(b"Received: by somebody else\r\n" + raw).key == parse_bounce(raw).key
    assert parse_bounce(b"no id").key != parse_bounce(b"no id either").key


def test_words_name_no_address() -> None:
    for make in (shape.postfix, shape.exchange, shape.exim_plain, shape.gmail, shape.qmail, shape.complaint):
        assert "@" not in words_of(parse_bounce(make()))
    assert words_of(parse_bounce(shape.exchange())) == "returned: 5.1.10 no such mailbox"


@pytest.mark.parametrize(
    ("reason", "counts"),
    [
        ("smtp_550_rcpt 5.1.1", True),
        ("smtp_550_rcpt", True),
        ("smtp_550_rcpt 5.1.1, returned: 5.1.1", True),
        ("smtp_550_rcpt 5.7.1", False),
        ("smtp_552_rcpt 5.2.2", False),
        ("smtp_451_rcpt 4.7.1", False),
        ("smtp_554_dot", False),
        ("http_404", False),
    ],
)
def test_which_refusals_are_about_the_address(reason: str, counts: bool) -> None:
    assert refused_address(reason) is counts


@pytest.mark.parametrize("code", ["", "5", "5.1", "5.1.1.1", "x.y.z", "4.1.1", "2.1.5"])
def test_what_is_no_refusal_of_an_address(code: str) -> None:
    assert not about_the_address(code)


NESTED = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(5000))
HOSTILE = {
    "nothing": b"",
    "no line end": b"x" * 10_000,
    "nested without end": NESTED,
    "a hundred thousand parts": b"Content-Type: multipart/report; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 100_000,
    "a header of a megabyte": b"To: " + b"(" * 1_000_000 + b"\r\n\r\n",
    "headers without end": b"A: b\r\n" * 100_000,
    "marks without end": b"Content-Type: text/plain\r\n\r\n" + (b"a" * 42 + b" ") * 20_000,
    "a report without fields": b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n--b--\r\n",
    "groups without end": b"Content-Type: message/delivery-status\r\n\r\n" + b"Action: failed\r\n\r\n" * 50_000,
    "an encoding there is none of": b"Content-Type: text/plain; charset=klingon\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!",
    "a boundary that is a pattern": b'Content-Type: multipart/mixed; boundary="(a+)+$"\r\n\r\n--(a+)+$\r\n' + b"a" * 50_000,
    "addresses without end": b"X-Failed-Recipients: " + b"a@b," * 100_000 + b"\r\n\r\nx",
    "null bytes": b"Subject: \0\r\n\r\n\0" * 1000,
    "a qmail that names nobody": b"Subject: failure notice\r\n\r\nHi. This is the end.\r\n" + b"<" * 100_000,
    "spaces": b"Message-ID:" + b" " * 200_000 + b"x\r\n\r\n" + b"Message-ID: " * 20_000,
    "eight bits in every header": bytes(range(128, 256)) * 100 + b": x\r\nSubject: \xff\xfe\r\nTo: \xe9@\xe9\r\n\r\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_only_text(name: str) -> None:
    found = parse_bounce(HOSTILE[name])
    assert found.kind in set(BounceKind)
    assert len(found.tokens) <= 50 and len(found.recipients) <= 1200


@given(st.binary(max_size=2000))
@settings(max_examples=200)
def test_any_bytes_are_read(raw: bytes) -> None:
    assert parse_bounce(raw).key


@given(st.data())
@settings(max_examples=150)
def test_a_broken_report_is_still_read(data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from([shape.postfix(), shape.gmail(), shape.qmail(), shape.complaint(), shape.exim_plain()]))
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    assert parse_bounce(raw[:start] + data.draw(st.binary(max_size=20)) + raw[end:]).key


def test_more_than_enough_is_not_read() -> None:
    assert parse_bounce(b"Subject: x\r\n\r\n" + b" " * MAX_MAIL + MARK.encode()).tokens == ()


def encoded(report: bytes, encoding: str, kind: bytes) -> bytes:
    """A report whose part for machines is hidden by an encoding, as some servers send it."""
    head, _, rest = report.partition(b"Content-Type: " + kind + b"\r\n\r\n")
    part, boundary, tail = rest.partition(b"\r\n--")
    hidden = encodebytes(part) if encoding == "base64" else encodestring(part, quotetabs=False).replace(b":", b"=3A")
    head += b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding.encode() + b"\r\n\r\n"
    return head + hidden + boundary + tail


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
@pytest.mark.parametrize("kind", [b"message/delivery-status", b"message/global-delivery-status"])
@pytest.mark.parametrize("make", [shape.postfix, shape.exchange, shape.gmail])
def test_a_report_that_is_hidden_by_an_encoding_says_the_same(make: Callable[[], bytes], kind: bytes, encoding: str) -> None:
    plain = make().replace(b"message/delivery-status", kind)
    hidden = encoded(plain, encoding, kind)
    assert b"Final-Recipient:" not in hidden
    expected, found = parse_bounce(plain), parse_bounce(hidden)
    assert (found.kind, found.code, found.said, found.recipients) == (
        expected.kind,
        expected.code,
        expected.said,
        expected.recipients,
    )
    assert found.kind is BounceKind.BOUNCE


@pytest.mark.parametrize("kind", [b"text/plain", b"text/rfc822-headers", b"application/octet-stream"])
@pytest.mark.parametrize("make", [shape.postfix, shape.exchange, shape.gmail])
def test_the_part_for_machines_may_be_called_something_else(make: Callable[[], bytes], kind: bytes) -> None:
    expected, found = parse_bounce(make()), parse_bounce(make().replace(b"message/delivery-status", kind))
    assert (found.kind, found.code, found.recipients) == (BounceKind.BOUNCE, expected.code, expected.recipients)


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_complaint_that_is_hidden_by_an_encoding_is_one(encoding: str) -> None:
    assert parse_bounce(encoded(shape.complaint(), encoding, b"message/feedback-report")).kind is BounceKind.COMPLAINT


def test_a_mark_in_our_own_mail_is_found_though_that_is_encoded() -> None:
    hidden = encoded(shape.postfix(to="bounces@monitor.test"), "base64", b"text/rfc822-headers")
    assert MARK.encode() not in hidden
    assert MARK in parse_bounce(hidden).tokens


SYSTEM = "MAILER-DAEMON@mx.reader.test"


@pytest.mark.parametrize(
    ("sender", "subject", "text", "kind", "code", "about"),
    [
        pytest.param(SYSTEM, "Undelivered Mail", "<ann@reader.test>: host mx said: 550 5.1.1 User unknown", BounceKind.BOUNCE, "5.1.1", True, id="a code"),
        pytest.param("Mail Delivery System <x@y.test>", "x", "ann@reader.test\n  550 No such user here", BounceKind.BOUNCE, "5.0.0", True, id="words"),
        pytest.param("Postmaster <postmaster@y.test>", "Delivery failed", "Could not deliver to:\n\nann@reader.test: mailbox not found", BounceKind.BOUNCE, "5.0.0", True, id="no number"),
        pytest.param("<>", "failure notice", "ann@reader.test... User unknown\n550 5.1.1 ann@reader.test... User unknown", BounceKind.BOUNCE, "5.1.1", True, id="nobody"),
        pytest.param("Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@y.test>", "Undeliverable", "Delivery has failed to:\n\nann@reader.test\n#550 5.1.10 RESOLVER.ADR.RecipientNotFound", BounceKind.BOUNCE, "5.1.10", True, id="Exchange itself"),
        pytest.param(SYSTEM, "Returned mail", "ann@reader.test: 550 5.7.1 Relaying denied", BounceKind.BOUNCE, "5.7.1", False, id="our fault"),
        pytest.param(SYSTEM, "Returned mail", "<ann@reader.test>: 552 5.2.2 mailbox full", BounceKind.BOUNCE, "5.2.2", False, id="full"),
        pytest.param(SYSTEM, "Undeliverable: Kent", "It did not work.", BounceKind.BOUNCE, "5.0.0", False, id="no reason"),
        pytest.param(SYSTEM, "Warning", "THIS IS A WARNING MESSAGE ONLY. Will keep trying for 4 days.\n<ann@reader.test>: 451 4.4.1 later", BounceKind.DELAY, "4.0.0", False, id="a warning"),
        pytest.param("Ann <ann@reader.test>", "Re: Kent", "My server said 550 5.1.1 User unknown.", BounceKind.OTHER, "", False, id="a person"),
        pytest.param("Postmaster <postmaster@y.test>", "Welcome", "Your new mailbox is ready.", BounceKind.OTHER, "", False, id="a mail system's news"),
        pytest.param(SYSTEM, "Vacation", "I am away until Monday.", BounceKind.OTHER, "", False, id="no failure"),
        pytest.param(SYSTEM, "Read", f"You wrote:\n\n> 550 5.1.1 in {MARK}", BounceKind.OTHER, "", False, id="a code in what is quoted"),
    ],
)  # fmt: skip
def test_words_alone_are_a_report_where_a_mail_system_says_them(
    sender: str, subject: str, text: str, kind: BounceKind, code: str, about: bool
) -> None:
    head = f"From: {sender}\nTo: bounces+{MARK}@monitor.test\nSubject: {subject}\nMessage-ID: <1@x>\n"
    found = parse_bounce(shape.mail(f"{head}\n{text}\n\n---- Original message ----\n{shape.OURS}\n550 5.1.1\n"))
    assert (found.kind, found.code) == (kind, code)
    assert MARK in found.tokens
    assert about_the_address(found.code, found.said) is about
    if about:
        assert found.recipients == ("ann@reader.test",)


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ("smtp; 550 User unknown", True),
        ("smtp; 550 5.1.1 <ann@reader.test>: Recipient address rejected: User unknown in relay recipient table", True),
        ("smtp; 550 relay not permitted", False),
        ("smtp; 550 sender verify failed", False),
        ("", False),
    ],
)
def test_a_code_that_says_nothing_leaves_it_to_the_words(said: str, counts: bool) -> None:
    assert about_the_address("5.0.0", said) is counts

"""Who wrote a mail is known where our own server says so, and by nobody else's word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.bounces import vouches
from monitor.postmaster.authentication import proven_author
from monitor.postmaster.report import parse_bounce
from monitor.tables.feedback_loops import LOOPS
from tests.postmaster import returned_mails as shape

YAHOO = "Yahoo <feedback@arf.mail.yahoo.com>"


@pytest.mark.parametrize(
    ("sender", "results", "author"),
    [
        (YAHOO, ["mx.monitor.test; dkim=pass header.d=yahoo.com"], "feedback@arf.mail.yahoo.com"),
        (YAHOO, ["MX.Monitor.Test 1; spf=fail; dkim=pass (2048-bit key) header.i=@mail.yahoo.com header.s=x"], "feedback@arf.mail.yahoo.com"),
        (YAHOO, ["mx.monitor.test; dmarc=pass (p=REJECT) header.from=arf.mail.yahoo.com"], "feedback@arf.mail.yahoo.com"),
        (YAHOO, ["mx.monitor.test; dkim=fail header.d=yahoo.com; dkim=pass header.d=evil.test"], ""),
        (YAHOO, ["mx.monitor.test; dkim=fail header.d=yahoo.com"], ""),
        (YAHOO, ["mx.monitor.test; dkim=none (dkim=pass header.d=yahoo.com)"], ""),
        (YAHOO, ["mx.monitor.test; spf=pass smtp.mailfrom=yahoo.com"], ""),
        (YAHOO, ["mx.monitor.test; dkim=pass header.d=com"], ""),
        (YAHOO, ["mx.monitor.test; dkim=pass header.d=notyahoo.com"], ""),
        (YAHOO, ["mx.evil.test; dkim=pass header.d=yahoo.com"], ""),
        (YAHOO, ["mx.monitor.test; dkim=fail header.d=yahoo.com", "mx.monitor.test; dkim=pass header.d=yahoo.com"], ""),
        (YAHOO, ["mx.evil.test; none", "mx.monitor.test; dkim=pass header.d=yahoo.com"], "feedback@arf.mail.yahoo.com"),
        (YAHOO, ['mx.monitor.test; spf=pass smtp.mailfrom="a; dkim=pass header.d=yahoo.com; b"@evil.test'], ""),
        (YAHOO, ['mx.monitor.test; dkim=fail reason="no; dkim=pass header.d=yahoo.com" header.d=evil.test'], ""),
        (YAHOO, ['mx.monitor.test; dkim=fail reason="\\"; dkim=pass header.d=yahoo.com; \\"" header.d=evil.test'], ""),
        (YAHOO, ['mx.monitor.test; dkim=fail (a "b) c" d; (e) dkim=pass header.d=yahoo.com) header.d=evil.test'], ""),
        (YAHOO, ['mx.monitor.test; dkim=fail reason="never closed; dkim=pass header.d=yahoo.com'], ""),
        (YAHOO, ['mx.monitor.test; dkim=pass (good (2048 bit)) header.d="yahoo.com"'], "feedback@arf.mail.yahoo.com"),
        ("nobody", ["mx.monitor.test; dkim=pass header.d=yahoo.com"], ""),
        (YAHOO, [], ""),
    ],
)  # fmt: skip
def test_our_own_servers_word(sender: str, results: list[str], author: str) -> None:
    assert proven_author(sender, results, "mx.monitor.test") == author
    assert proven_author(sender, results, "") == "", "without a server of our own nobody is believed"


@given(st.text(max_size=300), st.lists(st.text(max_size=300), max_size=3))
def test_anything_may_stand_there(sender: str, results: list[str]) -> None:
    assert proven_author(sender, results, "mx.monitor.test") == "" or results


@pytest.mark.parametrize("author", [author for loop in LOOPS for author in loop.examples])
def test_every_example_of_a_feedback_loop_is_one(author: str) -> None:
    assert vouches(author, "ann@reader.test")
    assert not vouches(f"x{author}.evil.test", "ann@reader.test")


def test_a_colleague_of_the_reader_is_not_their_provider() -> None:
    assert vouches("abuse@reader.test", "ann@mail.reader.test")
    assert not vouches("eve@reader.test", "ann@reader.test")
    assert not vouches("", "")
    assert not vouches("abuse@", "")


def test_it_is_read_from_the_mail() -> None:
    raw = b"Authentication-Results: mx.monitor.test; dkim=pass header.d=mailhost.test\r\n" + shape.complaint()
    assert parse_bounce(raw, "mx.monitor.test").author == "fbl@mailhost.test"
    assert parse_bounce(raw).author == ""

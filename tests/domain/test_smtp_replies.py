"""Whose fault a refusal is: every row has replies that fall to it, and nothing in doubt is ever the reader's."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.smtp_replies import judge
from monitor.tables.smtp_replies import ROWS, Fault

EXAMPLES = [(row.name, row.fault, example) for row in ROWS for example in row.examples]


def judged(reply: str, stage: str = "rcpt") -> tuple[Fault, str]:
    """The verdict on a reply of one or more lines, as a server sends it."""
    lines = [re.sub(r"^\d{3}[ -]", "", line) for line in reply.split("\n")]
    found = judge(max(int(reply[:3]), 500), "\n".join(lines), stage)
    return found.fault, found.name


@pytest.mark.parametrize(("name", "fault", "example"), EXAMPLES, ids=[example[:60] for *_, example in EXAMPLES])
def test_every_example_falls_to_its_row(name: str, fault: Fault, example: str) -> None:
    assert judged(example) == (fault, name)


#: Replies that no row was written from: never the reader's, whatever else they are.
NOT_THE_READERS = """\
550 5.7.1 Service unavailable, Client host [192.0.2.7] blocked using Spamhaus
550 5.7.501 Access denied, spam abuse detected from monitor.test
550 5.7.509 Access denied, sending domain monitor.test does not pass DMARC verification
550 5.7.515 Access denied, sending domain monitor.test doesn't meet the required authentication level
550 5.7.520 Access denied, Your organization does not allow external forwarding
550 5.7.705 Access denied, tenant has exceeded threshold
550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains
550 5.1.8 Access denied, bad outbound sender AS(42003)
550 5.4.300 Message expired
550 5.4.317 Message expired, cannot connect to remote server
554 5.2.0 STOREDRV.Deliver.Exception:ConversionFailedException; Failed to process message
550 5.6.11 SMTPSEND.BareLinefeedsAreIllegal; message contains bare linefeeds
554 5.4.14 Hop count exceeded - possible mail loop ATTR34
503 5.5.1 Bad sequence of commands
550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients
550 5.7.1 The IP you're using to send mail is not authorized to send email directly to our servers
550-5.7.27 Your email has been blocked because SPF did not pass
554 5.7.0 Too many unauthenticated commands
550 5.7.0 Mail relay denied
550 5.7.1 <ann@reader.test>: Recipient address rejected: Please see http://www.openspf.org/Why
550 5.7.23 <ann@reader.test>: Recipient address rejected: Message rejected due to: SPF fail - not authorized
554 5.5.1 Error: no valid recipients
501 5.1.7 Bad sender address syntax
553 5.5.4 <alerts>... Domain name required for sender address
550 5.7.30 Basic authentication is not supported for Client Submission.
550 5.2.0 your account is sending too much
550 5.4.4 Unable to route: no mail hosts for domain
550 5.1.1 authentication required (in reply to RCPT TO command)
450 4.1.8 <alerts@monitor.test>: Sender address rejected: Domain not found
550-Host is not allowed to connect
550 rejected because 192.0.2.7 is in a black list at zen.spamhaus.org
550 Message headers fail syntax check
550 maximum allowed line length is 998 octets, got 1000
554 Refused. You have no reverse DNS entry
550 Sender is blacklisted
554 Access denied: User arn:aws:iam::1:user/ses is not authorized to perform ses:SendRawEmail
501 Invalid MAIL FROM address provided
554 Message rejected: Sending suspended for this account
550 Unauthenticated senders not allowed
550 Please activate your Mailgun account. Check your inbox or log in to your control panel
550 Message bounced due to Content Examination Policy
550 Anti-Spoofing policy - Inbound not allowed
550 Rejected by local policy
550 Envelope Rejected - Block Policy
550 5.7.1 Delivery not authorized, message refused
554 5.7.0 Reject, id=4711-08
571 Email cannot be delivered. Reason: Email detected as Spam by spam filters.
550 #5.1.0 Address rejected.
550 #5.7.1 Your access to submit messages to this e-mail system has been rejected.
550 5.7.0 Message considered as spam or virus, rejected
552 5.2.2 Mailbox full
552 Quota exceeded
550 5.3.2 system not accepting network messages
550 no
553 no
550 Requested action not taken: mailbox unavailable
550 5.0.0 no
550 5.1.0 no
550 5.2.0 no
550 5.4.1 no
550 5.4.4 no
550 5.4.7 Delivery time expired
550 5.1.1 rejected by policy
521 host does not accept mail
421 4.7.0 Try again later
451 4.7.1 Greylisting in action
550 5.1.1 <alerts@monitor.test>: Sender address rejected: User unknown in local recipient table
"""
THE_READERS = """\
550-5.1.1 The email account that you tried to reach does not exist.
550 5.1.1 The email account that you tried to reach is disabled.
550 5.2.1 The email account that you tried to reach is inactive.
550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found
550 5.1.1 <ann@reader.test>: Email address could not be found, or was misspelled (G8)
551 5.1.1 <ann@reader.test> is a deactivated mailbox
511 5.1.1 unknown address or alias: ann@reader.test
550 Recipient not found
550 unknown local part ann in <ann@reader.test>
550 No such person at this address
550 5.1.1 Mailbox does not exist
550 User does not exist
550 No mailbox by that name is currently available
550 5.1.1 <spam@reader.test>: Recipient address rejected: User unknown in virtual mailbox table
550 5.1.1 <relay@policy.reader.test>... User unknown
550 5.1.1 user unknown, host relay.reader.test[192.0.2.7] said so
550 Account closed
550 5.1.1 User unknown (in reply to RCPT TO command)
550 5.0.0 host mx.reader.test[192.0.2.7] said: 550 No such user here (in reply to end of DATA command)
550-5.1.1 The email account that you tried to reach does not exist. For more information, go to https://support.google.com/mail/?p=NoSuchUser a640c23a62f3a-b2d - gsmtp
550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ann@reader.test not found by SMTP address lookup
554 30 Sorry, your message to ann@reader.test cannot be delivered. This mailbox is disabled (554.30).
550 5.1.351 Remote server returned unknown recipient or mailbox unavailable
550 5.1.1 <ann@reader.test>: inactive email address
550 5.1.1 sorry, no mailbox here by that name (#5.1.1 - chkuser)
550 5.1.2 Bad destination host 'DNS Hard Error looking up reader.test (MX): NXDomain'
550 Recipient unknown
550 5.1.1 User is disabled
"""


def lines(replies: str) -> list[str]:
    return replies.strip().splitlines()


@pytest.mark.parametrize("reply", lines(NOT_THE_READERS))
def test_what_is_not_surely_the_readers_is_never_the_readers(reply: str) -> None:
    assert judged(reply)[0] in {Fault.OURS, Fault.PASSING}


@pytest.mark.parametrize("reply", lines(THE_READERS))
def test_what_says_that_there_is_no_such_reader(reply: str) -> None:
    assert judged(reply)[0] is Fault.ADDRESS


@pytest.mark.parametrize("stage", ["connect", "helo", "starttls", "auth", "mail", "data"])
@pytest.mark.parametrize("reply", lines(THE_READERS))
def test_before_anybody_was_named_nobody_is_at_fault_but_us(stage: str, reply: str) -> None:
    assert judged(reply, stage)[0] is Fault.OURS


@pytest.mark.parametrize("code", ["5.5.0", "5.5.4", "5.1.90", "5.4.5", "5.7.0", "5.7.1", "5.7.606", "5.6.0"])
def test_codes_that_are_about_us_whatever_the_words(code: str) -> None:
    assert judged(f"550 {code} User unknown")[0] is Fault.OURS


@given(st.integers(400, 599), st.text(max_size=200), st.sampled_from(["rcpt", "dot", "mail", "report"]))
def test_any_reply_has_a_verdict(code: int, text: str, stage: str) -> None:
    found = judge(code, text, stage)
    assert found.fault is not Fault.ADDRESS or (code >= 500 and stage != "mail")

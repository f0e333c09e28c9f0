"""Mails that come back, as the mail servers of this world shape them. The texts are ours; the shapes are theirs."""

from __future__ import annotations

from monitor.messages.signed_return_path import SignedReturnPath

DELIVERY = "0123456789abcdef0123456789abcdef"
RETURNS = SignedReturnPath(key=b"k" * 32)
MARK = RETURNS.mark(DELIVERY)

#: What was sent, as reports quote it.
OURS = f"""\
Return-Path: <bounces+{MARK}@monitor.test>
From: Monitor <alerts@monitor.test>
To: ann@reader.test
Subject: Kent: no longer inadequate, now good
Message-ID: <{DELIVERY}@monitor.test>
Date: Tue, 01 Sep 2026 12:00:00 +0000
X-Return-Mark: {MARK}
MIME-Version: 1.0
Content-Type: text/plain; charset="utf-8"
"""


def mail(text: str) -> bytes:
    """A mail with the line ends of the wire."""
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode()


def postfix(
    status: str = "5.1.1", action: str = "failed", *, to: str = f"bounces+{MARK}@monitor.test", ours: str = OURS
) -> bytes:
    """Postfix: the address that it goes to carries the mark, and our header fields come back."""
    return mail(f"""\
Return-Path: <>
Delivered-To: {to}
Received: by mx.reader.test (Postfix) id 4F00; Tue,  1 Sep 2026 12:00:05 +0000 (UTC)
Date: Tue,  1 Sep 2026 12:00:05 +0000 (UTC)
From: MAILER-DAEMON@mx.reader.test (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F00.1788264005/mx.reader.test"
Message-Id: <20260901120005.4F00@mx.reader.test>

This is a MIME-encapsulated message.

--4F00.1788264005/mx.reader.test
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

The mail system at mx.reader.test could not hand over your message.

<ann@reader.test>: host store.reader.test said: 550 {status} unknown mailbox

--4F00.1788264005/mx.reader.test
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.reader.test
X-Postfix-Queue-ID: 4F00
Original-Envelope-Id: {MARK if MARK in to else "x"}
Arrival-Date: Tue,  1 Sep 2026 12:00:00 +0000 (UTC)

Final-Recipient: rfc822; ann@reader.test
Original-Recipient: rfc822;ann@reader.test
Action: {action}
Status: {status}
Remote-MTA: dns; store.reader.test
Diagnostic-Code: smtp; 550 {status} unknown mailbox

--4F00.1788264005/mx.reader.test
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

{ours}
--4F00.1788264005/mx.reader.test--
""")


def exchange(status: str = "5.1.10") -> bytes:
    """Exchange: the envelope's sender was replaced, the report goes to the From address; the whole message comes back."""
    return mail(f"""\
From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@reader.test>
To: <alerts@monitor.test>
Date: Tue, 1 Sep 2026 12:00:09 +0000
Content-Type: multipart/report; report-type=delivery-status;
 boundary="_0a1b2c3d-0000-4e5f-8888-000000000000_"
MIME-Version: 1.0
X-MS-Exchange-Message-Is-Ndr:
Content-Language: en-GB
Message-ID: <d4c3b2a1-0000-0000-0000-000000000001@reader.test>
In-Reply-To: <{DELIVERY}@monitor.test>
References: <{DELIVERY}@monitor.test>
Subject: Undeliverable: Kent: no longer inadequate, now good

--_0a1b2c3d-0000-4e5f-8888-000000000000_
Content-Type: multipart/alternative; differences=Content-Type;
 boundary="_inner_"

--_inner_
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message to ann@reader.test could not be handed over. There is no such=
 mailbox at reader.test.

--_inner_
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<html><body><p>Your message to <b>ann@reader.test</b> could not be handed over.</p></body></html>

--_inner_--

--_0a1b2c3d-0000-4e5f-8888-000000000000_
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.reader.test
Received-From-MTA: dns;relay.monitor.test
Arrival-Date: Tue, 1 Sep 2026 12:00:08 +0000

Final-Recipient: rfc822;Ann@Reader.test
Action: failed
Status: {status}
Diagnostic-Code: smtp;550 {status} RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

--_0a1b2c3d-0000-4e5f-8888-000000000000_
Content-Type: message/rfc822

Received: from relay.monitor.test by EX01.reader.test with SMTP; Tue, 1 Sep 2026 12:00:08 +0000
{OURS}
Kent: no longer inadequate, now good

--_0a1b2c3d-0000-4e5f-8888-000000000000_--
""")


def exim_plain() -> bytes:
    """Exim of old: plain text, one telling header, our message below a line."""
    return mail(f"""\
Return-path: <>
Envelope-to: alerts@monitor.test
Received: from Debian-exim by mx.reader.test with local (Exim 4.80) id 1a2b3c; Tue, 01 Sep 2026 12:00:05 +0000
X-Failed-Recipients: ann@reader.test
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.reader.test>
To: alerts@monitor.test
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1a2b3c-0001@mx.reader.test>
Date: Tue, 01 Sep 2026 12:00:05 +0000

A message that you sent could not be delivered to one of its recipients:

  ann@reader.test
    SMTP error from remote mail server after RCPT TO:<ann@reader.test>:
    host store.reader.test [192.0.2.7]: 550 5.1.1 unknown mailbox

------ This is a copy of the message, including all the headers. ------

{OURS}
Kent: good. Not 4.2.2 of anything.
""")


def gmail(status: str = "5.1.1", action: str = "failed") -> bytes:
    """Gmail: a report within related parts, with its own telling header and an opaque message id."""
    return mail(f"""\
Delivered-To: bounces+{MARK}@monitor.test
Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@googlemail.test>
To: bounces+{MARK.upper()}@monitor.test
Auto-Submitted: auto-replied
Subject: Delivery Status Notification ({"Failure" if action == "failed" else "Delay"})
References: <{DELIVERY}@monitor.test>
In-Reply-To: <{DELIVERY}@monitor.test>
X-Failed-Recipients: ann@reader.test
Message-ID: <68b5aa05.050a0220.0000.0000.GMR@mx.google.test>
Date: Tue, 01 Sep 2026 05:00:05 -0700 (PDT)
MIME-Version: 1.0
Content-Type: multipart/report; boundary="000000000000aaaa"; report-type=delivery-status

--000000000000aaaa
Content-Type: multipart/related; boundary="000000000000bbbb"

--000000000000bbbb
Content-Type: multipart/alternative; boundary="000000000000cccc"

--000000000000cccc
Content-Type: text/plain; charset="UTF-8"

** Address not found **

Your message was not delivered to ann@reader.test.

--000000000000cccc
Content-Type: text/html; charset="UTF-8"

<p>Your message was not delivered to <b>ann@reader.test</b>.</p>

--000000000000cccc--
--000000000000bbbb
Content-Type: image/png; name="icon.png"
Content-Disposition: attachment; filename="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgoAAAANSUhEUgAAAJAAAACQCAYAAADnRuK4AAAABmJLR0QA

--000000000000bbbb--
--000000000000aaaa
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.test
Arrival-Date: Tue, 01 Sep 2026 05:00:04 -0700 (PDT)
X-Original-Message-ID: <{DELIVERY}@monitor.test>

Final-Recipient: rfc822; ann@reader.test
Action: {action}
Status: {status}
Remote-MTA: dns; mx.reader.test. (192.0.2.7, the server for the domain reader.test.)
Diagnostic-Code: smtp; 550-{status} The account does not exist. Please check
 550 {status} the recipient's address for mistakes.
Last-Attempt-Date: Tue, 01 Sep 2026 05:00:05 -0700 (PDT)

--000000000000aaaa
Content-Type: message/rfc822

{OURS}
Kent: good
--000000000000aaaa--
""")


def qmail() -> bytes:
    """qmail: its words are its format (QSBMF)."""
    return mail(f"""\
Return-Path: <>
Delivered-To: alerts@monitor.test
Received: (qmail 4711 invoked for bounce); 1 Sep 2026 12:00:05 -0000
Date: 1 Sep 2026 12:00:05 -0000
From: MAILER-DAEMON@mx.reader.test
To: alerts@monitor.test
Subject: failure notice

Hi. This is the qmail-send program at mx.reader.test.
I could not deliver your message to the addresses below.

<ann@reader.test>:
Sorry, there is no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

{OURS}
Kent: good
""")


def complaint(feedback: str = "abuse", *, ours: str = OURS) -> bytes:
    """A feedback loop, with the reader's address taken out as most do."""
    return mail(f"""\
From: <fbl@mailhost.test>
Date: Tue, 1 Sep 2026 13:00:00 +0000
Subject: FW: Kent: no longer inadequate, now good
To: <abuse@monitor.test>
Message-ID: <fbl-77@mailhost.test>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1_fbl"

--part1_fbl
Content-Type: text/plain; charset="US-ASCII"

This is a report about a mail that came from 192.0.2.1.

--part1_fbl
Content-Type: message/feedback-report

Feedback-Type: {feedback}
User-Agent: SomeLoop/1.0
Version: 1
Original-Rcpt-To: <redacted@mailhost.test>
Source-IP: 192.0.2.1

--part1_fbl
Content-Type: message/rfc822
Content-Disposition: inline

{ours}
Kent: good
--part1_fbl--
""")


def out_of_office() -> bytes:
    """An answer from somebody on holiday, to the address with the mark, quoting everything."""
    return mail(f"""\
From: Ann <ann@reader.test>
To: bounces+{MARK}@monitor.test
Subject: Automatic reply: Kent: no longer inadequate, now good
Auto-Submitted: auto-replied
X-Auto-Response-Suppress: All
In-Reply-To: <{DELIVERY}@monitor.test>
Message-ID: <holiday@reader.test>
Date: Tue, 1 Sep 2026 12:01:00 +0000

I am away until the 14th. The rate of failed replies is 550 5.1.1.
""")


def human_reply() -> bytes:
    """A person who asks a question."""
    return mail(f"""\
From: Ann <ann@reader.test>
To: alerts@monitor.test
Subject: Re: Kent: no longer inadequate, now good
In-Reply-To: <{DELIVERY}@monitor.test>
Message-ID: <question@reader.test>

Is that so? My last mail said 5.1.1, 5.1.1, 5.1.1.
""")

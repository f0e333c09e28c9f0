"""Refusals of mail servers: a row a kind, with whose fault it is, and replies that must fall to it.

A mistake here that blames a reader silences them, one that blames us costs a few tries: so whatever is not surely about the
address is ours, or passing. The rows are asked in order; the first that fits decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """Whose it is."""

    ADDRESS = "address"  #: there is no such reader: refused for good, and counted
    MESSAGE = "message"  #: this very message cannot be taken: refused for good, and not counted
    OURS = "ours"  #: our name, login, sender, limit, reputation or content: waits until it is put right
    PASSING = "passing"  #: whatever else: waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of refusal. A row fits when its codes and its words do, where it has any."""

    name: str  #: in words that an operator reads behind a reply's code
    fault: Fault
    examples: Sequence[str]  #: replies as servers send them
    words: str = ""  #: a pattern, found in the reply's text without its addresses and hosts, in small letters
    codes: str = ""  #: a pattern of the whole enhanced status code


_ADDRESS, _MESSAGE, _OURS, _PASSING = Fault.ADDRESS, Fault.MESSAGE, Fault.OURS, Fault.PASSING

ROWS: tuple[Row, ...] = (
    Row(
        name="the message is too large",
        fault=_MESSAGE,
        codes=r"5\.3\.4|5\.2\.3",
        examples=(
            "552 5.3.4 Message size exceeds fixed limit",
            "552-5.2.3 Your message exceeded Google's message size limits.",
            "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient",
        ),
    ),
    Row(
        name="the message is too large",
        fault=_MESSAGE,
        words=r"(?:message|mail|email|header) (?:is )?(?:size )?(?:too (?:large|big|long)|exceeds? (?:the )?(?:maximum|fixed|size)|size exceed)"
        r"|exceeds? (?:the )?(?:maximum|max) (?:message|mail|allowed) ?size|maximum message size",
        examples=(
            "552 Message size exceeds maximum permitted",
            "554 message is too large",
            "552 Error: message too large",
            "554 Maximum email size exceeded: maximum message size is 50 MB",
        ),
    ),
    Row(
        name="our login",
        fault=_OURS,
        words=r"\bauthenticat|\bauth\b|log ?in|log ?on|credential|starttls|\btls\b|encrypt|password|unauthori[sz]ed",
        examples=(
            "530 5.7.0 Authentication required",
            "530 5.7.0 Must issue a STARTTLS command first.",
            "530-5.5.1 Authentication Required.",
            "550 5.7.57 Client not authenticated to send mail.",
            "530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM",
            "550 Unauthorized: your account is disabled",
            "550 SMTP AUTH is required for message submission on port 587",
            "550 Please turn on SMTP Authentication in your mail client",
            "523 the recipient's server requires encryption (TLS)",
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
        ),
    ),
    Row(
        name="our sender is not accepted",
        fault=_OURS,
        words=r"sender|send (?:as|from|on behalf)|return.?path|mail from|envelope.?from|from (?:address|header|domain)|sendasdenied"
        r"|identit(?:y|ies)|email address is not verified|submitter|mailfrom|originat",
        examples=(
            "553 5.1.8 <alerts@monitor.test>: Sender address rejected: Domain not found",
            "550 5.1.0 <alerts@monitor.test>: Sender address rejected: User unknown in virtual mailbox table",
            "553 5.7.1 <alerts@monitor.test>: Sender address rejected: not owned by user alerts",
            "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
            "554 5.2.252 SendAsDenied; alerts@monitor.test not allowed to send as info@monitor.test",
            "550-Verification failed for <alerts@monitor.test>\n550-No Such User Here\n550 Sender verify failed",
            "554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1",
            "550 The from address does not match a verified Sender Identity. Mail cannot be sent until this error is resolved.",
            "550 5.1.0 Sender denied",
            "550 Invalid return path",
            "550-5.7.26 This mail has been blocked because the sender is unauthenticated.",
            "550 DMARC Sender Invalid - envelope rejected",
            "550 submitter failed to disclose its identity",
        ),
    ),
    Row(
        name="our sender is not accepted",
        fault=_OURS,
        codes=r"5\.1\.(?:7|8|20)|5\.2\.252",
        examples=("550 5.1.8 Access denied, bad outbound sender", "501 5.1.7 Bad address syntax", "550 5.1.20 Multiple From"),
    ),
    Row(
        name="no such mailbox",
        fault=_ADDRESS,
        codes=r"(?:5\.[01]\.\d+)?",
        words=r"(?:user|recipient|address|mailbox) (?:is )?unknown in (?:\w+ ){1,4}table",
        examples=(
            "550 5.1.1 <ann@reader.test>: Recipient address rejected: User unknown in relay recipient table",
            "550 5.1.1 <ann@reader.test>: Recipient address rejected: User unknown in virtual mailbox table",
            "550 <ann@reader.test>: Recipient address rejected: User unknown in local recipient table",
        ),
    ),
    Row(
        name="no such mailbox",
        fault=_ADDRESS,
        codes=r"5\.4\.1",
        words=r"recipient address(?:es)? rejected ?: access denied",
        examples=(
            "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [DB5EUR01FT049.eop-EUR01.prod.protection.outlook.com]",
            "550 5.4.1 [ann@reader.test]: Recipient address rejected: Access denied",
            "550 5.4.1 All recipient addresses rejected : Access denied",
        ),
    ),
    Row(
        name="the mailbox is full, or busy",
        fault=_PASSING,
        words=r"over ?quota|(?:mailbox|inbox|mail box|account|user|recipient)\S* (?:is |has |was )?(?:full|over|exceeded)"
        r"|out of (?:storage|space)|storage (?:allocation|limit|quota|space)|(?:disk|mailbox|storage|user|recipient'?s?) quota"
        r"|insufficient (?:system |disk )?(?:storage|space|resources)|quota (?:is )?exceeded \(?(?:mailbox|for)"
        r"|receiv\w+ (?:\w+ ){0,3}(?:too quickly|at a rate)|mailbox (?:size|is locked|busy|in use)",
        examples=(
            "552 5.2.2 The email account that you tried to reach is over quota and inactive.",
            "552-5.2.2 The recipient's inbox is out of storage space.",
            "550 5.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages",
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException",
            "552 Requested mail action aborted: exceeded storage allocation",
            "550 5.7.1 Mailbox is full",
            "550 Mailbox quota exceeded",
        ),
    ),
    Row(
        name="the mailbox is full, or busy",
        fault=_PASSING,
        codes=r"5\.2\.(?:2|121|122)",
        examples=("552 5.2.2 no", "550 5.2.121 The recipient has exceeded their limit for the number of messages"),
    ),
    Row(
        name="our sending limit",
        fault=_OURS,
        words=r"limit|quota|too (?:many|much|fast)|throttl|\brate\b|credits?\b|upgrade|\bplan\b|sandbox|test purposes|trial"
        r"|authorized recipients|exceed(?:ed|ing|s)? ",
        examples=(
            "550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
            "550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to",
            "550 5.4.5 Daily SMTP relay limit exceeded for customer",
            "550 5.7.1 Email quota exceeded.",
            "554 Throttling failure: Daily message quota exceeded.",
            "550 5.2.0 Too many messages",
            "451 You have exceeded your messaging limits",
            "550 5.7.1 : Recipient address rejected: Policy Rejection- Quota Exceeded. Contact your administrator",
            "550 Exceeding outbound thread limit",
            "550 Domain monitor.test has exceeded the max emails per hour (100/100 (100%)) allowed.",
            "421 Domain sandbox is for test purposes only. Please upgrade or add the address to authorized recipients",
            "554 5.7.1 Maximum credits exceeded",
        ),
    ),
    Row(
        name="our name at the start of the conversation",
        fault=_OURS,
        words=r"\b(?:helo|ehlo)\b|fully.?qualified|fqdn",
        examples=(
            "504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname",
            "550 5.7.1 <box>: Helo command rejected: Host not found",
            "501 5.5.4 Invalid domain name in EHLO",
            "550 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)",
            "550 Bad HELO - Host impersonating [monitor.test]",
        ),
    ),
    Row(
        name="this server does not take mail from us",
        fault=_OURS,
        words=r"\brelay(?:ing|ed)?\b|rcpthosts|not local|gateway",
        examples=(
            "550 5.7.1 Relaying denied",
            "554 5.7.1 <ann@reader.test>: Relay access denied",
            "550 relay not permitted",
            "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
            "550 5.7.64 TenantAttribution; Relay Access Denied",
            "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            "551 User not local; please try <forward-path>",
        ),
    ),
    Row(
        name="our account",
        fault=_OURS,
        words=r"\b(?:your|sending|this) (?:account|domain|organi[sz]ation|subscription|tenant|company|service)"
        r"|\baccount (?:is |has been )?(?:under review|on hold|not allowed|not active|not yet)|domain \S* ?is not allowed",
        examples=(
            "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP; your tenant is on a list",
            "554 Your account has been suspended",
            "421 Domain mg.monitor.test is not allowed to send: the domain is unverified",
            "554 5.7.1 sending domain is not active",
        ),
    ),
    Row(
        name="our content",
        fault=_OURS,
        words=r"\b(?:anti.?)?spam(?:my|mer)?\b|virus|malware|phish|content|unsolicited|junk|\bbulk\b|attachment|\burls?\b|\blinks?\b|malformed|bare lf|\bmime\b"
        r"|dkim|dmarc|\bspf\b|header|signature|message (?:was |is |has been )?(?:reject|refus|not accept|den)|rejected message|filter"
        r"|abus|transaction failed|characters?\b|rfc ?\d{3,4}",
        examples=(
            "554 5.7.1 Message rejected as spam",
            "550 5.7.1 Our system has detected that this message is likely unsolicited mail.",
            "554 5.6.0 Mail message is malformed. Not accepted.",
            "552-5.7.0 This message was blocked because its content presents a potential security issue.",
            "550 5.2.1 Content Filter agent quarantined this message",
            "550 Message rejected by content filter",
            "550 Rejected by header based Anti-Spoofing policy: see RFC 5322",
            "554 Transaction failed : Cannot send message due to possible abuse",
            "554 5.7.9 Message not accepted for policy reasons",
        ),
    ),
    Row(
        name="our reputation",
        fault=_OURS,
        words=r"block|black.?list|deny.?list|\b[dr]n?sbl\b|\brbl\b|spamhaus|spamcop|sorbs|barracuda|proofpoint|cloudmark|reputation"
        r"|reverse|\bptr\b|\bip\b|client host|banned|\bbad host|will not accept (?:delivery|mail|messages?)|dynamic|residential|suspicious|service unavailable|hostname",
        examples=(
            "554 5.7.1 Service unavailable; Client host [192.0.2.7] blocked using zen.spamhaus.org",
            "550 5.7.606 Access denied, banned sending IP [192.0.2.7]",
            "550-5.7.25 The IP address sending this message does not have a PTR record setup",
            "550 Local CT IP Reputation - (RBL)",
            "554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.7",
            "550 5.1.1 rejected: host is on a blocklist",
            "550 5.7.1 Client host rejected: cannot find your reverse hostname",
            "550 Envelope blocked - User Entry",
            "521 5.2.1 :  AOL will not accept delivery of this message.",
        ),
    ),
    Row(
        name="a rule against us",
        fault=_OURS,
        words=r"polic(?:y|ies)|denied|denies|prohibit|not (?:allowed|permitted|authori[sz]ed|accepted)|permission|restrict|securit"
        r"|rejected by|refused by|rejected due|rejected for|only accepts? |disclos|compliance|complain|forbid|administrative"
        r"|\brule\b|not in (?:the )?allow|whitelist|allow.?list|greylist|\brbac\b|trust",
        examples=(
            "550 Administrative prohibition",
            "550 5.7.0 Local Policy Violation",
            "550 5.7.124 RESOLVER.RST.NotInAllowedSenders; not authorized to send to this group",
            "550 5.1.1 Recipient rejected by policy",
            "554 Email rejected due to security policies",
            "554 5.7.1 <ann@reader.test>: Recipient address rejected: Access denied",
            "550 Denied by policy",
        ),
    ),
    Row(
        name="our way of speaking",
        fault=_OURS,
        words=r"syntax|sequence|command|not implemented|argument|parameter|pipelin|protocol|unrecogni[sz]ed (?:command|parameter)|smtputf8",
        examples=(
            "555 5.5.2 Syntax error, goodbye.",
            "503 5.5.1 Bad sequence of commands",
            "500 5.5.1 Command unrecognized",
            "501 5.5.4 Invalid arguments",
            "553 5.6.7 SMTPUTF8 is required",
        ),
    ),
    Row(
        name="ours, by its code",
        fault=_OURS,
        codes=r"5\.[567]\.\d+|5\.1\.90|5\.4\.(?:5|6|14)",
        examples=(
            "550 5.5.0 Requested action not taken: mailbox unavailable",
            "550 5.7.0 no",
            "550 5.1.90 no",
            "550 5.4.5 no",
            "554 5.4.6 Hop count exceeded",
            "550 5.6.1 no",
            "550 5.5.1 Recipient rejected",
        ),
    ),
    Row(
        name="no such domain",
        fault=_ADDRESS,
        codes=r"5\.(?:0\.0|1\.2|1\.10|4\.4|4\.310)|",
        words=r"null mx|domain does(?:n'?t| not) accept mail|domain (?:name )?(?:was |could |can )?not (?:be )?(?:found|exist)|no such domain"
        r"|(?:host|domain)(?: or domain)?(?: name)? (?:unknown|not found|does(?:n'?t| not) exist)|unknown (?:host|domain)|nxdomain"
        r"|dns domain \S* ?does not exist|find the recipient domain",
        examples=(
            "556 5.1.10 Recipient address has null MX",
            "550 5.1.2 <ann@reader.test>: Recipient address rejected: Domain not found",
            "550 5.4.310 DNS domain reader.test does not exist [Message=InfoDomainNonexistent]",
            "550 5.4.4 Host or domain name not found. Name service error for name=reader.test type=A: Host not found",
            "553 5.1.2 We weren't able to find the recipient domain. Please check for any spelling errors",
            "550 Unknown domain",
        ),
    ),
    Row(
        name="no such mailbox",
        fault=_ADDRESS,
        codes=r"5\.1\.(?:1|2|3|4|6|10)",
        examples=(
            "550 5.1.1 no",
            "550-5.1.1 The email account that you tried to reach does not exist. Please try double-checking",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ann@reader.test not found by SMTP address lookup",
            "550 5.1.6 Recipient no longer on server",
            "553 5.1.3 The recipient address <ann> is not a valid address.",
            "550 5.1.1 unknown or illegal alias: ann@reader.test",
        ),
    ),
    Row(
        name="the mailbox is switched off",
        fault=_ADDRESS,
        codes=r"5\.2\.1",
        examples=(
            "550 5.2.1 The email account that you tried to reach is disabled.",
            "550 5.2.1 This mailbox has been disabled",
        ),
    ),
    Row(
        name="no such mailbox",
        fault=_ADDRESS,
        codes=r"(?:5\.[01]\.\d+|5\.(?:2\.0|3\.0|4\.1))?",
        words=r"(?:unknown|invalid|no such|non-?existent|bad|unrout(?:e)?able|unrecogni[sz]ed|inactive|disabled|illegal)"
        r" (?:\w+ ){0,2}?(?:user|address|mailbox|recipient|account|local.part|person|destination|alias)"
        r"|no (?:\w+ )?(?:mailbox|user|account) (?:here )?(?:by|with|under|of) that name|no mailbox here"
        r"|(?:user|recipient|address(?:ee)?|mailbox|account|person)(?: name| id|s)? ?(?:(?:was |is |could |can )?not (?:be )?(?:found|exist|known|valid)"
        r"|does(?:n'?t| not) exist|(?:is )?(?:unknown|invalid|inactive|disabled|no longer|closed)|has been (?:disabled|deactivated|deleted|closed))"
        r"|doesn'?t have an? (?:\S+ )?account|recip(?:ient)?notfound|user name does not exist|suppression list",
        examples=(
            "550 User unknown",
            "550 No such user here",
            "550 Unrouteable address",
            "550 Unknown user",
            "550 Invalid recipient <ann@reader.test>",
            "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550",
            "554 delivery error: dd This user doesn't have a yahoo.com account (ann@yahoo.com) [0]",
            "550 5.3.0 <ann@reader.test>... User unknown",
            "550 Sorry, no mailbox here by that name. (#5.0.0)",
            "550 <ann@reader.test>: Recipient address rejected: undeliverable address: user does not exist",
            "550 The mailbox does not exist",
            "550 5.1.0 Address unknown",
            "550 Mailbox not found",
            "554 Recipient address is on the suppression list",
        ),
    ),
)

"""One mail over SMTP with the last dot in our own hands, and the server's answer as an outcome.

A server may act on a mail only after the dot that ends it. Everything before is safe to repeat; the commit point is called
just before the dot; after it only an answer tells what happened, and no answer is a doubt.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from monitor.channels.deadline import deadline_of
from monitor.channels.login import LoginNotOffered, log_in
from monitor.channels.smtp_pool import Connection, SmtpPool, farewell
from monitor.channels.tls import tls_reason
from monitor.domain.smtp_replies import enhanced_code, judge
from monitor.ports import CommitPoint, Outcome, Result
from monitor.tables.smtp_replies import Fault

#: Seconds for one command's answer, for the whole session up to the dot, and for the answer to the dot (RFC 5321: 10 minutes).
COMMAND_TIMEOUT = 30.0
SESSION_DEADLINE = 180.0
DOT_TIMEOUT = 600.0
#: A server that ends the conversation, whatever it was asked.
_CLOSING = 421


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where mail is handed in. `mode` is ``insecure``, ``starttls`` or ``ssl``; it is never weakened."""

    host: str
    port: int
    mode: str
    user: str = ""
    password: str = field(default="", repr=False)
    context: ssl.SSLContext | None = None
    helo_name: str = ""  #: how we introduce ourselves; empty: as the machine is called
    command_timeout: float = COMMAND_TIMEOUT
    session_deadline: float = SESSION_DEADLINE
    dot_timeout: float = DOT_TIMEOUT


class _Refused(Exception):
    """The server answered a step with a code that is not the one to go on with."""

    def __init__(self, stage: str, code: int, text: bytes) -> None:
        self.stage, self.code = stage, code
        self.text = text.decode("utf-8", "replace")
        super().__init__(stage)


def _outcome(refused: _Refused) -> Outcome:
    """A refusal as an outcome. Its reason names code, stage and whose fault it is, never the address that servers repeat."""
    enhanced = enhanced_code(refused.text)
    reason = f"smtp_{refused.code}_{refused.stage}" + (f" {enhanced}" if enhanced else "")
    if refused.stage == "auth" or not 500 <= refused.code < 600:
        return Outcome(result=Result.TRANSIENT, reason=reason)
    verdict = judge(refused.code, refused.text, refused.stage)
    lasting = verdict.fault in {Fault.ADDRESS, Fault.MESSAGE}
    said = enhanced if lasting else ""  # a code that says it all
    if verdict.name and not said and not (verdict.fault is Fault.ADDRESS and refused.stage == "rcpt"):
        reason = f"{reason} ({verdict.fault}: {verdict.name})"
    # What says nothing of this message or its reader waits until it is put right, as a refused login does.
    return Outcome(result=Result.PERMANENT if lasting else Result.TRANSIENT, reason=reason)


def hand_over(
    server: Server,
    sender: str,
    recipient: str,
    body: bytes,
    commit: CommitPoint,
    *,
    mark: str = "",
    pool: SmtpPool | None = None,
) -> Outcome:
    """Hand in one mail. Never raises for what a server does; the outcome's reason is a code.

    Args:
        server: where.
        sender: envelope-from address.
        recipient: envelope-to address.
        body: the mail with CRLF line ends, not yet dot-stuffed.
        commit: called once, just before the dot.
        mark: what reports of its fate shall quote, where the server can pass that on (RFC 3461).
        pool: open conversations with the server, to be used and kept; without it the mail has one of its own.
    """
    mail = _Mail(server=server, sender=sender, recipient=recipient, body=body, commit=commit, mark=mark)
    stage = _Stage()
    try:
        kept = pool.take() if pool is not None else None
        if kept is not None:
            try:
                return _converse(kept, mail, stage, pool)
            except (_Refused, OSError, smtplib.SMTPException) as error:
                # Ended between two mails, or after so many of them: nothing of this one has been said yet.
                if stage.name != "mail" or (isinstance(error, _Refused) and error.code != _CLOSING):
                    raise
                stage = _Stage()
        return _converse(Connection(smtp=_session(server, stage)), mail, stage, pool)
    except _Refused as refused:
        return _outcome(refused)
    except LoginNotOffered as error:
        return Outcome(result=Result.TRANSIENT, reason=f"auth_not_offered: {error}")
    except smtplib.SMTPNotSupportedError:
        return _unsupported(stage)
    except smtplib.SMTPResponseException as error:
        text = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return _doubt(stage, "garbled") if stage.committed else _outcome(_Refused(stage.name, error.smtp_code, text))
    except ssl.SSLCertVerificationError as error:
        return Outcome(result=Result.TRANSIENT, reason=tls_reason(error))
    except (TimeoutError, smtplib.SMTPException, OSError, ValueError) as error:
        return _doubt(stage, _name(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mail:
    """One mail to be handed in; see `hand_over`."""

    server: Server
    sender: str
    recipient: str
    body: bytes
    commit: CommitPoint
    mark: str


def _converse(connection: Connection, mail: _Mail, stage: _Stage, pool: SmtpPool | None) -> Outcome:
    """One mail from its sender to the answer to its dot. The line is kept only where the mail was taken."""
    taken = False
    try:
        with deadline_of(connection.smtp, mail.server.session_deadline):
            _envelope(connection.smtp, stage, mail)
            connection.smtp.send(_stuffed(mail.body))
            stage.name = "commit"
            if not mail.commit():
                return Outcome(result=Result.TRANSIENT, reason="lost_claim")
            stage.committed = True
        outcome = _dot(connection.smtp, mail.server)
        taken = outcome.result is Result.SENT
        return outcome
    finally:
        if not taken:
            connection.smtp.close()  # without a word: what was begun on it is not to be finished
        elif pool is None:
            farewell(connection.smtp)
        else:
            connection.mails += 1
            pool.keep(connection)


@dataclass(slots=True)
class _Stage:
    name: str = "connect"
    committed: bool = False


def _name(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib calls silence an end
        return "timeout"
    if isinstance(error, smtplib.SMTPServerDisconnected | ConnectionError):
        return "disconnected"
    return "unreachable" if isinstance(error, OSError) else "garbled"


def _doubt(stage: _Stage, what: str) -> Outcome:
    if stage.committed:
        return Outcome(result=Result.UNCERTAIN, reason=f"{what}_after_last_byte")
    return Outcome(result=Result.TRANSIENT, reason=f"{what}_{stage.name}")


def _unsupported(stage: _Stage) -> Outcome:
    """The server lacks an extension: encryption may come back, addresses it cannot carry will not."""
    if stage.name == "mail":
        return Outcome(result=Result.PERMANENT, reason="smtputf8_not_offered")
    return Outcome(result=Result.TRANSIENT, reason=f"{stage.name}_not_offered")


def _session(server: Server, stage: _Stage) -> smtplib.SMTP:
    """A connection that is greeted, encrypted as demanded and logged in."""
    # The own name is not looked up: a resolver that hangs must not hang every mail.
    name = server.helo_name or socket.gethostname()
    if server.mode == "ssl":
        make: Callable[..., smtplib.SMTP] = smtplib.SMTP_SSL
        smtp = make(server.host, server.port, name, timeout=server.command_timeout, context=server.context)
    else:
        smtp = smtplib.SMTP(server.host, server.port, name, timeout=server.command_timeout)
    try:
        if smtp.sock is not None:
            # The dot is a packet of its own: without this it would wait until the other side has acknowledged the body.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stage.name = "helo"
        smtp.ehlo_or_helo_if_needed()
        if server.mode == "starttls":
            stage.name = "starttls"
            smtp.starttls(context=server.context)
            smtp.ehlo()
        if server.user and server.password:
            stage.name = "auth"
            log_in(smtp, server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def greet(server: Server) -> tuple[str, object]:
    """Connect, encrypt and log in as for a mail, and leave.

    Returns the reason why that fails, empty where it does not; and the server's certificate as `ssl` has it, None without one.
    """
    stage = _Stage()
    try:
        smtp = _session(server, stage)
    except _Refused as refused:
        return _outcome(refused).reason, None
    except LoginNotOffered as error:
        return f"auth_not_offered: {error}", None
    except smtplib.SMTPNotSupportedError:
        return f"{stage.name}_not_offered", None
    except smtplib.SMTPResponseException as error:
        text = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        return _outcome(_Refused(stage.name, error.smtp_code, text)).reason, None
    except ssl.SSLCertVerificationError as error:
        return tls_reason(error), None
    except (TimeoutError, smtplib.SMTPException, OSError, ValueError) as error:
        return f"{_name(error)}_{stage.name}", None
    certificate = smtp.sock.getpeercert() if isinstance(smtp.sock, ssl.SSLSocket) else None
    farewell(smtp)
    return "", certificate


def offers(server: Server, extension: str) -> bool | None:
    """Whether a server offers an extension (``smtputf8``), without logging in; None where it cannot be asked."""
    stage = _Stage()
    try:
        smtp = _session(replace(server, user="", password=""), stage)
    except (_Refused, OSError, smtplib.SMTPException, ValueError):
        return None
    farewell(smtp)
    return smtp.has_extn(extension)


def _envelope(smtp: smtplib.SMTP, stage: _Stage, mail: _Mail) -> None:
    sender, recipient, mark = mail.sender, mail.recipient, mail.mark
    stage.name = "mail"
    options = [f"size={len(mail.body)}"] if smtp.has_extn("size") else []
    reports = bool(mark) and smtp.has_extn("dsn")
    if reports:
        options += ["RET=HDRS", f"ENVID={mark}"]
    # The sender of the envelope may be another than the one in the header: what the mail itself needs counts as well.
    if not (sender + recipient).isascii() or not mail.body.partition(b"\r\n\r\n")[0].isascii():
        if not smtp.has_extn("smtputf8"):
            raise smtplib.SMTPNotSupportedError("SMTPUTF8")
        options += ["SMTPUTF8"]
        smtp.command_encoding = "utf-8"
    _expect(stage, smtp.mail(sender, options), 250)
    stage.name = "rcpt"
    _expect(stage, smtp.rcpt(recipient, _wanted_reports(recipient) if reports else []), 250, 251)
    stage.name = "data"
    smtp.putcmd("data")
    _expect(stage, smtp.getreply(), 354)


def _wanted_reports(recipient: str) -> list[str]:
    """Tell of failure and delay, and call the recipient as we do, whatever name it is passed on to."""
    wanted = ["NOTIFY=FAILURE,DELAY"]
    if recipient.isascii():
        # xtext of RFC 3461: what is no plain letter of an address is written in hexadecimal
        named = re.sub(r"[^!-*,-<>-~]", lambda found: f"+{ord(found[0]):02X}", recipient)
        wanted.append(f"ORCPT=rfc822;{named}")
    return wanted


def _expect(stage: _Stage, reply: tuple[int, bytes], *codes: int) -> None:
    code, text = reply
    if code not in codes:
        raise _Refused(stage.name, code, text)


def _stuffed(body: bytes) -> bytes:
    """The mail as it travels: a dot that begins a line is doubled, the last line is ended."""
    quoted = re.sub(rb"(?m)^\.", b"..", body)
    return quoted if quoted.endswith(b"\r\n") else quoted + b"\r\n"


def _dot(smtp: smtplib.SMTP, server: Server) -> Outcome:
    if smtp.sock is not None:
        smtp.sock.settimeout(server.dot_timeout)
    with deadline_of(smtp, server.dot_timeout):
        smtp.send(b".\r\n")
        code, text = smtp.getreply()
    if smtp.sock is not None:
        smtp.sock.settimeout(server.command_timeout)
    if code // 100 == 2:
        return Outcome(result=Result.SENT, reason=f"smtp_{code}")
    if code // 100 in {4, 5}:
        return _outcome(_Refused("dot", code, text))
    return Outcome(result=Result.UNCERTAIN, reason="garbled_after_last_byte")

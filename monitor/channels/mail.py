"""Mail under Apprise's ``mailto://`` and ``mailtos://`` addresses, with our own bytes, reasons and last dot."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from email.utils import parseaddr

from apprise.plugins.email.base import NotifyEmail

from monitor.channels.mail_address import MailAddress, parse_mail_address
from monitor.channels.mime import mime, usable
from monitor.channels.route import Route
from monitor.channels.smtp import Server, hand_over
from monitor.channels.smtp_pool import SmtpPool
from monitor.channels.tls import context_of
from monitor.domain.mailboxes import ascii_address, ascii_domain
from monitor.domain.web_address import LOOPBACK
from monitor.messages.signed_return_path import MARK_LENGTH, SignedReturnPath, return_path
from monitor.ports import CommitPoint, ConfigError, Delivery, Outcome, Result

_OUR_NAME = "Ofsted rating monitor"
#: Ends of names that only a machine's own network knows: a server elsewhere cannot look them up.
_NOT_PUBLIC = ("localhost", "localdomain", "local", "lan", "home", "internal", "intranet", "corp")
_LITERAL = re.compile(r"\[(?:IPv6:)?[0-9A-Fa-f:.]+\]")


class MailChannel:
    """Mail through one SMTP account.

    `bounces` is where reports of mail that did not arrive go, marked by `returns` so that they are known again; without it
    they go to the sender. `selectors` names its DKIM keys in DNS; they are only looked at by ``monitor check --dns``.
    `helo_name` is how we introduce ourselves to the server; see `own_name` for what stands in for it.
    """

    at_once = 4  #: lines to the server; most of a mail's time is waiting for it

    def __init__(
        self,
        name: str,
        url: str,
        *,
        sender: str = "",
        ca_file: str = "",
        helo_name: str = "",
        on_uncertain: str = "hold",
        bounces: str = "",
        selectors: Sequence[str] = (),
        returns: SignedReturnPath | None = None,
    ) -> None:
        self.name = name
        self.on_uncertain = on_uncertain
        self.bounces = _bounces(bounces)
        self.selectors = tuple(selectors)
        self._returns = returns
        given = parse_mail_address(url)
        account = _account(given)
        self._sender_name, self.sender = _sender(sender, given, account)
        self._reply_to = _reply_to(given)
        own = own_name(helo_name, self.sender)
        self.server = _server(account, given.password, ca_file, own)
        self.route = Route(
            service="mail",
            host=self.server.host,
            port=self.server.port,
            security=self.server.mode,
            user=self.server.user if self.server.password else "",
            sender=self.sender,
            helo_name=own,
            recipient=_recipient(given),
            takes_to=True,
            confirms=True,
            example="name@example.org",
        )
        self._pool = SmtpPool()

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        """Hand one mail to the server; the commit point is just before its last dot."""
        recipient = self.route.reaches(delivery.recipient)
        if not recipient:
            return Outcome(result=Result.TRANSIENT, reason="no_recipient")  # until somebody is named
        mark = self._returns.mark(delivery.id) if self._returns else ""
        try:
            body = mime(
                delivery,
                sender=self.sender,
                sender_name=self._sender_name,
                recipient=recipient,
                reply_to=self._reply_to,
                mark=mark,
            )
            envelope_from = return_path(self.bounces, mark) if self.bounces else self.sender
        except ValueError:
            return Outcome(result=Result.PERMANENT, reason="address_unusable")
        envelope_from, recipient = ascii_address(envelope_from), ascii_address(recipient)
        return hand_over(self.server, envelope_from, recipient, body, commit, mark=mark, pool=self._pool)


def own_name(helo_name: str, sender: str) -> str:
    """How we introduce ourselves to a mail server: as configured, else as the machine is called, else by the sender's domain.

    The machine's name does where others can look it up; a container has none, and many servers refuse a name without a dot
    (RFC 5321, 4.1.1.1). It is not looked up: a resolver that hangs must not hang every mail. Raises ConfigError for no name.
    """
    if helo_name:
        found = helo_name if _LITERAL.fullmatch(helo_name) else ascii_domain(helo_name)
        if not found:
            raise ConfigError('expected the name of this host, such as "monitor.council.example"', key="helo_name")
        return found
    machine = ascii_domain(socket.gethostname())
    if "." in machine and machine.lower().rpartition(".")[2] not in _NOT_PUBLIC:
        return machine
    domain = ascii_domain(sender.rpartition("@")[2])
    return domain if "." in domain else "[127.0.0.1]"


def _bounces(address: str) -> str:
    if address and not (usable(address) and ascii_address(address).isascii()):
        raise ConfigError("expected an address such as bounces@example.org", key="bounces")
    try:
        if address:
            return_path(address, "x" * MARK_LENGTH)
    except ValueError as error:
        raise ConfigError(str(error), key="bounces") from None
    return address


def _account(address: MailAddress) -> NotifyEmail:
    """Host, port and login as Apprise works them out: it knows the servers of large providers."""
    try:
        parsed = NotifyEmail.parse_url(address.account)
        # Sender and recipient are read below: Apprise's own reading of an address cuts it at an apostrophe.
        return NotifyEmail(**{**parsed, "from_addr": "nobody@example.org", "targets": ["nobody@example.org"]})
    except TypeError:
        # Its words would repeat what it did not understand, which may be a part of the password.
        raise ConfigError("not a usable mail address: mailtos://NAME:PASSWORD@HOST?from=NAME@DOMAIN", key="url") from None


def _sender(written: str, given: MailAddress, account: NotifyEmail) -> tuple[str, str]:
    """Name and address in From: of the key, of the address of the channel, or of the account."""
    name, address = parseaddr(written or given.sender)
    if not (written or given.sender):
        login = str(account.user or "")
        name, address = _OUR_NAME, login if "@" in login else f"{login}@{account.host}" if login else ""
    if not usable(address):
        words = 'not a usable mail address: it names no sender; write from = "Name <name@example.org>"'
        raise ConfigError(words, key="from" if written else "url")
    return ("" if written else given.sender_name) or name, address


def _recipient(given: MailAddress) -> str:
    """The recipient that the address of the channel itself names, if it does. It never is the sender for want of another."""
    if len(given.recipients) > 1 or not all(usable(each) for each in given.recipients):
        words = "it names several recipients, or one that is no address: use `to` of the subscriptions, which takes a list"
        raise ConfigError(f"not a usable mail address: {words}", key="url")
    return given.recipients[0] if given.recipients else ""


def _reply_to(given: MailAddress) -> str:
    if given.reply_to and not usable(parseaddr(given.reply_to)[1]):
        raise ConfigError("not a usable mail address: reply= is no address", key="url")
    return parseaddr(given.reply_to)[1]


def _server(account: NotifyEmail, password: str, ca_file: str, helo_name: str) -> Server:
    password = password or str(account.password or "")
    host = str(account.smtp_host).strip("[]")
    host = ascii_domain(host) or host
    if password and account.secure_mode == "insecure" and host not in LOOPBACK:
        raise ConfigError("mailto:// would send the password in clear text; use mailtos://", key="url")
    if not account.verify_certificate:
        raise ConfigError("verify=no would hand mail to anybody; name the certificate with ca_file instead", key="url")
    context = context_of(ca_file)
    if not host:
        raise ConfigError("not a usable mail address: it names no host", key="url")
    return Server(
        host=host,
        port=int(account.port),
        mode=str(account.secure_mode),
        user=str(account.user or ""),
        password=password,
        context=context,
        helo_name=helo_name,
    )

"""Mail under Apprise's ``mailto://`` and ``mailtos://`` addresses, with our own bytes, reasons and last dot."""

from __future__ import annotations

import ssl
from collections.abc import Mapping, Sequence
from typing import Any

from apprise.common import NotifyType
from apprise.plugins.email.base import NotifyEmail

from monitor.channels.lines import Lines
from monitor.channels.mime import mime, usable
from monitor.channels.smtp import Server, hand_over
from monitor.messages.returns import MARK_LENGTH, Returns, return_path
from monitor.ports import CommitPoint, ConfigError, Delivery, Outcome, Result

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class Mail(NotifyEmail):  # type: ignore[misc]  # apprise ships no types
    """Apprise's mail service with `send` replaced: one recipient, frozen bytes, an outcome with a reason."""

    def send(
        self,
        body: str,
        title: str = "",
        notify_type: NotifyType = NotifyType.INFO,
        *,
        delivery: Delivery | None = None,
        commit: CommitPoint = lambda: True,
        server: Server | None = None,
        mark: str = "",
        bounces: str = "",
        lines: Lines | None = None,
        **_others: Any,
    ) -> bool:
        """Hand over `delivery`; what came of it is in `outcome`. Without a delivery there is nothing to send."""
        del body, title, notify_type
        if delivery is None or server is None:
            return False
        self.outcome = self.hand_over(delivery, commit, server, mark=mark, bounces=bounces, lines=lines)
        return self.outcome.result is Result.SENT

    def hand_over(
        self,
        delivery: Delivery,
        commit: CommitPoint,
        server: Server,
        *,
        mark: str = "",
        bounces: str = "",
        lines: Lines | None = None,
    ) -> Outcome:
        """Send the mail of `delivery` to its recipient, or to the address of the channel where it names none.

        `mark` is what a report of its fate is known by; `bounces` is where such reports go, else to the sender; `lines` are
        open conversations with the server.
        """
        recipient = delivery.recipient or str(self.targets[0][1])
        try:
            body = mime(
                delivery,
                sender=str(self.from_addr[1]),
                sender_name=str(self.from_addr[0] or ""),
                recipient=recipient,
                reply_to=min(self.reply_to, default=""),
                mark=mark,
            )
            envelope_from = return_path(bounces, mark) if bounces else str(self.from_addr[1])
        except ValueError:
            return Outcome(result=Result.PERMANENT, reason="address_unusable")
        return hand_over(server, envelope_from, recipient, body, commit, mark=mark, lines=lines)


class MailChannel:
    """Mail through one SMTP account.

    `bounces` is where reports of mail that did not arrive go, marked by `returns` so that they are known again; without it
    they go to the sender. `selectors` names its DKIM keys in DNS; they are only looked at by ``monitor check --dns``.
    """

    at_once = 4  #: lines to the server; most of a mail's time is waiting for it

    def __init__(
        self,
        name: str,
        url: str,
        *,
        sender: str = "",
        ca_file: str = "",
        on_uncertain: str = "hold",
        bounces: str = "",
        selectors: Sequence[str] = (),
        returns: Returns | None = None,
    ) -> None:
        self.name = name
        self.on_uncertain = on_uncertain
        self.bounces = _bounces(bounces)
        self.selectors = tuple(selectors)
        self._returns = returns
        self._parsed = _parse(url, sender)
        plugin = self._plugin()
        self.sender = str(plugin.from_addr[1])
        self.server = _server(plugin, ca_file)
        self._lines = Lines()

    def _plugin(self) -> Mail:
        # A new one each time: Apprise keeps a throttle of 5.5 s and a memory of what it sent in the object.
        try:
            return Mail(**self._parsed)
        except TypeError as error:
            raise ConfigError(f"not a usable mail address: {error}", key="url") from None

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        """Hand one mail to the server; the commit point is just before its last dot."""
        plugin = self._plugin()
        plugin.send(
            delivery.message.text,
            delivery.message.subject,
            delivery=delivery,
            commit=commit,
            server=self.server,
            mark=self._returns.mark(delivery.id) if self._returns else "",
            bounces=self.bounces,
            lines=self._lines,
        )
        return plugin.outcome


def _bounces(address: str) -> str:
    if address and not (usable(address) and address.isascii()):
        raise ConfigError("expected an address such as bounces@example.org", key="bounces")
    try:
        if address:
            return_path(address, "x" * MARK_LENGTH)
    except ValueError as error:
        raise ConfigError(str(error), key="bounces") from None
    return address


def _parse(url: str, sender: str) -> Mapping[str, Any]:
    parsed = Mail.parse_url(url)
    if not parsed:
        raise ConfigError(
            "not a mail address that Apprise understands: mailtos://USER:PASSWORD@HOST?from=NAME@DOMAIN", key="url"
        )
    if parsed.get("cc") or parsed.get("bcc"):
        raise ConfigError("a message has one recipient: cc and bcc would repeat it", key="url")
    return {**parsed, "from_addr": sender} if sender else parsed


def _server(plugin: Mail, ca_file: str) -> Server:
    if plugin.password and plugin.secure_mode == "insecure" and plugin.smtp_host not in _LOOPBACK:
        raise ConfigError("mailto:// would send the password in clear text; use mailtos://", key="url")
    try:
        context = ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{ca_file}: not a file of certificates ({error})", key="ca_file") from None
    if not plugin.verify_certificate:
        raise ConfigError("verify=no would hand mail to anybody; name the certificate with ca_file instead", key="url")
    return Server(
        host=str(plugin.smtp_host),
        port=int(plugin.port),
        mode=str(plugin.secure_mode),
        user=str(plugin.user or ""),
        password=str(plugin.password or ""),
        context=context,
    )

"""A message as a mail: the same bytes at every try."""

from __future__ import annotations

import re
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy

from monitor.messages.render import NO_DOMAIN
from monitor.messages.returns import HEADER
from monitor.ports import Delivery

# One unquoted local part and a domain: what people have. Quoted oddities are where injections hide.
_USABLE = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f]+")
_LONGEST_LINE = 998  # RFC 5322, 2.1.1


_WIDTH = 78  # RFC 5322, 2.1.1: what a line should be


class _Policy(EmailPolicy):
    """Folds headers between words, never straight after the name: some clients show such a subject with a blank before it, or
    as an empty one. A word that is longer than a line stays whole: made an encoded word, no client takes it for an address
    (RFC 2047, 5), and one-click unsubscribing would be gone.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header as bytes."""
        if not value.isascii() and name == "Subject":
            value = Header(value, "utf-8", maxlinelen=_WIDTH - 2, header_name=name).encode(linesep="\n").replace("\n", "")
        if not value.isascii():
            return super().fold_binary(name, value)
        lines = [f"{name}:"]
        for word in value.split():
            if len(lines[-1]) + 1 + len(word) <= _WIDTH or lines[-1] == f"{name}:":
                lines[-1] += f" {word}"
            else:
                lines.append(f" {word}")
        if max(map(len, lines)) > _LONGEST_LINE:
            return super().fold_binary(name, value)
        return (self.linesep.join(lines) + self.linesep).encode("ascii")


# Quoted-printable everywhere: eight-bit bodies are re-encoded by some relays, which breaks signatures.
_POLICY = _Policy(linesep="\r\n", cte_type="7bit", max_line_length=_WIDTH)


def mime(delivery: Delivery, *, sender: str, sender_name: str, recipient: str, reply_to: str = "", mark: str = "") -> bytes:
    """The mail of a delivery. Its id, its date and the boundary between its parts come from the delivery, none from now.

    `mark` is what it is known by when it comes back. Raises ValueError for an address that is none.
    """
    message = delivery.message
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(sender, sender_name)
    mail["To"] = _address(recipient, "")
    if reply_to:
        mail["Reply-To"] = _address(reply_to, "")
    mail["Subject"] = _line(message.subject)
    domain = _domain(sender)
    for name, value in message.headers.items():
        mail[name] = _line(value.replace(NO_DOMAIN, domain))
    if mark:
        mail[HEADER] = mark
    mail.set_content(message.text, cte="quoted-printable")
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        mail.set_boundary(f"=_{delivery.id}")
    return mail.as_bytes()


def _domain(sender: str) -> str:
    """The domain of an address as it stands in ids, which are ASCII."""
    domain = sender.rpartition("@")[2]
    try:
        return domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return NO_DOMAIN


def _line(value: str) -> str:
    """One line: whatever would end a header line is a space."""
    return " ".join(value.split())


def usable(address: str) -> bool:
    """Whether this is one plain address that can stand in an envelope."""
    return _USABLE.fullmatch(address) is not None


def _address(address: str, name: str) -> Address:
    if not usable(address):
        raise ValueError("not an address")
    user, _, domain = address.rpartition("@")
    return Address(display_name=name, username=user, domain=domain)

"""A message as a mail: the same bytes at every try."""

from __future__ import annotations

import re
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy

from monitor.domain.mailboxes import ascii_address, ascii_domain
from monitor.messages.render import NO_DOMAIN
from monitor.messages.signed_return_path import HEADER
from monitor.ports import Delivery

# One unquoted local part and a domain: what people have. Quoted oddities are where injections hide.
_USABLE = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f]+")
_MAX_LINE = 998  # RFC 5322, 2.1.1


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
        if max(map(len, lines)) > _MAX_LINE:
            return super().fold_binary(name, value)
        return (self.linesep.join(lines) + self.linesep).encode("ascii")


# Quoted-printable everywhere: eight-bit bodies are re-encoded by some relays, which breaks signatures.
_POLICY = _Policy(linesep="\r\n", cte_type="7bit", max_line_length=_WIDTH)
# Where an address has to be in UTF-8: as an encoded word it would be none (RFC 2047, 5).
_UTF8_POLICY = _POLICY.clone(utf8=True)


def mime(delivery: Delivery, *, sender: str, sender_name: str, recipient: str, reply_to: str = "", mark: str = "") -> bytes:
    """The mail of a delivery. Its id, its date and the boundary between its parts come from the delivery, none from now.

    `mark` is what it is known by when it comes back. Raises ValueError for an address that is none.
    """
    message = delivery.message
    in_utf8 = any(map(needs_smtputf8, (sender, recipient, reply_to)))
    mail = EmailMessage(policy=_UTF8_POLICY if in_utf8 else _POLICY)
    mail["From"] = _address(sender, sender_name)
    mail["To"] = _address(recipient, "")
    if reply_to:
        mail["Reply-To"] = _address(reply_to, "")
    mail["Subject"] = _line(message.subject)
    domain = ascii_domain(sender.rpartition("@")[2]) or NO_DOMAIN
    for name, value in message.headers.items():
        mail[name] = _line(value.replace(NO_DOMAIN, domain))
    if mark:
        mail[HEADER] = mark
    mail.set_content(message.text, cte="quoted-printable")
    if message.html:
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        mail.set_boundary(f"=_{delivery.id}")
    return mail.as_bytes()


def _line(value: str) -> str:
    """One line: whatever would end a header line is a space."""
    return " ".join(value.split())


def usable(address: str) -> bool:
    """Whether this is one plain address that can stand in an envelope."""
    return _USABLE.fullmatch(address) is not None


def needs_smtputf8(address: str) -> bool:
    """Whether only servers with SMTPUTF8 (RFC 6531) can carry an address: one with an accent before the @."""
    return not address.rpartition("@")[0].isascii()


def _address(address: str, name: str) -> Address:
    if not usable(address):
        raise ValueError("not an address")
    user, _, domain = ascii_address(address).rpartition("@")
    return Address(display_name=name, username=user, domain=domain)

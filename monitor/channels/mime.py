"""A message as a mail: the same bytes at every try."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy

from monitor.messages.returns import HEADER
from monitor.ports import Delivery

# One unquoted local part and a domain: what people have. Quoted oddities are where injections hide.
_USABLE = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f]+")
_LONGEST_LINE = 998  # RFC 5322, 2.1.1


class _Policy(EmailPolicy):
    """Folds headers, but leaves whole what has nowhere to be folded: a long address would be made an encoded word, which no
    client takes for an address (RFC 2047, 5), and one-click unsubscribing would be gone.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """One header as bytes."""
        line = f"{name}: {value}"
        whole = line.isascii() and len(line) <= _LONGEST_LINE and any(len(word) > 76 for word in line.split(" "))
        return (line + self.linesep).encode("ascii") if whole else super().fold_binary(name, value)


# Quoted-printable everywhere: eight-bit bodies are re-encoded by some relays, which breaks signatures.
_POLICY = _Policy(linesep="\r\n", cte_type="7bit", max_line_length=78)


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
    for name, value in message.headers.items():
        mail[name] = _line(value)
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


def _address(address: str, name: str) -> Address:
    if not usable(address):
        raise ValueError("not an address")
    user, _, domain = address.rpartition("@")
    return Address(display_name=name, username=user, domain=domain)

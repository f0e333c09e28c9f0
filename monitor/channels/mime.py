"""A message as a mail: the same bytes at every try."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

from monitor.messages.returns import HEADER
from monitor.ports import Delivery

# One unquoted local part and a domain: what people have. Quoted oddities are where injections hide.
_USABLE = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f]+@[^\s@<>()\[\],;:\\\"\x00-\x1f]+")
# Quoted-printable everywhere: eight-bit bodies are re-encoded by some relays, which breaks signatures.
_POLICY = SMTP.clone(cte_type="7bit", max_line_length=78)


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

"""Addresses that act for one person: signed, bound to one purpose, revocable, and no login."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum


class LinkAction(StrEnum):
    """What a signed address may do; an address made for one act is worth nothing for another."""

    UNSUBSCRIBE = "u"  #: of a delivery: ends every subscription that it was for
    MANAGE = "m"  #: of a subscription
    CONFIRM = "c"  #: of a subscription that was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes and checks signed addresses under `base`. The key never leaves the installation; without it nothing can be made."""

    base: str  #: public address, without a slash at its end
    key: bytes

    def make(self, action: LinkAction, subject: str, nonce: str = "") -> str:
        """The address for one act on one subject; changing its stored `nonce` revokes every address made before."""
        return f"{self.base}/{action}/{self.token(action, subject, nonce)}"

    def token(self, action: LinkAction, subject: str, nonce: str = "") -> str:
        """The last part of the address: subject and 160 bits of signature."""
        said = f"{action}\n{subject}\n{nonce}".encode()
        mac = hmac.new(self.key, said, hashlib.sha256).digest()[:20]
        return f"{subject}.{urlsafe_b64encode(mac).decode().rstrip('=')}"

    def subject(self, token: str) -> str:
        """The subject that a token claims; whether it may is for `holds` to say."""
        return token.rpartition(".")[0]

    def holds(self, action: LinkAction, token: str, nonce: str = "") -> bool:
        """Whether a token was made here, for this act and with this nonce. Takes the same time for every wrong one."""
        return hmac.compare_digest(self.token(action, self.subject(token), nonce).encode(), token.encode())

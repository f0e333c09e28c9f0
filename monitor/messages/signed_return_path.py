"""The signed mark by which a mail that comes back is known to be about a message of ours, and not made up."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass

#: The header of a mail that carries its mark, for servers that replace the envelope's sender.
HEADER = "X-Return-Mark"
_ID_BYTES, _MAC_BYTES = 16, 10
#: A mark: 128 bits of delivery and 80 of signature in base32. Small letters, because mail servers fold the case of addresses.
MARK_LENGTH = 42
PATTERN = re.compile(rf"[a-z2-7]{{{MARK_LENGTH}}}")
#: What RFC 5321 allows left of the at sign.
_MAX_LOCAL = 64


def _encoded(raw: bytes) -> str:
    return base64.b32encode(raw).decode("ascii").rstrip("=").lower()


def _decoded(text: str) -> bytes:
    return base64.b32decode(text.upper() + "=" * (-len(text) % 8))


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedReturnPath:
    """Makes marks and reads them. Only who holds the key can make one, and the key never leaves the installation."""

    key: bytes

    def mark(self, delivery: str) -> str:
        """The mark of a delivery, 42 letters and digits; empty for an id that is not one of 32 hexadecimal digits."""
        try:
            raw = bytes.fromhex(delivery)
        except ValueError:
            return ""
        return _encoded(raw) + _encoded(self._signature(raw)) if len(raw) == _ID_BYTES else ""

    def delivery(self, mark: str) -> str | None:
        """The delivery whose mark this is; None for what was not made here."""
        if not PATTERN.fullmatch(mark):
            return None
        try:
            raw, signed = _decoded(mark[:26]), _decoded(mark[26:])
        except binascii.Error:
            return None
        # The last letter of the id has two bits to spare: only the spelling that is made here is taken.
        if _encoded(raw) != mark[:26] or not hmac.compare_digest(self._signature(raw), signed):
            return None
        return raw.hex()

    def _signature(self, raw: bytes) -> bytes:
        return hmac.new(self.key, b"return\n" + raw, hashlib.sha256).digest()[:_MAC_BYTES]


def return_path(address: str, mark: str) -> str:
    """``bounces@example.org`` with a mark: ``bounces+MARK@example.org``. Raises ValueError where that would be too long."""
    local, _, domain = address.rpartition("@")
    if not local or not domain:
        raise ValueError("not an address")
    marked = f"{local}+{mark}" if mark else local
    if len(marked) > _MAX_LOCAL:
        raise ValueError(f"too long: at most {_MAX_LOCAL - MARK_LENGTH - 1} characters before the @")
    return f"{marked}@{domain}"

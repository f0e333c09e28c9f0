"""DKIM (RFC 6376): the public key by which receivers check that a mail was signed by its domain."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence

from monitor.postmaster.findings import Finding, Level, txt, unanswered
from monitor.postmaster.lookup import Lookup

#: Bits of an RSA key: below the first nobody believes it (RFC 8301), below the second it should be renewed.
MIN_BITS, GOOD_BITS = 1024, 2048
_ED25519_BYTES = 32


def tags(record: str) -> Mapping[str, str]:
    """``v=DKIM1; p=...`` as names and values; what is no such pair is left out. DMARC is written in the same way."""
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): re.sub(r"\s+", "", value) for name, equals, value in pairs if equals and name.strip()}


def dkim_findings(domain: str, selectors: Sequence[str], lookup: Lookup) -> tuple[Finding, ...]:
    """What is to be said of the keys of a domain. Selectors cannot be listed by DNS: they have to be known."""
    if not selectors:
        says = "nobody said under which selector the key is, so it was not looked at"
        cure = 'dkim_selector = "..." at the channel, or --selector; the header DKIM-Signature of a mail of yours has it as s='
        return (Finding(level=Level.WARNING, about="DKIM", name=f"*._domainkey.{domain}", says=says, publish=cure),)
    return tuple(_key_finding(f"{selector}._domainkey.{domain}", lookup) for selector in selectors)


def _key_finding(name: str, lookup: Lookup) -> Finding:
    answer = lookup.txt(name)
    if answer.unknown:
        return unanswered("DKIM", name, answer)
    keys = [value for value in answer.values if "p" in tags(value)]
    advice = txt(name, "v=DKIM1; k=rsa; p=<the public key that your mail server tells>")
    if len(keys) != 1:
        says = (
            f"{len(keys)} keys where one is allowed: receivers may take either"
            if keys
            else "no key: signatures are not believed"
        )
        return Finding(level=Level.ERROR, about="DKIM", name=name, says=says, publish=advice)
    level, says = _judged(tags(keys[0]))
    return Finding(level=level, about="DKIM", name=name, says=says, publish="" if level is Level.OK else advice)


def _judged(found: Mapping[str, str]) -> tuple[Level, str]:
    """How good a key record is."""
    if found.get("v", "DKIM1") != "DKIM1":
        return Level.ERROR, f"v={found['v'][:20]}: receivers ignore the key"
    if not found["p"]:
        return Level.ERROR, "the key is revoked (p= is empty): every signature by it is refused"
    try:
        raw = base64.b64decode(found["p"], validate=True)
    except binascii.Error:
        return Level.ERROR, "p= is not base64: receivers ignore the key"
    kind = found.get("k", "rsa").lower()
    if kind == "ed25519":
        good = len(raw) == _ED25519_BYTES
        return (Level.OK, "an Ed25519 key") if good else (Level.ERROR, f"an Ed25519 key of {len(raw)} bytes instead of 32")
    if kind != "rsa":
        return Level.ERROR, f"k={kind[:20]}: no receiver knows such keys"
    bits = rsa_bits(raw)
    if bits is None:
        return Level.ERROR, "p= is no RSA key: receivers ignore it (is a part of the record missing?)"
    if bits < MIN_BITS:
        return Level.ERROR, f"an RSA key of {bits} bits: receivers ignore keys below {MIN_BITS}"
    if "y" in found.get("t", "").split(":"):
        return Level.WARNING, "t=y says that this is a test: receivers treat signed mail as unsigned"
    if bits < GOOD_BITS:
        return Level.WARNING, f"an RSA key of {bits} bits; {GOOD_BITS} are usual now"
    return Level.OK, f"an RSA key of {bits} bits"


def rsa_bits(der: bytes) -> int | None:
    """The length of an RSA modulus in a SubjectPublicKeyInfo or a bare RSAPublicKey (DER); None where there is none."""
    try:
        outer, _ = _element(der, 0x30)
        if outer[:1] == b"\x30":
            _algorithm, rest = _element(outer, 0x30)
            bits, _ = _element(rest, 0x03)
            outer, _ = _element(bits[1:], 0x30)
        modulus, _ = _element(outer, 0x02)
    except ValueError:
        return None
    return int.from_bytes(modulus).bit_length()


def _element(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """The content of the element that `der` begins with, and what follows it. Raises ValueError where it is another."""
    if len(der) < 2 or der[0] != tag:
        raise ValueError("another element")
    length, start = der[1], 2
    if length & 0x80:
        size = length & 0x7F
        length, start = int.from_bytes(der[2 : 2 + size]), 2 + size
    content = der[start : start + length]
    if not content or len(content) != length:
        raise ValueError("cut short")
    return content, der[start + length :]

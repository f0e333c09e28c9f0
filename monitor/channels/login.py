"""Logging in to a mail server with a name and a password in any letters: in UTF-8 (RFC 4616), where `smtplib` has ASCII."""

from __future__ import annotations

import base64
import hmac
import smtplib
import unicodedata
from collections.abc import Callable, Mapping, Sequence

_YES, _ALREADY, _GO_ON = 235, 503, 334


class LoginNotOffered(smtplib.SMTPException):
    """The server offers no login that takes a password; says what it does offer."""


def _plain(smtp: smtplib.SMTP, user: bytes, password: bytes) -> tuple[int, bytes]:
    """RFC 4616."""
    return smtp.docmd("AUTH", "PLAIN " + _encoded(b"\0" + user + b"\0" + password))


def _login(smtp: smtplib.SMTP, user: bytes, password: bytes) -> tuple[int, bytes]:
    """Never a standard, spoken everywhere: the name, then the password, each when asked."""
    reply = smtp.docmd("AUTH", "LOGIN")
    for answer in (user, password):
        if reply[0] != _GO_ON:
            break
        reply = smtp.docmd(_encoded(answer))
    return reply


def _cram_md5(smtp: smtplib.SMTP, user: bytes, password: bytes) -> tuple[int, bytes]:
    """RFC 2195."""
    code, challenge = smtp.docmd("AUTH", "CRAM-MD5")
    if code != _GO_ON:
        return code, challenge
    proof = hmac.new(password, base64.b64decode(challenge), "md5").hexdigest()
    return smtp.docmd(_encoded(user + b" " + proof.encode("ascii")))


#: The ones we know, the best first.
_WAYS: Mapping[str, Callable[[smtplib.SMTP, bytes, bytes], tuple[int, bytes]]] = {
    "CRAM-MD5": _cram_md5,
    "PLAIN": _plain,
    "LOGIN": _login,
}


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _offered(smtp: smtplib.SMTP) -> Sequence[str]:
    return smtp.esmtp_features.get("auth", "").upper().split() if smtp.has_extn("auth") else ()


def log_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """Log in to a server that was greeted, by each way that it offers until one is taken.

    Raises LoginNotOffered where it offers none that we know, `smtplib.SMTPAuthenticationError` where it says no.
    """
    offered = _offered(smtp)
    ways = [_WAYS[name] for name in _WAYS if name in offered]
    if not ways:
        what = f"the server offers {' and '.join(sorted(set(offered)))} only" if offered else "the server offers no login"
        raise LoginNotOffered(f"{what}; we log in with a password by {', '.join(_WAYS)}")
    # One letter may be written in two ways (an e with an accent): servers keep the composed one (RFC 8265).
    name, word = (unicodedata.normalize("NFC", each).encode() for each in (user, password))
    reply = (0, b"")
    for way in ways:
        reply = way(smtp, name, word)
        if reply[0] in {_YES, _ALREADY}:
            return
    raise smtplib.SMTPAuthenticationError(*reply)

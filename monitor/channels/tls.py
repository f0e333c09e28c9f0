"""Encryption to a mail server: whose certificates are believed, and what was wrong with it, as a word for a reason."""

from __future__ import annotations

import ssl

from monitor.ports import ConfigError

#: OpenSSL's X509_V_ERR_*, in the words of an operator.
_WORDS = {
    9: "not yet valid",
    10: "expired",
    18: "self-signed",
    19: "self-signed",
    20: "issuer unknown",
    21: "issuer unknown",
    62: "of another host",
    64: "of another host",
}


def context_of(ca_file: str) -> ssl.SSLContext:
    """What believes the certificates in a file; where none is named, those of this machine. Raises ConfigError."""
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{ca_file}: not a file of certificates ({error})", key="ca_file") from None


def tls_reason(error: ssl.SSLError) -> str:
    """``bad_certificate expired``, or ``tls_failed`` where it did not come as far as a certificate.

    A certificate is put right one day: the message waits for that, and nothing is sent before.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"bad_certificate {_WORDS.get(error.verify_code, f'code {error.verify_code}')}"
    return "tls_failed"

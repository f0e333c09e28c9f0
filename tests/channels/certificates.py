"""Certificates for servers on loopback, made on the spot with openssl."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Authority:
    """Somebody who signs certificates, whom a client may be told to trust."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """What a client trusts."""
        return self.folder / "ca.pem"

    def server(self, name: str, *, expired: bool = False, signed: bool = True) -> ssl.SSLContext:
        """A server's context with a certificate for `name`, by this authority or signed by itself."""
        request, cert, key = (self.folder / f"{name}.{kind}" for kind in ("csr", "pem", "key"))
        _openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(request))
        names = self.folder / f"{name}.ext"
        names.write_text(f"subjectAltName=DNS:{name}\n")
        by = ["-CA", str(self.certificate), "-CAkey", str(self.folder / "ca.key"), "-CAcreateserial"]
        by = by if signed else ["-signkey", str(key)]
        sign = ["x509", "-req", "-in", str(request), *by, "-extfile", str(names), "-out", str(cert)]
        if not expired:
            _openssl(*sign, "-days", "30")
        else:
            try:
                _openssl(*sign, "-days", "-1")  # a life that ended before it began
            except subprocess.CalledProcessError:  # newer versions want to be told so in other words
                _openssl(*sign, "-not_before", "20200101000000Z", "-not_after", "20200201000000Z")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        return context


def new_authority(folder: Path) -> Authority:
    """An authority with a key of its own; skips the test where there is no openssl."""
    key, cert = folder / "ca.key", folder / "ca.pem"
    _openssl(
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "30",
        "-subj",
        "/CN=Test authority",
        "-keyout",
        str(key),
        "-out",
        str(cert),
    )
    return Authority(folder)


def _openssl(*words: str) -> None:
    try:
        subprocess.run(["openssl", *words], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no openssl here")

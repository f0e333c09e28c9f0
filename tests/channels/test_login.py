"""Logging in to a mail server: in any letters, by what it offers, and plainly said where it offers nothing that we know."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest

from monitor.channels.smtp import Server, hand_over
from monitor.ports import Outcome, Result
from tests.channels.servers import scripted_smtp

USER, PASSWORD = "jörg@council.example", "pa£s wörd"


class Doorkeeper:
    """An SMTP server that lets in who knows the password, by one of the ways that it offers."""

    def __init__(self, *ways: str, password: str = PASSWORD) -> None:
        self.ways, self.password = ways, password.encode()
        self.tried: list[str] = []

    def __call__(self, file: Any) -> None:
        file.write(b"220 hello\r\n")
        while line := file.readline():
            verb, _, rest = line.decode("ascii").strip().partition(" ")
            if verb.lower() == "ehlo":
                file.write(f"250-here\r\n250 AUTH {' '.join(self.ways)}\r\n".encode() if self.ways else b"250 here\r\n")
            elif verb == "AUTH":
                file.write(b"235 welcome\r\n" if self._knows(file, *rest.split()) else b"535 5.7.8 no\r\n")
            elif verb.lower() == "data":
                file.write(b"354 go on\r\n")
                while file.readline() != b".\r\n":
                    pass
                file.write(b"250 ok\r\n")
            else:
                file.write(b"250 ok\r\n")

    def _ask(self, file: Any, question: bytes) -> bytes:
        file.write(b"334 " + base64.b64encode(question) + b"\r\n")
        return base64.b64decode(file.readline())

    def _knows(self, file: Any, way: str, first: str = "") -> bool:
        self.tried.append(way)
        if way == "PLAIN":
            return base64.b64decode(first) == b"\0" + USER.encode() + b"\0" + self.password
        if way == "LOGIN":
            return [self._ask(file, b"Username:"), self._ask(file, b"Password:")] == [USER.encode(), self.password]
        proof = hmac.new(self.password, b"<1@here>", hashlib.md5).hexdigest()
        return self._ask(file, b"<1@here>") == USER.encode() + b" " + proof.encode()


def outcome(keeper: Doorkeeper, password: str = PASSWORD) -> Outcome:
    with scripted_smtp(keeper) as port:
        server = Server(host="127.0.0.1", port=port, mode="insecure", user=USER, password=password)
        return hand_over(server, "a@monitor.test", "ann@reader.test", b"Subject: x\r\n\r\nx\r\n", lambda: True)


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN", "CRAM-MD5"])
def test_a_password_in_any_letters_by_each_way(way: str) -> None:
    keeper = Doorkeeper(way)
    assert outcome(keeper).result is Result.SENT
    assert keeper.tried == [way]


def test_a_letter_written_in_two_parts_is_the_same_letter() -> None:
    assert outcome(Doorkeeper("PLAIN", password="caf\u00e9"), "cafe\u0301").result is Result.SENT


def test_a_wrong_password_waits_after_every_way_was_tried() -> None:
    keeper = Doorkeeper("LOGIN", "PLAIN", "XOAUTH2", password="another")
    assert outcome(keeper) == Outcome(result=Result.TRANSIENT, reason="smtp_535_auth 5.7.8")
    assert keeper.tried == ["PLAIN", "LOGIN"]


@pytest.mark.parametrize(
    ("offered", "said"),
    [
        (("XOAUTH2",), "the server offers XOAUTH2 only"),
        (("XOAUTH2", "GSSAPI"), "the server offers GSSAPI and XOAUTH2 only"),
        ((), "the server offers no login"),
    ],
)
def test_a_server_without_any_login_that_we_know_is_named_as_that(offered: tuple[str, ...], said: str) -> None:
    found = outcome(Doorkeeper(*offered))
    assert found.result is Result.TRANSIENT
    assert found.reason.startswith(f"auth_not_offered: {said}")
    assert PASSWORD not in found.reason

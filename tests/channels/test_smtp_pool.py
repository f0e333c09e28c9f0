"""A line to a mail server is used again where that is safe, and what goes wrong with an old one costs no mail."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from monitor.channels import smtp_pool as lines_module
from monitor.channels.smtp import Server, hand_over
from monitor.channels.smtp_pool import SmtpPool
from monitor.ports import Outcome, Result
from tests.channels.servers import scripted_smtp

BODY = b"Subject: Kent\r\n\r\nKent: good\r\n"


class Clerk:
    """A mail server that notes what it is told, one connection after the other; `answers` are to verbs, in turn."""

    def __init__(self, **answers: list[str | None]) -> None:
        self.answers = answers
        self.sessions: list[list[str]] = []
        self.mails = 0

    def __call__(self, file: Any) -> None:
        verbs: list[str] = []
        self.sessions.append(verbs)
        file.write(b"220 clerk\r\n")
        while line := file.readline():
            verb = line.split(b" ")[0].strip().decode().upper()
            verbs.append(verb)
            answer = (
                self.answers.get(verb, []).pop(0) if self.answers.get(verb) else "354 go on" if verb == "DATA" else "250 ok"
            )
            if answer is None or verb == "QUIT":
                return
            file.write(f"{answer}\r\n".encode())
            if answer.startswith("354"):
                while (text := file.readline()) != b".\r\n":
                    if not text:
                        return
                self.mails += 1
                file.write(b"250 taken\r\n")

    def verbs(self, session: int) -> str:
        return " ".join(self.sessions[session])


@contextmanager
def serving(clerk: Clerk, **options: Any) -> Iterator[tuple[int, SmtpPool]]:
    """The clerk's port and lines to it; those still open are closed at the end."""
    pool = SmtpPool(**options)
    with scripted_smtp(clerk) as port:
        yield port, pool
        while line := pool.take():
            line.smtp.close()


def mail(port: int, pool: SmtpPool, commit: Any = lambda: True) -> Outcome:
    server = Server(host="127.0.0.1", port=port, mode="insecure")
    return hand_over(server, "alerts@monitor.test", "ann@reader.test", BODY, commit, pool=pool)


def test_the_next_mail_goes_by_the_same_line() -> None:
    clerk = Clerk()
    with serving(clerk) as (port, pool):
        assert [mail(port, pool).result for _ in range(3)] == [Result.SENT] * 3
        assert len(clerk.sessions) == 1
        assert clerk.verbs(0) == "EHLO MAIL RCPT DATA RSET MAIL RCPT DATA RSET MAIL RCPT DATA"


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param({"RSET": [None]}, id="hung up while nothing was said"),
        pytest.param({"RSET": ["421 good night"]}, id="said good night"),
        pytest.param({"MAIL": ["250 ok", None]}, id="hung up at the next sender"),
        pytest.param({"MAIL": ["250 ok", "421 enough mails"]}, id="has had enough mails"),
    ],
)
def test_a_line_that_ended_in_the_meantime_costs_nothing(answers: dict[str, list[str | None]]) -> None:
    clerk, committed = Clerk(**answers), []
    with serving(clerk) as (port, pool):
        assert mail(port, pool).result is Result.SENT
        assert mail(port, pool, lambda: committed.append(1) or True).result is Result.SENT
    assert (len(clerk.sessions), clerk.mails, committed) == (2, 2, [1])


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        pytest.param({"MAIL": ["250 ok", "452 too much"]}, "smtp_452_mail", id="a refusal is one"),
        pytest.param({"RCPT": ["250 ok", "550 nobody"]}, "smtp_550_rcpt", id="a recipient refused"),
        pytest.param({"RCPT": ["250 ok", None]}, "disconnected_rcpt", id="hung up at the recipient"),
        pytest.param({"DATA": ["354 go on", None]}, "disconnected_data", id="hung up at the text"),
    ],
)
def test_what_is_answered_to_this_mail_is_its_outcome(answers: dict[str, list[str | None]], reason: str) -> None:
    clerk = Clerk(**answers)
    with serving(clerk) as (port, pool):
        assert mail(port, pool).result is Result.SENT
        assert mail(port, pool).reason == reason
        assert len(clerk.sessions) == 1
        assert mail(port, pool).result is Result.SENT, "by a new line: the old one was dropped without a word"
    assert clerk.mails == 2
    assert "QUIT" not in clerk.verbs(0)


def test_good_night_at_the_first_sender_is_a_failure_for_now() -> None:
    clerk = Clerk(MAIL=["421 busy"])
    with serving(clerk) as (port, pool):
        told = mail(port, pool)
    assert (told.result, told.reason, len(clerk.sessions)) == (Result.TRANSIENT, "smtp_421_mail", 1)


def test_a_claim_that_was_lost_leaves_no_half_a_mail_on_a_line() -> None:
    clerk = Clerk()
    with serving(clerk) as (port, pool):
        assert mail(port, pool, lambda: False).reason == "lost_claim"
        assert mail(port, pool).result is Result.SENT
    assert (len(clerk.sessions), clerk.mails) == (2, 1)


def test_a_line_is_closed_when_nobody_needs_it() -> None:
    clerk = Clerk()
    with serving(clerk, idle=0.05) as (port, pool):
        assert mail(port, pool).result is Result.SENT
        for _ in range(200):
            if clerk.verbs(0).endswith("QUIT"):
                break
            time.sleep(0.01)
        assert clerk.verbs(0) == "EHLO MAIL RCPT DATA QUIT"
        assert mail(port, pool).result is Result.SENT
    assert len(clerk.sessions) == 2


def test_a_line_has_only_so_many_mails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_module, "MAX_MAILS", 2)
    clerk = Clerk()
    with serving(clerk) as (port, pool):
        assert [mail(port, pool).result for _ in range(3)] == [Result.SENT] * 3
    assert [session.count("MAIL") for session in clerk.sessions] == [2, 1]


def test_without_lines_a_mail_has_one_of_its_own() -> None:
    clerk = Clerk()
    with scripted_smtp(clerk) as port:
        server = Server(host="127.0.0.1", port=port, mode="insecure")
        assert hand_over(server, "a@monitor.test", "ann@reader.test", BODY, lambda: True).result is Result.SENT
    assert clerk.verbs(0) == "EHLO MAIL RCPT DATA QUIT"

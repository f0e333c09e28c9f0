"""No code stands alone before a person: each says what it means and what to do."""

from __future__ import annotations

import re

import pytest

from monitor.domain.ledger import Background
from monitor.messages.codes import _row, reason_words, silent_words, what_to_do
from monitor.ports import DeliveryState
from monitor.store.outbox import Known
from monitor.tables.delivery_reasons import ROWS, STAGES


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.example)
def test_every_row_is_the_first_for_its_example_and_leaves_no_gap(row) -> None:
    assert _row(row.example)[0] is row
    said = reason_words(row.example)
    assert said.endswith(f"({row.example})")
    assert "{" not in said + what_to_do(row.example)
    assert "  " not in said


@pytest.mark.parametrize("what", ["timeout", "disconnected", "unreachable", "garbled"])
@pytest.mark.parametrize("stage", STAGES)
def test_whatever_a_mail_server_does_at_whatever_step_has_words(what: str, stage: str) -> None:
    said = reason_words(f"{what}_{stage}")
    assert "mail server" in said or "login" in said
    assert what_to_do(f"{what}_{stage}")


@pytest.mark.parametrize("state", [DeliveryState.SENDING, DeliveryState.COMMITTING, DeliveryState.UNCERTAIN])
@pytest.mark.parametrize("resend", [(), ("mail",)])
@pytest.mark.parametrize("accepted", [(), ("d1",)])
def test_what_a_crash_left_has_words(state: DeliveryState, resend: tuple[str, ...], accepted: tuple[str, ...]) -> None:
    after, reason = Known(owner="two", resend=resend, accepted=accepted).after(state, "d1", 1, "mail")
    assert not re.match(r"\w+_\w", reason_words(reason))
    assert bool(what_to_do(reason)) == (after is DeliveryState.UNCERTAIN and bool(reason))


@pytest.mark.parametrize(
    ("code", "said", "todo"),
    [
        ("gave up: smtp_451_rcpt 4.7.1", "given up after three days: the mail server put it off", "tried again by itself"),
        ("smtp_535_auth 5.7.8", "the mail server refuses our login", "user and password"),
        ("garbled_auth", "the login could not be said or understood", "user and password"),
        ("auth_not_offered: XOAUTH2", "offers no login that we know", "PLAIN"),
        ("http_502 (resending as configured)", "it is out of order", "tried again"),
        ("dropped by the operator", "dropped by the operator", ""),
        ("", "", ""),
    ],
)
def test_what_a_person_reads(code: str, said: str, todo: str) -> None:
    assert said in reason_words(code)
    assert todo in what_to_do(code)


def test_why_nobody_was_told_is_no_code() -> None:
    for code in Background:
        assert not re.search(r"\w_\w", silent_words(code))
    assert silent_words("") == ""

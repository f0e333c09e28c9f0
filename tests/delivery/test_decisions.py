"""When a message is tried again, and when no more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.delivery import GIVE_UP, RETRY, next_try, settlement
from monitor.domain.message import Message
from monitor.ports import Delivery, Outcome, Result
from tests.builders import NOW


def delivery(attempt: int = 1, identity: str = "d1") -> Delivery:
    message = Message(subject="s", forms={"text": "t"})
    return Delivery(
        id=identity, channel="c", recipient="", message=message, attempt=attempt, owner="o", epoch=attempt, created=NOW
    )


TRANSIENT = Outcome(result=Result.TRANSIENT, reason="smtp_451")


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 1), (2, 5), (3, 15), (4, 60), (5, 60), (40, 60)])
def test_waits_grow_to_an_hour(attempt: int, minutes: int) -> None:
    again = next_try(delivery(attempt), TRANSIENT, NOW)
    assert again is not None
    assert timedelta(minutes=minutes * 0.8) <= again - NOW <= timedelta(minutes=minutes * 1.2)


@given(st.uuids())
def test_jitter_is_the_deliverys_own(identity: object) -> None:
    one = delivery(identity=str(identity))
    assert next_try(one, TRANSIENT, NOW) == next_try(one, TRANSIENT, NOW)


def test_not_every_delivery_comes_back_at_once() -> None:
    assert len({next_try(delivery(identity=str(n)), TRANSIENT, NOW) for n in range(50)}) == 50


@pytest.mark.parametrize(("asked", "given_"), [(120.0, 120), (0.0, 1), (-5.0, 1), (10 * 365 * 86400.0, 6 * 3600)])
def test_retry_after_is_believed_within_reason(asked: float, given_: int) -> None:
    outcome = Outcome(result=Result.TRANSIENT, reason="http_429", retry_after=asked)
    assert next_try(delivery(), outcome, NOW) == NOW + timedelta(seconds=given_)


def test_after_three_days_it_is_a_failure() -> None:
    last = NOW + GIVE_UP - timedelta(seconds=1)
    assert next_try(delivery(70), TRANSIENT, last) is not None
    outcome, again = settlement(delivery(71), TRANSIENT, NOW + GIVE_UP, resend_doubtful=False)
    assert (outcome.result, again) == (Result.PERMANENT, None)
    assert outcome.reason == "gave up: smtp_451"


def test_the_whole_schedule_is_tried_before_giving_up() -> None:
    now, attempts = NOW, 0
    while (again := next_try(delivery(attempts + 1), TRANSIENT, now)) is not None:
        now, attempts = again, attempts + 1
    assert len(RETRY) + 60 < attempts < len(RETRY) + 90


@pytest.mark.parametrize("result", [Result.SENT, Result.PERMANENT, Result.UNCERTAIN])
def test_only_a_transient_failure_is_tried_again(result: Result) -> None:
    assert settlement(delivery(), Outcome(result=result), NOW, resend_doubtful=False)[1] is None


def test_a_doubt_is_resent_only_where_the_operator_chose_so() -> None:
    doubt = Outcome(result=Result.UNCERTAIN, reason="timeout_after_last_byte")
    assert settlement(delivery(), doubt, NOW, resend_doubtful=False) == (doubt, None)
    outcome, again = settlement(delivery(), doubt, NOW, resend_doubtful=True)
    assert outcome.result is Result.TRANSIENT
    assert again is not None

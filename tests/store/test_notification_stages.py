"""What is told to whom, decided on plain data: each branch by its name, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from monitor.domain.model import Change, SourceClass
from monitor.domain.subscriptions import Subscription
from monitor.messages import Purpose
from monitor.ports import DeliveryState
from monitor.store.notification_stages import (
    Group,
    Held,
    History,
    News,
    Reason,
    Waiting,
    days_late,
    group,
    hold,
    route,
    schedule,
    suppress,
)
from tests.builders import NOW, subscription
from tests.messages.conftest import changes_of

TRAFFORD, *_ = changes_of("Trafford", date(2026, 8, 3))


def news(*changes: Change, **changed: Any) -> News:
    found = changes or (TRAFFORD,)
    ids = {f"c{number}": change for number, change in enumerate(found)}
    return News(changes=ids, known=(), source_class=SourceClass.PRESS, **changed)


def history(**changed: Any) -> History:
    return History(**({"alerted": (), "told": {}, "was_told": lambda _subscription, _change: (False, False)} | changed))


def told(*people: Subscription, reason: Reason = Reason.NOW, **changed: Any) -> tuple[Group, ...]:
    before = history(**changed)
    return group(route(news(), people, before), news(), before, reason)


ANN = subscription("ann")


@pytest.mark.parametrize(
    ("wanted", "before", "reason"),
    [
        ({}, {}, Reason.NOW),
        ({"frequency": "weekly"}, {}, Reason.DIGEST),
        ({"frequency": "weekly"}, {"doubtful": {("c0", "ann@reader.test")}}, Reason.DIGEST),
        ({}, {"told": {("c0", "ann@reader.test"): "d"}}, Reason.TOLD),
        ({}, {"told": {("c0", "bob@reader.test"): "d"}}, Reason.NOW),
        ({}, {"told": {("c0", "ann@reader.test"): "d"}, "doubtful": {("c0", "ann@reader.test")}}, Reason.TOLD),
        ({}, {"doubtful": {("c0", "ann@reader.test")}}, Reason.DOUBTFUL),
    ],
)
def test_why_a_match_is_told_at_once_or_not(wanted: dict[str, Any], before: dict[str, Any], reason: Reason) -> None:
    ann = subscription("ann", **wanted)
    (match,) = route(news(), [ann], history(**before))
    assert suppress(match, history(**before)) is reason
    assert [bool(group([match], news(), history(**before), each)) for each in Reason] == [each is reason for each in Reason]


def test_a_subscription_that_has_its_alert_is_not_routed_again() -> None:
    assert list(route(news(), [ANN], history(alerted={("c0", "ann")}))) == []
    assert [match.event for match in route(news(), [ANN], history(alerted={("c0", "bob")}))] == [("c0", "ann@reader.test")]


def test_a_person_with_two_subscriptions_is_one_group_by_the_first() -> None:
    second = subscription("desk", to="ann@reader.test")
    bob = subscription("bob")
    first, other = told(ANN, second, bob)
    assert (list(first.subscriptions), first.lead, list(first.changes)) == (["ann", "desk"], ANN, ["c0"])
    assert {name: len(why) for name, why in first.because.items()} == {"ann": 1, "desk": 1}
    assert other.target == "bob@reader.test"


@pytest.mark.parametrize(
    ("reason", "storm", "suspended", "held"),
    [
        (Reason.NOW, "", (), Held()),
        (Reason.NOW, "many at once", (), Held(state=DeliveryState.HELD, reason="many at once")),
        (Reason.DOUBTFUL, "", (), Held(state=DeliveryState.HELD, reason=Reason.DOUBTFUL.value)),
        (Reason.DOUBTFUL, "many at once", (), Held(state=DeliveryState.HELD, reason="many at once")),
        (Reason.NOW, "many at once", ("ann@reader.test",), Held(state=DeliveryState.CANCELLED, reason="suspended")),
    ],
)
def test_a_message_begins_in_a_state_with_its_reason(
    reason: Reason, storm: str, suspended: tuple[str, ...], held: Held
) -> None:
    doubtful = {("c0", "ann@reader.test")} if reason is Reason.DOUBTFUL else set()
    (each,) = told(ANN, reason=reason, doubtful=doubtful)
    assert hold(each, storm, history(suspended=suspended)) == held


def waits(minutes: float, **changed: Any) -> Waiting:
    return Waiting(**({"id": "d", "purpose": Purpose.CHANGE, "not_before": NOW + timedelta(minutes=minutes)} | changed))


@pytest.mark.parametrize(("wait", "joins", "expected"), [(0, None, 0), (5, None, 5), (5, 2, 2), (5, 9, 5)])
def test_what_joins_a_message_does_not_put_it_off(wait: float, joins: float | None, expected: float) -> None:
    (each,) = told(ANN)
    joined = replace(each, waiting=None if joins is None else waits(joins))
    found = schedule(joined, (), timedelta(minutes=wait), 99, 0, NOW)
    assert found == NOW + timedelta(minutes=expected)


def test_a_group_tells_all_that_waits_with_it() -> None:
    (each,) = told(ANN)
    key = TRAFFORD.inspection.key
    there = waits(1, changes={"c0": TRAFFORD}, because={"ann": ["first"]}, days_late={key: 4})
    joined = replace(each, because={"ann": ["second"], "desk": ["third"]}, waiting=there)
    assert joined.all_because == {"ann": ["first", "second"], "desk": ["third"]}
    assert there.because == {"ann": ["first"]}, "what was read stays as it was"
    assert days_late(joined, news(days_late=2)) == {key: 4}
    assert days_late(joined, news(days_late=9)) == {key: 9}
    assert not joined.is_empty

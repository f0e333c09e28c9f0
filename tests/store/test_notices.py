"""The operator is told through the outbox: once, whatever restarts, and another way where the first fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from monitor.domain.operator_alarms import PAUSE, Alarm, Receiver
from monitor.ports import Outcome, Result
from monitor.store import SqlStore, schema
from monitor.store.notices import alarming_since, outbox_alarms
from tests.builders import NOW, story, subscription
from tests.store.conftest import Open

BLIND = Alarm(about="gazette", name="blind", message="answers with a wall", since=NOW)
MAIL, SLACK = Receiver(channel="mail", to="ops@example.org"), Receiver(channel="slack")


def tell(store: SqlStore, *found: Alarm, minutes: int = 0, ways: tuple[Receiver, ...] = (MAIL, SLACK)) -> str:
    return store.notify_operator(found, ways, now=NOW + timedelta(minutes=minutes))


def ended(store: SqlStore, outcome: Outcome, *, minutes: int = 2) -> None:
    """Every delivery that is due ends so."""
    now = NOW + timedelta(minutes=minutes)
    for delivery in store.claim(owner="one", now=now, lease=60, limit=9):
        assert store.committing(delivery, now=now)
        again = now + timedelta(hours=1) if outcome.result is Result.TRANSIENT else None
        assert store.settle(delivery, outcome, now=now, not_before=again)


def channels(store: SqlStore) -> list[str]:
    return [line.channel for line in reversed(store.deliveries())]


def test_a_restart_repeats_nothing(open_it: Open) -> None:
    assert tell(open_it(), BLIND)
    again = open_it()
    assert not tell(again, BLIND, minutes=10)
    (line,) = again.deliveries()
    assert (line.purpose, line.channel, line.recipient) == ("operator", "mail", "ops@example.org")


def test_a_crash_between_remembering_and_telling_leaves_neither(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_it()

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("crash")

    with monkeypatch.context() as patched:
        patched.setattr("monitor.store.notices.enqueue_one", crash)
        with pytest.raises(RuntimeError):
            tell(store, BLIND)
    assert tell(store, BLIND)
    assert len(store.deliveries()) == 1


def test_without_a_way_alarms_are_remembered_and_told_when_there_is_one(open_it: Open) -> None:
    store = open_it()
    assert not tell(store, BLIND, ways=())
    assert tell(store, BLIND, minutes=1)


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(result=Result.PERMANENT, reason="smtp_550_rcpt"),
        Outcome(result=Result.UNCERTAIN, reason="timeout_after_last_byte"),
    ],
)
def test_a_notice_that_failed_goes_another_way_once(open_it: Open, outcome: Outcome) -> None:
    store = open_it()
    tell(store, BLIND)
    ended(store, outcome)
    assert tell(store, BLIND, minutes=4)
    assert channels(store) == ["mail", "slack"]
    ended(store, outcome, minutes=5)
    assert not tell(store, BLIND, minutes=30)


def test_a_notice_that_waits_goes_another_way_after_a_quarter_of_an_hour(open_it: Open) -> None:
    store = open_it()
    tell(store, BLIND)
    ended(store, Outcome(result=Result.TRANSIENT, reason="connect_timeout"))
    assert not tell(store, BLIND, minutes=14)
    assert tell(store, BLIND, minutes=16)
    assert channels(store) == ["mail", "slack"]


def test_where_there_is_only_one_way_what_failed_is_not_tried_for_ever(open_it: Open) -> None:
    store = open_it()
    tell(store, BLIND, ways=(MAIL,))
    ended(store, Outcome(result=Result.PERMANENT, reason="smtp_550_rcpt"))
    assert not tell(store, BLIND, minutes=4, ways=(MAIL,))


@pytest.mark.parametrize(
    "reason",
    [
        "smtp_535_auth",
        "smtp_550_dot 5.4.5 (ours: our sending limit)",
        "smtp_554_mail (ours: not said what)",
        "auth_not_offered: the server offers XOAUTH2 only; we log in with a password by PLAIN",
        "no_recipient",
    ],
)
def test_of_a_channel_that_is_refused_it_is_told_by_another(open_it: Open, reason: str) -> None:
    store = open_it(subscription(channel="mail", to="person@example.org"))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    ended(store, Outcome(result=Result.TRANSIENT, reason=reason))
    with store.engine.begin() as connection:
        found = outbox_alarms(connection, NOW)
    assert [alarm.key for alarm in found] == [("channel mail", "refused")]
    assert reason in found[0].message
    tell(store, *found, minutes=3)
    assert channels(store)[-1] == "slack"
    ended(store, Outcome(result=Result.SENT), minutes=70)
    with store.engine.begin() as connection:
        assert outbox_alarms(connection, NOW + timedelta(minutes=71)) == []


def test_messages_in_doubt_held_refused_or_stuck_are_alarming_and_no_recipient_is_named(open_it: Open) -> None:
    store = open_it(*(subscription(f"s{n}", to=f"person{n}@example.org") for n in range(4)))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    with store.engine.begin() as connection:
        ids = list(connection.execute(select(schema.deliveries.c.id)).scalars())
        for identity, state in zip(ids, ("uncertain", "held", "failed"), strict=False):
            connection.execute(
                update(schema.deliveries).where(schema.deliveries.c.id == identity).values(state=state, settled_at=NOW)
            )
        connection.execute(
            insert(schema.suspensions).values(target="person3@example.org", hard_bounces=3, suspended_at=NOW, reason="smtp_550")
        )
    with store.engine.begin() as connection:
        found = outbox_alarms(connection, NOW + timedelta(minutes=20))
        later = outbox_alarms(connection, NOW + timedelta(days=8))
    assert [alarm.name for alarm in found] == ["uncertain", "held", "failed", "stuck", "suspended"]
    assert "@" not in " ".join(map(str, found))
    assert "failed" not in [alarm.name for alarm in later]  # by then it is history


def test_a_lost_notice_does_not_raise_the_next_one(open_it: Open) -> None:
    store = open_it()
    tell(store, BLIND, ways=(MAIL,))
    ended(store, Outcome(result=Result.UNCERTAIN, reason="timeout_after_last_byte"))
    with store.engine.begin() as connection:
        assert outbox_alarms(connection, NOW) == []


def test_that_sending_is_off_is_told_nevertheless(open_it: Open) -> None:
    store = open_it(subscription())
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    with store.engine.begin() as connection:
        connection.execute(insert(schema.facts).values(name="sending_off", value="it was restored"))
        (alarm,) = outbox_alarms(connection, NOW)
    assert alarm.key == ("outbox", "off")
    tell(store, alarm)
    assert store.claim(owner="one", now=NOW, lease=60, limit=9, operator_since=NOW + timedelta(seconds=1)) == ()
    claimed = store.claim(owner="one", now=NOW, lease=60, limit=9, operator_since=NOW)
    assert [delivery.channel for delivery in claimed] == ["mail"]
    assert "switched off" in claimed[0].message.subject


def test_since_when_things_are_alarming(open_it: Open) -> None:
    store = open_it()
    tell(store, BLIND, replace(BLIND, about="echo", since=NOW - timedelta(days=20)))
    with store.engine.begin() as connection:
        began = {("gazette", "blind"): NOW, ("echo", "blind"): NOW - timedelta(days=20)}
        assert alarming_since(connection) == began
    tell(store, minutes=int(PAUSE.total_seconds() / 60))
    with store.engine.begin() as connection:
        assert alarming_since(connection) == {}

"""Moves of a delivery: fenced by owner and epoch, journalled, never two at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from monitor.ports import Delivery, DeliveryState, Outcome, Result
from monitor.store import SqlStore, schema
from tests.builders import NOW, story, subscription
from tests.store.conftest import Open

SENT = Outcome(result=Result.SENT, reason="smtp_250")
DOUBT = Outcome(result=Result.UNCERTAIN, reason="timeout_after_last_byte")


def claimed(store: SqlStore, owner: str = "one") -> Delivery:
    """One delivery, recorded and claimed."""
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    (delivery,) = store.claim(owner=owner, now=NOW, lease=60)
    return delivery


def state(store: SqlStore) -> tuple[str, str]:
    with store.engine.connect() as connection:
        row = connection.execute(select(schema.deliveries.c.state, schema.deliveries.c.reason)).one()
    return row.state, row.reason


def moves(store: SqlStore) -> list[tuple[str, str]]:
    with store.engine.connect() as connection:
        rows = connection.execute(select(schema.journal.c.before, schema.journal.c.after))
        return [(row.before, row.after) for row in rows]


def test_a_claim_is_taken_once(open_it: Open) -> None:
    store = open_it(subscription())
    delivery = claimed(store)
    assert (delivery.attempt, delivery.epoch, delivery.owner) == (1, 1, "one")
    assert store.claim(owner="two", now=NOW + timedelta(days=9), lease=60) == ()


def test_claims_come_oldest_due_first_and_no_more_than_asked(open_it: Open) -> None:
    store = open_it(*(subscription(f"s{n}") for n in range(5)))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    assert [len(store.claim(owner="one", now=NOW, lease=60, limit=2)) for _ in range(4)] == [2, 2, 1, 0]


def test_from_claim_to_sent(open_it: Open) -> None:
    store = open_it(subscription())
    delivery = claimed(store)
    assert store.committing(delivery, now=NOW)
    assert state(store)[0] == DeliveryState.COMMITTING
    assert not store.committing(delivery, now=NOW), "the last byte goes once"
    assert store.settle(delivery, SENT, now=NOW)
    assert state(store) == (DeliveryState.SENT, "smtp_250")
    assert not store.settle(delivery, DOUBT, now=NOW)
    assert sorted(moves(store)) == [("committing", "sent"), ("pending", "sending"), ("sending", "committing")]


def test_a_transient_failure_waits_for_its_time(open_it: Open) -> None:
    store = open_it(subscription())
    delivery = claimed(store)
    later = NOW + timedelta(minutes=1)
    assert store.settle(delivery, Outcome(result=Result.TRANSIENT, reason="smtp_451"), now=NOW, not_before=later)
    assert store.claim(owner="one", now=NOW, lease=60) == ()
    (again,) = store.claim(owner="one", now=later, lease=60)
    assert (again.attempt, again.epoch) == (2, 2)
    assert again.message == delivery.message, "what is sent again are the same bytes"


@pytest.mark.parametrize("result", [Result.PERMANENT, Result.TRANSIENT])
def test_no_further_try_is_a_failure(open_it: Open, result: Result) -> None:
    store = open_it(subscription())
    store.settle(claimed(store), Outcome(result=result, reason="smtp_550"), now=NOW)
    assert state(store) == (DeliveryState.FAILED, "smtp_550")


def test_a_claim_that_was_taken_over_can_neither_commit_nor_settle(open_it: Open) -> None:
    store = open_it(subscription())
    old = claimed(store, "zombie")
    assert store.recover(now=NOW + timedelta(seconds=61), owner="two") == {"interrupted_before_commit": 1}
    (new,) = store.claim(owner="two", now=NOW + timedelta(seconds=61), lease=60)
    assert not store.committing(old, now=NOW)
    assert not store.settle(old, SENT, now=NOW)
    assert store.committing(new, now=NOW)


def test_recovery_parks_what_may_have_arrived(open_it: Open) -> None:
    store = open_it(subscription())
    delivery = claimed(store)
    store.committing(delivery, now=NOW)
    later = NOW + timedelta(hours=1)
    assert store.recover(now=later, owner="two") == {"interrupted_after_commit": 1}
    assert state(store)[0] == DeliveryState.UNCERTAIN
    assert store.recover(now=later, owner="two") == {}, "a second recovery changes nothing"
    assert store.claim(owner="two", now=later, lease=60) == ()


def test_recovery_believes_the_file_journal(open_it: Open) -> None:
    store = open_it(subscription())
    delivery = claimed(store)
    store.committing(delivery, now=NOW)
    assert store.recover(now=NOW + timedelta(hours=1), owner="two", accepted={delivery.id}) == {"found_in_journal": 1}
    assert state(store)[0] == DeliveryState.SENT


def test_an_answer_that_comes_after_all_ends_the_doubt(open_it: Open) -> None:
    store = open_it(subscription())
    delivery = claimed(store)
    store.committing(delivery, now=NOW)
    store.recover(now=NOW + timedelta(hours=1), owner="two")
    assert store.settle(delivery, SENT, now=NOW + timedelta(hours=1))
    assert state(store)[0] == DeliveryState.SENT


def test_a_live_claim_of_another_daemon_is_left_alone(open_it: Open, database: str) -> None:
    if database.startswith("sqlite"):
        pytest.skip("one daemon a file: whoever else claimed is dead")
    store = open_it(subscription())
    delivery = claimed(store)
    assert store.recover(now=NOW, owner="two") == {}
    assert store.committing(delivery, now=NOW)


def test_who_unsubscribed_after_the_claim_gets_nothing(open_it: Open) -> None:
    store = open_it(subscription())
    delivery = claimed(store)
    with store.engine.begin() as connection:
        connection.execute(update(schema.subscriptions).values(ended_at=NOW))
    assert not store.committing(delivery, now=NOW)
    assert state(store) == (DeliveryState.CANCELLED, "unsubscribed")


def test_the_schema_itself_refuses_a_second_telling(open_it: Open) -> None:
    store = open_it(subscription())
    claimed(store)
    for table in (schema.deliveries, schema.alerts, schema.notifications, schema.changes):
        with store.engine.connect() as connection:
            row = dict(connection.execute(select(table)).mappings().one())
        if "id" in row:
            row["id"] = "another"
        with pytest.raises(IntegrityError), store.engine.begin() as connection:
            connection.execute(table.insert().values(**row))


def test_three_refused_recipients_suspend_an_address(open_it: Open) -> None:
    store = open_it(subscription())
    for council in ("Kent", "Leeds", "Bury"):
        store.record(*story({council: "overall outstanding"}), link=None, baseline=False, now=NOW)
        (delivery,) = store.claim(owner="one", now=NOW, lease=60)
        store.settle(delivery, Outcome(result=Result.PERMANENT, reason="smtp_550_rcpt 5.1.1"), now=NOW)
    store.record(*story({"Derby": "overall outstanding"}), link=None, baseline=False, now=NOW)
    assert store.claim(owner="one", now=NOW, lease=60) == ()
    with store.engine.connect() as connection:
        reasons = connection.execute(select(schema.deliveries.c.reason).where(schema.deliveries.c.state == "cancelled"))
        assert reasons.scalars().all() == ["suspended"]

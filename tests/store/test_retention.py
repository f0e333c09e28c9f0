"""What is forgotten in time; and that nobody is told twice by that, however old it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from monitor.domain.mailboxes import target_of
from monitor.store import SqlStore
from monitor.store.schema import (
    alerts,
    attestations,
    bodies,
    changes,
    deliveries,
    journal,
    notifications,
    subscriptions,
    suspensions,
)
from tests.builders import NOW, story, subscription
from tests.store.conftest import Open

YEAR = timedelta(days=400)
LATER = NOW + timedelta(days=500)
PEOPLE = (subscription("ann"), subscription("bob"))


def forgets(store: SqlStore, now: datetime = LATER) -> tuple[int, int]:
    done = store.forget_old(now=now, messages=YEAR, ended=timedelta(days=28))
    return done.messages, done.people


def rows(store: SqlStore, *tables: Any) -> list[int]:
    with store.engine.begin() as connection:
        return [connection.execute(select(func.count()).select_from(each)).scalar_one() for each in tables]


def told(open_it: Open, state: str = "sent", settled: datetime | None = NOW) -> SqlStore:
    store = open_it(*PEOPLE)
    assert store.record(*story({"Leeds": "overall outstanding"}), link=None, baseline=False, now=NOW).deliveries == 2
    with store.engine.begin() as connection:
        connection.execute(update(deliveries).values(state=state, settled_at=settled))
    return store


def test_what_messages_said_goes_and_that_they_were_sent_stays(open_it: Open) -> None:
    store = told(open_it)
    kept = (alerts, attestations, changes, notifications, deliveries)
    before = rows(store, *kept)
    assert forgets(store, NOW + YEAR - timedelta(days=1)) == (0, 0)
    assert forgets(store) == (2, 0)
    assert forgets(store) == (0, 0)
    assert rows(store, *kept) == before
    assert rows(store, bodies, journal) == [0, 0]
    shown = store.deliveries()
    assert [(line.state, line.subject, line.recipient != "") for line in shown] == [("sent", "", True)] * 2
    assert store.delivery(shown[0].id)[0].message.text == ""


def test_nobody_is_told_again_by_whatever_paper(open_it: Open) -> None:
    store = told(open_it)
    forgets(store)
    for outlet in ("The Paper", "Another Paper"):
        again = story({"Leeds": "overall outstanding"}, outlet=outlet)
        assert store.record(*again, link=None, baseline=False, now=LATER).deliveries == 0
    assert open_it(*PEOPLE).record(*story({"Bury": "overall good"}), link=None, baseline=False, now=NOW).deliveries == 2


@pytest.mark.parametrize(("state", "settled"), [("held", None), ("pending", None), ("uncertain", None), ("failed", NOW)])
def test_what_may_still_be_sent_stays_whole(open_it: Open, state: str, settled: datetime | None) -> None:
    store = told(open_it, state, settled)
    assert forgets(store) == (0, 0)
    assert all(line.subject for line in store.deliveries())


def left(store: SqlStore, name: str, address: str, at: datetime | None) -> None:
    """A person subscribed on the site, and ended it `at`; None: they did not."""
    target = target_of("mail", address)
    with store.engine.begin() as connection:
        connection.execute(
            subscriptions.insert().values(
                name=name,
                origin="self-service",
                channel="mail",
                target=target,
                definition={"name": name, "channel": "mail", "to": address},
                created_at=NOW,
                confirmed_at=NOW,
                token="t",
                ended_at=at,
                ended_reason="unsubscribed" if at else "",
            )
        )


def addresses(store: SqlStore) -> set[str]:
    with store.engine.begin() as connection:
        found = connection.execute(select(subscriptions.c.definition, subscriptions.c.target)).all()
    return {
        name for name in ("ann", "bob", "cat", "dan") if any(f"{name}@" in f"{row.definition}{row.target}" for row in found)
    }


def test_who_left_is_forgotten_after_four_weeks_and_who_came_back_is_not(open_it: Open) -> None:
    store = open_it()
    left(store, "a", "ann@council.test", NOW)
    left(store, "b1", "bob@council.test", NOW)
    left(store, "b2", "bob@council.test", None)  # came back
    left(store, "c", "cat@council.test", NOW + timedelta(days=10))
    left(store, "d", "dan@council.test", NOW)
    with store.engine.begin() as connection:
        complaint = {
            "target": target_of("mail", "dan@council.test"),
            "hard_bounces": 0,
            "suspended_at": NOW,
            "reason": "complaint",
        }
        connection.execute(suspensions.insert().values(**complaint))
    assert forgets(store, NOW + timedelta(days=20)) == (0, 0)
    assert forgets(store, NOW + timedelta(days=29)) == (0, 2)
    assert addresses(store) == {"bob", "cat"}
    assert len(store.suspended()) == 1, "that somebody complained is remembered"
    assert forgets(store, NOW + timedelta(days=29)) == (0, 0)
    assert forgets(store, NOW + timedelta(days=39)) == (0, 1)
    assert addresses(store) == {"bob"}

"""A connection pooler in transaction mode between the monitor and PostgreSQL: each transaction may run in another session."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.ports import Outcome, Result
from monitor.store import SqlStore, open_store
from tests.builders import NOW, story, subscription
from tests.databases import empty_database, through
from tests.store.conftest import history

pytestmark = pytest.mark.postgres
#: What a session may be left with. Behind a pooler the next who gets it would be surprised by it, or miss it.
LEFT = {
    "prepared statements": "SELECT name FROM pg_prepared_statements",
    "cursors": "SELECT name FROM pg_cursors WHERE is_holdable",
    "locks": "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
    "channels": "SELECT pg_listening_channels()",
    "tables": "SELECT relname FROM pg_class WHERE relpersistence = 't'",
    # The first is that of the transaction that asks; the second a pooler sets, as every client wishes it.
    "settings": "SELECT name FROM pg_settings WHERE source = 'session' AND name NOT IN ('transaction_isolation', 'application_name')",
}


@pytest.fixture(params=["direct", "pooled"])
def address(request: pytest.FixtureRequest, postgres: str) -> Iterator[str]:
    """An empty database, reached as it is and through a pooler."""
    sockets: Path | None = request.getfixturevalue("pooler") if request.param == "pooled" else None
    with empty_database(postgres) as direct:
        yield through(sockets, direct) if sockets else direct


def work(store: SqlStore, worker: int) -> list[str]:
    """Everything that a daemon does with its database, again and again; the messages that were sent."""
    sent = []
    for turn in range(8):
        store.acquire_lease(f"lease {worker}", owner=str(worker), length=timedelta(seconds=45))
        now = NOW + timedelta(minutes=turn)
        for delivery in store.claim(owner=str(worker), now=now, lease=60, limit=5):
            assert store.committing(delivery, now=now)
            store.settle(delivery, Outcome(result=Result.SENT), now=now)
            sent.append(delivery.id)
        store.inspections()
        store.deliveries()
    return sent


def test_nothing_of_a_session_outlasts_its_transaction(address: str) -> None:
    people = [subscription(f"p{number}") for number in range(60)]
    store = open_store(address, subscriptions=lambda: people, history=history)
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    with ThreadPoolExecutor(8) as pool:
        sent = [identity for done in pool.map(work, [store] * 8, range(8)) for identity in done]
    assert len(sent) == len(set(sent)) == 60
    sessions = [store.engine.raw_connection() for _ in range(4)]
    for session in sessions:
        cursor = session.cursor()
        for what, question in LEFT.items():
            cursor.execute(question)
            assert cursor.fetchall() == [], what
    for session in sessions:
        session.close()
    store.close()

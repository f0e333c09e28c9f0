"""One of several daemons leads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.store import SqlStore
from monitor.store.leases import acquire, release

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=30)


@pytest.fixture
def store(open_it: Any) -> SqlStore:
    opened: SqlStore = open_it()
    return opened


def ask(store: SqlStore, owner: str, seconds: float = 0, name: str = "poll") -> int | None:
    return acquire(store.engine, name, owner=owner, now=NOW + timedelta(seconds=seconds), length=LENGTH)


def test_the_first_to_ask_leads_and_goes_on_leading(store: SqlStore) -> None:
    assert [ask(store, "a"), ask(store, "b"), ask(store, "a", 29), ask(store, "b", 58)] == [1, None, 1, None]


def test_one_that_stops_asking_is_followed_by_another_and_the_epoch_tells(store: SqlStore) -> None:
    assert [ask(store, "a"), ask(store, "b", 30), ask(store, "a", 31), ask(store, "a", 61)] == [1, 2, None, 3]


def test_one_that_lets_go_is_followed_at_once(store: SqlStore) -> None:
    ask(store, "a")
    release(store.engine, "poll", owner="b", now=NOW)  # not its to let go
    assert ask(store, "b", 1) is None
    release(store.engine, "poll", owner="a", now=NOW + timedelta(seconds=2))
    assert ask(store, "b", 2) == 2


def test_leases_of_other_names_do_not_meet(store: SqlStore) -> None:
    assert [ask(store, "a"), ask(store, "b", name="other")] == [1, 1]


def test_of_many_that_ask_at_once_one_leads(store: SqlStore) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: ask(store, f"daemon {number}"), range(8)))
    assert sorted(answers, key=str) == [1, *[None] * 7]

"""The process is killed before and after every commit, socket write and fsync, from recovery to settled; then started again."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from monitor.store import SqlStore, open_store, schema
from tests.builders import story, subscription
from tests.channels.servers import http_server, smtp_server
from tests.conftest import ROOT
from tests.store.conftest import history

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def process() -> Iterator[Ask]:
    """Ask the crashing process for one run."""
    command = [sys.executable, "-m", "tests.delivery.crashing"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdin is not None
        assert running.stdout is not None

        def ask(**request: Any) -> dict[str, Any]:
            assert running.stdin is not None
            assert running.stdout is not None
            running.stdin.write(json.dumps(request) + "\n")
            running.stdin.flush()
            answer: dict[str, Any] = json.loads(running.stdout.readline())
            return answer

        yield ask
        running.stdin.close()
        running.wait(10)


@dataclass
class Tally:
    """What came of a whole matrix."""

    runs: int = 0
    duplicates: int = 0
    lost: int = 0
    doubtful: int = 0
    unfinished: int = 0


def sink(channel: str) -> AbstractContextManager[tuple[Any, Any]]:
    return smtp_server() if channel == "mail" else http_server()


def arrived(memory: Any) -> int:
    return len(memory.mails) if hasattr(memory, "mails") else len(memory.requests)


def emptied(memory: Any) -> None:
    (memory.mails if hasattr(memory, "mails") else memory.requests).clear()


def matrix(database: str, folder: Path, ask: Ask, channel: str, order: str, *, every: int = 1, first: int = 1) -> Tally:
    """The points of one way to send (each `every`-th of them from the `first`), each from a fresh delivery."""
    tally = Tally()
    reader = subscription(channel="mail", to="ann@reader.test")
    store = open_store(database, subscriptions=lambda: (reader,), history=history, group_wait=timedelta(seconds=0.5))
    with sink(channel) as (memory, where):
        port = where if isinstance(where, int) else int(where.rpartition(":")[2])
        base = {"database": database, "port": port, "channel": channel, "order": order, "journal": str(folder / "sent.journal")}
        _fresh(store)
        acts = ask(**base, kill_at=0, later=1.0)["acts"]
        assert acts > 20
        assert arrived(memory) == 1
        for point in range(first, acts + 1, every):
            _fresh(store)
            emptied(memory)
            ask(**base, kill_at=point, later=1.0)
            ask(**base, kill_at=0, later=7200.0)
            _count(store, arrived(memory), tally)
    _sound(store)
    store.close()
    return tally


def _fresh(store: SqlStore) -> None:
    """One delivery of two changes that nobody has touched, and nothing else."""
    with store.engine.begin() as connection:
        for table in reversed(schema.metadata.sorted_tables):
            connection.execute(table.delete())
    store._mirrored = None  # the rows it wrote are gone
    now = datetime.now(UTC)
    for council, made in (("Kent", 1), ("Bury", 0)):
        told = story({council: "overall good"}, published=now.date())
        assert store.record(*told, link=None, baseline=False, now=now).deliveries == made


def _count(store: SqlStore, messages: int, tally: Tally) -> None:
    with store.engine.connect() as connection:
        state = connection.execute(select(schema.deliveries.c.state)).scalar_one()
    tally.runs += 1
    tally.duplicates += messages > 1
    tally.lost += state == "sent" and messages == 0
    tally.doubtful += state == "uncertain"
    tally.unfinished += state not in {"sent", "uncertain"}


def _sound(store: SqlStore) -> None:
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 2


@pytest.mark.slow
@pytest.mark.parametrize("channel", ["mail", "slack"])
def test_killed_anywhere_nobody_is_told_twice_and_nothing_is_lost(
    database: str, tmp_path: Path, process: Ask, channel: str
) -> None:
    # A part of the points each day, so that a week of runs covers all of them; `python -m tests.soak --matrix` does all at once.
    every = 1 if os.environ.get("CRASH_MATRIX") == "all" else 5 if database.startswith("sqlite") else 9
    tally = matrix(database, tmp_path, process, channel, "ours", every=every, first=1 + date.today().toordinal() % every)
    assert tally.runs >= 3
    assert (tally.duplicates, tally.lost, tally.unfinished) == (0, 0, 0)
    assert tally.doubtful <= tally.runs / 2


@pytest.mark.slow
@pytest.mark.parametrize(("order", "fault"), [("mark-after", "duplicates"), ("mark-before", "lost")])
def test_the_same_matrix_finds_the_usual_mistakes(tmp_path: Path, process: Ask, order: str, fault: str) -> None:
    tally = matrix(f"sqlite:///{tmp_path / 'monitor.db'}", tmp_path, process, "mail", order, every=2)
    assert getattr(tally, fault) > 0

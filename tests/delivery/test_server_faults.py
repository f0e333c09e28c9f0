"""PostgreSQL fails while a message is under way: nothing is sent twice, nobody is missed, and it goes on by itself."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from monitor.channels.mail import MailChannel
from monitor.delivery import Outbox, SentJournal
from monitor.ports import StoreError
from monitor.store import SqlStore, leases, open_store
from monitor.system.clock import SystemClock
from tests.builders import story, subscription
from tests.channels.servers import Mailbox, smtp_server
from tests.databases import Server, own_server
from tests.store.conftest import history

pytestmark = pytest.mark.postgres
READER = subscription(channel="mail", to="ann@reader.test")


@dataclass
class State:
    """A database of a server of its own, and a daemon's outbox on it."""

    server: Server
    folder: Path
    port: int
    others: list[psycopg.Connection[Any]] = field(default_factory=list)

    def open(self) -> None:
        """As a start of the daemon does."""
        address = self.server.address("monitor", "monitor")
        self.store: SqlStore = open_store(address, subscriptions=lambda: (READER,), history=history)
        channel: Any = MailChannel("mail", f"mailto://127.0.0.1:{self.port}", sender="alerts@monitor.test")
        self.outbox = Outbox(
            store=self.store,
            channels={"mail": channel},
            clock=SystemClock(),
            journal=SentJournal(self.folder / "sent.journal"),
            off=self.store.sending_disabled,
            idle=0.05,
            again=0.2,
        )

    def news(self, council: str) -> int:
        now = datetime.now(UTC)
        told = story({council: "overall outstanding"}, published=now.date())
        return self.store.record(*told, link=None, baseline=False, now=now).deliveries

    def states(self) -> list[str]:
        rows = self.server.admin("SELECT state FROM deliveries", database="monitor")
        return sorted(state for (state,) in rows)

    def end_sessions(self) -> None:
        """Cut everybody off who works as the monitor."""
        self.server.admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'monitor'")

    def lock(self) -> None:
        """Have another program hold what the outbox writes."""
        other = psycopg.connect(self.server.address("monitor"))
        other.execute("LOCK TABLE deliveries IN EXCLUSIVE MODE")
        self.others.append(other)

    def unlock(self) -> None:
        self.others.pop().close()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server that may be broken."""
    with own_server() as found:
        found.admin("CREATE ROLE monitor LOGIN")
        yield found


@pytest.fixture
def state(server: Server, tmp_path: Path) -> Iterator[tuple[State, Mailbox]]:
    server.admin("DROP DATABASE IF EXISTS monitor WITH (FORCE)", "CREATE DATABASE monitor OWNER monitor")
    with smtp_server() as (mailbox, port):
        made = State(server, tmp_path, port)
        made.open()
        yield made, mailbox
        made.store.close()


def crash(state: State) -> None:
    state.server.stop("immediate")


def restart(state: State) -> None:
    state.server.start()


def then(state: State, *statements: str) -> None:
    """What is set holds for new sessions: there are only such."""
    state.server.admin(*statements)
    state.end_sessions()


#: What happens while the provider answers, how it is mended, and what is said meanwhile.
FAULTS: dict[str, tuple[Callable[[State], object], Callable[[State], object], str]] = {
    "crashed": (crash, restart, "database"),
    "cut off": (State.end_sessions, lambda _state: None, ""),
    "no connection left": (
        lambda s: then(s, "ALTER ROLE monitor CONNECTION LIMIT 0"),
        lambda s: s.server.admin("ALTER ROLE monitor CONNECTION LIMIT -1"),
        "max_connections",
    ),
    "read-only": (
        lambda s: then(s, "ALTER DATABASE monitor SET default_transaction_read_only = on"),
        lambda s: then(s, "ALTER DATABASE monitor RESET default_transaction_read_only"),
        "read-only",
    ),
    "locked": (
        lambda s: (then(s, "ALTER ROLE monitor SET lock_timeout = '100ms'"), s.lock()),
        lambda s: (s.unlock(), then(s, "ALTER ROLE monitor RESET lock_timeout")),
        "in the way",
    ),
    "no rights": (
        lambda s: s.server.admin("ALTER TABLE deliveries OWNER TO postgres", database="monitor"),
        lambda s: s.server.admin("ALTER TABLE deliveries OWNER TO monitor", database="monitor"),
        "may not use them",
    ),
    "no such name": (
        lambda s: then(s, "ALTER ROLE monitor NOLOGIN"),
        lambda s: s.server.admin("ALTER ROLE monitor LOGIN"),
        "may not log in",
    ),
}


async def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Wait for something to become true; a test that waits in vain fails."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_server_that_fails_while_a_provider_answers_loses_and_doubles_nothing(
    state: tuple[State, Mailbox], fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    monitor, mailbox = state
    strike, mend, words = FAULTS[fault]

    def answer(_envelope: Any) -> str:
        mailbox.answer = lambda _envelope: "250 OK"
        strike(monitor)
        return "250 OK"

    mailbox.answer = answer
    stop = asyncio.Event()
    draining = asyncio.create_task(monitor.outbox.drain(stop))
    monitor.news("Kent")
    await until(lambda: mailbox.mails)
    if words:
        await until(lambda: words in monitor.outbox.trouble)
        with suppress(StoreError):
            monitor.news("Bury")  # what cannot be recorded now is not half recorded
        mend(monitor)
    await until(lambda: monitor.states().count("sent") >= 1 and not monitor.outbox.trouble)
    with suppress(StoreError):
        monitor.news("Bury")  # a session that was cut off is known to be so at its next use
    if len(monitor.states()) < 2:
        monitor.news("Bury")
    await until(lambda: monitor.states() == ["sent", "sent"])
    stop.set()
    await draining
    assert len(mailbox.mails) == 2
    assert not any(record.exc_info for record in caplog.records if record.levelno >= logging.ERROR), (
        "no trace of a fault of ours"
    )


def fall_asleep(store: SqlStore) -> None:
    """Say nothing for longer than a transaction may, and then go on."""
    with store.engine.begin() as connection:
        connection.exec_driver_sql("SELECT 1")
        time.sleep(1.5)
        connection.exec_driver_sql("SELECT 1")


async def test_a_session_that_the_server_ends_for_its_idleness_is_left_and_the_work_is_done_again(
    state: tuple[State, Mailbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was stopped for a while in the middle of a transaction, as a suspended machine is."""
    monitor, mailbox = state
    monkeypatch.setattr(leases, "MAX_IDLE", timedelta(seconds=1))
    with pytest.raises(StoreError, match="goes on by itself"):
        await asyncio.to_thread(fall_asleep, monitor.store)
    assert monitor.states() == []
    stop = asyncio.Event()
    draining = asyncio.create_task(monitor.outbox.drain(stop))
    monitor.news("Kent")
    await until(lambda: monitor.states() == ["sent"])
    stop.set()
    await draining
    assert len(mailbox.mails) == 1

"""The state breaks while a message is under way: nothing is sent twice, nobody is missed, and it is said what is the matter."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from monitor.app.leader import Owners
from monitor.channels.mail import MailChannel
from monitor.channels.webhook import WebhookChannel
from monitor.delivery import Outbox, SentJournal
from monitor.ports import CommitPoint, Delivery, DeliveryState, Outcome, Result, StateChanged, StoreError
from monitor.store import SqlStore, open_store, schema
from monitor.system.clock import SystemClock
from tests.builders import NOW, StoppedClock, story, subscription
from tests.channels.servers import Mailbox, http_server, smtp_server
from tests.store.conftest import Open, history

Act = Callable[["State"], object]
READER = subscription(channel="mail", to="ann@reader.test")


class State:
    """A state folder with a daemon's outbox on it, and a real mail server that takes what it sends."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        folder.mkdir(parents=True, exist_ok=True)
        self.open()

    @property
    def database(self) -> Path:
        return self.folder / "monitor.db"

    @property
    def journal(self) -> SentJournal:
        return SentJournal(self.folder / "sent.journal")

    def open(self) -> None:
        """As a start of the daemon does."""
        self.store: SqlStore = open_store(f"sqlite:///{self.database}", subscriptions=lambda: (READER,), history=history)
        journal = self.journal
        self.store.register_start(self.folder / "generation", journal.latest())
        assert self.store.guard is not None
        self.store.guard.on_removed.append(journal.rescue)
        channel: Any = MailChannel("mail", f"mailto://127.0.0.1:{self.port}", sender="alerts@monitor.test")
        self.outbox = Outbox(
            store=self.store,
            channels={"mail": channel},
            clock=SystemClock(),
            journal=journal,
            off=self.store.sending_disabled,
            idle=0.05,
            again=0.2,
        )

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        draining = asyncio.create_task(self.outbox.drain(stop))
        try:
            yield
        finally:
            stop.set()
            await draining

    def news(self, council: str) -> int:
        now = datetime.now(UTC)
        told = story({council: "overall outstanding"}, published=now.date())
        return self.store.record(*told, link=None, baseline=False, now=now).deliveries

    def states(self) -> list[str]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as connection:
            return sorted(state for (state,) in connection.execute("SELECT state FROM deliveries"))


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for something to become true; a test that waits in vain fails."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def state(tmp_path: Path, mailbox: tuple[Mailbox, int]) -> Iterator[State]:
    made = State(tmp_path / "state", mailbox[1])
    yield made
    made.store.close()


# --- the file is changed under a running daemon ---------------------------------------------------------------------------


def _zero(state: State) -> None:
    """Pages in the middle of the file become zeros, as a broken disk leaves them."""
    with state.database.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(bytes(state.database.stat().st_size - 2 * 4096))


def back_up(state: State) -> None:
    """Copy the database as a careful operator does: a file copied while the daemon writes into it may be torn."""
    with closing(sqlite3.connect(state.database)) as live, closing(sqlite3.connect(state.folder.parent / "backup")) as copy:
        live.backup(copy)


def put_back(state: State) -> None:
    """Put the copy in the database's place while nobody uses it."""
    for log in ("-wal", "-shm"):
        Path(f"{state.database}{log}").unlink(missing_ok=True)
    shutil.copyfile(state.folder.parent / "backup", state.database)


#: What is written over a database in use mixes with the pages that its users hold: it may be found damaged before it is found old.
CHANGED: dict[str, tuple[Act, str]] = {
    "written over": (
        lambda s: shutil.copyfile(s.folder.parent / "backup", s.database),
        "an older copy was written over|is damaged",
    ),
    "replaced": (lambda s: (s.folder.parent / "backup").rename(s.database), "another file was put in the place"),
    "removed": (lambda s: s.database.unlink(), "was removed"),
    "folder removed": (lambda s: shutil.rmtree(s.folder, ignore_errors=True), "was removed"),  # it may be put back meanwhile
    "zeroed": (_zero, "is damaged"),
    "emptied": (lambda s: os.truncate(s.database, 0), "does not begin as one"),
}


@pytest.mark.parametrize("how", CHANGED)
async def test_a_state_that_changes_under_the_daemon_is_noticed_and_nothing_is_sent(
    state: State, mailbox: tuple[Mailbox, int], how: str, caplog: pytest.LogCaptureFixture
) -> None:
    change, words = CHANGED[how]
    async with state.sending():
        state.news("Bury")
        await until(lambda: len(mailbox[0].mails) == 1 and state.states() == ["sent"])
        back_up(state)
        state.news("Kent")
        await until(lambda: len(mailbox[0].mails) == 2 and state.states() == ["sent"] * 2)
        change(state)
        with suppress(StoreError):  # what was read before the change is recorded after it, or is not
            await asyncio.to_thread(state.news, "Leeds")
        await until(lambda: state.outbox.trouble)
        assert re.search(words, state.outbox.trouble)
        assert "docs/runbook.md" in state.outbox.trouble
        with pytest.raises(StateChanged):
            state.news("Derby")
        await asyncio.sleep(0.3)
    assert len(mailbox[0].mails) == 2
    said = [record for record in caplog.records if record.levelno >= logging.ERROR and "nothing is sent" in record.message]
    assert len(said) == 1, "one line a cause"
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("how", ["written over", "replaced", "removed", "folder removed"])
async def test_after_the_restart_nobody_is_told_again(state: State, mailbox: tuple[Mailbox, int], how: str) -> None:
    async with state.sending():
        state.news("Bury")
        await until(lambda: len(mailbox[0].mails) == 1 and state.states() == ["sent"])
        back_up(state)
        state.news("Kent")
        await until(lambda: len(mailbox[0].mails) == 2 and state.states() == ["sent"] * 2)
        CHANGED[how][0](state)
        await until(lambda: state.outbox.trouble)
    state.store.close()
    if how == "written over":  # once more, now that nobody uses it
        put_back(state)
    state.open()
    assert state.store.sending_disabled(), "nothing is sent without a word of the operator's"
    state.news("Kent")
    async with state.sending():
        await asyncio.sleep(0.3)
        assert len(mailbox[0].mails) == 2
        state.store.resume_sending(state.journal.read(), now=datetime.now(UTC))
        state.news("Leeds")
        await until(lambda: len(mailbox[0].mails) == 3)
        await asyncio.sleep(0.3)
    assert len(mailbox[0].mails) == 3, "only what is new"
    assert set(state.states()) == {"sent"}


def test_two_stores_on_one_file_and_one_that_is_closed_change_nothing(tmp_path: Path) -> None:
    """Closing one handle of a file ends a process's locks on it: the first store must go on working."""
    address = f"sqlite:///{tmp_path / 'm.db'}"
    first = open_store(address, subscriptions=lambda: (READER,), history=history)
    open_store(address).close()
    holds = first.engine.connect()
    holds.begin()
    script = f"import sqlite3; sqlite3.connect({str(tmp_path / 'm.db')!r}, timeout=0.1).execute('BEGIN IMMEDIATE')"
    second = subprocess.run(["python3", "-c", script], capture_output=True, text=True)
    assert "locked" in second.stderr
    holds.close()
    first.close()


def test_nobody_else_may_read_the_state(state: State) -> None:
    state.news("Kent")
    state.journal.begin("a" * 32, 1)
    assert {path.name for path in state.folder.iterdir() if path.stat().st_mode & 0o077} == set()


def test_a_state_of_before_is_taken_from_others_too(tmp_path: Path) -> None:
    (tmp_path / "m.db").touch(0o644)
    open_store(f"sqlite:///{tmp_path / 'm.db'}").close()
    assert (tmp_path / "m.db").stat().st_mode & 0o777 == 0o600


# --- the disk is full, the database locked --------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path: Path, mailbox: tuple[Mailbox, int]) -> Iterator[State]:
    """A state on a disk of three megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)]).returncode:
        pytest.skip("only root may make a small disk")
    try:
        made = State(folder / "state", mailbox[1])
        yield made
        made.store.close()
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(state: State) -> Path:
    """Leave no byte free, in the database's log neither."""
    with closing(sqlite3.connect(state.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    filler = state.folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler


async def test_a_disk_that_fills_after_the_servers_yes_settles_by_itself(
    small: State, mailbox: tuple[Mailbox, int], caplog: pytest.LogCaptureFixture
) -> None:
    fillers: list[Path] = []

    def full(_envelope: Any) -> str:
        fillers.append(fill(small))
        return "250 OK"

    def slow_look() -> None:
        while not small.outbox.trouble and small.states() in (["sending"], ["committing"]):
            time.sleep(0.01)

    mailbox[0].answer = full
    small.outbox.check = slow_look  # a look that found all well ends when the trouble is there: it does not take it back
    async with small.sending():
        small.news("Kent")
        await until(lambda: small.outbox.trouble)
        assert "disk is full" in small.outbox.trouble
        assert "by itself" in small.outbox.trouble
        assert small.journal.read(), "that it was sent is on the disk although that is full"
        await asyncio.sleep(0.5)
        mailbox[0].answer = lambda _envelope: "250 OK"
        fillers[0].unlink()
        await until(lambda: small.states() == ["sent"])
        await until(lambda: not small.outbox.trouble)
        small.news("Bury")
        await until(lambda: len(mailbox[0].mails) == 2)
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1, "one line a cause"
    assert not any(record.exc_info for record in caplog.records)


async def test_a_full_disk_sends_nothing_and_uses_up_no_try(small: State, mailbox: tuple[Mailbox, int]) -> None:
    small.news("Kent")
    filler = fill(small)
    async with small.sending():
        await until(lambda: small.outbox.trouble)
        await asyncio.sleep(0.5)
        assert mailbox[0].mails == []
        filler.unlink()
        await until(lambda: small.states() == ["sent"])
    assert len(mailbox[0].mails) == 1
    (line,) = small.store.deliveries()
    assert line.attempt == 1


async def test_who_only_looks_learns_of_a_full_disk_from_who_writes(small: State, mailbox: tuple[Mailbox, int]) -> None:
    """Nothing is due: the outbox reads and needs no room. But nothing could be recorded, and so nothing will be sent."""
    small.outbox.check = small.store.check_writable
    filler = fill(small)
    async with small.sending():
        with pytest.raises(StoreError, match="disk is full"):
            small.news("Kent")
        await until(lambda: "disk is full" in small.outbox.trouble)
        filler.unlink()
        await until(lambda: not small.outbox.trouble)
        small.news("Kent")
        await until(lambda: len(mailbox[0].mails) == 1)


async def test_killed_with_a_full_disk_the_next_start_knows_what_was_sent(small: State, mailbox: tuple[Mailbox, int]) -> None:
    mailbox[0].answer = lambda _envelope: "250 OK" if fill(small) else ""
    stop = asyncio.Event()
    small.news("Kent")
    draining = asyncio.create_task(small.outbox.drain(stop))
    await until(lambda: small.outbox.trouble)
    draining.cancel()  # the process is gone: what it had in mind is, too
    await asyncio.wait([draining])
    small.store.close()
    (small.folder / "filler").unlink()
    small.open()
    async with small.sending():
        await until(lambda: small.states() == ["sent"])
    assert len(mailbox[0].mails) == 1


async def test_a_database_that_another_program_locks_settles_by_itself(
    state: State, mailbox: tuple[Mailbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock outlasts the patience of a writer; the mail was taken meanwhile."""
    state.store.close()
    monkeypatch.setattr("monitor.store.engine.BUSY_TIMEOUT", 0.3)
    state.open()
    others: list[sqlite3.Connection] = []

    def lock(_envelope: Any) -> str:
        other = sqlite3.connect(state.database, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        others.append(other)
        return "250 OK"

    mailbox[0].answer = lock
    async with state.sending():
        state.news("Kent")
        await until(lambda: state.outbox.trouble)
        assert "locked" in state.outbox.trouble
        assert state.states() == ["committing"]
        mailbox[0].answer = lambda _envelope: "250 OK"
        others[0].execute("COMMIT")
        others[0].close()
        await until(lambda: state.states() == ["sent"])
    assert len(mailbox[0].mails) == 1


# --- after a crash --------------------------------------------------------------------------------------------------------


class Takes:
    """A channel that takes everything."""

    name = "console"

    def __init__(self, on_uncertain: str = "hold") -> None:
        self.sent: list[str] = []
        self.on_uncertain = on_uncertain

    def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
        """Take it."""
        assert commit()
        self.sent.append(delivery.id)
        return Outcome(result=Result.SENT)


def outbox(store: SqlStore, channel: object, **changed: Any) -> Outbox:
    return Outbox(store=store, channels={"console": channel}, clock=StoppedClock(), **changed)  # type: ignore[dict-item]  # a fake


def left_behind(open_it: Open, *, committed: bool) -> tuple[SqlStore, Delivery]:
    """A delivery of a process that died."""
    store = open_it(subscription("ann"))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    (delivery,) = store.claim(owner="dead", now=NOW, lease=1200)
    if committed:
        assert store.committing(delivery, now=NOW)
    return store, delivery


@pytest.mark.parametrize("committed", [False, True])
async def test_what_an_own_process_left_is_seen_to_at_once(open_it: Open, committed: bool) -> None:
    """On PostgreSQL too, where the claims of others stand until their lease ends."""
    store, _ = left_behind(open_it, committed=committed)
    box = Takes()
    assert await outbox(store, box, previous=["dead"]).send_due() == ({} if committed else {"sent": 1})
    assert [str(line.state) for line in store.deliveries()] == ["uncertain" if committed else "sent"]


async def test_a_claim_that_this_process_forgot_is_seen_to(open_it: Open) -> None:
    """Its commit came through and the answer to that did not."""
    store, _ = left_behind(open_it, committed=False)
    box = Takes()
    assert await outbox(store, box, owner="dead").send_due() == {"sent": 1}


async def test_what_may_have_arrived_is_sent_again_where_that_was_chosen(open_it: Open) -> None:
    store, delivery = left_behind(open_it, committed=True)
    box = Takes(on_uncertain="resend")
    assert await outbox(store, box, previous=["dead"]).send_due() == {"sent": 1}
    assert box.sent == [delivery.id], "under the same id, and so with the same bytes"


async def test_a_yes_in_the_journal_is_believed_at_every_look(open_it: Open, tmp_path: Path) -> None:
    store, delivery = left_behind(open_it, committed=True)
    journal = SentJournal(tmp_path / "sent.journal")
    sender = outbox(store, Takes(), journal=journal, previous=["dead"], recover_every=0.0)
    await sender.recover()
    assert [str(line.state) for line in store.deliveries()] == ["uncertain"]
    journal.begin(delivery.id, delivery.epoch)
    journal.answer(delivery.id, delivery.epoch, accepted=True)
    await sender.recover()
    assert [str(line.state) for line in store.deliveries()] == ["sent"]


async def test_of_a_machine_that_stopped_the_journal_knows_what_may_have_gone(
    open_it: Open, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit before the last byte does not wait for the disk; the line in the journal before it does."""
    if database.startswith("postgresql"):
        pytest.skip("a server's commit waits for its disk")
    store, delivery = left_behind(open_it, committed=False)  # the commit of `committing` was lost with the machine
    journal = SentJournal(tmp_path / "sent.journal")
    monkeypatch.setattr("monitor.system.sent_journal.boot_id", lambda: "1" * 32)
    journal.begin(delivery.id, delivery.epoch)
    monkeypatch.setattr("monitor.delivery.boot_id", lambda: "1" * 32)
    same = await outbox(store, Takes(), journal=journal).recover()
    assert same == {"interrupted_before_commit": 1}, "of the same machine: the database is right, nothing went"
    (again,) = store.claim(owner="dead", now=NOW, lease=1200)
    journal.begin(again.id, again.epoch)
    monkeypatch.setattr("monitor.delivery.boot_id", lambda: "2" * 32)
    assert await outbox(store, Takes(), journal=journal).recover() == {"interrupted_after_commit": 1}


def test_owners_of_a_copied_folder_are_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    Owners(tmp_path / "state").add("first")
    assert Owners(tmp_path / "state").previous == ("first",)
    second = Owners(tmp_path / "state")
    second.add("second")
    assert Owners(tmp_path / "state").previous == ("first", "second"), "until what they left was seen to"
    second.keep("second")
    assert Owners(tmp_path / "state").previous == ("second",)
    shutil.copytree(tmp_path / "state", tmp_path / "copy")
    assert Owners(tmp_path / "copy").previous == ()


async def test_a_webhook_in_doubt_is_repeated_and_its_receiver_knows_it_by_its_id(open_it: Open) -> None:
    store, delivery = left_behind(open_it, committed=True)
    from monitor.channels import build_channel

    secret = "whsec_" + "a" * 32
    with http_server() as (hook, address):
        table = {"url_env": "URL", "secret_env": "SECRET", "allow_private": True}
        secrets = {"URL": address.replace("http://", "json://") + "/hook", "SECRET": secret}
        channel: Any = build_channel("console", table, secrets.get)
        assert isinstance(channel, WebhookChannel)
        assert await outbox(store, channel, previous=["dead"]).send_due() == {"sent": 1}
    assert [headers["webhook-id"] for _, headers, _ in hook.requests] == [f"msg_{delivery.id}"]


# --- a channel that was away, and tries out of turn -----------------------------------------------------------------------


def failed(store: SqlStore, reason: str, wait: timedelta, attempt: int = 1) -> str:
    """One delivery that failed and waits; its id."""
    (delivery,) = store.claim(owner="o", now=NOW, lease=60)
    store.settle(delivery, Outcome(result=Result.TRANSIENT, reason=reason), now=NOW, not_before=NOW + wait)
    with store.engine.begin() as connection:
        mine = schema.deliveries.c.id == delivery.id
        connection.execute(update(schema.deliveries).where(mine).values(attempt=attempt))
    return delivery.id


def due(store: SqlStore) -> dict[str, datetime]:
    with store.engine.connect() as connection:
        return dict(connection.execute(select(schema.deliveries.c.id, schema.deliveries.c.not_before)).tuples().all())


@pytest.mark.parametrize(
    ("reason", "woken"),
    [
        ("unreachable_connect", True),
        ("timeout_connect", True),
        ("smtp_421_mail", True),
        ("smtp_454_auth", True),
        ("smtp_452_dot", True),
        ("http_503", True),
        ("smtp_450_rcpt 4.2.1", False),
        ("http_429", False),
        ("ratelimited", False),
    ],
)
async def test_one_success_wakes_what_else_waits_for_its_channel(open_it: Open, reason: str, woken: bool) -> None:
    store = open_it(subscription("ann"), subscription("bob"))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    waits = failed(store, reason, timedelta(hours=1), attempt=5)
    clock = StoppedClock()
    clock.forward(minutes=10)
    sender = Outbox(store=store, channels={"console": Takes()}, clock=clock)  # type: ignore[dict-item]  # a fake
    await sender.send_due()
    assert (waits not in due(store) or due(store)[waits] <= clock.now()) is woken


async def test_another_channel_wakes_nothing(open_it: Open) -> None:
    store = open_it(subscription("ann", channel="other"), subscription("bob"))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    (one, two) = store.claim(owner="o", now=NOW, lease=60, limit=2)
    ann = one if one.channel == "other" else two
    bob = two if ann is one else one
    later = NOW + timedelta(hours=1)
    store.settle(ann, Outcome(result=Result.TRANSIENT, reason="unreachable_connect"), now=NOW, not_before=later)
    store.settle(bob, Outcome(result=Result.TRANSIENT, reason="x"), now=NOW, not_before=NOW)
    await outbox(store, Takes()).send_due()
    assert due(store)[ann.id] == later


@pytest.mark.parametrize("attempt", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("left", [timedelta(seconds=20), timedelta(minutes=4), timedelta(minutes=59)])
async def test_a_retry_makes_no_wait_longer_and_uses_up_no_step(open_it: Open, attempt: int, left: timedelta) -> None:
    class Away(Takes):
        def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
            return Outcome(result=Result.TRANSIENT, reason="unreachable_connect")

    store = open_it(subscription("ann"))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    identity = failed(store, "unreachable_connect", left, attempt=attempt)
    for _ in range(3):
        assert store.retry([identity], now=NOW) == (identity,)
        assert await outbox(store, Away()).send_due() == {"transient": 1}
        assert due(store)[identity] == NOW + left
    (planned,) = store.claim(owner="o", now=NOW + left, lease=60)
    assert planned.step == attempt + 1, "the wait that comes next is the one that would have come next"


def test_every_message_that_waits_for_another_try_can_be_named(open_it: Open) -> None:
    store = open_it(subscription("ann"), subscription("bob", quiet="00:00-23:59"))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    waits = failed(store, "unreachable_connect", timedelta(hours=1))
    assert store.tried_and_waiting() == (waits,), "not what waits for the end of somebody's night"


def test_a_retried_failure_has_three_days_again(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    (delivery,) = store.claim(owner="o", now=NOW, lease=60)
    store.settle(delivery, Outcome(result=Result.PERMANENT, reason="gave up: x"), now=NOW)
    later = NOW + timedelta(days=5)
    store.retry([delivery.id], now=later)
    (again,) = store.claim(owner="o", now=later, lease=60)
    assert again.tries_until == later + timedelta(days=3)


async def test_asked_to_end_it_sends_nothing_more_that_was_only_claimed(open_it: Open) -> None:
    store = open_it(*(subscription(f"p{n}") for n in range(8)))
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    begun, go_on = threading.Event(), threading.Event()

    class Slow(Takes):
        at_once = 2

        def send(self, delivery: Delivery, commit: CommitPoint) -> Outcome:
            begun.set()
            assert go_on.wait(10)
            return super().send(delivery, commit)

    sender, stop, box = outbox(store, Slow(), idle=0.01), asyncio.Event(), Slow()
    sender.channels = {"console": box}  # type: ignore[dict-item]  # a fake
    draining = asyncio.create_task(sender.drain(stop))
    assert await asyncio.to_thread(begun.wait, 10)
    stop.set()
    await asyncio.sleep(0.05)
    go_on.set()
    await draining
    assert len(box.sent) == 2
    with store.engine.connect() as connection:
        rows = connection.execute(select(schema.deliveries.c.attempt, schema.deliveries.c.state)).all()
    assert sorted((row.attempt, row.state) for row in rows) == [(0, "pending")] * 6 + [(1, DeliveryState.SENT)] * 2

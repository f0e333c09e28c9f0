"""A state copied to another database: everything arrives, or nothing; and of original and copy one may send."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, inspect, select, update

from monitor.app.leader import single_instance
from monitor.cli import main
from monitor.delivery import Outbox, SentJournal
from monitor.ports import InUseError, Outcome, Result, StoreError
from monitor.store import SqlStore, copy, open_store, schema
from monitor.store.copy import Copied
from monitor.store.copy_rows import Tally
from monitor.store.migrations.run import upgrade
from monitor.system.sent_journal import Entry
from tests.builders import NOW, StoppedClock, story, subscription
from tests.databases import empty_database, engine_of
from tests.store.conftest import history
from tests.store.filled_state import TEXTS, filled

#: Of each table, and enough of one for several batches.
ROWS = {"": 12, "polls": 1500}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite state with rows in every table; nobody changes it."""
    return filled(tmp_path_factory.mktemp("full") / "monitor.db", ROWS)


@pytest.fixture
def target(database: str, tmp_path: Path) -> str:
    """An empty database of either engine that is not the test's other one."""
    return database if database.startswith("postgres") else f"sqlite:///{tmp_path / 'copy' / 'monitor.db'}"


@pytest.fixture
def server(postgres: str) -> Iterator[str]:
    """The address of an empty database of a server."""
    with empty_database(postgres) as address:
        yield address


def copied(origin: str, target: str, **options: Any) -> Copied:
    source = copy.open_source(origin)
    try:
        return copy.copy_state(source, origin, target, **options)
    finally:
        source.close()


def address(path: Path) -> str:
    return f"sqlite:///{path}"


def rows_in(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Everything, as the monitor reads it."""
    store = open_store(url)
    with store.engine.connect() as connection:
        found = {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in schema.metadata.sorted_tables
        }
    store.close()
    found["facts"] = [row for row in found["facts"] if row[0] not in {"sending_off", "idle", "seal", "fingerprint", "place"}]
    return found


def is_empty(url: str) -> bool:
    """Whether nothing at all of a state is there."""
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        return not path.exists() and (not path.parent.exists() or not any(path.parent.iterdir()))
    engine = engine_of(url)
    with engine.connect() as connection:
        found = inspect(connection).get_table_names()
    engine.dispose()
    return found == []


# --- all of it ------------------------------------------------------------------------------------------------------------


def test_every_value_of_every_table_arrives_and_comes_back(full: Path, target: str, tmp_path: Path) -> None:
    there = copied(address(full), target)
    assert {table.name: table.rows for table in there.tables} == {
        table.name: ROWS.get(table.name, 12) for table in schema.metadata.sorted_tables
    }
    assert rows_in(target) == rows_in(address(full))
    back = copied(target, address(tmp_path / "back.db"))
    assert rows_in(address(tmp_path / "back.db")) == rows_in(address(full))
    mine, theirs = ({each.name: each.hash for each in done.tables if each.name != "facts"} for done in (there, back))
    assert mine == theirs, "the hash of a table is the same on every engine"


def test_what_is_made_by_a_copy_has_the_schema_of_a_new_database(full: Path, target: str) -> None:
    copied(address(full), target)
    engine = engine_of(target)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), schema.metadata) == []
        keys = {(name, key["name"]) for name in schema.metadata.tables for key in inspect(connection).get_foreign_keys(name)}
        named = {(each.name, key.name) for each in schema.metadata.sorted_tables for key in each.foreign_key_constraints}
        assert len(keys) == len(named) > 10
    engine.dispose()


@pytest.mark.postgres
def test_what_one_engine_cannot_keep_is_replaced_and_said(full: Path, server: str, tmp_path: Path) -> None:
    path = tmp_path / "nul.db"
    path.write_bytes(full.read_bytes())
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE articles SET title = 'a' || char(0) || 'b' WHERE rowid <= 2")
    assert copied(address(path), server).replaced == 2
    store = open_store(server)
    with store.engine.connect() as connection:
        assert list(connection.execute(select(schema.articles.c.title)).scalars()).count("a\ufffdb") == 2
    store.close()


def test_the_sum_of_rows_knows_neither_order_nor_batches_but_every_change() -> None:
    def summed(*rows: tuple[Any, ...]) -> str:
        tally = Tally()
        for row in rows:
            tally.add([row])
        return tally.hash

    assert summed(("a", None), ("b", "1")) == summed(("b", "1"), ("a", None))
    different = [
        summed(("a", None)),
        summed(("a", "None")),
        summed(("a", "")),
        summed(("a", None), ("a", None)),
        summed((None, "a")),
        summed(("a, None",)),
        summed((b"a", None)),
    ]
    assert len(set(different)) == len(different)


# --- or nothing -----------------------------------------------------------------------------------------------------------


def test_a_target_with_anything_in_it_is_refused_and_left_as_it_is(full: Path, target: str) -> None:
    copied(address(full), target)
    before = rows_in(target)
    with pytest.raises(StoreError, match=r"not empty|is there already"):
        copied(address(full), target)
    assert rows_in(target) == before


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    "make",
    [
        make_pipe,
        Path.mkdir,
        lambda path: path.symlink_to(path),
        lambda path: path.symlink_to("elsewhere.db"),
        lambda path: path.write_text("x"),
    ],
    ids=["pipe", "folder", "loop", "link", "file"],
)
def test_what_stands_in_the_place_of_the_new_file_stays_what_it_is(
    full: Path, tmp_path: Path, make: Callable[[Path], object]
) -> None:
    """A device, above all: whoever copies to /dev/null as root must not replace it."""
    place = tmp_path / "place"
    make(place)
    before = place.lstat()
    with pytest.raises(StoreError, match=r"name a file that is not there|is there already"):
        copied(address(full), address(place))
    after = place.lstat()
    assert (after.st_ino, after.st_mode, after.st_size) == (before.st_ino, before.st_mode, before.st_size)
    assert [each.name for each in tmp_path.iterdir()] == ["place"]


@pytest.mark.postgres
def test_tables_that_a_look_has_made_are_no_hindrance(full: Path, database: str) -> None:
    if database.startswith("sqlite"):
        pytest.skip("a file that is there is one")
    open_store(database).close()
    copied(address(full), database)
    assert rows_in(database) == rows_in(address(full))


@pytest.mark.postgres
def test_what_arrives_otherwise_is_noticed_and_nothing_is_kept(
    full: Path, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = copy.write

    def lossy(connection: Any, table: Any, batches: Any) -> None:
        def altered() -> Iterator[Any]:
            for batch in batches:
                yield [(row[0], "x", *row[2:]) for row in batch] if table.name == "bodies" else batch[1:]

        real(connection, table, altered() if table.name in {"bodies", "journal"} else batches)

    monkeypatch.setattr(copy, "write", lossy)
    with pytest.raises(StoreError, match=r"not what was sent: .*(bodies|journal)"):
        copied(address(full), server)
    assert is_empty(server)


_KILLED = """
import os, signal, sys
from monitor.store import copy
steps = 0
def progress(step, table, rows):
    global steps
    steps += 1
    if [step, table] == sys.argv[3:5]:
        os.kill(os.getpid(), signal.SIGKILL)
source = copy.open_source(sys.argv[1])
copy.copy_state(source, sys.argv[1], sys.argv[2], progress=progress)
"""


def test_killed_it_leaves_nothing_and_is_simply_started_again(full: Path, target: str) -> None:
    moment = ("copy", "polls") if target.startswith("postgres") else ("compare", "facts")
    done = subprocess.run([sys.executable, "-c", _KILLED, address(full), target, *moment], check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    if target.startswith("sqlite"):
        assert not Path(target.removeprefix("sqlite:///")).exists()
    assert copied(address(full), target).rows == 1500 + 12 * (len(schema.metadata.tables) - 1)
    assert rows_in(target) == rows_in(address(full))
    if target.startswith("sqlite"):
        assert [each.name for each in Path(target.removeprefix("sqlite:///")).parent.iterdir()] == ["monitor.db"]


def test_what_is_written_meanwhile_is_not_in_it(database: str, full: Path, target: str, tmp_path: Path) -> None:
    """It is the state of one moment, of either engine, and nobody has to stop."""
    origin = database if database.startswith("postgres") else address(tmp_path / "origin.db")
    copied(address(full), origin)
    before = rows_in(origin)
    to = address(tmp_path / "to.db")
    store, wrote = open_store(origin), []

    def meanwhile(step: str, table: str, _rows: int) -> None:
        if (step, table) == ("copy", "sources"):  # the first of all
            with store.engine.begin() as connection:
                connection.execute(insert(schema.facts).values(name=f"new {len(wrote)}", value="x"))
                connection.execute(update(schema.polls).values(links=7))
            wrote.append(table)

    copied(origin, to, progress=meanwhile)
    store.close()
    assert wrote
    assert rows_in(to) == before


@pytest.mark.postgres
def test_of_two_copies_into_one_database_one_is_refused(full: Path, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if database.startswith("sqlite"):
        pytest.skip("each writes a file of its own")
    monkeypatch.setattr(copy, "_PATIENCE", 1)
    refused: list[StoreError] = []

    def second(step: str, table: str, _rows: int) -> None:
        if (step, table) == ("compare", "facts"):
            with pytest.raises(InUseError, match="another copy") as caught:
                copied(address(full), database)
            refused.append(caught.value)

    assert copied(address(full), database, progress=second).rows
    assert refused


@pytest.mark.postgres
def test_a_monitor_that_starts_on_the_target_meanwhile_waits_and_finds_it(full: Path, database: str) -> None:
    if database.startswith("sqlite"):
        pytest.skip("a file has its name when it is whole")
    opened: list[int] = []
    waiting = threading.Thread(target=lambda: opened.append(len(rows_in(database)["polls"])))

    def start(step: str, table: str, _rows: int) -> None:
        if (step, table) == ("copy", "sources"):
            waiting.start()

    copied(address(full), database, progress=start)
    waiting.join(30)
    assert opened == [1500]


@pytest.mark.postgres
def test_a_state_of_an_older_version_is_brought_up_to_date_first(server: str, tmp_path: Path) -> None:
    origin = address(tmp_path / "old.db")
    engine = engine_of(origin)
    upgrade(engine, "0005")
    engine.dispose()
    assert copied(origin, server).rows == 0
    open_store(server).close()


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("missing.db", "there is no such file"),
        ("empty.db", "there is no state of a monitor"),
        ("theirs.db", "another application"),
        ("text.db", "no database"),
    ],
)
def test_what_is_no_state_is_not_copied(tmp_path: Path, what: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.db").touch()
    (tmp_path / "text.db").write_text("hello " * 1000)
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as theirs:
        theirs.execute("CREATE TABLE bookmarks (id INTEGER)")
    assert main(["state", "copy", str(tmp_path / what), str(tmp_path / "to.db")]) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "to.db").exists()
    assert not (tmp_path / "missing.db").exists()


# --- and one that sends ---------------------------------------------------------------------------------------------------


class Box:
    """A channel that takes everything."""

    name = "console"

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, delivery: Any, commit: Callable[[], bool]) -> Outcome:
        """Take it."""
        assert commit()
        self.sent.append(delivery.id)
        return Outcome(result=Result.SENT)


def opened(url: str) -> SqlStore:
    return open_store(url, subscriptions=lambda: (subscription(),), history=history)


def news(url: str, council: str) -> None:
    store = opened(url)
    store.record(*story({council: "overall outstanding"}), link=None, baseline=False, now=NOW)
    store.close()


async def sent(url: str, folder: Path) -> list[str]:
    """Start in a state folder, send what is due, end; what went out."""
    store, box = opened(url), Box()
    journal = SentJournal(folder / "sent.journal")
    store.register_start(folder / "generation", journal.latest())
    channels: Any = {"console": box}
    outbox = Outbox(store=store, channels=channels, clock=StoppedClock(), journal=journal, off=store.sending_disabled)
    await outbox.send_due()
    store.close()
    return box.sent


@pytest.fixture
async def lived(tmp_path: Path) -> Path:
    """A state folder with one message sent and one that waits."""
    folder = tmp_path / "state"
    folder.mkdir()
    news(address(folder / "monitor.db"), "Kent")
    assert len(await sent(address(folder / "monitor.db"), folder)) == 1
    news(address(folder / "monitor.db"), "Leeds")
    return folder


async def test_a_copy_sends_nothing_until_somebody_says_so_and_the_original_goes_on(lived: Path, target: str) -> None:
    origin = address(lived / "monitor.db")
    assert "copied here from" in copied(origin, target).sending_off
    for _ in range(2):
        assert await sent(target, lived.parent / "elsewhere") == [], "a restart alone does not turn it on"
    assert len(await sent(origin, lived)) == 1
    store = opened(target)
    assert "copied here from" in store.sending_disabled()
    store.resume_sending(SentJournal(lived / "sent.journal").read(), now=NOW)
    store.close()
    assert await sent(target, lived.parent / "elsewhere") == [], "the journal knows that it went"


async def test_what_was_moved_goes_on_where_it_is_now_and_not_where_it_was(lived: Path, target: str) -> None:
    origin = address(lived / "monitor.db")
    assert copied(origin, target, move=True).sending_off == ""
    assert await sent(origin, lived.parent / "left behind") == []
    went = await sent(target, lived)
    assert len(went) == 1
    assert await sent(target, lived) == []
    store = opened(origin)
    assert "moved from here" in store.sending_disabled()
    store.close()


@pytest.mark.postgres
async def test_what_was_moved_and_is_moved_back_goes_on_as_well(lived: Path, server: str, tmp_path: Path) -> None:
    origin, back = address(lived / "monitor.db"), address(lived / "back.db")
    copied(origin, server, move=True)
    copied(server, back, move=True)
    assert await sent(server, tmp_path / "other") == []
    assert len(await sent(back, lived)) == 1


@pytest.mark.postgres
async def test_a_move_leaves_sending_off_where_it_was_off(lived: Path, server: str) -> None:
    origin = address(lived / "monitor.db")
    store = opened(origin)
    with store.engine.begin() as connection:
        copy.restore_guard.disable_sending(connection, "it was put back")
    store.close()
    assert copied(origin, server, move=True).sending_off == "it was put back"
    assert await sent(server, lived) == []


@pytest.mark.postgres
@pytest.mark.parametrize("step", [1, 2])
async def test_wherever_a_move_is_cut_off_at_most_one_sends(
    lived: Path, server: str, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin, calls = address(lived / "monitor.db"), []
    real = copy.restore_guard.disable_sending

    def cut(connection: Any, reason: str) -> None:
        calls.append(reason)
        if len(calls) > step:  # the first is the copy's own
            raise KeyboardInterrupt
        real(connection, reason)

    monkeypatch.setattr(copy.restore_guard, "disable_sending", cut)
    with pytest.raises(KeyboardInterrupt):
        copied(origin, server, move=True)
    there = await sent(server, lived.parent / "there")
    here = await sent(origin, lived)
    assert (len(there), len(here)) == ((0, 1) if step == 1 else (0, 0)), "nothing is lost: `outbox resume` turns it on"


@pytest.mark.postgres
async def test_what_a_dead_monitor_had_in_hand_is_seen_to_after_a_move(lived: Path, server: str) -> None:
    origin = address(lived / "monitor.db")
    store = opened(origin)
    (delivery,) = store.claim(owner="dead", now=NOW, lease=1200)
    assert store.committing(delivery, now=NOW)
    store.close()
    journal = SentJournal(lived / "sent.journal")
    journal.begin(delivery.id, delivery.epoch)
    journal.answer(delivery.id, delivery.epoch, accepted=True)
    assert Entry(delivery=delivery.id, accepted=True, epoch=delivery.epoch).delivery in journal.read()
    copied(origin, server, move=True)
    store, box = opened(server), Box()
    channels: Any = {"console": box}
    outbox = Outbox(store=store, channels=channels, clock=StoppedClock(), journal=journal, previous=["dead"])
    await outbox.send_due()
    assert (box.sent, {str(line.state) for line in store.deliveries()}) == ([], {"sent"})
    store.close()


# --- as it is typed -------------------------------------------------------------------------------------------------------


def test_the_command_takes_files_folders_and_the_environment(
    full: Path, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", target)
    assert main(["state", "copy", str(full.parent), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["verified"] is True
    assert {each["name"]: each["rows"] for each in facts["tables"]}["polls"] == 1500
    assert facts["rows"] == sum(each["rows"] for each in facts["tables"])
    assert main(["state", "copy", target, str(tmp_path / "again.db")]) == 0
    said = capsys.readouterr().out
    assert "the same" in said and "outbox resume" in said
    monkeypatch.delenv("MONITOR_DATABASE_URL")
    assert main(["state", "copy", str(full)]) == 2
    assert "MONITOR_DATABASE_URL" in capsys.readouterr().err


def test_a_move_is_refused_while_a_monitor_runs_and_a_copy_says_so(
    lived: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with single_instance(lived):
        assert main(["state", "copy", str(lived), str(tmp_path / "to.db"), "--move"]) == 1
        assert "in use by another monitor" in capsys.readouterr().err
        assert not (tmp_path / "to.db").exists()
        assert main(["state", "copy", str(lived), str(tmp_path / "to.db")]) == 0
        assert "A monitor works on the original" in capsys.readouterr().out


@pytest.mark.postgres
def test_a_move_from_a_server_is_refused_while_a_monitor_has_the_lead(
    database: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if database.startswith("sqlite"):
        pytest.skip("a file has a lock")
    store = open_store(database)
    store.acquire_lease("poll", owner="one", length=timedelta(seconds=45))
    assert main(["state", "copy", database, str(tmp_path / "to.db"), "--move"]) == 1
    assert "a monitor works on it" in capsys.readouterr().err
    store.release_lease("poll", owner="one")
    store.close()
    assert main(["state", "copy", database, str(tmp_path / "to.db"), "--move"]) == 0


@pytest.mark.parametrize(
    "url", ["postgresql://u:hunter2@127.0.0.1:1/db", "postgresql://u:hunter2@h:port/db", "mysql://u:hunter2@h/db"]
)
def test_no_error_repeats_a_password(full: Path, tmp_path: Path, url: str, capsys: pytest.CaptureFixture[str]) -> None:
    for words in ((str(full), url), (url, str(tmp_path / "to.db"))):
        assert main(["state", "copy", *words]) in {1, 2}
        said = capsys.readouterr().err
        assert said and "hunter2" not in said and "unexpected" not in said


def test_text_of_every_kind_is_in_what_is_copied_here(full: Path) -> None:
    """The state of these tests has what is hard to copy; without it they would show little."""
    with closing(sqlite3.connect(full)) as connection:
        titles = {title for (title,) in connection.execute("SELECT title FROM articles")}
    assert titles == set(TEXTS)

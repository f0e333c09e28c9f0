"""Opening state: durable settings, one schema however it came about, strangers refused."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event, text

from monitor.ports import StoreError
from monitor.store import open_store
from monitor.store.migrations.run import script, upgrade
from monitor.store.schema import HEAD, metadata
from tests.databases import engine_of
from tests.store.conftest import Open


def test_sqlite_is_durable_and_strict(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'new' / 'monitor.db'}")
    with store.engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    store.close()


def test_every_writing_transaction_is_immediate(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'monitor.db'}")
    said: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: said.append(args[2]))
    with store.engine.begin() as connection:
        connection.execute(text("SELECT 1"))
    assert said[0] == "BEGIN IMMEDIATE"
    store.close()


def test_the_newest_migration_is_the_one_that_the_code_names() -> None:
    assert script().get_current_head() == HEAD


def test_migrating_from_nothing_and_creating_at_once_give_the_same_schema(database: str) -> None:
    engine = engine_of(database)
    upgrade(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata) == []
    engine.dispose()
    open_store(database).close()


def test_opening_again_changes_nothing(open_it: Open) -> None:
    open_it().close()
    store = open_it()
    with store.engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]


def test_opening_current_state_imports_no_migration_machinery(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom monitor.store import open_store\n"
        f"open_store('sqlite:///{tmp_path}/m.db').close()\nopen_store('sqlite:///{tmp_path}/m.db').close()\n"
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_file_of_another_application_is_refused_and_untouched(tmp_path: Path) -> None:
    path = tmp_path / "theirs.db"
    with sqlite3.connect(path) as theirs:
        theirs.execute("CREATE TABLE bookmarks (id INTEGER)")
    theirs.close()
    with pytest.raises(StoreError, match="another application"):
        open_store(f"sqlite:///{path}")
    with sqlite3.connect(path) as theirs:
        assert theirs.execute("SELECT name FROM sqlite_master").fetchall() == [("bookmarks",)]
    theirs.close()


def test_state_of_a_newer_version_is_refused(open_it: Open) -> None:
    store = open_it()
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer version"):
        open_it()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_state_that_would_not_survive_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="name a file"):
        open_store(url)


def test_an_address_that_is_none_is_refused_without_its_password() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("mysql://monitor:hunter2@db/monitor")
    assert "hunter2" not in str(caught.value)
    assert "mysql is not supported" in str(caught.value)

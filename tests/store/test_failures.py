"""What a database says when it cannot, for who waits and for who does not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from monitor.ports import StateChanged, StoreUnavailable
from monitor.store.failures import in_words


def met(statement: str, database: Path) -> sqlite3.Error:
    with pytest.raises(sqlite3.Error) as caught:
        sqlite3.connect(database, timeout=0).execute(statement)
    return caught.value


def test_who_waits_is_told_that_it_passes_and_a_command_to_try_again(tmp_path: Path) -> None:
    file = tmp_path / "m.db"
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    held = met("CREATE TABLE t (x)", file)
    waiting, ended = in_words(held), in_words(held, waiting=False)
    assert isinstance(waiting, StoreUnavailable)
    assert isinstance(ended, StoreUnavailable)
    assert "another program" in str(waiting)
    assert "goes on by itself" in str(waiting)
    assert "another program" in str(ended)
    assert "ry again" in str(ended)
    assert "by itself" not in str(ended)
    holder.close()


def test_what_is_no_database_may_be_the_wrong_address(tmp_path: Path) -> None:
    file = tmp_path / "m.db"
    file.write_text("Minutes of the meeting\n" * 100)
    said = in_words(met("SELECT * FROM sqlite_master", file))
    assert isinstance(said, StateChanged)
    assert "is no database" in str(said)
    assert "backup" in str(said)


def test_a_fault_in_a_statement_is_ours(tmp_path: Path) -> None:
    assert in_words(met("SELECT FROM", tmp_path / "m.db")) is None

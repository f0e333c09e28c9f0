"""The guard of the database's file, as several threads look at once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from monitor.ports import StateChanged
from monitor.store import guard
from monitor.store.engine import open_database


def test_what_another_thread_has_seen_meanwhile_is_no_older_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = open_database(f"sqlite:///{tmp_path / 'monitor.db'}")
    assert opened.guard
    opened.guard.look()
    read, interrupted = os.pread, []

    def slow_read(file: int, size: int, offset: int) -> bytes:
        """A thread that loses its turn between reading and comparing."""
        found = read(file, size, offset)
        if not interrupted:
            interrupted.append(True)
            with opened.engine.begin() as connection:  # another one's turn: it commits, and looks
                guard.count_move(connection)
            opened.guard.look()
        return found

    monkeypatch.setattr(guard.os, "pread", slow_read)
    opened.guard.look()
    opened.guard.look()
    assert interrupted


def test_a_number_that_falls_is_an_older_copy(tmp_path: Path) -> None:
    file = tmp_path / "monitor.db"
    opened = open_database(f"sqlite:///{file}")
    assert opened.guard
    before = file.read_bytes()
    with opened.engine.begin() as connection:
        guard.count_move(connection)
    opened.guard.look()
    file.write_bytes(before)
    with pytest.raises(StateChanged):
        opened.guard.look()

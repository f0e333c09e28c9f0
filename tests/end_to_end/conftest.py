from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import database, pooler, postgres
from tests.end_to_end.town import Town, living

__all__ = ["database", "pooler", "postgres"]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town whose monitor keeps its state in a file, as by default."""
    with living(tmp_path, monkeypatch) as town:
        yield town


@pytest.fixture
def either_town(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A town on either database."""
    with living(tmp_path, monkeypatch) as town:
        if database.startswith("postgresql"):
            town.database = database
            monkeypatch.setenv("MONITOR_DATABASE_URL", database)
        yield town

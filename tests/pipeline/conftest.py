"""Both engines, for what the pipeline leaves in the state; and a process that reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.extraction.sandbox import Sandbox
from monitor.store import SqlStore, open_store
from tests.databases import database, pooler, postgres

__all__ = ["database", "pooler", "postgres"]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as child:
        yield child


@pytest.fixture
def store(database: str) -> Iterator[SqlStore]:
    opened = open_store(database)
    yield opened
    opened.close()

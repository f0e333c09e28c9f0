"""A store on either engine, with a small history of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from monitor.domain.model import Inspection
from monitor.store import SqlStore, open_store
from tests.builders import official
from tests.databases import database, pooler, postgres

__all__ = ["HISTORY", "database", "pooler", "postgres"]

HISTORY = (
    official(
        "Leeds",
        "overall good, leadership good, help_and_protection good, children_in_care good, care_leavers good",
        published=date(2022, 5, 3),
    ),
    official(
        "Kent",
        "overall inadequate, leadership inadequate, help_and_protection inadequate, children_in_care good, care_leavers good",
        published=date(2022, 6, 7),
    ),
    official("Bury", "overall requires_improvement, leadership requires_improvement", published=date(2022, 3, 1)),
)

Open = Callable[..., SqlStore]


def history(before: date | None) -> Sequence[Inspection]:
    """`HISTORY` as it was known before a day."""
    return [inspection for inspection in HISTORY if before is None or inspection.published < before]


@pytest.fixture
def open_it(database: str) -> Iterator[Open]:
    """Open (or open again) the store of this test; every one is closed at the end."""
    opened: list[SqlStore] = []

    def opening(*subscriptions: Any, **changed: Any) -> SqlStore:
        store = open_store(database, subscriptions=lambda: subscriptions, **({"history": history} | changed))
        opened.append(store)
        return store

    yield opening
    for store in opened:
        store.close()

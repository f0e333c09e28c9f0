"""A store with something to send, on either engine."""

from __future__ import annotations

from tests.databases import database, pooler, postgres
from tests.store.conftest import open_it

__all__ = ["database", "open_it", "pooler", "postgres"]

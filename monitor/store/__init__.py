"""All state, behind `ports.Store`: SQLite by default, PostgreSQL where several daemons share it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.store.store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]


def __getattr__(name: str) -> Any:
    """The store when it is asked for: who only wants `open_if_idle` must not wait for SQLAlchemy."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from monitor.store import store

    return getattr(store, name)

"""All state, behind `ports.Store`: SQLite by default, PostgreSQL where several daemons share it."""

from monitor.store.store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]

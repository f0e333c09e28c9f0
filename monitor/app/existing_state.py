"""State that is only asked: what asks opens it where it is, and makes none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from monitor.app.runtime import database_url

if TYPE_CHECKING:
    from monitor.settings import Settings
    from monitor.store import SqlStore


def open_existing_state(settings: Settings) -> SqlStore | None:
    """The store of an installation when there is one already; close it. Raises StoreError where it cannot be opened."""
    url = database_url(settings)
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        return None
    from monitor.store import open_store

    return open_store(url)

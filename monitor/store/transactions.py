"""What every part of the store stands on: a database whose transactions write, or only read."""

from __future__ import annotations

from monitor.store.engine import Opened


class Transactions:
    """An open database. Nobody outside `monitor.store` begins a transaction: each method of a part is one."""

    def __init__(self, database: Opened) -> None:
        self.engine, self.guard = database.engine, database.guard
        self._database = database
        self._reading = database.engine.execution_options(read_only=True)

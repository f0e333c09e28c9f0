"""Visitors who ask for the page, and for its form, again and again as fast as they are answered."""

from __future__ import annotations

import asyncio

from tests.soak.visit import visit

_ASKED = ("/", "/sources", "/authorities", "/subscribe", "/u/no-such-token", "/healthz", "/no-such-page")


class Visitors:
    """So many of them at once, each from an address of its own."""

    def __init__(self, page: tuple[str, int]) -> None:
        self._page = page
        self._asking: set[asyncio.Task[None]] = set()
        self.answers = 0

    async def ask_without_end(self, visitors: int = 50) -> None:
        """Keep so many asking."""
        self._asking = {task for task in self._asking if not task.done()}
        for number in range(len(self._asking), visitors):
            self._asking.add(asyncio.create_task(self._ask(number)))

    async def _ask(self, number: int) -> None:
        for turn in range(1000):
            path = _ASKED[0 if number % 2 else turn % len(_ASKED)]
            status, _ = await visit(self._page, path, source=f"127.0.2.{number % 250 + 1}")
            self.answers += status != 0

"""Blocking work beside the event loop, in a thread that does not keep a process alive."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


async def in_thread(work: Callable[[], _T]) -> _T:
    """Run blocking work in a thread that does not keep a process alive: a stuck provider must not block its end."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_T] = loop.create_future()

    def give(result: _T | None, error: BaseException | None) -> None:
        if future.cancelled():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)  # type: ignore[arg-type]  # without an error there is a result

    def run() -> None:
        try:
            result, failure = work(), None
        except BaseException as error:  # noqa: BLE001
            result, failure = None, error
        try:
            loop.call_soon_threadsafe(give, result, failure)
        except RuntimeError:
            return  # the loop is gone: nobody waits for this any more

    threading.Thread(target=run, name="delivery", daemon=True).start()
    return await future

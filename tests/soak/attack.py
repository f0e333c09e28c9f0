"""The real daemon under attack: hostile, slow and busy sites and held connections beside honest news; what others feel of it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

from tests.soak.acts import ACTS, QUIET, Act
from tests.soak.daemon import states
from tests.soak.figures import Figures, figures_of
from tests.soak.stage import Stage, staged
from tests.soak.watch import Memory, Readiness, raise_own_limit

#: Seconds that everything has to arrive in after the last of the load; what takes longer is late as well.
_SETTLE = 90


def attack(seconds: int, seed: int) -> int:
    """Attack it for so many seconds, and print what others felt of it; 0 when all of it is as promised."""
    raise_own_limit()
    with tempfile.TemporaryDirectory() as name:
        figures, log = asyncio.run(_attack(Path(name), seconds, seed))
    print(figures.report(), flush=True)
    if missed := figures.missed():
        print(log[-6000:])
        print("MISSED: " + "; ".join(missed))
    return int(bool(missed))


async def _attack(folder: Path, seconds: int, seed: int) -> tuple[Figures, str]:
    async with staged(folder, seed) as stage:
        memory, readiness = Memory(), Readiness()
        stage.begin()
        begun = time.monotonic()
        watching = [
            asyncio.create_task(memory.watch(stage.process)),
            asyncio.create_task(readiness.watch(stage.page, stage.process)),
        ]
        playing = [asyncio.create_task(_play(act, stage, seconds)) for act in ACTS]
        await asyncio.wait(playing, timeout=seconds)
        await _settled(stage)
        ended = await stage.end()
        for task in (*watching, *playing):
            task.cancel()
        trouble = [
            task.exception() for task in (*watching, *playing) if task.done() and not task.cancelled() and task.exception()
        ]
        figures = await asyncio.to_thread(figures_of, stage, memory, readiness, ended, time.monotonic() - begun)
        if trouble:
            raise trouble[0] or RuntimeError
        return figures, stage.log


async def _play(act: Act, stage: Stage, seconds: float) -> None:
    """One row, as often as there is time for."""
    begun, due = time.monotonic(), act.start
    while due <= seconds - QUIET:
        await asyncio.sleep(max(0.0, begun + due - time.monotonic()))
        await act.how(stage)
        due = max(due + act.every, time.monotonic() - begun)


async def _settled(stage: Stage) -> None:
    """Wait until nothing is on its way any more."""
    end = time.monotonic() + _SETTLE
    while time.monotonic() < end:
        await asyncio.sleep(1)
        await stage.poll(*stage.papers.sites)
        found = await asyncio.to_thread(states, stage.database)
        told = {url for mail in stage.readers.came for url in mail.told}
        if set(stage.papers.listed) <= told and not found["pending"] + found["sending"] + found["committing"]:
            return

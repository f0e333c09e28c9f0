"""Looks at the daemon from outside: how much memory it and its children hold, and what it says of itself."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.soak.visit import visit


def proportional_memory(pid: int) -> list[int]:
    """Bytes that a process and each of its children hold, pages that several share counted in parts (PSS)."""
    return [_pss(each) for each in (pid, *_children(pid))]


def resident_memory(pid: int) -> tuple[int, int]:
    """Bytes of a process that are in memory (RSS), and how many of them are its own and in no file."""
    try:
        lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    except OSError:  # it has just ended
        return 0, 0
    found = {words[0]: 1024 * int(words[1]) for words in lines if words[-1] == "kB"}
    return found.get("Rss:", 0), found.get("Anonymous:", 0)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return found + [grandchild for child in found for grandchild in _children(child)]


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


@dataclass
class Memory:
    """The most that was held at once."""

    held: list[int] = field(default_factory=list)  #: bytes: the daemon, its children
    at: float = 0.0  #: seconds since the start of the watch

    @property
    def peak(self) -> int:
        """Bytes, all together."""
        return sum(self.held)

    async def watch(self, pid_of: Watched) -> None:
        """Look five times a second, until cancelled."""
        begun = time.monotonic()
        while True:
            if pid := pid_of.pid:
                held = await asyncio.to_thread(proportional_memory, pid)
                if sum(held) > self.peak:
                    self.held, self.at = held, time.monotonic() - begun
            await asyncio.sleep(0.2)


@dataclass
class Watched:
    """Which process is looked at now."""

    pid: int = 0
    started: float = 0.0  #: monotonic seconds


@dataclass
class Readiness:
    """What `/readyz` said, once a second."""

    ready: int = 0
    not_ready: list[str] = field(default_factory=list)  #: what it said then
    gap: float = 0.0  #: the longest time without an answer while the process ran, seconds
    first: list[float] = field(default_factory=list)  #: seconds from each start to the first answer
    alarms: set[str] = field(default_factory=set)

    async def watch(self, page: tuple[str, int], process: Watched) -> None:
        """Ask until cancelled."""
        last, seen = time.monotonic(), 0
        while True:
            status, text = await visit(page, "/readyz", source="127.0.0.8")
            now = time.monotonic()
            if process.pid != seen and status:
                self.first.append(now - process.started)
                seen, last = process.pid, now
            elif status:
                self.gap, last = max(self.gap, now - last), now
            elif process.pid != seen:
                last = now
            if status:
                said = json.loads(text)
                self.alarms |= {f"{each['about']}: {each['message']}"[:200] for each in said["alarms"]}
                if status == 200 and said["ready"] and said["delivering"]:
                    self.ready += 1
                else:
                    self.not_ready.append(f"{status} {text[:300]}")
            await asyncio.sleep(1)


def raise_own_limit() -> None:
    """As many descriptors for ourselves as may be had."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

"""Waits so that no host meets more of us than a patient reader: a small burst, then one request in so many seconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from monitor.fetch.limits import Limits
from monitor.fetch.per_host import PerHost


@dataclass(slots=True, kw_only=True)
class Bucket:
    """Tokens of one host. Times are seconds of a monotonic clock."""

    tokens: float
    updated: float

    def take(self, now: float, *, burst: int, delay: float) -> float:
        """Take one token; returns how many seconds to wait first. Tokens may go below zero: that is the queue."""
        if delay <= 0:
            return 0.0
        self.tokens = min(float(burst), self.tokens + (now - self.updated) / delay)
        self.updated = now
        self.tokens -= 1
        return max(0.0, -self.tokens * delay)


class Politeness:
    """Per-host concurrency and pace, and the bound on all connections together."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all = asyncio.Semaphore(limits.connections)
        self._hosts = PerHost[asyncio.Semaphore]()
        self._buckets = PerHost[Bucket]()
        self._delays = PerHost[float]()

    def set_delay(self, host: str, seconds: float | None) -> None:
        """Honour a site's own Crawl-delay where it is longer than ours (at most two minutes)."""
        if seconds is not None:
            self._delays.keep(host, min(max(seconds, self._limits.delay), 120.0))

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        """Wait for a turn at `host`, and hold it while fetching."""
        if host in self._limits.exempt_hosts:
            async with self._all:
                yield
            return
        async with self._hosts.get_or_make(host, lambda: asyncio.Semaphore(self._limits.per_host)):
            now = asyncio.get_running_loop().time()
            bucket = self._buckets.get_or_make(host, lambda: Bucket(tokens=float(self._limits.burst), updated=now))
            wait = bucket.take(now, burst=self._limits.burst, delay=self._delays.get(host) or self._limits.delay)
            if wait:
                await asyncio.sleep(wait)
            async with self._all:
                yield

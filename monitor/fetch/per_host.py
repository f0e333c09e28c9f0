"""What is remembered of hosts: of so many and no more, for the pages of sources may point to any number of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

#: More than anybody's sources have; somebody who makes up names forgets only his own.
MAX_HOSTS = 2_000
#: Bytes that all of it may take. One robots.txt may have half a megabyte.
MAX_BYTES = 8 << 20
_T = TypeVar("_T")


class PerHost(Generic[_T]):
    """A value a host. Whichever was not asked for longest is forgotten first."""

    def __init__(self, *, max_hosts: int = MAX_HOSTS, max_bytes: int = MAX_BYTES) -> None:
        self._max_hosts, self._max_bytes = max_hosts, max_bytes
        self._kept: OrderedDict[str, tuple[_T, int]] = OrderedDict()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, host: str) -> _T | None:
        """What is known of a host."""
        if host not in self._kept:
            return None
        self._kept.move_to_end(host)
        return self._kept[host][0]

    def get_or_make(self, host: str, make: Callable[[], _T]) -> _T:
        """What is known of a host, made where nothing is."""
        known = self.get(host)
        return self.keep(host, make()) if known is None else known

    def keep(self, host: str, value: _T, size: int = 0) -> _T:
        """Remember a value of about so many bytes, the latest one in any case; returns it."""
        self._bytes += size - self._kept.pop(host, (None, 0))[1]
        self._kept[host] = (value, size)
        while len(self._kept) > 1 and (len(self._kept) > self._max_hosts or self._bytes > self._max_bytes):
            _, (_, gone) = self._kept.popitem(last=False)
            self._bytes -= gone
        return value

"""What costs something to make and may be a moment old."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

#: How old it may be, seconds.
KEPT_FOR = 2.0
_T = TypeVar("_T")


class Kept(Generic[_T]):
    """Something made once for all who ask within a moment: news is not to wait for visitors."""

    def __init__(self, make: Callable[[], _T], seconds: float = KEPT_FOR) -> None:
        self._make = make
        self._seconds = seconds
        self._lock = threading.Lock()
        self._made: tuple[float, _T] | None = None

    def __call__(self) -> _T:
        """What was made, at most so many seconds ago; whoever comes while it is made waits for it."""
        with self._lock:
            if self._made is None or time.monotonic() - self._made[0] >= self._seconds:
                made = self._make()
                self._made = (time.monotonic(), made)
            return self._made[1]

"""What becomes of memory that was used and is free again: it goes back to the system.

Left alone, the C library learns from the first large page that large blocks are usual and keeps them, in a heap for every
thread. After an hour of hostile pages that is half as much again, held for nothing.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Mapping
from typing import Any

_BLOCK = 128 << 10  # bytes: from here on a block is the system's, and goes back when it is freed
#: glibc's names of its settings in the environment, and their numbers for `mallopt`; other libraries know neither.
_SETTINGS = {
    "MALLOC_TRIM_THRESHOLD_": (-1, _BLOCK),
    "MALLOC_MMAP_THRESHOLD_": (-3, _BLOCK),
    "MALLOC_ARENA_MAX": (-8, 2),
}
#: The settings for a process that is to be started.
ENVIRONMENT: Mapping[str, str] = {name: str(value) for name, (_, value) in _SETTINGS.items()}


def keep_nothing_free() -> None:
    """Have this process give back what it frees. To be called before threads are started; not every C library can."""
    library: Any = ctypes.CDLL(None)
    mallopt: Callable[[int, int], int] | None = getattr(library, "mallopt", None)
    if mallopt is not None:
        for number, value in _SETTINGS.values():
            mallopt(number, value)

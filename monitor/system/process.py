"""What the kernel says of this process, for its numbers; nothing where the kernel is not Linux."""

from __future__ import annotations

import os
import time
from pathlib import Path

_SELF = Path("/proc/self")


def resident_bytes() -> int | None:
    """Memory of this process alone that is in use now; the processes that read pages have their own."""
    try:
        return int((_SELF / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return None


def open_descriptors() -> int | None:
    """How many files and connections it has open."""
    try:
        return sum(1 for _ in (_SELF / "fd").iterdir())
    except OSError:
        return None


def cpu_seconds() -> float:
    """Processor time that it has taken since it was started."""
    return time.process_time()

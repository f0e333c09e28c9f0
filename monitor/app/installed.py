"""What is installed here: this program as it lies on the disk, and every package beside it."""

from __future__ import annotations

import hashlib
import os
import sys
from functools import cache
from pathlib import Path

import monitor


@cache
def program() -> str:
    """A short word that is another one after every upgrade, be it of the monitor or of a package that it uses.

    Made of the files' sizes and times and of the names under which packages are installed: nothing is opened, for a check
    from cron must not wait for it.
    """
    here = Path(monitor.__file__).parent
    parts = [
        f"{Path(folder, name).relative_to(here)} {status.st_size} {status.st_mtime_ns}"
        for folder, _, names in os.walk(here)
        if Path(folder).name != "__pycache__"  # what Python puts there, and under what names while it writes, is no upgrade
        for name in names
        for status in [os.stat(Path(folder, name))]  # noqa: PTH116
    ]
    parts += [name for path in set(sys.path) for name in _listed(path) if name.endswith((".dist-info", ".egg-info"))]
    return hashlib.sha256("\n".join(sorted(parts)).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _listed(path: str) -> list[str]:
    try:
        return os.listdir(path)  # noqa: PTH208
    except OSError:  # a zip file, or a folder that is not there
        return []

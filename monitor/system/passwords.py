"""Passwords of operators, as Argon2id hashes: what is kept tells nobody what the password is."""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

#: Memory (KiB), rounds and lanes of a new hash: 19 MiB and two rounds, so that a small machine can check one.
_MEMORY, _ROUNDS, _LANES = 19_456, 2, 1
#: One check at a time: each takes memory, and who signs in can wait.
_checking = threading.Lock()


def hash_password(password: str) -> str:
    """A hash of a password to put into the configuration, with its own salt."""
    return _hasher().hash(password)


def is_password(hashed: str, password: str) -> bool:
    """Whether a password is the one of a hash. Without a hash it takes as long, and is never right."""
    from argon2.exceptions import Argon2Error, InvalidHashError

    with _checking:
        try:
            _hasher().verify(hashed or _nobodys(), password)
            return bool(hashed)
        except (Argon2Error, InvalidHashError):
            return False


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=_ROUNDS, memory_cost=_MEMORY, parallelism=_LANES)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A hash that is checked where an account is not known, so that the time says nothing."""
    return hash_password("nobody has this one")

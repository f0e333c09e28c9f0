"""Functions that a sandbox is asked to call in the tests: each misbehaves in one way."""

from __future__ import annotations

import ctypes
import importlib
import os
import signal
import time
from typing import Any

from monitor.ports import ReadError


def echo(*arguments: Any) -> list[Any]:
    """Its arguments; of bytes their length and first byte."""
    return [[len(a), a[:1].decode("latin-1")] if isinstance(a, bytes) else a for a in arguments]


def spin() -> None:
    """Never ends and uses the processor."""
    while True:
        pass


def sleep() -> None:
    """Never ends and uses nothing."""
    time.sleep(3600)


def hoard() -> int:
    """Wants more memory than there is."""
    return len(bytearray(8 << 30))


def crash() -> None:
    """Reads address 0."""
    ctypes.string_at(0)


def leave() -> None:
    """Ends the process quietly."""
    os._exit(3)


def refuse() -> None:
    """Refuses what it is given."""
    raise ReadError("this is a poem", reason="poem")


def stumble() -> None:
    """Raises what a parser might."""
    raise ValueError("unexpected <b>")


def crowd() -> None:
    """Loads a library when all memory is used up, in the words of the system's loader."""
    raise ImportError("/lib/md.so: failed to map segment from shared object")


def want() -> None:
    """Needs a package that is not installed."""
    importlib.import_module("a_package_that_is_not_installed")


def chatter() -> str:
    """Prints to the pipe that carries the answers."""
    os.write(1, b"Warning: invalid cross-reference table\n" * 100)
    print("hello")
    return "done"


def unspeakable() -> object:
    """Returns what JSON cannot carry."""
    return object()


def flood() -> str:
    """Returns ten million characters."""
    return "x" * 10_000_000


def descend() -> int:
    """Recurses for ever."""
    return descend() + 1


def environment() -> dict[str, str]:
    """What the child can see of its surroundings."""
    return dict(os.environ)


def process() -> int:
    """The child's process id."""
    return os.getpid()


def deaf() -> None:
    """Ignores polite signals and waits."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(3600)


def work(seconds: float) -> str:
    """Needs so much processor time, and ends."""
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return "done"

"""Two reading processes: what is quickly read never waits for what is not."""

from __future__ import annotations

import contextlib
import os
import signal
from typing import Any

from monitor.extraction.sandbox import Sandbox
from monitor.ports import ReadError

#: Bytes of address space. Every part of reading loaded takes 90 MB, and all of the monitor has to do with 300. The slow lane's
#: child has loaded only what its one page needs.
_MEMORY, _SLOW_MEMORY = 112 << 20, 96 << 20
_ANSWER = 12 << 20  # bytes that one page may be read into


class Lanes(Sandbox):
    """A sandbox with two children: whoever takes longer than ordinary pages do is read in the slow lane, behind their like.

    An ordinary page takes hundredths of a second and the longest report a fifth of one. The slow lane's child is started when
    it is needed and stopped after each call.
    """

    def __init__(self, *, quick: int = 2, slow: int = 20) -> None:
        """`quick` and `slow` in seconds of processor time a call."""
        super().__init__(memory=_MEMORY, cpu=quick, wall=quick * 5.0, answer_limit=_ANSWER)
        self._slow = Sandbox(memory=_SLOW_MEMORY, cpu=slow, wall=slow * 1.5, calls=1, answer_limit=_ANSWER)

    def call(self, function: str, *arguments: Any) -> Any:
        """As `Sandbox.call`; what ran out of time in the quick lane is done again in the slow one.

        What ran out of memory is done again where it was, by a child that has loaded nothing else: two large children at once
        would be more than all of the monitor may hold.
        """
        try:
            return self._twice(function, *arguments)
        except ReadError as error:
            if error.reason != "timeout":
                raise
        return self._slow.call(function, *arguments)

    def _twice(self, function: str, *arguments: Any) -> Any:
        try:
            return super().call(function, *arguments)
        except ReadError as error:
            if error.reason != "memory":
                raise
        return super().call(function, *arguments)

    def kill(self) -> None:
        """Cut off whatever is read, at once; whoever waits for it gets an error."""
        for sandbox in (self, self._slow):
            if pid := sandbox.pid:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def close(self) -> None:
        """Stop both children, at once."""
        super().close()
        self._slow.close()

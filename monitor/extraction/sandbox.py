"""A child process in which untrusted bytes are parsed, so that a bomb, a loop or a crash costs a child and not the daemon.

The child is started at the first call and kept, so that ordinary pages do not pay for its start. It has a limit on address
space and, call by call, on processor and wall time; it inherits no secrets from the environment. It is started afresh, not
forked, because the parent has threads.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import resource
import selectors
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monitor.domain.characters import storable_json
from monitor.extraction.sandbox_worker import LENGTH_BYTES, encode_request
from monitor.ports import ReadError
from monitor.system import heap

#: Variables that the interpreter and its libraries need. Passwords and tokens of the daemon are not among them.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "HOME", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
_CHUNK = 1 << 16
_PIPE = 1 << 20  # bytes that a pipe may hold: a page that waits for its turn should fit
#: Of the address space that is allowed, so much is in use when a child dies of its want.
_NEARLY_ALL = 0.75
#: How half of a pair and NUL look in an answer, which is ASCII; whole pairs look like the first.
_DOUBTFUL = (b"\\ud", b"\\u0000")


class _Request:
    """A request and how much of it has been written. Of what may be large there is no copy."""

    def __init__(self, function: str, arguments: tuple[Any, ...]) -> None:
        self._parts = [memoryview(part) for part in encode_request(function, arguments)]
        self.rewind()

    def rewind(self) -> None:
        """Begin anew: whoever was sent a part of it is gone."""
        self._unsent = [part for part in self._parts if part]

    @property
    def is_sent(self) -> bool:
        """Whether all of it was written."""
        return not self._unsent

    def write(self, file: int, most: int) -> int:
        """Write at most so many bytes of what is left, as far as the file takes them now. Raises OSError when it takes none."""
        written = os.write(file, self._unsent[0][:most])
        self._unsent[0] = self._unsent[0][written:]
        if not self._unsent[0]:
            del self._unsent[0]
        return written


class Sandbox:
    """A persistent, killable child that calls functions by name: ``sandbox.call("package.module:function", body)``.

    Arguments may be ``bytes`` or JSON values; results are JSON values. Safe to call from several threads; they are served one
    after another, and while one is served the next one's page is put into the pipe already, so that the child need not wait
    for the parent between two pages. A page that was handed to a child that died of the one before is handed to the next.
    """

    def __init__(
        self,
        *,
        memory: int = 512 << 20,
        cpu: int = 20,
        wall: float = 30.0,
        calls: int = 1000,
        answer_limit: int = 64 << 20,
    ) -> None:
        """`memory`, `answer_limit` in bytes; `cpu`, `wall` in seconds a call; after `calls` calls the child is replaced."""
        self._memory = memory
        self._cpu = cpu
        self._wall = wall
        self._calls_left = self._calls = calls
        self._answer_limit = answer_limit
        self._child: subprocess.Popen[bytes] | None = None
        self._inherited = 0
        self._received = bytearray()  # of the answer after the present one
        self._next = threading.Lock()  # held by the caller that is served next
        self._sent = threading.Event()  # set when all of the request that is served has been written
        self._sent.set()
        self._turn = threading.Lock()  # held by the caller that is served
        self._pipe = threading.Lock()  # held while the child is replaced or a request is sent ahead

    def call(self, function: str, *arguments: Any) -> Any:
        """The result of ``module:function(*arguments)`` run in the child.

        Raises `ReadError` with the function's own reason, or ``timeout``, ``memory``, ``crashed``, ``too_large``,
        ``too_deep``, ``failed`` (any other exception). After the first four the child is gone; the next call starts another.
        """
        request = _Request(function, arguments)
        with self._next:
            self._sent.wait()
            ahead = self._send_ahead(request)
            self._turn.acquire()
            self._sent.clear()
        try:
            answer = self._exchange(request, ahead)
        finally:
            self._sent.set()
            self._turn.release()
        if "error" in answer:
            raise ReadError(answer["error"]["message"], reason=answer["error"]["reason"])
        return answer["result"]

    def start(self) -> None:
        """Start the child, so that it is there when the first page comes."""
        with self._turn:
            self._living_child()

    def close(self) -> None:
        """Stop the child, at once. A later call starts another."""
        with self._turn:
            self._stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """Process id of the living child, or None."""
        return self._child.pid if self._child and self._child.poll() is None else None

    def _send_ahead(self, request: _Request) -> subprocess.Popen[bytes] | None:
        """Put as much of a request as fits into the pipe behind the one that is served; the child that has it, if any."""
        with self._pipe:
            if self._child is None or self._child.stdin is None or self._calls_left <= 1:
                return None
            room = _PIPE
            with contextlib.suppress(OSError):  # full, or the child is gone: the rest is sent when its turn comes
                while room > 0 and not request.is_sent:
                    room -= request.write(self._child.stdin.fileno(), room)
            return self._child

    def _exchange(self, request: _Request, ahead: subprocess.Popen[bytes] | None) -> dict[str, Any]:
        if ahead is not None and ahead is self._child:
            child = ahead
        else:
            request.rewind()
            if self._received:  # it spoke unasked
                self._stop()
            child = self._living_child()
        finished = False
        try:
            body = self._write_and_read(child, request)
            answer: dict[str, Any] = json.loads(body)
            if any(mark in body for mark in _DOUBTFUL):  # here the text of strangers enters
                answer = storable_json(answer)
            finished = answer.get("error", {}).get("reason") != "memory"  # after that its heap is not worth keeping
        except (BrokenPipeError, EOFError):
            raise self._death(child) from None
        except (json.JSONDecodeError, RecursionError):
            raise ReadError("the reading process answered nonsense", reason="crashed") from None
        finally:
            self._calls_left -= 1
            if not finished or self._calls_left <= 0:
                self._stop()
        return answer

    def _living_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._stop()
            child = self._started()
            with self._pipe:
                self._child = child
                self._calls_left = self._calls
        return self._child

    def _started(self) -> subprocess.Popen[bytes]:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment |= heap.ENVIRONMENT
        environment["PYTHONPATH"] = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
        # What a parser prints about hostile bytes helps nobody and could fill the log.
        child = subprocess.Popen(
            [sys.executable, "-m", "monitor.extraction.sandbox_worker", str(self._memory), str(self._cpu)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # a Ctrl-C in the terminal is for the daemon, which then drains
        )
        # A child's peak starts at what its parent held when it was forked, so only a peak above that is its own.
        self._inherited = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert child.stdin and child.stdout
        os.set_blocking(child.stdin.fileno(), False)
        os.set_blocking(child.stdout.fileno(), False)
        with contextlib.suppress(OSError):  # a system that allows less has smaller pipes
            fcntl.fcntl(child.stdin.fileno(), fcntl.F_SETPIPE_SZ, _PIPE)
        return child

    def _write_and_read(self, child: subprocess.Popen[bytes], request: _Request) -> bytes:
        """Send what is left of the request and collect the answer's body; both directions under one deadline."""
        assert child.stdin and child.stdout
        deadline = time.monotonic() + self._wall
        answer, size = self._received, 0
        with selectors.DefaultSelector() as ready:
            ready.register(child.stdout, selectors.EVENT_READ)
            if not request.is_sent:
                ready.register(child.stdin, selectors.EVENT_WRITE)
            else:
                self._sent.set()
            while True:
                if not size and len(answer) >= LENGTH_BYTES:
                    size = LENGTH_BYTES + int.from_bytes(answer[:LENGTH_BYTES], "big")
                    if size > self._answer_limit:
                        raise ReadError("what it was read into is too large", reason="too_large")
                if size and len(answer) >= size:
                    break
                left = deadline - time.monotonic()
                if left <= 0:
                    raise ReadError(f"reading it took longer than {self._wall:g} s", reason="timeout")
                for key, _ in ready.select(left):
                    if key.fileobj is child.stdin:
                        request.write(child.stdin.fileno(), _CHUNK)
                        if request.is_sent:
                            ready.unregister(child.stdin)
                            self._sent.set()
                        continue
                    received = os.read(child.stdout.fileno(), _CHUNK)
                    if not received:
                        raise EOFError
                    answer += received
        if not request.is_sent:
            raise ReadError("the reading process answered before it was asked", reason="crashed")
        body = memoryview(answer)[LENGTH_BYTES:size].tobytes()
        del answer[:size]  # what is left is the beginning of the next answer
        return body

    def _death(self, child: subprocess.Popen[bytes]) -> ReadError:
        """Why the child died, as the error of the call that killed it."""
        for _ in range(50):
            process, status, usage = os.wait4(child.pid, os.WNOHANG)
            if process:
                break
            time.sleep(0.1)
        else:
            return ReadError("the reading process closed its pipe", reason="crashed")
        child.returncode = os.waitstatus_to_exitcode(status)  # what Popen would have noted, had it waited
        if child.returncode == -signal.SIGXCPU:
            return ReadError(f"reading it took more than {self._cpu} s of processor time", reason="timeout")
        if usage.ru_maxrss > self._inherited and usage.ru_maxrss * 1024 > self._memory * _NEARLY_ALL:
            # A C library that is refused memory aborts.
            return ReadError(f"reading it needs more than {self._memory >> 20} MB of memory", reason="memory")
        by_signal = child.returncode < 0
        cause = signal.Signals(-child.returncode).name if by_signal else f"exit status {child.returncode}"
        return ReadError(f"the reading process died of {cause}", reason="crashed")

    def _stop(self) -> None:
        with self._pipe:
            child, self._child = self._child, None
            self._received.clear()
            if child is None:
                return
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                if pipe:
                    try:
                        pipe.close()
                    except BrokenPipeError:
                        pass

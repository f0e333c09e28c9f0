"""The other end of `extraction.sandbox`: runs one function after another under resource limits, speaking frames on pipes.

A frame is a 4-byte big-endian length and that many bytes of JSON; ``{"$bytes": n}`` inside a request stands for the next
``n`` bytes after the frame. Answers are plain JSON, so that the parent never unpickles what a hostile page produced.
"""

from __future__ import annotations

import importlib
import json
import math
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Any, BinaryIO

from monitor.ports import ReadError

LENGTH_BYTES = 4
_WITHOUT_MEMORY = {"error": {"reason": "memory", "message": "reading it needs more memory than is allowed"}}
#: What the loader says of a library for which there is no room within the limit.
_NO_ROOM = "failed to map segment"


def encode_request(function: str, arguments: tuple[Any, ...]) -> tuple[bytes, ...]:
    """A request frame in parts: JSON with every ``bytes`` argument taken out, and those behind it as they are, uncopied."""
    blobs = [argument for argument in arguments if isinstance(argument, bytes)]
    plain = [{"$bytes": len(argument)} if isinstance(argument, bytes) else argument for argument in arguments]
    head = json.dumps({"function": function, "arguments": plain}).encode()
    return (len(head).to_bytes(LENGTH_BYTES, "big") + head, *blobs)


def encode_answer(answer: dict[str, Any]) -> bytes:
    """An answer frame. Raises `TypeError` or `ValueError` for a result that is not JSON."""
    body = json.dumps(answer, ensure_ascii=True).encode()
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


def _read_exactly(stream: BinaryIO, size: int) -> bytes:
    body = stream.read(size)
    if len(body) != size:  # the parent is gone
        raise EOFError
    return body


def _read_request(stream: BinaryIO) -> tuple[str, list[Any]]:
    size = int.from_bytes(_read_exactly(stream, LENGTH_BYTES), "big")
    request = json.loads(_read_exactly(stream, size))
    arguments = [
        _read_exactly(stream, argument["$bytes"]) if isinstance(argument, dict) and "$bytes" in argument else argument
        for argument in request["arguments"]
    ]
    return request["function"], arguments


def _limit_cpu(seconds: int) -> None:
    """Allow this call `seconds` more of processor time; the soft limit counts from the start of the process."""
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + seconds, hard))


def _resolve(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found = getattr(importlib.import_module(module), function)
    if not callable(found):
        raise TypeError(f"{name} is not a function")
    return found  # type: ignore[no-any-return]  # getattr gives Any


def _answer(function: str, arguments: list[Any]) -> dict[str, Any]:
    try:
        return {"result": _resolve(function)(*arguments)}
    except ReadError as error:
        return {"error": {"reason": error.reason, "message": str(error)}}
    except MemoryError:
        return _WITHOUT_MEMORY
    except ImportError as error:
        if not isinstance(error, ModuleNotFoundError) and _NO_ROOM in str(error):
            return _WITHOUT_MEMORY
        # The page is not to blame: what is missing here may be installed tomorrow.
        return {"error": {"reason": "fault", "message": f"the installation is incomplete: {error}".partition("\n")[0][:500]}}
    except RecursionError:
        return {"error": {"reason": "too_deep", "message": "it is nested too deeply"}}
    except Exception as error:  # noqa: BLE001  # whatever a parser throws at hostile bytes is an answer, not the end
        if type(error).__name__ == "SelectolaxError":  # it parses anything, as long as it gets memory
            return {"error": {"reason": "memory", "message": "reading it needs more memory than is allowed"}}
        return {"error": {"reason": "failed", "message": f"{type(error).__name__}: {error}"[:500]}}


def main(argv: list[str]) -> None:
    """Serve requests from standard input until it closes. Arguments: address space in bytes, processor seconds a call."""
    memory, cpu = int(argv[0]), int(argv[1])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up between two frames
    while True:
        try:
            function, arguments = _read_request(requests)
        except EOFError:
            return
        _limit_cpu(cpu)
        answer = _answer(function, arguments)
        try:
            frame = encode_answer(answer)
        except (TypeError, ValueError, MemoryError) as error:
            frame = encode_answer({"error": {"reason": "failed", "message": f"{type(error).__name__}: {error}"[:500]}})
        answers.write(frame)
        answers.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

"""One request of one visitor to the monitor's page."""

from __future__ import annotations

import asyncio

_PATIENCE = 15.0


async def visit(page: tuple[str, int], path: str, *, body: bytes | None = None, source: str = "") -> tuple[int, str]:
    """Status and text of the answer; status 0 for none within 15 s. With a `body` it is a form, posted. `source` is the visitor's address."""
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", f"Host: {page[0]}:{page[1]}", "Connection: close"]
    if body is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    writer = None
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(*page, local_addr=(source, 0) if source else None)
            writer.write("\r\n".join([*lines, "", ""]).encode() + (body or b""))
            answer = await reader.read()
    except (OSError, TimeoutError):
        return 0, ""
    finally:
        if writer is not None:
            writer.close()
    head, _, text = answer.decode("utf-8", "replace").partition("\r\n\r\n")
    words = head.split(" ", 2)
    return (int(words[1]), text) if len(words) > 1 and words[1].isdigit() else (0, "")

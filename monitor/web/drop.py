"""Takes articles that cannot be fetched (``POST /drop/NAME``) into the folder of a `drop` source, for whoever has the token."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from pathlib import Path

from fastapi import APIRouter, HTTPException, Request

from monitor.fetch.dropped import MAX_BYTES, TYPES
from monitor.settings.secret import TOKEN_ENV, token_problem

_SUFFIXES = {kind.partition(";")[0]: suffix for suffix, kind in reversed(TYPES.items())}


def drop_router(folders: Mapping[str, Path], token: str) -> APIRouter:
    """The endpoint for the drops among the sources, by name.

    The body is the article as a file: ``text/plain`` (title on its first line), ``text/html``, ``application/pdf`` or
    ``message/rfc822``. The same article twice is one file. Raises ValueError for a token that could be guessed.
    """
    if wrong := token_problem(token):
        raise ValueError(f"{TOKEN_ENV} {wrong}")
    router = APIRouter()

    @router.post("/drop/{name}", status_code=201)
    async def drop(name: str, request: Request) -> dict[str, str]:
        """Put one article into a drop folder."""
        # The token is asked for before anything else is said: names of sources are nobody's business.
        if not _is_shown(request.headers.getlist("authorization"), token):
            raise HTTPException(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})
        folder = folders.get(name)
        if folder is None:
            raise HTTPException(404, "there is no such drop")
        suffix = _SUFFIXES.get(request.headers.get("content-type", "").partition(";")[0].strip().lower())
        if suffix is None:
            raise HTTPException(415, f"send one of {', '.join(sorted(_SUFFIXES))}")
        body = await _bounded(request)
        if not body.strip():
            raise HTTPException(422, "the article is empty")
        file = hashlib.sha256(body).hexdigest()[:24] + suffix
        _write(folder, file, body)
        return {"file": file}

    return router


def _is_shown(given: Sequence[str], token: str) -> bool:
    """Whether a request shows the token as RFC 6750 has it: one header, ``Bearer`` in any case, one blank, and the token."""
    scheme, _, shown = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    right = hmac.compare_digest(shown.encode("utf-8", "surrogatepass"), token.encode())
    return right and scheme.lower() == "bearer"


async def _bounded(request: Request) -> bytes:
    """The body, refused as soon as it is too large."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BYTES:
            raise HTTPException(413, f"more than {MAX_BYTES} bytes")
        parts.append(part)
    return b"".join(parts)


def _write(folder: Path, file: str, body: bytes) -> None:
    """Write beside and rename: the source never sees half an article."""
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / file).exists():
        return
    part = folder / f".{file}.part"
    part.write_bytes(body)
    part.rename(folder / file)

"""Reads ``drop://NAME/FILE`` from watched folders and hands every other address to the real client."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from monitor.fetch.limits import MEBIBYTE
from monitor.ports import Clock, Fetcher, FetchFailure, Page, Validators

SCHEME = "drop"
#: What a drop takes, and as what it is read.
TYPES = {
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/plain; charset=utf-8",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".eml": "message/rfc822",
}
MAX_BYTES = 20 * MEBIBYTE
_NONE = Validators()


def is_article(path: Path) -> bool:
    """Whether a file in a drop folder is one to read: a known type, not hidden, no link, finished (not ``.part``)."""
    return path.suffix.lower() in TYPES and not path.name.startswith(".") and path.is_file() and not path.is_symlink()


class DropFetcher:
    """Implements `ports.Fetcher` over another one: ``drop:`` addresses come from `folders`, by name of their source."""

    def __init__(self, inner: Fetcher, folders: Mapping[str, Path], *, clock: Clock) -> None:
        self._inner = inner
        self._folders = dict(folders)
        self._clock = clock

    async def fetch(self, url: str, validators: Validators = _NONE) -> Page | FetchFailure:
        """The file that a ``drop:`` address names; else what the real client answers."""
        if urlsplit(url).scheme != SCHEME:
            return await self._inner.fetch(url, validators)
        return await asyncio.to_thread(self._read, url)

    def _read(self, url: str) -> Page | FetchFailure:
        parts = urlsplit(url)
        folder = self._folders.get(unquote(parts.netloc))
        name = os.fsdecode(unquote_to_bytes(parts.path.removeprefix("/")))  # names of files are bytes, not always UTF-8
        # The name comes from a stored link: it must be a plain file of that folder and nothing above it.
        if folder is None or not name or "/" in name or name in (".", "..") or "\0" in name:
            return FetchFailure(url=url, reason="bad_url", detail="no such drop", permanent=True)
        path = folder / name
        if not is_article(path):
            return FetchFailure(url=url, reason="not_found", detail="the file is gone, or of no known type", permanent=True)
        if path.stat().st_size > MAX_BYTES:
            return FetchFailure(url=url, reason="too_large", detail=f"more than {MAX_BYTES} bytes", permanent=True)
        body, kind = path.read_bytes(), TYPES[path.suffix.lower()]
        if kind == "message/rfc822":
            body, kind = _mail(body)
        return Page(url=url, status=200, content_type=kind, body=body, retrieved=self._clock.now())


def _mail(message: bytes) -> tuple[bytes, str]:
    """The body of a saved mail: its HTML part, else its text."""
    import email
    import email.policy

    parsed = email.message_from_bytes(message, policy=email.policy.default)
    part = parsed.get_body(preferencelist=("html", "plain"))
    if part is None:
        return b"", "text/plain"
    payload = part.get_payload(decode=True)
    body = payload if isinstance(payload, bytes) else b""
    charset = part.get_content_charset() or "utf-8"
    kind = f"{part.get_content_type()}; charset={charset}"
    subject = str(parsed.get("subject") or "")
    if kind.startswith("text/plain"):
        with contextlib.suppress(LookupError):  # a name of no character set: the subject is not worth the mail
            body = f"{subject}\n\n".encode(charset, "replace") + body
    return body, kind

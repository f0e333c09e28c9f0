"""Raw pages as they were served, so that a better reader and classifier can go over them again without asking anybody.

A capture is compressed: a line of JSON with the status and headers, then the bytes. The same bytes at the same address are
kept once. After the retention period they are deleted.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, delete, insert, select

from monitor.ports import Page
from monitor.store.schema import captures

RETENTION = timedelta(days=400)  #: long enough for a year's articles to be read again by next year's rules
_LEFT_OUT = frozenset({"set-cookie"})
_MOST_BYTES = 64 << 20
_WORD = b"fsted"  # no page without it will ever report a rating


class Captures:
    """Keeps pages in the store's database."""

    def __init__(self, engine: Engine, *, retention: timedelta = RETENTION) -> None:
        self._engine = engine
        self._retention = retention
        self._pruned: date | None = None

    def keep(self, pages: Sequence[Page], now: datetime) -> int:
        """Keep pages, in one transaction; returns how many are new. What was kept already, or has not the word in it, is not.

        PDFs hide their words, so they are all kept. Once a day, pages past their time are deleted.
        """
        rows = {(row["url"], row["sha256"]): row for page in pages if _may_matter(page) for row in [_row(page, now)]}
        if not rows:
            return 0
        with self._engine.begin() as connection:
            if self._pruned != now.date():
                connection.execute(delete(captures).where(captures.c.retrieved < now - self._retention))
                self._pruned = now.date()
            urls = {url for url, _ in rows}
            there = connection.execute(select(captures.c.url, captures.c.sha256).where(captures.c.url.in_(urls)))
            for url, sha256 in there:
                rows.pop((url, sha256), None)
            if rows:
                connection.execute(insert(captures), list(rows.values()))
        return len(rows)

    def pages(self) -> Iterator[Page]:
        """Every kept page, oldest first."""
        with self._engine.begin() as connection:
            keys = connection.execute(select(captures.c.id).order_by(captures.c.retrieved)).scalars().all()
        for key in keys:
            with self._engine.begin() as connection:
                row = connection.execute(select(captures).where(captures.c.id == key)).mappings().one_or_none()
            if row is None:
                continue
            envelope = zlib.decompressobj().decompress(row["body"], _MOST_BYTES)
            head, _, body = envelope.partition(b"\n")
            facts = json.loads(head)
            yield Page(
                url=row["url"],
                status=facts["status"],
                content_type=row["content_type"],
                body=body,
                headers=facts["headers"],
                retrieved=row["retrieved"],
            )


def _may_matter(page: Page) -> bool:
    return _WORD in page.body or page.body.startswith(b"%PDF-")


def _row(page: Page, now: datetime) -> dict[str, Any]:
    headers = {name: value for name, value in page.headers.items() if name not in _LEFT_OUT}
    envelope = json.dumps({"status": page.status, "headers": headers}).encode() + b"\n" + page.body
    return {
        "id": uuid4().hex,
        "url": page.url,
        "sha256": hashlib.sha256(page.body).hexdigest(),
        "content_type": page.content_type,
        "retrieved": page.retrieved or now,
        "body": zlib.compress(envelope, 1),
    }

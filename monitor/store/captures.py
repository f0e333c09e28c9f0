"""Raw pages as they were served, so that a better reader and classifier can go over them again without asking anybody.

A capture is compressed: a line of JSON with the status and headers, then the bytes. The same bytes at the same address are
kept once. After the retention period they are deleted.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
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

    def keep(self, page: Page, now: datetime) -> bool:
        """Keep a page; False when these bytes are kept already, or the word is not in it (PDFs hide theirs).

        Once a day, pages past their time are deleted.
        """
        if _WORD not in page.body and not page.body.startswith(b"%PDF-"):
            return False
        sha256 = hashlib.sha256(page.body).hexdigest()
        headers = {name: value for name, value in page.headers.items() if name not in _LEFT_OUT}
        envelope = json.dumps({"status": page.status, "headers": headers}).encode() + b"\n" + page.body
        with self._engine.begin() as connection:
            if self._pruned != now.date():
                connection.execute(delete(captures).where(captures.c.retrieved < now - self._retention))
                self._pruned = now.date()
            same = (captures.c.url == page.url, captures.c.sha256 == sha256)
            if connection.execute(select(captures.c.id).where(*same)).first() is not None:
                return False
            connection.execute(
                insert(captures).values(
                    id=uuid4().hex,
                    url=page.url,
                    sha256=sha256,
                    content_type=page.content_type,
                    retrieved=page.retrieved or now,
                    body=zlib.compress(envelope, 1),
                )
            )
        return True

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

"""Raw pages as they were served, so that a better reader and classifier can go over them again without asking anybody.

A capture is compressed: a line of JSON with the status and headers, then the bytes. The same bytes at the same address are
kept once. After the retention period they are deleted. Of one site so much is kept in a day and no more: copies are for later,
and must not take the place on the disk that messages need today.
"""

from __future__ import annotations

import hashlib
import json
import logging
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, delete, func, insert, select

from monitor.domain.urls import queue_of
from monitor.ports import Page
from monitor.store.schema import captures

_log = logging.getLogger(__name__)
RETENTION = timedelta(days=400)  #: long enough for a year's articles to be read again by next year's rules
#: Bytes of one site in a day, compressed: Ofsted's busiest day had 8 MB of reports.
MAX_PER_DAY = 32 << 20
_LEFT_OUT = frozenset({"set-cookie"})
_MAX_BYTES = 64 << 20
_WORD = b"fsted"  # no page without it will ever report a rating


class Captures:
    """Keeps pages in the store's database."""

    def __init__(self, engine: Engine, *, retention: timedelta = RETENTION) -> None:
        self._engine = engine
        self._retention = retention
        self._day: date | None = None
        self._kept: Counter[str] = Counter()  #: bytes kept today, by site

    def keep(self, pages: Sequence[Page], now: datetime) -> int:
        """Keep pages, in one transaction; returns how many are new.

        What was kept already, has not the word in it, or is more than is kept of one site in a day, is not. PDFs hide their
        words, so they all count as having it. Once a day, pages past their time are deleted.
        """
        rows = {(row["url"], row["sha256"]): row for page in pages if _may_matter(page) for row in [_row(page, now)]}
        if not rows:
            return 0
        with self._engine.begin() as connection:
            if self._day != now.date():
                self._begin_day(connection, now)
            urls = {url for url, _ in rows}
            there = connection.execute(select(captures.c.url, captures.c.sha256).where(captures.c.url.in_(urls)))
            for url, sha256 in there:
                rows.pop((url, sha256), None)
            wanted = [row for row in rows.values() if self._has_room(row)]
            if wanted:
                connection.execute(insert(captures), wanted)
        return len(wanted)

    def _begin_day(self, connection: Connection, now: datetime) -> None:
        """Delete what is past its time, and count what this day has brought before we were started."""
        connection.execute(delete(captures).where(captures.c.retrieved < now - self._retention))
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        sizes = select(captures.c.url, func.length(captures.c.body)).where(captures.c.retrieved >= today)
        self._day, self._kept = now.date(), Counter()
        for url, size in connection.execute(sizes).tuples():
            self._kept[queue_of(url)] += size

    def _has_room(self, row: dict[str, Any]) -> bool:
        """Whether its site may have this page kept as well; then it counts."""
        site, size = queue_of(row["url"]), len(row["body"])
        before, after = self._kept[site], self._kept[site] + size
        self._kept[site] = after
        if after <= MAX_PER_DAY:
            return True
        if before <= MAX_PER_DAY:
            _log.warning("%s: %d MB of its pages were kept today; no more are, until tomorrow", site, MAX_PER_DAY >> 20)
        return False

    def pages(self) -> Iterator[Page]:
        """Every kept page, oldest first."""
        with self._engine.begin() as connection:
            keys = connection.execute(select(captures.c.id).order_by(captures.c.retrieved)).scalars().all()
        for key in keys:
            with self._engine.begin() as connection:
                row = connection.execute(select(captures).where(captures.c.id == key)).mappings().one_or_none()
            if row is None:
                continue
            envelope = zlib.decompressobj().decompress(row["body"], _MAX_BYTES)
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
    packing = zlib.compressobj(1)
    packed = packing.compress(json.dumps({"status": page.status, "headers": headers}).encode() + b"\n")
    return {
        "id": uuid4().hex,
        "url": page.url,
        "sha256": hashlib.sha256(page.body).hexdigest(),
        "content_type": page.content_type,
        "retrieved": page.retrieved or now,
        "body": b"".join([packed, packing.compress(page.body), packing.flush()]),
    }

"""Archives of our own making: pages of news around articles of the corpus, in the forms in which archives come."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from html import escape
from pathlib import Path

from fastwarc.warc import WarcRecord, WarcRecordType

from monitor.backfill.crawl import warc_record
from tests.conftest import ROOT

ORDINARY = (ROOT / "bench" / "ordinary_news.txt").read_text(encoding="utf-8").splitlines()
HTML = "text/html; charset=utf-8"


def page(title: str, text: str, *, day: date | None = None) -> str:
    """A page of a paper with an article."""
    told = f'<meta property="article:published_time" content="{day.isoformat()}T08:00:00Z">' if day else ""
    body = "".join(f"<p>{escape(part)}</p>" for part in text.split("\n") if part.strip())
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(title)}</title>{told}"
        "<style>.child{color:red}</style><script>document.body.appendChild(x)</script></head>"
        f"<body><nav><a href=/>Home</a><a href=/social>Social</a></nav><main><article><h1>{escape(title)}</h1>{body}</article></main>"
        "<footer><a href=/about>About us</a></footer></body></html>"
    )


def ordinary(number: int) -> str:
    """A page on something else."""
    lines = [ORDINARY[(number * 7 + step * 3) % len(ORDINARY)] for step in range(8)]
    return page(f"Story {number} of the day", "\n".join(lines), day=date(2023, 5, 1))


def rated(name: str, rating: str, *, overall_before: str = "requires improvement") -> tuple[str, str]:
    """Title and text of a report of the press on an inspection."""
    title = f"{name} children's services rated '{rating}' by Ofsted"
    text = (
        f"Ofsted has rated {name} Council's children's services '{rating}' overall after an inspection last month.\n"
        f"The service was rated '{overall_before}' at its previous inspection. Inspectors published their report today.\n"
        "The council's director of children's services thanked social workers and carers for their work.\n"
        "Inspectors spoke to families and read case files during the fortnight that they spent with the authority."
    )
    return title, text


def record(url: str, html: str | bytes, *, at: datetime | None = None, kind: str = HTML) -> bytes:
    """One WARC record."""
    body = html.encode() if isinstance(html, str) else html
    return warc_record(url, body, kind, at or datetime(2023, 5, 2, 9, tzinfo=UTC))


def request(url: str) -> bytes:
    """A record that is no page."""
    import io

    made = WarcRecord()
    made.init_headers(WarcRecordType.request)
    made.headers["WARC-Target-URI"] = url
    made.set_bytes_content(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    held = io.BytesIO()
    made.write(held)
    return held.getvalue()


def write_warc(path: Path, records: Iterable[bytes], *, packed: bool = True) -> Path:
    """A WARC file as CC-NEWS has them: each record a gzip member of its own; or plain."""
    path.write_bytes(b"".join(gzip.compress(each, 1) if packed else each for each in records))
    return path


def write_lines(path: Path, articles: Sequence[dict[str, object]]) -> Path:
    """JSON lines."""
    text = "".join(json.dumps(each) + "\n" for each in articles).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def morning(day: date) -> datetime:
    """When a page of that day was retrieved."""
    return datetime.combine(day, time(9), tzinfo=UTC)

"""The records of a part of an archive, one after another; what cannot be read is told with its place, and the rest is read."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from monitor.backfill.json_lines import json_lines
from monitor.backfill.plan import Form, Part, opened
from monitor.backfill.records import MAX_PAGE, Read, Record, Unread
from monitor.backfill.warc import warc_records


def records(part: Part) -> Iterator[Read]:
    """Everything that a part holds, in its order. Raises OSError where its file cannot be read at all."""
    if part.form is Form.WARC:
        with Path(part.files[0]).open("rb") as file:
            yield from warc_records(file, part)
    elif part.form is Form.JSONL:
        with opened(part.files[0]) as file:
            yield from json_lines(file, part)
    else:
        for name in part.files:
            yield _page(name)


def _page(name: str) -> Read:
    """A page or report that is a file of its own."""
    try:
        with opened(name) as file:
            body = file.read(MAX_PAGE + 1)
    except (OSError, EOFError, zlib.error) as error:
        return Unread(file=name, offset=0, url=name, reason="unreadable", detail=str(error))
    if len(body) > MAX_PAGE:
        return Unread(file=name, offset=0, url=name, reason="too_large", detail=f"larger than {MAX_PAGE >> 20} MB")
    plain = Path(name).suffixes[:1] == [".txt"]
    return Record(file=name, offset=0, url=name, body=body, content_type="text/plain" if plain else "text/html")

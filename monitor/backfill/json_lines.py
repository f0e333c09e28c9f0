"""Articles as JSON, one a line."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO

from monitor.backfill.plan import Part
from monitor.backfill.records import Read, Record, Unread
from monitor.domain.calendar import london_day
from monitor.extraction.dates import parse_moment

#: A line longer than this is a mistake, not an article.
MAX_LINE = 32 << 20
_DATES = ("date", "published", "date_publish")  #: keys of the day of publication; the first that is there counts


def json_lines(file: BinaryIO, part: Part) -> Iterator[Read]:
    """One article a line. Of a compressed file the places are numbers of lines, for nobody can seek in it."""
    name, plain = part.files[0], not hasattr(file, "mtime")
    at = file.seek(part.start)
    number = 0
    try:
        while (part.end is None or at < part.end) and (line := file.readline(MAX_LINE + 1)):
            number += 1
            where = at if plain else number
            at += len(line)
            if len(line) > MAX_LINE:
                yield Unread(file=name, offset=where, url="", reason="too_long", detail=f"a line of more than {MAX_LINE} bytes")
                while line and not line.endswith(b"\n"):
                    line = file.readline(MAX_LINE)
                    at += len(line)
            elif line.strip():
                yield _article(line, name, where)
    except (EOFError, zlib.error, OSError) as error:
        yield Unread(file=name, offset=at if plain else number + 1, url="", reason="damaged", detail=str(error))


def _article(line: bytes, name: str, offset: int) -> Read:
    unread = partial(Unread, file=name, offset=offset)
    try:
        item = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        return unread(url="", reason="bad_json", detail=str(error))
    if not isinstance(item, dict):
        return unread(url="", reason="bad_json", detail=f"expected an object, found {type(item).__name__}")
    url, text, html = _text(item, "url"), _text(item, "text"), _text(item, "html")
    told = next((item[key] for key in _DATES if item.get(key)), None)
    moment = parse_moment(str(told)) if told is not None else None
    if told is not None and moment is None:
        return unread(url=url, reason="bad_date", detail=f"{str(told)[:60]!r} is no date; write 2017-06-13")
    if not text.strip() and not html:
        return unread(url=url, reason="no_text", detail="neither `text` nor `html` is there as a string")
    return Record(
        file=name,
        offset=offset,
        url=url,
        title=_text(item, "title"),
        outlet=_text(item, "outlet"),
        text=text if text.strip() else None,
        body=b"" if text.strip() else html.encode("utf-8", "replace"),
        content_type="text/html; charset=utf-8",
        published=london_day(moment) if moment else None,
    )


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""

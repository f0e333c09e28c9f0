"""The batch form of `classify`: one JSON object a line in, one a line out. Imports nothing but the classifier."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any, BinaryIO, TextIO

from monitor.commands.json_output import error_json, result_json

#: A line longer than this is a mistake, not an article.
MAX_LINE = 32 * 1024 * 1024


class _BadLine(Exception):
    """A line that is no article: the reason code and what is wrong with it."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


def _parse(line: bytes) -> dict[str, Any]:
    if len(line) > MAX_LINE:
        raise _BadLine("too_long", f"a line of {len(line)} bytes")
    try:
        item = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _BadLine("bad_json", str(error)) from None
    if not isinstance(item, dict):
        raise _BadLine("bad_json", f"expected an object, found {type(item).__name__}")
    return item


def _article(item: dict[str, Any]) -> tuple[str, str, date | None]:
    """Title, text and day of publication of a line's object."""
    title, text, published = item.get("title") or "", item.get("text"), item.get("published")
    if not isinstance(text, str):
        raise _BadLine("no_text", "`text` is missing or no string")
    if not isinstance(title, str):
        raise _BadLine("bad_title", "`title` is no string")
    if published is None or published == "":
        return title, text, None
    try:
        return title, text, date.fromisoformat(str(published)[:10])
    except ValueError:
        raise _BadLine("bad_date", f"`published` is no ISO date: {published!r}") from None


def _changes(item: dict[str, Any], title: str, text: str, published: date | None) -> dict[str, Any]:
    """The answer with what the record makes of the article, alone on its day; one without a day is read as of today."""
    from monitor.classifier import classify
    from monitor.commands.consequences import alone, changes_json
    from monitor.domain.model import Article
    from monitor.system.clock import SystemClock

    day = published or SystemClock().today()
    article = Article(
        url=str(item.get("url") or item.get("id") or ""),
        title=title,
        text=text,
        published=day,
        outlet=str(item.get("outlet") or ""),
    )
    result = classify(title, text, published=day)
    return result_json(result) | changes_json(alone(article, result, day))


def answer(line: bytes, number: int, *, changes: bool = False) -> dict[str, Any]:
    """The answer to one line of input (`number` counts from 1); never raises for what the line holds.

    With `changes`, also what the shipped record before the article's day makes of it.
    """
    from monitor.classifier import classify

    item: dict[str, Any] = {}
    try:
        item = _parse(line)
        title, text, published = _article(item)
        if changes:
            return {"id": item.get("id"), **_changes(item, title, text, published)}
        return {"id": item.get("id"), **result_json(classify(title, text, published=published))}
    except _BadLine as error:
        return {"id": item.get("id"), "line": number, **error_json(error.reason, str(error))}
    except Exception as error:  # noqa: BLE001  # a fault of ours in one article must not lose the others
        return {"id": item.get("id"), "line": number, **error_json("fault", f"{type(error).__name__}: {error}")}


def run_batch(lines: Iterable[bytes] | BinaryIO, out: TextIO, *, changes: bool = False) -> int:
    """Answer every non-empty line, in order, each as soon as it is ready; 1 when a line could not be answered."""
    status = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        said = answer(line, number, changes=changes)
        status |= "error" in said
        # ASCII only: a lone surrogate in a text must not stop the output, and no reader has to guess the encoding.
        out.write(json.dumps(said) + "\n")
        out.flush()
    return status

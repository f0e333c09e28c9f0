"""Answers of search interfaces (JSON) to entries: GOV.UK's search and the Guardian's content interface."""

from __future__ import annotations

import json
from typing import Any

from monitor.domain.urls import absolute
from monitor.extraction.dates import parse_moment
from monitor.extraction.decode import decode
from monitor.extraction.feeds.feed import plain
from monitor.ports import ReadError


def _loaded(body: bytes, url: str) -> dict[str, Any]:
    try:
        answer = json.loads(decode(body))
    except (ValueError, RecursionError) as error:
        raise ReadError(f"broken JSON: {error}", reason="not_a_feed", key=url) from error
    if not isinstance(answer, dict):
        raise ReadError("the answer is no object", reason="not_a_feed", key=url)
    return answer


def _text(item: dict[str, Any], name: str) -> str:
    return item[name] if isinstance(item.get(name), str) else ""


def _entry(url: str, title: str, published: str, summary: str) -> dict[str, str]:
    moment = parse_moment(published)
    return {
        "url": url,
        "title": plain(title, 500),
        "published": moment.isoformat() if moment else "",
        "summary": plain(summary),
    }


def read_govuk(body: bytes, url: str) -> dict[str, Any]:
    """``{"entries": [...], "total": n}`` of an answer of ``/api/search.json``. Raises `ReadError` ``not_a_feed``."""
    answer = _loaded(body, url)
    results = answer.get("results")
    if not isinstance(results, list):
        raise ReadError("the answer has no results", reason="not_a_feed", key=url)
    entries = [
        _entry(link, _text(item, "title"), _text(item, "public_timestamp"), _text(item, "description"))
        for item in results
        if isinstance(item, dict) and (link := absolute(_text(item, "link"), url))
    ]
    total = answer.get("total")
    return {"entries": entries, "total": total if isinstance(total, int) else len(entries)}


def read_guardian(body: bytes, url: str) -> dict[str, Any]:
    """``{"entries": [...], "pages": n}`` of an answer of the content interface. Raises `ReadError` ``not_a_feed``."""
    answer = _loaded(body, url).get("response")
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(results, list):
        raise ReadError("the answer has no results", reason="not_a_feed", key=url)
    entries = []
    for item in results:
        if isinstance(item, dict) and (link := absolute(_text(item, "webUrl"), url)):
            fields = item["fields"] if isinstance(item.get("fields"), dict) else {}
            title = _text(fields, "headline") or _text(item, "webTitle")
            entries.append(_entry(link, title, _text(item, "webPublicationDate"), _text(fields, "trailText")))
    pages = answer.get("pages")
    return {"entries": entries, "pages": pages if isinstance(pages, int) else 1}

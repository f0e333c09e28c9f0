"""Pages and plain texts to articles: the parent's side, which never parses a stranger's HTML itself."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from functools import cache, partial
from html import escape
from typing import Any

from monitor.domain.calendar import london_day
from monitor.domain.characters import storable
from monitor.domain.model import Article, SourceClass
from monitor.extraction.dates import exchanged, parse_day
from monitor.extraction.decode import decode, is_binary, visible
from monitor.extraction.html.boilerplate_phrases import fold, without_boilerplate
from monitor.extraction.html.grade_lines import with_headings
from monitor.extraction.lengths import MAX_INLINE, beginning
from monitor.extraction.sandbox import Sandbox
from monitor.ports import ElsewhereError, Page, ReadError

_READER = "monitor.extraction.html.article:read_article"
_PLAIN_READER = "monitor.extraction.html.pages:read_plain"
_MAX_TITLE = 300
_DATELINE_WITHIN = 4  #: lines below the title
_SAME, _FRESH, _WEEKS = timedelta(days=2), timedelta(days=7), timedelta(days=14)  #: see `day_of`
_LABEL = 50  #: characters of a line that is a name or a date and no prose


@cache
def shared_sandbox() -> Sandbox:
    """The child that reads pages for callers without one of their own. It ends with this process: its input closes."""
    return Sandbox(memory=1 << 30, cpu=10, wall=15.0)


def read_page(
    page: Page,
    outlet: str = "",
    *,
    source_class: SourceClass = SourceClass.PRESS,
    published: date | None = None,
    first_published: bool = False,
    title: str = "",
    sandbox: Sandbox | None = None,
) -> Article:
    """The article on a fetched page. `published` and `title` stand in where the page gives none (a feed's entry knows them).

    With `first_published`, `published` is not merely the day of some change: see `day_of`.

    Parsing happens in `sandbox`, a killable child. Raises `ReadError` with reason ``interstitial`` (consent, challenge, login,
    maintenance, not found), ``refresh`` (an `ElsewhereError`: read that address), ``empty``, ``pdf``, ``not_text``,
    ``no_article``, ``hostile``, or the sandbox's own ``timeout``, ``memory``, ``crashed``.
    """
    today = london_day(page.retrieved) if page.retrieved is not None else None
    if _is_plain(page):
        # A few lines are read here; what is long is read where it can be killed, like every page.
        read = read_plain if len(page.body) < MAX_INLINE else partial((sandbox or shared_sandbox()).call, _PLAIN_READER)
        plain = read(page.body, page.url, page.content_type)
        listed = day_of(None, published, today)
        return _article(
            url=page.url,
            title=plain["title"],
            text=plain["text"],
            whole=plain["whole"],
            published=listed or (date.fromisoformat(plain["day"]) if plain["day"] else None),
            outlet=outlet,
            source_class=SourceClass.PRESS,
        )
    found = (sandbox or shared_sandbox()).call(_READER, with_header(page), page.url, page.content_type)
    if "refresh" in found:
        raise ElsewhereError(found["refresh"], key=page.url)
    days = {key: london_day(datetime.fromisoformat(found[key])) if found[key] else None for key in ("published", "changed")}
    surely = first_published and not found["confirmed"] and not _is_near(days["changed"], published, _SAME)
    return _article(
        url=found["canonical"] or page.url,
        title=found["title"] or title,
        text=found["text"],
        whole=found["whole"],
        published=day_of(days["published"], published, today, surely=surely),
        retrieved=page.retrieved,
        outlet=outlet,
        source_class=source_class,
    )


def with_header(page: Page) -> bytes:
    """The body of a page, with what its head says of where to go on to as the page itself would say it."""
    sent_on = page.headers.get("refresh", "")
    said = f'<meta http-equiv="refresh" content="{escape(sent_on)}">'.encode() if ";" in sent_on or "," in sent_on else b""
    return said + page.body


def _not_ahead(page: date, listed: date | None, today: date) -> date:
    """What a page means that is dated in the future."""
    other = exchanged(page)
    return other if other and other <= today and _is_near(other, listed or other, _SAME) else listed or today


def day_of(page: date | None, listed: date | None, today: date | None, *, surely: bool = False) -> date | None:
    """The day of publication by what a page says and what the source that `listed` it says; ``None`` when neither does. Pure.

    The page is believed, with its day and month the other way round where only so it agrees with the source, or is not in the
    future. What is still dated ahead counts as `today`. `surely`: the source's day is the publication's and nothing on the
    page speaks for its own; then a page that is weeks away from an entry of this week gives way to it.
    """
    if today is not None:
        listed = min(listed, today) if listed else None
        if page is not None and page > today:
            page = _not_ahead(page, listed, today)
    if page is None or listed is None or _is_near(page, listed, _WEEKS):
        return page or listed
    other = exchanged(page)
    if other is not None and _is_near(other, listed, _SAME):
        return other
    return listed if surely and _is_near(listed, today, _FRESH) else page


def _is_near(one: date | None, other: date | None, distance: timedelta) -> bool:
    return one is not None and other is not None and abs(one - other) <= distance


def read_text(
    text: str,
    *,
    url: str = "",
    outlet: str = "",
    published: date | None = None,
    source_class: SourceClass = SourceClass.PRESS,
) -> Article:
    """An article saved as plain text: the first line is the title, unless it is a bare "News" or a paragraph.

    Page furniture is cut as on pages. Raises `ReadError` with reason ``empty``.
    """
    found = _plain(text, url)
    return _article(
        url=url,
        title=found["title"],
        text=found["text"],
        whole=found["whole"],
        published=published or (date.fromisoformat(found["day"]) if found["day"] else None),
        outlet=outlet,
        source_class=source_class,
    )


def read_plain(body: bytes, url: str, content_type: str = "") -> dict[str, Any]:
    """``{"title", "text", "whole", "day"}`` of bytes of plain text; `whole` as `read_article` has it, `day` ISO or "".

    Raises `ReadError` with reason ``not_text`` or ``empty``.
    """
    if is_binary(body):
        raise ReadError("these bytes are no text", reason="not_text", key=url)
    return _plain(decode(body, content_type), url)


def _plain(text: str, url: str) -> dict[str, Any]:
    kept = beginning(text)
    lines = [visible(line.strip()) for line in kept.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    lines = [line for line in lines if line]
    while lines and fold(lines[0]) == "news":
        lines.pop(0)
    if not lines:
        raise ReadError("the text is empty", reason="empty", key=url)
    title = lines.pop(0) if len(lines[0]) <= _MAX_TITLE else ""
    day, lines = _dateline(lines)
    return {
        "title": title,
        "text": beginning("\n\n".join(with_headings(without_boilerplate(lines, title=title)))),
        "whole": len(text) if kept is not text else 0,
        "day": day.isoformat() if day else "",
    }


def _dateline(lines: list[str]) -> tuple[date | None, list[str]]:
    """The day on a short line near the top, and the lines without it and the name above it."""
    for index, line in enumerate(lines[:_DATELINE_WITHIN]):
        if len(line) > _LABEL or line.endswith((".", "?", "!")):
            continue
        if (day := parse_day(line)) is not None:
            first = index - 1 if index and len(lines[index - 1]) <= _LABEL and lines[index - 1][-1].isalnum() else index
            return day, lines[:first] + lines[index + 1 :]
    return None, lines


def _is_plain(page: Page) -> bool:
    return page.content_type.partition(";")[0].strip().lower() == "text/plain" and b"<html" not in page.body[:2048].lower()


def _article(
    *,
    url: str,
    title: str,
    text: str,
    published: date | None,
    outlet: str,
    source_class: SourceClass,
    whole: int = 0,
    retrieved: datetime | None = None,
) -> Article:
    title, text = storable(title), storable(text)
    return Article(
        url=url,
        title=title,
        text=text,
        published=published,
        retrieved=retrieved,
        outlet=outlet,
        source_class=source_class,
        whole=whole,
        sha256=hashlib.sha256(f"{title}\n\n{text}".encode()).hexdigest(),
    )

"""The Slack form: Block Kit within its limits, a text for notifications and screen readers, nothing foreign as markup.

Scraped text travels as ``plain_text`` or as text within ``rich_text``, which Slack does not parse; only words of ours are
``mrkdwn``. The limits are Slack's: see https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.messages.headline import summary
from monitor.messages.inspection_view import NOT_KNOWN, InspectionView, Quote, Row
from monitor.messages.notice import Notice
from monitor.messages.sanitize import host_of, sanitize
from monitor.messages.subject import label

_MAX_BLOCKS = 50
_MAX_FIELDS = 10
_MAX_QUOTES = 3
_MAX_SENTENCES = 4  #: of one source; a sentence is at most `sanitize.MAX_QUOTE`, so that a quote stays below `_SECTION`
_HEADER = 150
_SECTION = 3000
_FIELD = 2000
_BUTTON = 75

Block = dict[str, object]


def escape(text: str) -> str:
    """Slack reads ``&``, ``<`` and ``>`` as markup: mentions of a whole channel and disguised links are written with them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _words(text: str, longest: int) -> str:
    """Escaped and cut to `longest` characters, never inside an entity."""
    shown = sanitize(text, longest)
    while len(escape(shown)) > longest:
        shown = shown[: len(shown) - 10].rstrip() + "…"
    return escape(shown)


def _plain_text(text: str, longest: int) -> Block:
    return {"type": "plain_text", "text": sanitize(text, longest), "emoji": False}


def _paragraphs(texts: Sequence[str]) -> list[Block]:
    return [{"type": "section", "text": _plain_text(text, _SECTION)} for text in texts if sanitize(text)]


def _context(lines: Sequence[str]) -> list[Block]:
    """Small print; nothing where there are no lines."""
    elements = [_plain_text(line, _FIELD) for line in lines if sanitize(line)][:_MAX_FIELDS]
    return [{"type": "context", "elements": elements}] if elements else []


def _field(row: Row) -> Block:
    """An area before and now; the words are ours."""
    if row.moved:
        said = f"from {row.before.lower()} to *{row.now.lower()}*"
    elif row.shared:
        said = f"{row.now.lower()} (before: {row.before.lower()})"
    elif row.before == row.now:
        said = f"{row.now.lower()}, as before"
    else:
        said = row.now.lower() if row.before == NOT_KNOWN else f"{row.now.lower()} (was {row.before.lower()})"
    return {"type": "mrkdwn", "text": f"*{row.area}*\n{said}"}


def _quotes(quotes: Sequence[Quote]) -> list[Block]:
    """The evidence, with its source below it."""
    elements: list[Block] = []
    for quote in quotes[:_MAX_QUOTES]:
        host = f" ({host_of(quote.url)})" if quote.url else ""
        said = "\n".join(f"“{text}”" for text in quote.texts[:_MAX_SENTENCES])
        elements.append({"type": "rich_text_quote", "elements": [{"type": "text", "text": said}]})
        elements.append({"type": "rich_text_section", "elements": [{"type": "text", "text": quote.where + host}]})
    return [{"type": "rich_text", "elements": elements}] if elements else []


def _buttons(view: InspectionView) -> list[Block]:
    """Where to read on: our page of it, then Ofsted's report."""
    where = [(f"Event: {view.authority}", view.page)] if view.page else []
    where += [(view.report_words, view.report)] if view.report else []
    where += [(f"Read {quote.source or 'the article'}", quote.url) for quote in view.quotes[:_MAX_QUOTES] if quote.url]
    elements: list[Block] = [
        {"type": "button", "text": _plain_text(words, _BUTTON), "url": url, "action_id": f"read-{number}"}
        for number, (words, url) in enumerate(dict.fromkeys(where))
    ]
    return [{"type": "actions", "elements": elements}] if elements else []


def _view_blocks(view: InspectionView, said: str) -> list[Block]:
    header: Block = {"type": "header", "text": _plain_text(f"{view.authority}: {view.headline}", _HEADER)}
    fields: Block = {"type": "section", "fields": [_field(row) for row in view.rows][:_MAX_FIELDS]}
    return [
        header,
        *_context([f"{said}. {view.dates}" if said else view.dates]),
        *_paragraphs(view.corrections),
        *([fields] if view.rows else []),
        *_quotes(view.quotes),
        *_context([view.status, *(f"Note: {remark}" for remark in view.conflicts), view.context]),
        *_buttons(view),
    ]


def _letter(notice: Notice) -> list[Block]:
    """A message of ours that tells of no change: paragraphs, and what to open."""
    blocks = _paragraphs(notice.words)
    if notice.action:
        text = _plain_text(notice.action_words or notice.title, _BUTTON)
        blocks.append({"type": "actions", "elements": [{"type": "button", "text": text, "url": notice.action}]})
    return blocks


def _blocks(notice: Notice, views: Sequence[InspectionView], room: int) -> list[Block]:
    """As many inspections as there is room for; the others are named."""
    blocks = [*_letter(notice), *_paragraphs([" ".join(summary(notice))])][:room]
    said = label(notice) if len(views) == 1 else ""
    for number, view in enumerate(views):
        more = _view_blocks(view, said)
        last = number == len(views) - 1
        if len(blocks) + len(more) > (room if last else room - 1):
            rest = "; ".join(f"{each.authority}: {each.headline}" for each in views[number:])
            return [*blocks[: room - 1], *_paragraphs([f"Also: {rest}."])]
        blocks += more
    return blocks


def slack_body(notice: Notice, subject: str, views: Sequence[InspectionView]) -> str:
    """The payload as far as it is the same for everybody: JSON that ends within the list of blocks; `slack_footer` ends it."""
    blocks = _blocks(notice, views, _MAX_BLOCKS - 1) or _paragraphs([subject])
    payload = {"text": _words(subject, _SECTION), "unfurl_links": False, "unfurl_media": False, "blocks": blocks}
    return json.dumps(payload, ensure_ascii=False)[: -len("]}")]


def slack_footer(notice: Notice) -> str:
    """The last block, which is one person's, and the end of the payload."""
    out = [notice.way_out] if notice.way_out else []
    lines = [line for line in (*notice.also, *notice.notes, *notice.reasons) if sanitize(line)]
    footer = _context([*lines[: _MAX_FIELDS - len(out)], *out])
    return f", {json.dumps(footer[0], ensure_ascii=False)}]}}" if footer else "]}"

"""The Slack form: Block Kit within its limits, a text for notifications and screen readers, nothing foreign as markup.

Scraped text travels as ``plain_text`` or as text within ``rich_text``, which Slack does not parse; only words of ours are
``mrkdwn``. The limits are Slack's: see https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.messages.headline import summary
from monitor.messages.inspection_view import NOT_KNOWN, Quote, Row, Section
from monitor.messages.notice import Notice
from monitor.messages.sanitize import host_of, plain
from monitor.messages.subject import label

_MAX_BLOCKS = 50
_MAX_FIELDS = 10
_MAX_QUOTES = 3
_MAX_SENTENCES = 4  #: of one source; a sentence is at most `plain.MAX_QUOTE`, so that a quote stays below `_SECTION`
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
    shown = plain(text, longest)
    while len(escape(shown)) > longest:
        shown = shown[: len(shown) - 10].rstrip() + "…"
    return escape(shown)


def _plain_text(text: str, longest: int) -> Block:
    return {"type": "plain_text", "text": plain(text, longest), "emoji": False}


def _paragraphs(texts: Sequence[str]) -> list[Block]:
    return [{"type": "section", "text": _plain_text(text, _SECTION)} for text in texts if plain(text)]


def _context(lines: Sequence[str]) -> list[Block]:
    """Small print; nothing where there are no lines."""
    elements = [_plain_text(line, _FIELD) for line in lines if plain(line)][:_MAX_FIELDS]
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


def _buttons(section: Section) -> list[Block]:
    """Where to read on: Ofsted's report first."""
    where = [(section.report_words, section.report)] if section.report else []
    where += [(f"Read {quote.source or 'the article'}", quote.url) for quote in section.quotes[:_MAX_QUOTES] if quote.url]
    elements: list[Block] = [
        {"type": "button", "text": _plain_text(words, _BUTTON), "url": url, "action_id": f"read-{number}"}
        for number, (words, url) in enumerate(dict.fromkeys(where))
    ]
    return [{"type": "actions", "elements": elements}] if elements else []


def _section_blocks(section: Section, said: str) -> list[Block]:
    header: Block = {"type": "header", "text": _plain_text(f"{section.authority}: {section.headline}", _HEADER)}
    fields: Block = {"type": "section", "fields": [_field(row) for row in section.rows][:_MAX_FIELDS]}
    return [
        header,
        *_context([f"{said}. {section.dates}" if said else section.dates]),
        *_paragraphs(section.corrections),
        *([fields] if section.rows else []),
        *_quotes(section.quotes),
        *_context([section.status, *(f"Note: {remark}" for remark in section.conflicts), section.context]),
        *_buttons(section),
    ]


def _letter(notice: Notice) -> list[Block]:
    """A message of ours that tells of no change: paragraphs, and what to open."""
    blocks = _paragraphs(notice.words)
    if notice.action:
        text = _plain_text(notice.action_words or notice.title, _BUTTON)
        blocks.append({"type": "actions", "elements": [{"type": "button", "text": text, "url": notice.action}]})
    return blocks


def _blocks(notice: Notice, sections: Sequence[Section], room: int) -> list[Block]:
    """As many inspections as there is room for; the others are named."""
    blocks = [*_letter(notice), *_paragraphs([" ".join(summary(notice))])][:room]
    said = label(notice) if len(sections) == 1 else ""
    for number, section in enumerate(sections):
        more = _section_blocks(section, said)
        last = number == len(sections) - 1
        if len(blocks) + len(more) > (room if last else room - 1):
            rest = "; ".join(f"{each.authority}: {each.headline}" for each in sections[number:])
            return [*blocks[: room - 1], *_paragraphs([f"Also: {rest}."])]
        blocks += more
    return blocks


def slack_body(notice: Notice, subject: str, sections: Sequence[Section]) -> str:
    """The payload as far as it is the same for everybody: JSON that ends within the list of blocks; `slack_foot` closes it."""
    blocks = _blocks(notice, sections, _MAX_BLOCKS - 1) or _paragraphs([subject])
    payload = {"text": _words(subject, _SECTION), "unfurl_links": False, "unfurl_media": False, "blocks": blocks}
    return json.dumps(payload, ensure_ascii=False)[: -len("]}")]


def slack_foot(notice: Notice) -> str:
    """The last block, which is one person's, and the end of the payload."""
    out = [notice.way_out] if notice.way_out else []
    lines = [line for line in (*notice.also, *notice.notes, *notice.reasons) if plain(line)]
    foot = _context([*lines[: _MAX_FIELDS - len(out)], *out])
    return f", {json.dumps(foot[0], ensure_ascii=False)}]}}" if foot else "]}"

"""The Slack form: Block Kit within its limits, a top-level text for notifications and screen readers, everything escaped."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.messages.notice import Notice, Row, Section, summary
from monitor.messages.plain import plain

_MOST_BLOCKS = 50
_MOST_FIELDS = 10
_HEADER = 150
_SECTION = 3000
_FIELD = 2000


def escape(text: str) -> str:
    """Slack reads ``&``, ``<`` and ``>`` as markup: mentions of a whole channel and disguised links are written with them."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _words(text: str, longest: int) -> str:
    """Escaped and cut to `longest` characters, never inside an entity."""
    shown = plain(text, longest)
    while len(escape(shown)) > longest:
        shown = shown[: len(shown) - 10].rstrip() + "…"
    return escape(shown)


def _mrkdwn(text: str) -> dict[str, object]:
    return {"type": "mrkdwn", "text": text}


def _plain_text(text: str, longest: int) -> dict[str, object]:
    return {"type": "plain_text", "text": plain(text, longest), "emoji": False}


def _row(row: Row) -> str:
    return f"{row.area}: " + (f"from {row.before.lower()} to {row.now.lower()}" if row.moved else row.now.lower())


def _section_blocks(section: Section) -> list[dict[str, object]]:
    blocks: list[dict[str, object]] = [
        {"type": "header", "text": _plain_text(f"{section.authority}: {section.headline}", _HEADER)},
    ]
    fields = [_plain_text(_row(row), _FIELD) for row in section.rows]
    if fields:
        blocks.append({"type": "section", "fields": fields[:_MOST_FIELDS]})
    for quote in section.quotes[:3]:
        words = f"“{quote.text}” ({quote.source or 'source'}, {quote.day})"
        block: dict[str, object] = {"type": "section", "text": _plain_text(words, _SECTION)}
        if quote.url:
            block["accessory"] = {
                "type": "button",
                "text": _plain_text("Read the source", 75),
                "url": quote.url,
                "action_id": f"source-{len(blocks)}",
            }
        blocks.append(block)
    lines = [section.status, *(f"Note: {remark}" for remark in (*section.corrections, *section.conflicts)), section.context]
    blocks.append({"type": "context", "elements": [_mrkdwn(_words(line, _FIELD)) for line in lines if line][:_MOST_FIELDS]})
    return blocks


def slack_body(notice: Notice, subject: str, sections: Sequence[Section]) -> str:
    """The payload as far as it is the same for everybody: JSON that ends within the list of blocks; `slack_foot` closes it.

    Scraped text travels as plain text or escaped, never as markup.
    """
    blocks = [block for section in sections for block in _section_blocks(section)]
    glance = (*notice.words, notice.action, *summary(notice)) if notice.words else summary(notice)
    if glance or not blocks:
        blocks.insert(0, {"type": "section", "text": _plain_text(" ".join(glance) or subject, _SECTION)})
    if len(blocks) >= _MOST_BLOCKS:
        blocks = blocks[: _MOST_BLOCKS - 2]
        blocks.append({"type": "context", "elements": [_mrkdwn("More in this alert than fits here.")]})
    payload = {"text": _words(subject, _SECTION), "unfurl_links": False, "unfurl_media": False, "blocks": blocks}
    return json.dumps(payload, ensure_ascii=False)[: -len("]}")]


def slack_foot(notice: Notice) -> str:
    """The last block, which is one person's, and the end of the payload."""
    lines = [*notice.also, *notice.notes, *notice.reasons]
    if not lines:
        return "]}"
    foot = {"type": "context", "elements": [_mrkdwn(_words(line, _FIELD)) for line in lines][:_MOST_FIELDS]}
    return f", {json.dumps(foot, ensure_ascii=False)}]}}"

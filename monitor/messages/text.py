"""The plain-text part: written by hand from the same view as the HTML, at most 78 columns, addresses on lines of their own."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from monitor.messages.notice import Notice, Section, summary

WIDTH = 76


def _paragraph(text: str, indent: str = "") -> list[str]:
    if len(text) + len(indent) <= WIDTH:
        return [indent + text] if text else []
    after = indent + "  " if text.startswith("* ") else indent
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=after, break_long_words=False, break_on_hyphens=False)


def _section(section: Section) -> list[str]:
    title = f"{section.authority}: {section.headline}"
    lines = [*_paragraph(title), "-" * min(len(title), WIDTH), ""]
    for row in section.rows:
        if row.moved:
            lines += _paragraph(f"* {row.area}: from {row.before.lower()} to {row.now.lower()}")
        elif row.before == "Not known":
            lines += _paragraph(f"* {row.area}: {row.now.lower()} (before: not known)")
        else:
            same = row.before == row.now
            lines += _paragraph(
                f"* {row.area}: {row.now.lower()}" + (", as before" if same else f" (was {row.before.lower()})")
            )
    lines.append("")
    for quote in section.quotes:
        lines += [*_paragraph(f"“{quote.text}”", "  "), *_paragraph(f"{quote.source or 'Source'}, {quote.day}", "  ")]
        lines += [f"  {quote.url}", ""] if quote.url else [""]
    lines += _paragraph(section.status)
    for remark in (*section.corrections, *section.conflicts):
        lines += _paragraph(f"Note: {remark}")
    if section.context:
        lines += _paragraph(section.context)
    if section.report_url and section.report_url not in {quote.url for quote in section.quotes}:
        lines += ["", "Ofsted's report:", section.report_url]
    return [*lines, ""]


def text_top(notice: Notice, sections: Sequence[Section]) -> str:
    """What the message says, the same for everybody whom it is sent to."""
    lines = [line for each in (*notice.words, *summary(notice)) for line in _paragraph(each)]
    lines += ["", notice.action] if notice.action else []
    lines += [""] if lines else []
    for each in sections:
        lines += _section(each)
    return "\n".join(lines) + "\n"


def text_foot(notice: Notice) -> str:
    """What one person alone gets: what may have been missed, the notes, the reasons, the ways to change or end it."""
    lines: list[str] = []
    if notice.also:
        lines += ["Also reported", *(line for item in notice.also for line in _paragraph(f"* {item}")), ""]
    lines += [line for note in notice.notes for line in _paragraph(f"Your note: {note}")]
    if notice.reasons:
        lines += ["Why you got this", *(line for why in notice.reasons for line in _paragraph(f"* {why}"))]
    if notice.manage:
        lines += ["", "Change or pause this subscription:", notice.manage]
    if notice.unsubscribe:
        lines += ["", "Unsubscribe:", notice.unsubscribe]
    return "\n".join(lines).rstrip() + "\n"

"""The plain-text part: written by hand from the same view as the HTML, at most 78 columns, addresses on lines of their own."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from monitor.messages.headline import summary
from monitor.messages.inspection_view import NOT_KNOWN, InspectionView, Row
from monitor.messages.notice import Notice
from monitor.messages.subject import label

WIDTH = 76


def _paragraph(text: str, indent: str = "") -> list[str]:
    if len(text) + len(indent) <= WIDTH:
        return [indent + text] if text else []
    after = indent + "  " if text.startswith("* ") else indent
    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=after, break_long_words=False, break_on_hyphens=False)


def unwrapped(text: str) -> str:
    """A plain-text part for a window of any width: the lines that were broken at 76 columns whole again, without underlines."""
    lines: list[str] = []
    before = ""  #: the line before as it stood
    for line in text.splitlines():
        if line and not line.strip("-"):
            continue
        begins = line.split(maxsplit=1)[:1]
        own = line.lstrip().startswith(("* ", "http"))  # what has a line of its own, however long the one before
        if begins and before and not own and len(before) + 1 + len(begins[0]) > WIDTH:
            lines[-1] += f" {line.strip()}"
        else:
            lines.append(line)
        before = line
    return "\n".join(lines)


def _row(row: Row, compares: bool) -> str:
    now = row.now.lower()
    if row.moved:
        return f"* {row.area}: from {row.before.lower()} to {now}"
    if row.before == NOT_KNOWN:
        return f"* {row.area}: {now}" + (" (before: not known)" if compares else "")
    if row.shared:
        return f"* {row.area}: {now} (before: {row.before.lower()})"
    return f"* {row.area}: {now}" + (", as before" if row.before == row.now else f" (was {row.before.lower()})")


def _view(view: InspectionView) -> list[str]:
    title = f"{view.authority}: {view.headline}"
    lines = [*_paragraph(title), "-" * min(len(title), WIDTH), *_paragraph(view.dates), ""]
    for remark in view.corrections:
        lines += [*_paragraph(remark), ""]
    for row in view.rows:
        lines += _paragraph(_row(row, view.compares))
    lines.append("")
    for quote in view.quotes:
        lines += [line for text in quote.texts for line in _paragraph(f"“{text}”", "  ")]
        lines += _paragraph(quote.where, "  ")
        lines += [f"  {quote.url}", ""] if quote.url else [""]
    for words in (view.status, *(f"Note: {remark}" for remark in view.conflicts), view.context):
        lines += [*_paragraph(words), ""] if words else []
    for words, address in ((view.report_words, view.report), (view.page_words, view.page)):
        lines += [f"{words}:", address, ""] if address else []
    return lines


def text_top(notice: Notice, views: Sequence[InspectionView]) -> str:
    """What the message says, the same for everybody whom it is sent to."""
    said = label(notice)
    lines = [f"{said}.", ""] if said else []
    lines += [line for each in notice.words for line in (*_paragraph(each), "")]
    lines += [f"{notice.action_words}:"] if notice.action_words else []
    lines += [notice.action, ""] if notice.action else []
    if glance := summary(notice):
        lines += [*(line for each in glance for line in _paragraph(f"* {each}")), ""]
    for each in views:
        lines += _view(each)
    return "\n".join(lines) + "\n"


def text_footer(notice: Notice) -> str:
    """What one person alone gets: what may have been missed, the notes, the reasons, the ways to change or end it."""
    lines: list[str] = []
    if notice.also:
        lines += ["Also reported", *(line for item in notice.also for line in _paragraph(f"* {item}")), ""]
    lines += [line for note in notice.notes for line in (*_paragraph(f"Your note: {note}"), "")]
    if notice.reasons:
        lines += ["Why you got this", *(line for why in notice.reasons for line in _paragraph(f"* {why}"))]
    if notice.manage:
        lines += ["", "Change or pause this subscription:", notice.manage]
    if notice.unsubscribe.startswith("http"):
        lines += ["", "Unsubscribe from these alerts:", notice.unsubscribe]
    if notice.manage:
        lines += ["", *_paragraph("These links are yours alone: take them out before you pass this message on.")]
    if notice.way_out:
        lines += ["", *_paragraph(notice.way_out)]
    return "\n".join(lines).rstrip() + "\n"

"""How an article and its labels look in a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from monitor.classifier.document import Document
from monitor.classifier.mentions import MentionType
from monitor.domain.characters import STEERING
from monitor.scoring.draft import Draft, Line
from monitor.scoring.form import Label

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

_STYLES = {
    MentionType.RATING: "bold magenta",
    MentionType.AREA: "cyan",
    MentionType.GROUP: "cyan",
    MentionType.AUTHORITY: "green",
}
_TABLE_WIDTH = 100  #: characters of a line


def harmless(text: str) -> str:
    """`text` with a replacement character for what would steer the terminal; of the same length."""
    return STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def article(draft: Draft) -> Iterator[RenderableType]:
    """Title, day and outlet; then the text in numbered sentences, with ratings, areas and authorities coloured."""
    from rich.table import Table
    from rich.text import Text

    item = draft.item
    yield Text(harmless(item.title) or "(no title)", style="bold")
    yield Text(f"{item.published or 'no day'}{f', {harmless(item.style)}' if item.style else ''}")
    legend = Text("found: ", style="dim")
    for name, type_ in (("ratings", MentionType.RATING), ("areas", MentionType.AREA), ("authorities", MentionType.AUTHORITY)):
        legend.append(name, style=_STYLES[type_]).append(" ")
    yield legend
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    before = -1
    for number, start, end, paragraph in _pieces(draft.document):
        if paragraph != before:
            grid.add_row("", "")
            before = paragraph
        grid.add_row("" if number is None else str(number + 1), _coloured(draft.document, start, end, read=number is not None))
    yield grid


def _pieces(doc: Document) -> Iterator[tuple[int | None, int, int, int]]:
    """The document in order: number of a sentence (None for what the classifier passes over), its characters, its paragraph."""
    at, paragraph = 0, -1
    for number, part in enumerate(doc.sentences):
        yield from _passed_over(doc.text, at, part.start, paragraph)
        at, paragraph = part.end, part.paragraph
        yield number, part.start, part.end, paragraph
    yield from _passed_over(doc.text, at, len(doc.text), paragraph)


def _passed_over(text: str, start: int, end: int, paragraph: int) -> Iterator[tuple[int | None, int, int, int]]:
    for line in re.finditer(r"[^\n]*\w[^\n]*", text[start:end]):
        yield None, start + line.start(), start + line.end(), paragraph


def _coloured(doc: Document, start: int, end: int, *, read: bool) -> Text:
    from rich.text import Text

    text = Text(harmless(doc.text[start:end]), style="" if read else "dim")
    for mention in doc.mentions:
        if start <= mention.start and mention.end <= end and mention.type in _STYLES:
            text.stylize(_STYLES[mention.type], mention.start - start, mention.end - start)
    return text


def labels(draft: Draft, width: int) -> RenderableType:
    """The labels, numbered: a table, or where the terminal is narrower than one takes, one below the other.

    Those for review are marked. Without labels: that there are none, and the kind of page.
    """
    from rich.text import Text

    if not draft.lines:
        return Text(f"No new judgement is reported; kind of page: {draft.item.kind.replace('_', ' ')}", style="bold")
    return _table(draft) if width >= _TABLE_WIDTH else _list(draft)


def _table(draft: Draft) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name in ("", "authority", "area", "rating", "was", "year"):
        table.add_column(name)
    table.add_column("evidence", ratio=1, overflow="fold")
    table.add_column("probability", justify="right")
    for number, line in enumerate(draft.lines, start=1):
        cells = (_marked(number, line), *_cells(line.label), _evidence(line.label, draft.sentences), _how_sure(line))
        table.add_row(*(Text(harmless(cell)) for cell in cells), style="" if line.sure else "yellow")
    return table


def _list(draft: Draft) -> Table:
    from rich.table import Table
    from rich.text import Text

    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    for number, line in enumerate(draft.lines, start=1):
        authority, area, rating, was, year = _cells(line.label)
        before = "" if was == "-" else f", was {was}{'' if year == '-' else f' in {year}'}"
        first = f"{authority}: {area}: {rating}{before} ({_how_sure(line)})"
        style = "" if line.sure else "yellow"
        grid.add_row(_marked(number, line), Text(harmless(first), style=style))
        grid.add_row("", Text(harmless(_evidence(line.label, draft.sentences)), style="dim"))
    return grid


def _marked(number: int, line: Line) -> str:
    return f"{number}{'' if line.label.required else ' ?'}"


def _cells(label: Label) -> tuple[str, ...]:
    area, rating, was = (told.replace("_", " ") for told in (label.area, label.rating, label.previous or "-"))
    return label.authority, area, rating, was, str(label.previous_year or "-")


def _evidence(label: Label, sentences: tuple[str, ...]) -> str:
    """The words, behind the number of the sentence that they stand in."""
    evidence = label.evidence
    number = next((number for number, sentence in enumerate(sentences, start=1) if evidence and evidence in sentence), None)
    return evidence if number is None else f"{number}: {evidence}"


def _how_sure(line: Line) -> str:
    if line.probability is None:
        return "yours"
    return f"{line.probability:.0%}" if line.sure else f"{line.probability:.0%} for review"

"""The corpus: labelled articles, many to a file, as text that a person can read and a program can check.

    === b01-07
    style: local paper
    date: 2025-10-28
    kind: news
    title: The headline

    Paragraphs ...
    ---
    West Berkshire | overall | good | good 2022 | the words that say so
    ? West Berkshire | leadership | good | - | implied only

`kind` is ``news`` or, where nothing new is told, the kind of page that it is; then the labels are the one word ``none``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

_ARTICLE = re.compile(r"(?m)^=== ")
_RULE = re.compile(r"(?m)^---[ \t]*$")
KEYS = ("style", "date", "kind", "title")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One judgement that a careful reader takes from an article."""

    authority: str
    area: str
    rating: str
    previous: str = ""
    previous_year: int | None = None
    evidence: str = ""
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """An article of the corpus. `faults` says what of its block could not be read."""

    id: str
    title: str
    text: str
    published: date | None
    kind: str
    style: str = ""
    labels: tuple[Label, ...] = ()
    faults: tuple[str, ...] = field(default=())


def read_items(path: Path) -> Iterator[Item]:
    """The articles of a file, in order; what is wrong with one is among its `faults`."""
    yield from items_of(path.read_text(encoding="utf-8"))


def items_of(text: str) -> Iterator[Item]:
    """The articles of a text in the corpus's form."""
    for block in _ARTICLE.split(text)[1:]:
        yield _item(block)


def _item(block: str) -> Item:
    head, _, rest = block.partition("\n\n")
    first, *lines = head.split("\n")
    keys = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    faults = [f"no {key}:" for key in KEYS if key not in keys]
    text, *labels = _RULE.split(rest)
    if len(labels) != 1:
        faults.append(f'{len(labels)} lines "---" where one is expected')
    read: list[Label] = []
    for line in (labels[0] if labels else "").strip().split("\n"):
        if line.strip() and line.strip() != "none":
            label = _label(line)
            if label is None:
                faults.append(f"no label: {line}")
            else:
                read.append(label)
    try:
        published = date.fromisoformat(keys.get("date", ""))
    except ValueError:
        published = None
        faults.append(f"no date: {keys.get('date', '')!r}")
    return Item(
        id=first.strip(),
        title=keys.get("title", ""),
        text=text.strip("\n"),
        published=published,
        kind=keys.get("kind", ""),
        style=keys.get("style", ""),
        labels=tuple(read),
        faults=tuple(faults),
    )


def _label(line: str) -> Label | None:
    parts = [part.strip() for part in line.strip().lstrip("? ").split(" | ", 4)]
    if len(parts) != 5:
        return None
    previous, _, year = parts[3].partition(" ")
    if year and not year.isdigit():
        return None
    return Label(
        authority=parts[0],
        area=parts[1],
        rating=parts[2],
        previous="" if previous == "-" else previous,
        previous_year=int(year) if year else None,
        evidence=parts[4].strip('"') if parts[4] not in {"-", ""} else "",
        required=not line.strip().startswith("?"),
    )

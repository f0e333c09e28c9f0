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

A line of the page that would itself open an article (``=== ``) or end its text (``---``) stands behind a backslash, and one
that stands behind backslashes behind one more. Evidence that begins or ends with a quotation mark or a blank stands in
quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from monitor.domain.characters import storable

_ARTICLE = re.compile(r"(?m)^=== ")
_RULE = re.compile(r"(?m)^---[ \t]*$")
#: A line of a page that is taken for one of the form's, and what it is written as.
_MARK = r"(?=\\*(?:=== |---[ \t]*$))"
_TO_ESCAPE, _ESCAPED = re.compile(rf"(?m)^{_MARK}"), re.compile(rf"(?m)^\\{_MARK}")
_LINE_BREAK = re.compile(r"\r\n?|\n")
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
        text=_ESCAPED.sub("", text.strip("\n")),
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
    if year and not (year.isascii() and year.isdigit() and len(year) <= 4):
        return None
    return Label(
        authority=parts[0],
        area=parts[1],
        rating=parts[2],
        previous="" if previous == "-" else previous,
        previous_year=int(year) if year else None,
        evidence=_evidence(parts[4]),
        required=not line.strip().startswith("?"),
    )


def _evidence(told: str) -> str:
    if told in {"-", ""}:
        return ""
    return told[1:-1] if len(told) > 1 and told[0] == told[-1] == '"' else told


# --- writing --------------------------------------------------------------------------------------------------------------


def as_held(item: Item) -> Item:
    """An article as the form can hold it; most articles are so already.

    Line breaks are all the same, none stands around the text or in title and style, nor a blank around those, and what no file
    takes is a replacement character.
    """
    return replace(
        item,
        style=_one_line(item.style),
        title=_one_line(item.title),
        text=_LINE_BREAK.sub("\n", storable(item.text)).strip("\n"),
        labels=tuple(replace(label, evidence=storable(label.evidence)) for label in item.labels),
        faults=(),
    )


def _one_line(text: str) -> str:
    return _LINE_BREAK.sub(" ", storable(text)).strip()


def block(item: Item) -> str:
    """The article in the corpus's form, ending with a line break: read by `items_of` it is ``as_held(item)``.

    Blocks stand in one file with an empty line between them.

    Raises:
        ValueError: saying in words what cannot be written: no day, an id or a kind that is no single line, a label with a field
            that is missing, broken into lines or holds ``|``.
    """
    held = as_held(item)
    for name, value in (("id", held.id), ("kind", held.kind)):
        if not value or value != _one_line(value):
            raise ValueError(f"{value!r} is no {name}: it takes one line that begins and ends with a letter")
    if held.published is None:
        raise ValueError("the article has no day")
    head = {"style": held.style, "date": held.published.isoformat(), "kind": held.kind, "title": held.title}
    lines = [f"=== {held.id}", *(f"{key}: {value}".rstrip(" ") for key, value in head.items())]
    labels = [_line(label) for label in held.labels] or ["none"]
    return "\n".join([*lines, "", _TO_ESCAPE.sub(r"\\", held.text), "---", *labels, ""])


def _line(label: Label) -> str:
    names = {"authority": label.authority, "area": label.area, "rating": label.rating, "earlier rating": label.previous or "-"}
    _check_label(label, names)
    year, told = label.previous_year, label.evidence
    if told == "-" or told != told.strip() or told.startswith('"') or told.endswith('"'):
        told = f'"{told}"'
    before = f"{names['earlier rating']}{'' if year is None else f' {year}'}"
    mark = "" if label.required else "? "
    return f"{mark}{label.authority} | {label.area} | {label.rating} | {before} | {told or '-'}"


def _check_label(label: Label, names: Mapping[str, str]) -> None:
    """Raises ValueError for what a line of the form cannot hold."""
    for name, value in names.items():
        if not value or value != _one_line(value) or re.search(r"\||^[?=]", value):
            raise ValueError(f"{value!r} is no {name}: it takes a line without | that begins with a letter")
    if label.previous == "-" or " " in label.previous:
        raise ValueError(f"{label.previous!r} is no earlier rating: it takes one word, as in requires_improvement")
    year = label.previous_year
    if year is not None and not 0 <= year <= 9999:
        raise ValueError(f"{year} is no year")
    if _LINE_BREAK.search(label.evidence):
        raise ValueError(f"{label.evidence!r} is no evidence: it takes words of one paragraph")

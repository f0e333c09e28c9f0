"""Labelled articles as what is learnt from: documents with their gold, in URNs and offsets."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from monitor.classifier.document import Document, document
from monitor.domain.authorities import find
from monitor.scoring.form import Item, Label, read_items


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """One label: whose, of what, which; where the text says so (None: not quoted, or not found)."""

    urn: str
    area: str
    rating: str
    previous: str = ""
    previous_year: int | None = None
    evidence: tuple[int, int] | None = None
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """An article to learn from or to be scored on."""

    id: str
    doc: Document
    gold: tuple[Gold, ...]
    kind: str
    title: str
    text: str


def items(paths: Iterable[Path]) -> Iterator[Item]:
    """Every article of files and folders: ``.txt`` in the corpus's own form, ``.json`` an object or a list of them."""
    for path in paths:
        files = sorted(p for p in path.rglob("*") if p.suffix in {".txt", ".json"}) if path.is_dir() else [path]
        for file in files:
            if file.suffix == ".txt":
                yield from read_items(file)
            else:
                data = json.loads(file.read_text(encoding="utf-8"))
                yield from (_from_json(each) for each in (data if isinstance(data, list) else [data]) if "text" in each)


def _from_json(data: dict) -> Item:
    def label(each: dict, required: bool) -> Label:
        return Label(
            authority=each["authority"],
            area=each["area"],
            rating=each["rating"],
            previous=each.get("previous") or "",
            previous_year=each.get("previous_year"),
            evidence=each.get("evidence") or "",
            required=required and each.get("required", True),
        )

    labels = [label(each, True) for each in data["judgements"]]
    labels += [label(each, False) for each in data.get("optional_judgements", [])]
    return Item(
        id=data["id"],
        title=data.get("title") or "",
        text=data["text"],
        published=date.fromisoformat(data["published"][:10]) if data.get("published") else None,
        kind="news" if data["judgements"] else (data.get("class") or ""),
        style=data.get("source_style") or "",
        labels=tuple(labels),
    )


def example(item: Item) -> Example:
    """An article with its labels resolved. Raises ValueError for an authority that nobody knows."""
    doc = document(item.title, item.text, item.published)
    return Example(
        id=item.id,
        doc=doc,
        gold=tuple(_gold(item, label, doc) for label in item.labels),
        kind=item.kind,
        title=item.title,
        text=item.text,
    )


def _gold(item: Item, label: Label, doc: Document) -> Gold:
    authority = find(label.authority)
    if authority is None:
        raise ValueError(f"{item.id}: unknown authority {label.authority!r}")
    at = doc.text.find(label.evidence) if label.evidence else -1
    return Gold(
        urn=authority.urn,
        area=label.area,
        rating=label.rating,
        previous=label.previous,
        previous_year=label.previous_year,
        evidence=(at, at + len(label.evidence)) if at >= 0 else None,
        required=label.required,
    )


_OVER_RELATED = ("Read more", "Related stories", "Most read", "More on this story", "You may also like", "Latest news", "")


def load(paths: list[Path], *, furnish: float = 0.0, seed: int = 1) -> list[Example]:
    """Examples of files and folders.

    To the share `furnish` of them headlines of others are added at the end, as pages do: none of them is what they report.
    """
    every = list(items(paths))
    chance = random.Random(seed)  # noqa: S311
    found = []
    for item in every:
        if chance.random() < furnish:
            titles = [other.title for other in chance.sample(every, chance.randint(2, 6)) if other is not item and other.title]
            item = replace(item, text="\n\n".join([item.text, chance.choice(_OVER_RELATED), *titles]))
        found.append(example(item))
    return found

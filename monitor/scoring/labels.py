"""Labelled articles: what a careful reader takes from each, in the form of the corpora's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from monitor.domain.authorities import find
from monitor.domain.model import Area, Rating
from monitor.scoring.form import Item

#: What has to agree for a judgement to count: authority, area, rating.
Key = tuple[str, Area, Rating]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One judgement that an article reports, and the words that say so where the labeller quoted them."""

    authority: str
    area: Area
    rating: Rating
    previous: Rating | None = None
    previous_year: int | None = None
    evidence: str = ""
    required: bool = True  #: implied rather than stated otherwise: saying it is neither right nor wrong

    @property
    def key(self) -> Key:
        """What has to agree."""
        return self.authority, self.area, self.rating


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """An article with its labels. No labels at all: it reports nothing new, and silence is right."""

    id: str
    title: str
    text: str
    published: date | None
    labels: tuple[Label, ...]
    optional: tuple[Label, ...] = ()
    tags: tuple[str, ...] = ()  #: its constructions, or what kind of news it is that reports nothing
    style: str = ""  #: the kind of outlet that it is written like

    @property
    def wanted(self) -> Mapping[Key, Label]:
        """The labels that must be found."""
        return {label.key: label for label in self.labels if label.required}

    @property
    def implied(self) -> frozenset[Key]:
        """What may be said and need not be."""
        return frozenset(label.key for label in (*self.labels, *self.optional) if not label.required)

    @property
    def negative(self) -> bool:
        """Whether silence is the right answer."""
        return not self.labels


def _label(item: Mapping[str, Any], *, optional: bool) -> Label:
    authority = find(item["authority"])
    return Label(
        authority=authority.name if authority else str(item["authority"]).casefold(),
        area=Area(item["area"]),
        rating=Rating(item["rating"]),
        previous=Rating(item["previous"]) if item.get("previous") else None,
        previous_year=item.get("previous_year"),
        evidence=item.get("evidence") or "",
        required=item.get("required", True) and not optional,
    )


def labelled(item: Mapping[str, Any]) -> Labelled:
    """An article of a corpus from its JSON object.

    Raises:
        ValueError: when a key is missing or a value is none that it may have; the message names the article.
    """
    try:
        return Labelled(
            id=item["id"],
            title=item.get("title") or "",
            text=item["text"],
            published=date.fromisoformat(item["published"][:10]) if item.get("published") else None,
            labels=tuple(_label(label, optional=False) for label in item["judgements"]),
            optional=tuple(_label(label, optional=True) for label in item.get("optional_judgements", [])),
            tags=_tags(item),
            style=item.get("source_style") or item.get("source") or "",
        )
    except KeyError as error:
        raise ValueError(f"{item.get('id', 'an article')}: {error.args[0]!r} is missing") from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"{item.get('id', 'an article')}: {error}") from None


def of_form(item: Item) -> Labelled:
    """An article of a corpus from its block of text. Raises ValueError, naming it, when the block cannot be read."""
    if item.faults:
        raise ValueError(f"{item.id}: {'; '.join(item.faults)}")
    return labelled(item_json(item))


def item_json(item: Item) -> dict[str, Any]:
    """An article of a corpus as the JSON object that `labelled` reads; `class` is the kind of a page that reports nothing."""
    told: list[dict[str, Any]] = [
        {
            "authority": label.authority,
            "area": label.area,
            "rating": label.rating,
            "previous": label.previous or None,
            "previous_year": label.previous_year,
            "evidence": label.evidence,
            "required": label.required,
        }
        for label in item.labels
    ]
    return {
        "id": item.id,
        "title": item.title,
        "text": item.text,
        "published": item.published.isoformat() if item.published else None,
        "judgements": told,
        "source": item.style,
        **({} if item.labels else {"class": item.kind}),
    }


def _tags(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Constructions that one string holds (``"trust; no_overall"``), or the class of an article without judgements."""
    text = item.get("construction") if item["judgements"] else item.get("class")
    return tuple(tag.strip() for tag in (text or "").split(";") if tag.strip())

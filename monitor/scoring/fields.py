"""The fields of a label as a person fills them in: how each is asked for, read and shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from monitor.scoring.draft import STYLES, Draft
from monitor.scoring.form import Label
from monitor.scoring.typed import (
    NotUnderstood,
    area_of,
    authority_of,
    evidence_of,
    numbered,
    one_of,
    previous_of,
    rating_of,
    year_of,
)

EMPTY = Label(authority="", area="", rating="")
_MAX_STYLE = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field: `read` gives the label with it, or raises NotUnderstood; `shown` is empty while it is missing."""

    name: str
    hint: str
    read: Callable[[str, Label, Draft], Label]
    shown: Callable[[Label], str]


def _latest(draft: Draft) -> int:
    return (draft.item.published or date.max).year


def _authority(text: str, label: Label, _draft: Draft) -> Label:
    return replace(label, authority=authority_of(text).display_name)


def _area(text: str, label: Label, _draft: Draft) -> Label:
    return replace(label, area=area_of(text).value)


def _rating(text: str, label: Label, _draft: Draft) -> Label:
    return replace(label, rating=rating_of(text).value)


def _was(text: str, label: Label, draft: Draft) -> Label:
    told = previous_of(text, _latest(draft))
    if told is None:
        return replace(label, previous="", previous_year=None)
    rating, year = told
    return replace(label, previous=rating.value, previous_year=year if year is not None else label.previous_year)


def _year(text: str, label: Label, draft: Draft) -> Label:
    year = year_of(text, _latest(draft))
    if year is not None and not label.previous:
        raise NotUnderstood("there is no earlier rating that could be of that year; say what it was first: was good 2019")
    return replace(label, previous_year=year)


def _evidence(text: str, label: Label, draft: Draft) -> Label:
    return replace(label, evidence=evidence_of(text, draft.item.title, draft.item.text, draft.sentences))


def _was_shown(label: Label) -> str:
    year = f" {label.previous_year}" if label.previous_year is not None else ""
    return f"{label.previous.replace('_', ' ')}{year}" if label.previous else "-"


#: In the order in which they are asked for.
FIELDS = (
    Field(
        name="authority",
        hint="the council, in any usual form of its name, or its URN, DfE or GSS code",
        read=_authority,
        shown=lambda label: label.authority,
    ),
    Field(
        name="area",
        hint="overall, leadership, help and protection, children in care, care leavers or adoption; a beginning will do",
        read=_area,
        shown=lambda label: label.area.replace("_", " "),
    ),
    Field(
        name="rating",
        hint="inadequate, requires improvement (ri), good, outstanding, and before 2014 adequate; a beginning will do",
        read=_rating,
        shown=lambda label: label.rating.replace("_", " "),
    ),
    Field(
        name="was",
        hint="the latest earlier rating of the same area and its year, as far as the text tells them: good 2019; - where not",
        read=_was,
        shown=_was_shown,
    ),
    Field(
        name="evidence",
        hint="the number of the sentence that says so, or words copied from title or text",
        read=_evidence,
        shown=lambda label: label.evidence,
    ),
)
_YEAR = Field(
    name="year",
    hint="the year of the earlier rating, as 2019; - where the text tells none",
    read=_year,
    shown=lambda label: str(label.previous_year or "-"),
)


def field_named(text: str) -> Field:
    """The field of a name or a beginning that no other has."""
    fields = {field.name: field for field in (*FIELDS, _YEAR)}
    return fields[one_of(text, {name: name for name in (*fields, "previous")}, "field", fields).replace("previous", "was")]


def from_form(text: str, draft: Draft) -> Label:
    """A label typed as a line of the form: ``? Leeds | leadership | good | good 2019 | 4``."""
    told = text.strip()
    parts = [part.strip() for part in told.removeprefix("?").split("|", len(FIELDS) - 1)]
    if len(parts) != len(FIELDS):
        raise NotUnderstood(f"a label has {len(FIELDS)} parts between bars: Leeds | leadership | good | good 2019 | 4")
    label = replace(EMPTY, required=not told.startswith("?"))
    for field, part in zip(FIELDS, parts, strict=True):
        label = field.read(part, label, draft)
    return label


def style_of(text: str) -> str:
    """The kind of outlet of its number in `STYLES` (from 1), a beginning that no other has, or any other words."""
    told = " ".join(text.split())
    if told.isdecimal():
        return numbered(told, STYLES, "outlet")
    if not any(character.isalpha() for character in told) or len(told) > _MAX_STYLE:
        raise NotUnderstood(f"{told[:20]!r} is no kind of outlet: it takes a number, or words such as: local paper")
    begin = [style for style in STYLES if style.lower().startswith(told.lower())]
    return begin[0] if len(begin) == 1 else told

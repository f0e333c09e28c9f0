"""What the API gives, field by field: one row says how a field is called, what it holds, what is said of it, how it is read.

JSON, CSV and the document of the API are made of the same rows, so that none of them can say otherwise than another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from monitor.domain.forecast import Forecast, Window
from monitor.domain.model import Area, Authority, Change, ChangeKind, Inspection, Rating, Trust
from monitor.messages.sanitize import link, sanitize
from monitor.web.queries.record import ChangeRecord
from monitor.web.status import WatchedSource

Facts = Mapping[str, object]
Schema = Mapping[str, Any]
#: Characters of a sentence as data; nobody's sentence is longer.
_MAX_EVIDENCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a resource."""

    name: str
    words: str  #: what is said of it
    schema: Schema = field(hash=False)  #: JSON Schema 2020-12, without a description
    read: Callable[[Any], object]  #: of what the resource shows; gives what JSON can hold


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A kind of thing that the API gives."""

    name: str  #: as the document calls it
    words: str
    fields: tuple[Field, ...]

    def facts(self, shown: Any) -> Facts:
        """One of it as plain values."""
        return {each.name: each.read(shown) for each in self.fields}

    @property
    def schema(self) -> Schema:
        """What all of it look like."""
        return _object(self.words, self.fields)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of a table's columns: what is nested has both names, ``authority_gss_code``."""
        return tuple(_columns(self.schema, ""))

    def line(self, facts: Facts) -> Sequence[object]:
        """What `facts` gave as a line of that table; what is not known is empty, what is several has semicolons between."""
        flat = dict(_flat(facts, ""))
        return [flat.get(name, "") for name in self.columns]


def _object(words: str, fields: Sequence[Field]) -> Schema:
    return {
        "type": "object",
        "description": words,
        "properties": {each.name: {**each.schema, "description": each.words} for each in fields},
        "required": [each.name for each in fields],
        "additionalProperties": False,
    }


def _columns(schema: Schema, prefix: str) -> Iterator[str]:
    for name, inner in schema["properties"].items():
        if "properties" in inner:
            yield from _columns(inner, f"{prefix}{name}_")
        else:
            yield f"{prefix}{name}"


def _flat(facts: Facts, prefix: str) -> Iterator[tuple[str, object]]:
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}_")
        elif isinstance(value, bool):
            yield f"{prefix}{name}", str(value).lower()
        elif isinstance(value, list | tuple):
            yield f"{prefix}{name}", "; ".join(map(str, value))
        else:
            yield f"{prefix}{name}", "" if value is None else value


# --- what fields hold -----------------------------------------------------------------------------------------------------

TEXT: Schema = {"type": "string"}
_OR_NONE: Schema = {"type": ["string", "null"]}
_DAY: Schema = {"type": "string", "format": "date", "examples": ["2024-05-13"]}
_DAY_OR_NONE: Schema = {**_DAY, "type": ["string", "null"]}
_MOMENT: Schema = {"type": "string", "format": "date-time", "examples": ["2024-05-13T09:31:07+00:00"]}
_MOMENT_OR_NONE: Schema = {**_MOMENT, "type": ["string", "null"]}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FLAG: Schema = {"type": "boolean"}
_URL_OR_NONE: Schema = {"type": ["string", "null"], "format": "uri"}
_AREA: Schema = {"type": "string", "enum": [each.value for each in Area]}
_RATING: Schema = {"type": "string", "enum": [each.value for each in Rating]}
_RATING_OR_NONE: Schema = {"type": ["string", "null"], "enum": [*(each.value for each in Rating), None]}
_TRUST: Schema = {"type": "string", "enum": [each.value for each in Trust]}
_RATINGS: Schema = {
    "type": "object",
    "properties": {each.value: {**_RATING, "description": each.heading} for each in Area},
    "additionalProperties": False,
}


def _day(day: date | datetime | None) -> str | None:
    return day.isoformat() if day else None


def _ratings(ratings: Mapping[Area, Rating]) -> Facts:
    return {area.value: ratings[area].value for area in Area if area in ratings}


def _value(rating: Rating | None) -> str | None:
    return rating.value if rating else None


_CODES: tuple[Field, ...] = (
    Field(name="name", words="Its usual name", schema={**TEXT, "examples": ["Leeds"]}, read=lambda who: who.display_name),
    Field(
        name="gss_code",
        words="Its code in official statistics (ONS)",
        schema={**_OR_NONE, "examples": ["E08000035"]},
        read=lambda who: who.gss_code or None,
    ),
    Field(
        name="dfe_code",
        words="Its number at the Department for Education",
        schema={**_OR_NONE, "examples": ["383"]},
        read=lambda who: who.dfe_code or None,
    ),
    Field(name="urn", words="Its number at Ofsted", schema={**TEXT, "examples": ["80481"]}, read=lambda who: who.urn),
    Field(name="region", words="The region of England", schema={**TEXT, "examples": ["London"]}, read=lambda who: who.region),
)


def _codes_of(find: Callable[[Any], Authority]) -> Field:
    return Field(
        name="authority",
        words="Whose it is",
        schema=_object("Whose it is", _CODES),
        read=lambda shown: {each.name: each.read(find(shown)) for each in _CODES},
    )


def _of_change(name: str, words: str, schema: Schema, read: Callable[[Change], object]) -> Field:
    return Field(name=name, words=words, schema=schema, read=lambda each: read(each.change))


# --- resources ------------------------------------------------------------------------------------------------------------


def _page_of_change(each: ChangeRecord) -> str:
    return f"/changes/{each.key}"


CHANGE = Resource(
    name="Change",
    words="One area of one inspection, before and now",
    fields=(
        Field(
            name="key",
            words="Its name for good: corrections keep it",
            schema={**TEXT, "examples": ["80481:2022-03-04:leadership:outstanding"]},
            read=lambda each: each.key,
        ),
        _codes_of(lambda each: each.authority),
        Field(name="inspection", words="The key of its inspection", schema=TEXT, read=lambda each: each.inspection.key),
        _of_change("area", "What is graded", _AREA, lambda change: change.area.value),
        _of_change("old", "The grade before; null where none is known", _RATING_OR_NONE, lambda change: _value(change.old)),
        _of_change("new", "The grade now; null where it was withdrawn", _RATING_OR_NONE, lambda change: _value(change.new)),
        _of_change(
            "old_shared",
            "The grade before, where care leavers shared it with children in care",
            _RATING_OR_NONE,
            lambda change: _value(change.old_shared),
        ),
        _of_change(
            "kinds",
            "What sort of change it is",
            {"type": "array", "items": {"type": "string", "enum": [each.value for each in ChangeKind]}},
            lambda change: sorted(kind.value for kind in change.kinds),
        ),
        Field(name="trust", words="How well it is attested", schema=_TRUST, read=lambda each: each.trust.value),
        Field(name="published", words="The day of publication", schema=_DAY, read=lambda each: each.published.isoformat()),
        Field(
            name="known_at",
            words="When this monitor recorded it; midnight of publication for what its shipped record tells",
            schema=_MOMENT,
            read=lambda each: each.known_at.isoformat(),
        ),
        _of_change(
            "evidence",
            "The sentence that says so",
            TEXT,
            lambda change: sanitize(change.evidence, _MAX_EVIDENCE),
        ),
        _of_change("outlet", "Who said so", TEXT, lambda change: sanitize(change.outlet)),
        _of_change("url", "Where it is said", _URL_OR_NONE, lambda change: link(change.url) or None),
        _of_change(
            "reported",
            "What was reported first, where that was corrected; what others report, where reports disagree",
            _RATING_OR_NONE,
            lambda change: _value(change.reported),
        ),
        _of_change("conflict", "What contradicts it", _OR_NONE, lambda change: sanitize(change.conflict) or None),
        Field(name="silent", words="Why nobody was told, if so", schema=_OR_NONE, read=lambda each: each.silent or None),
        Field(name="page", words="Its page below this site", schema=TEXT, read=_page_of_change),
    ),
)

_AUTHORITY = (
    *_CODES,
    Field(name="type", words="What sort of council it is", schema=TEXT, read=lambda who: who.type),
)


def _of_row(each: Field) -> Field:
    return Field(name=each.name, words=each.words, schema=each.schema, read=lambda row: each.read(row.authority))


def _of_newest(name: str, words: str, schema: Schema, read: Callable[[Inspection], object]) -> Field:
    return Field(name=name, words=words, schema=schema, read=lambda row: read(row.newest) if row.newest else None)


AUTHORITY = Resource(
    name="Authority",
    words="A council that answers for children’s services, with the grades of its newest inspection",
    fields=(
        *map(_of_row, _AUTHORITY),
        Field(
            name="ratings",
            words="Its grades now, by area; an area without a grade of its own is left out",
            schema=_RATINGS,
            read=lambda row: _ratings(row.ratings),
        ),
        _of_newest("inspection", "The key of its newest inspection", _OR_NONE, lambda newest: newest.key),
        _of_newest("published", "When that was published", _DAY_OR_NONE, lambda newest: newest.published.isoformat()),
        _of_newest(
            "trust",
            "How well that is attested",
            {"type": ["string", "null"], "enum": [*(each.value for each in Trust), None]},
            lambda newest: newest.trust.value,
        ),
        Field(name="page", words="Its page below this site", schema=TEXT, read=lambda row: row.address),
    ),
)

INSPECTION = Resource(
    name="Inspection",
    words="One inspection of one authority, with every grade that it gave",
    fields=(
        Field(
            name="key",
            words="Its name for good",
            schema={**TEXT, "examples": ["80481:2022-03-04"]},
            read=lambda each: each.key,
        ),
        _codes_of(lambda each: each.authority),
        Field(name="published", words="The day of publication", schema=_DAY, read=lambda each: each.published.isoformat()),
        Field(
            name="fieldwork_start",
            words="The first day of fieldwork",
            schema=_DAY_OR_NONE,
            read=lambda each: _day(each.fieldwork.start),
        ),
        Field(
            name="fieldwork_end",
            words="The last day of fieldwork",
            schema=_DAY_OR_NONE,
            read=lambda each: _day(each.fieldwork.end),
        ),
        Field(
            name="framework",
            words="The rules it was made under: SIF, ILACS",
            schema=_OR_NONE,
            read=lambda each: each.framework or None,
        ),
        Field(name="trust", words="How well it is attested", schema=_TRUST, read=lambda each: each.trust.value),
        Field(name="ratings", words="Its grades, by area", schema=_RATINGS, read=lambda each: _ratings(each.ratings)),
        Field(
            name="outlets",
            words="Who told of it",
            schema={"type": "array", "items": TEXT},
            read=lambda each: sorted(sanitize(outlet) for outlet in each.outlets),
        ),
        Field(
            name="url", words="Its report, or the first article", schema=_URL_OR_NONE, read=lambda each: link(each.url) or None
        ),
        Field(name="page", words="Its page below this site", schema=TEXT, read=lambda each: f"/changes/{each.key}"),
    ),
)


_DAYS: tuple[Field, ...] = (
    Field(name="first", words="One of ten comes before", schema=_DAY, read=lambda window: window.first.isoformat()),
    Field(name="middle", words="Half come before", schema=_DAY, read=lambda window: window.middle.isoformat()),
    Field(name="last", words="Nine of ten come before", schema=_DAY, read=lambda window: window.last.isoformat()),
)


def _window(words: str, find: Callable[[Forecast], Window | None], name: str) -> Field:
    def read(each: Forecast) -> Facts | None:
        window = find(each)
        return {day.name: day.read(window) for day in _DAYS} if window else None

    schema = {**_object(words, _DAYS), "type": ["object", "null"]}
    return Field(name=name, words=f"{words}; null where there is none", schema=schema, read=read)


FORECAST = Resource(
    name="Forecast",
    words="When an authority’s next inspection is to be expected: a window in which eight of ten such inspections fall",
    fields=(
        _codes_of(lambda each: each.authority),
        Field(name="as_of", words="The day it was made for", schema=_DAY, read=lambda each: each.as_of.isoformat()),
        Field(
            name="last_inspection",
            words="The key of the newest inspection",
            schema=_OR_NONE,
            read=lambda each: each.last.key if each.last else None,
        ),
        _window("Of the first day of fieldwork", lambda each: each.inspection, "inspection"),
        _window("Of the publication", lambda each: each.report, "report"),
        Field(
            name="overdue",
            words="Whether nine of ten such authorities had waited less long",
            schema=_FLAG,
            read=lambda each: each.is_overdue,
        ),
        Field(
            name="intervals",
            words="How many intervals of the record it rests on",
            schema=_COUNT,
            read=lambda each: each.intervals,
        ),
        Field(
            name="abolished",
            words="The last day of the authority, where that is known",
            schema=_DAY_OR_NONE,
            read=lambda each: _day(each.abolished),
        ),
        Field(name="reason", words="Why there is no window, if so", schema=_OR_NONE, read=lambda each: each.reason or None),
    ),
)


def _source(name: str, words: str, schema: Schema, read: Callable[[WatchedSource], object]) -> Field:
    return Field(name=name, words=words, schema=schema, read=read)


SOURCE = Resource(
    name="Source",
    words="A page, feed or list that is watched, and how that goes",
    fields=(
        _source("name", "As the configuration calls it", TEXT, lambda each: sanitize(each.name)),
        _source("outlet", "Whose it is", TEXT, lambda each: sanitize(each.outlet)),
        _source(
            "condition",
            "How it is",
            {"type": "string", "enum": ["fine", "failing", "not asked yet"]},
            lambda each: each.condition,
        ),
        _source("interval_seconds", "How often it is asked", {"type": "number"}, lambda each: each.interval),
        _source("failures", "How often it failed in a row", _COUNT, lambda each: each.state.failures),
        _source("last_success", "When it answered last", _MOMENT_OR_NONE, lambda each: _day(each.state.last_success)),
        _source("next_due", "When it is asked next", _MOMENT_OR_NONE, lambda each: _day(each.state.next_due_at)),
    ),
)

RESOURCES: tuple[Resource, ...] = (CHANGE, AUTHORITY, INSPECTION, FORECAST, SOURCE)

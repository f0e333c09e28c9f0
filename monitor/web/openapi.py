"""The document of the API (OpenAPI 3.1), made of the same rows as its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from monitor import __version__
from monitor.web.open_data import REQUESTS, WINDOW
from monitor.web.problem import MEDIA_TYPE
from monitor.web.queries.change_filter import EVERY, MAX_PAGE, PAGE, PARAMETERS, PLACES, Parameter
from monitor.web.resources import AUTHORITY, CHANGE, FORECAST, INSPECTION, RESOURCES, SOURCE, TEXT, Resource

Document = Mapping[str, Any]

_DESCRIPTION = f"""\
Ofsted’s ratings of children’s services in England: every change since 2014, every authority as it is rated now.

Nothing needs a key. Every answer is there as JSON and, with `format=csv` or `Accept: text/csv`, as a table. `ETag` and
`If-None-Match` save sending what has not changed. A visitor may ask {REQUESTS} times in {WINDOW} seconds; `RateLimit` says
how often still. Lists come in parts: `next` (and the header `Link`) is the address of what comes behind, and `after` the key
that it goes on from. With `order=oldest` nothing is missed by who keeps the last key and asks again later.

The data are Ofsted’s, under the Open Government Licence v3.0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One address of the API."""

    path: str
    id: str
    words: str
    resource: Resource
    envelope: str  #: the name under which the answer holds what it gives; empty where it gives one thing
    parameters: tuple[str, ...] = ()  #: of the address's query
    paged: bool = False


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        path="/api/v1/changes",
        id="listChanges",
        words="Changes, the newest first",
        resource=CHANGE,
        envelope="changes",
        parameters=EVERY,
        paged=True,
    ),
    Operation(
        path="/api/v1/authorities",
        id="listAuthorities",
        words="Every authority of today with the grades of its newest inspection",
        resource=AUTHORITY,
        envelope="authorities",
        parameters=PLACES,
    ),
    Operation(
        path="/api/v1/authorities/{code}",
        id="getAuthority",
        words="One authority with all its inspections, the newest first; as CSV a line an inspection",
        resource=AUTHORITY,
        envelope="",
    ),
    Operation(
        path="/api/v1/inspections",
        id="listInspections",
        words="Inspections in which a filter wants any area, unchanged ones too; the newest first",
        resource=INSPECTION,
        envelope="inspections",
        parameters=EVERY,
        paged=True,
    ),
    Operation(
        path="/api/v1/sources",
        id="listSources",
        words="What is watched, and how that goes",
        resource=SOURCE,
        envelope="sources",
    ),
    Operation(
        path="/api/v1/forecast",
        id="listForecasts",
        words="When each authority’s next inspection is to be expected, the earliest first",
        resource=FORECAST,
        envelope="forecast",
        parameters=PLACES,
    ),
)
_ROWS = {row.name: row for row in PARAMETERS}
_FORMAT: Document = {
    "name": "format",
    "in": "query",
    "description": "JSON or a table; without it as the header `Accept` says",
    "schema": {"type": "string", "enum": ["json", "csv"]},
}
_CODE: Document = {
    "name": "code",
    "in": "path",
    "required": True,
    "description": "Its GSS code, its number at the DfE or at Ofsted",
    "schema": TEXT,
    "examples": {"gss": {"value": "E08000035"}, "dfe": {"value": "383"}, "urn": {"value": "80481"}},
}
_PROBLEM: Document = {
    "type": "object",
    "description": "Why there is no answer (RFC 9457)",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "parameter": TEXT,
                    "message": TEXT,
                    "meant": {**TEXT, "description": "The value that was meant in all likelihood, where one comes near"},
                },
                "required": ["parameter", "message"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["type", "title", "status", "detail"],
    "additionalProperties": False,
}
_REFUSALS = {
    "400": "A parameter cannot be understood: its name, and what is allowed",
    "404": "There is no such authority",
    "429": "Asked too often: `Retry-After` says how many seconds to wait",
    "503": "The state cannot be read just now",
}
_HEADERS: Document = {
    "ETag": {"description": "Of this answer, for `If-None-Match`", "schema": TEXT},
    "Link": {"description": "The address of what comes behind, `rel=next`", "schema": TEXT},
    "RateLimit": {"description": "How often one may ask still (`r`), and for how long (`t`, seconds)", "schema": TEXT},
    "RateLimit-Policy": {"description": "How often one may ask (`q`) in so many seconds (`w`)", "schema": TEXT},
}


def document(server: str) -> Document:
    """The whole document, for a site at an address (without a slash at its end)."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Ofsted rating monitor",
            "version": __version__,
            "summary": "Ofsted’s ratings of children’s services in England, and how they changed",
            "description": _DESCRIPTION,
            "license": {
                "name": "Open Government Licence v3.0",
                "url": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            },
        },
        "servers": [{"url": server or "/"}],
        "paths": {each.path: {"get": _operation(each)} for each in OPERATIONS},
        "components": {
            "schemas": {**{each.name: each.schema for each in RESOURCES}, "Problem": _PROBLEM},
            "headers": _HEADERS,
        },
    }


def _operation(each: Operation) -> Document:
    refusals = [status for status in _REFUSALS if status != "404" or "{" in each.path]
    return {
        "operationId": each.id,
        "summary": each.words,
        "parameters": [
            *([_CODE] if "{code}" in each.path else []),
            *(_parameter(_ROWS[name]) for name in each.parameters),
            _FORMAT,
        ],
        "responses": {
            "200": {
                "description": each.words,
                "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS},
                "content": {"application/json": {"schema": answer_schema(each)}, "text/csv": {"schema": TEXT}},
            },
            "304": {"description": "Nothing has changed since the answer with the tag in `If-None-Match`"},
            **{
                status: {
                    "description": _REFUSALS[status],
                    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
                for status in refusals
            },
        },
    }


def answer_schema(each: Operation) -> Document:
    """What a JSON answer looks like."""
    one = {"$ref": f"#/components/schemas/{each.resource.name}"}
    day = {"type": "string", "format": "date", "description": "The day for which this holds"}
    if not each.envelope:
        listed = {"type": "array", "items": {"$ref": f"#/components/schemas/{INSPECTION.name}"}}
        names = {"as_of": day, each.resource.name.lower(): one, "inspections": listed}
        return {"type": "object", "properties": names, "required": list(names), "additionalProperties": False}
    properties: dict[str, object] = {"as_of": day, each.envelope: {"type": "array", "items": one}}
    if each.paged:
        properties["total"] = {"type": "integer", "minimum": 0, "description": "How many there are in the whole list"}
        properties["next"] = {
            "type": ["string", "null"],
            "description": "The address below this site of what comes behind; null at the end",
        }
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _parameter(row: Parameter) -> Document:
    one: dict[str, object] = {"type": "string"}
    if row.allowed:
        one["enum"] = list(row.allowed)
    if row.name in {"from", "to"}:
        one["format"] = "date"
    if row.name == "limit":
        one = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": PAGE}
    said: dict[str, object] = {"name": row.name, "in": "query", "description": row.description, "allowEmptyValue": True}
    said["schema"] = {"type": "array", "items": one} if row.several else one
    if row.example:
        example: object = int(row.example) if row.name == "limit" else row.example
        said["example"] = [example] if row.several else example
    return said

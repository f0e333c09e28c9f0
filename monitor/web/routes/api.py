"""``/api/v1``: the same as the pages, as data. Its document is ``/openapi.json``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date

from fastapi import HTTPException, Request, Response
from fastapi.responses import JSONResponse

from monitor.domain.forecast import Forecast, Window
from monitor.domain.model import Authority, Inspection
from monitor.messages.event import change_facts
from monitor.web.queries.authorities import AuthorityRow, find_authority, one_authority, rows_of
from monitor.web.queries.change_filter import PARAMETERS, FilterError, Parameter
from monitor.web.queries.changes import page_of
from monitor.web.queries.record import ChangeRecord, Record
from monitor.web.routes.forecast import forecasts_of
from monitor.web.routes.latest_and_change import filter_of
from monitor.web.site import Made, Site

Facts = Mapping[str, object]


def _json(facts: Facts) -> Made:
    return Made(body=json.dumps(facts, ensure_ascii=False).encode(), media_type="application/json")


def change_resource(each: ChangeRecord) -> Facts:
    """A change as plain values."""
    known = {"key": each.key, "known_at": each.known_at.isoformat(), "silent": each.silent or None}
    return {**change_facts(each.change), "dfe_code": each.authority.dfe_code, **known, "path": f"/changes/{each.key}"}


def authority_resource(row: AuthorityRow) -> Facts:
    """An authority as plain values."""
    return {
        **_codes(row.authority),
        "type": row.authority.type,
        "ratings": {area.value: rating.value for area, rating in row.ratings.items()},
        "inspected": row.published.isoformat() if row.published else None,
        "trust": row.newest.trust.value if row.newest else None,
        "path": row.address,
    }


def inspection_resource(inspection: Inspection) -> Facts:
    """An inspection as plain values."""
    return {
        "key": inspection.key,
        "authority": _codes(inspection.authority),
        "published": inspection.published.isoformat(),
        "fieldwork_start": _day(inspection.fieldwork.start),
        "fieldwork_end": _day(inspection.fieldwork.end),
        "framework": inspection.framework,
        "trust": inspection.trust.value,
        "ratings": {area.value: rating.value for area, rating in inspection.ratings.items()},
        "outlets": sorted(inspection.outlets),
        "url": inspection.url or None,
    }


def forecast_resource(each: Forecast) -> Facts:
    """A forecast as plain values."""
    return {
        "authority": _codes(each.authority),
        "as_of": each.as_of.isoformat(),
        "last_inspection": each.last.key if each.last else None,
        "inspection": _window(each.inspection),
        "report": _window(each.report),
        "overdue": each.is_overdue,
        "intervals": each.intervals,
        "reason": each.reason or None,
    }


def _codes(who: Authority) -> Facts:
    return {
        "name": who.display_name,
        "gss_code": who.gss_code,
        "dfe_code": who.dfe_code,
        "urn": who.urn,
        "region": who.region,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _window(window: Window | None) -> Facts | None:
    return {name: getattr(window, name).isoformat() for name in ("first", "middle", "last")} if window else None


def changes(site: Site, request: Request) -> Response:
    """Changes that a filter wants; `next` is the query that goes on behind them, null at the end."""
    wanted = filter_of(request)

    def make(record: Record) -> Made:
        part = page_of(record, wanted)
        following = f"/api/v1/changes?{part.next.query()}" if part.next else None
        return _json({"total": part.total, "next": following, "changes": [change_resource(each) for each in part.changes]})

    return site.respond(request, make)


def authorities(site: Site, request: Request) -> Response:
    """Every authority of today with the grades of its newest inspection."""
    _only(request, ())
    return site.respond(request, lambda record: _json({"authorities": [authority_resource(row) for row in rows_of(record)]}))


def authority(site: Site, request: Request) -> Response:
    """One authority, by its GSS, DfE or Ofsted code, with its inspections, newest first."""
    _only(request, ())
    found = find_authority(request.path_params["code"])
    if found is None:
        raise HTTPException(404, "there is no such authority")

    def make(record: Record) -> Made:
        shown = one_authority(record, found)
        return _json(
            {**authority_resource(shown.row), "inspections": [inspection_resource(each) for each in shown.inspections]}
        )

    return site.respond(request, make)


def inspections(site: Site, request: Request) -> Response:
    """Inspections, newest first; those in which a filter wants any area, unchanged ones too."""
    wanted = filter_of(request)

    def make(record: Record) -> Made:
        keys = _wanted_inspections(record, request) if wanted.narrows else None
        found = [each for each in reversed(record.inspections) if keys is None or each.key in keys]
        return _json({"total": len(found), "inspections": [inspection_resource(each) for each in found]})

    return site.respond(request, make)


def _wanted_inspections(record: Record, request: Request) -> set[str]:
    wanted = filter_of(request)
    return {each.inspection.key for each in record.changes if wanted.holds(each)}


def sources(site: Site, request: Request) -> Response:
    """The sources that are watched, and how each is."""
    _only(request, ())
    status = site.status()
    return JSONResponse(
        {
            "sources": [
                {
                    "name": each.name,
                    "outlet": each.outlet,
                    "condition": each.condition,
                    "failures": each.state.failures,
                    "last_success": each.state.last_success.isoformat() if each.state.last_success else None,
                }
                for each in status.sources
            ]
        }
    )


def forecast(site: Site, request: Request) -> Response:
    """When each authority's next inspection is to be expected."""
    _only(request, ())
    return site.respond(request, lambda record: _json({"forecast": [forecast_resource(each) for each in forecasts_of(record)]}))


def openapi(site: Site, request: Request) -> Response:
    """The document of all this."""
    return JSONResponse(request.app.openapi())


def _only(request: Request, allowed: Iterable[str]) -> None:
    """Refuse parameters that mean nothing here. Raises FilterError."""
    known = tuple(allowed)
    words = f"is not known. Allowed: {', '.join(known)}" if known else "is not known: this address takes no parameters"
    if wrong := {name[:60]: words for name in request.query_params if name not in known}:
        raise FilterError(wrong)


# --- the document ---------------------------------------------------------------------------------------------------------


def _schema(row: Parameter) -> Mapping[str, object]:
    one: dict[str, object] = {"type": "string"}
    if row.allowed:
        one["enum"] = list(row.allowed)
    if row.name in {"from", "to"}:
        one["format"] = "date"
    if row.name == "limit":
        one = {"type": "integer", "minimum": 1, "maximum": 500}
    return {"type": "array", "items": one} if row.several else one


FILTERED: Facts = {
    "parameters": [
        {"name": row.name, "in": "query", "required": False, "description": row.description, "schema": _schema(row)}
        for row in PARAMETERS
    ]
}
BY_CODE: Facts = {"parameters": [{"name": "code", "in": "path", "required": True, "schema": {"type": "string"}}]}
PLAIN: Facts = {}

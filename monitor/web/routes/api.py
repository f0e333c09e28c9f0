"""``/api/v1``: the same as the pages, as data, JSON or a table. Its document is ``/openapi.json``."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time

from fastapi import HTTPException, Request, Response

from monitor.domain.model import Inspection
from monitor.web.csv_files import csv_file
from monitor.web.openapi import document
from monitor.web.queries.authorities import find_authority, one_authority, rows_of
from monitor.web.queries.change_filter import EVERY, PLACES, ChangeFilter, FilterError, parse_filter
from monitor.web.queries.changes import page_of
from monitor.web.queries.record import Record
from monitor.web.resources import AUTHORITY, CHANGE, FORECAST, INSPECTION, SOURCE, Facts, Resource
from monitor.web.routes.forecast import forecasts_of
from monitor.web.site import Made, Site

_FORMATS = ("json", "csv")


def changes(site: Site, request: Request) -> Response:
    """Changes that a filter wants; `next` is the address of what comes behind them, null at the end."""
    wanted = _filter_of(request, EVERY)

    def make(record: Record) -> Made:
        part = page_of(record, wanted)
        shown = [CHANGE.facts(each) for each in part.changes]
        return _made(site, request, record.as_of, CHANGE, "changes", shown, total=part.total, following=part.next)

    return _answer(site, request, make)


def inspections(site: Site, request: Request) -> Response:
    """Inspections in which a filter wants any area, unchanged ones too; newest first."""
    wanted = _filter_of(request, EVERY)

    def make(record: Record) -> Made:
        found, total, following = _inspections(record, wanted)
        shown = [INSPECTION.facts(each) for each in found]
        return _made(site, request, record.as_of, INSPECTION, "inspections", shown, total=total, following=following)

    return _answer(site, request, make)


def _inspections(record: Record, wanted: ChangeFilter) -> tuple[Sequence[Inspection], int, ChangeFilter | None]:
    """The part of the list, how many there are in all of it, and what asks for what comes behind."""
    keys = {each.inspection.key for each in record.changes if wanted.holds(each)} if wanted.narrows else None
    found = [each for each in record.inspections if keys is None or each.key in keys]

    def place(each: Inspection) -> tuple[datetime, str]:
        if wanted.oldest_first:
            known = [change.known_at for change in record.by_inspection.get(each.key, ())]
            return (min(known, default=datetime.combine(each.published, time(), UTC)), each.key)
        return (datetime.combine(each.published, time(), UTC), each.key)

    found.sort(key=place, reverse=not wanted.oldest_first)
    start = 0
    if wanted.after:
        last = next((each for each in record.inspections if each.key == wanted.after), None)
        if last is None:
            raise FilterError({"after": "is the key of no inspection that is known"})
        start = sum((place(each) <= place(last)) if wanted.oldest_first else (place(each) >= place(last)) for each in found)
    part = found[start : start + wanted.limit]
    more = start + wanted.limit < len(found)
    return part, len(found), replace(wanted, after=part[-1].key) if more else None


def authorities(site: Site, request: Request) -> Response:
    """Every authority of today with the grades of its newest inspection."""
    wanted = _filter_of(request, PLACES)

    def make(record: Record) -> Made:
        shown = [AUTHORITY.facts(row) for row in rows_of(record) if wanted.wants(row.authority)]
        return _made(site, request, record.as_of, AUTHORITY, "authorities", shown)

    return _answer(site, request, make)


def authority(site: Site, request: Request) -> Response:
    """One authority, by its GSS, DfE or Ofsted code, with its inspections, newest first."""
    _filter_of(request, ())
    found = find_authority(request.path_params["code"])
    if found is None:
        raise HTTPException(404, "there is no such authority")

    def make(record: Record) -> Made:
        shown = one_authority(record, found)
        listed = [INSPECTION.facts(each) for each in shown.inspections]
        if _format_of(request) == "csv":
            return _table(INSPECTION, found.code, listed)
        return _json({"as_of": record.as_of.isoformat(), "authority": AUTHORITY.facts(shown.row), "inspections": listed})

    return _answer(site, request, make)


def forecast(site: Site, request: Request) -> Response:
    """When each authority's next inspection is to be expected."""
    wanted = _filter_of(request, PLACES)

    def make(record: Record) -> Made:
        shown = [FORECAST.facts(each) for each in forecasts_of(record) if wanted.wants(each.authority)]
        return _made(site, request, record.as_of, FORECAST, "forecast", shown)

    return _answer(site, request, make)


def sources(site: Site, request: Request) -> Response:
    """The sources that are watched, and how each is; as they are now, not as they were when the record last changed."""
    _filter_of(request, ())
    status = site.status()
    shown = [SOURCE.facts(each) for each in status.sources]
    made = _made(site, request, status.now.date(), SOURCE, "sources", shown)
    return _varied(site.respond_now(request, made))


def openapi(site: Site, request: Request) -> Response:
    """The document of all this."""
    return site.respond_now(request, _json(document(site.public_url.rstrip("/"))))


# --- how an answer is given -----------------------------------------------------------------------------------------------


def _filter_of(request: Request, allowed: Collection[str]) -> ChangeFilter:
    """The filter of a request, of the parameters that mean something at its address. Raises FilterError for all others."""
    _format_of(request)
    return parse_filter(((name, value) for name, value in request.query_params.multi_items() if name != "format"), allowed)


def _format_of(request: Request) -> str:
    """``json`` or ``csv``, as the address says, else as the header does. Raises FilterError for another."""
    said = set(request.query_params.getlist("format"))
    if len(said) > 1:
        raise FilterError({"format": "may be given once"})
    if said and not said <= set(_FORMATS):
        raise FilterError({"format": f"is not known. Allowed: {', '.join(_FORMATS)}"})
    return said.pop() if said else _preferred(request.headers.get("accept", ""))


def _preferred(accept: str) -> str:
    """The format that an ``Accept`` header likes best; JSON where it does not care."""
    weights = {"json": 0.0, "csv": 0.0}
    for each in accept.split(","):
        kind, *parameters = (part.strip().lower() for part in each.split(";"))
        weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        name = {"application/json": "json", "text/csv": "csv"}.get(kind)
        if name:
            try:
                weights[name] = float(weight)
            except ValueError:
                continue
    return "csv" if weights["csv"] > weights["json"] else "json"


def _answer(site: Site, request: Request, make: Callable[[Record], Made]) -> Response:
    return _varied(site.respond(request, make, version=_format_of(request)))


def _varied(answer: Response) -> Response:
    answer.headers["Vary"] = "Accept, Accept-Encoding"
    return answer


def _made(
    site: Site,
    request: Request,
    as_of: date,
    resource: Resource,
    name: str,
    shown: Sequence[Facts],
    *,
    total: int | None = None,
    following: ChangeFilter | None = None,
) -> Made:
    """A list as JSON or as a table; a part of one with the address of what comes behind."""
    form = _format_of(request)
    behind = f"{request.url.path}?{following.query()}" if following else None
    if behind and "format" in request.query_params:
        behind += f"&format={form}"
    if form == "csv":
        made = _table(resource, name, shown)
    else:
        parts = {"total": total, "next": behind} if total is not None else {}
        made = _json({"as_of": as_of.isoformat(), name: list(shown), **parts})
    link = {"Link": f'<{site.origin(request)}{behind}>; rel="next"'} if behind else {}
    return replace(made, headers={**made.headers, **link})


def _table(resource: Resource, name: str, shown: Sequence[Facts]) -> Made:
    return csv_file(f"{name}.csv", resource.columns, (resource.line(facts) for facts in shown))


def _json(facts: Mapping[str, object]) -> Made:
    return Made(body=json.dumps(facts, ensure_ascii=False).encode(), media_type="application/json")

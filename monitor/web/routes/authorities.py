"""``/authorities`` every authority as it is rated now, ``/authorities/GSS`` one of them, ``/authorities.csv`` as a file."""

from __future__ import annotations

from fastapi import HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from monitor.domain.forecast import forecasts
from monitor.domain.model import Area
from monitor.web.csv_files import csv_file
from monitor.web.pages import href
from monitor.web.queries.authorities import AuthorityRow, find_authority, one_authority, rows_of
from monitor.web.queries.record import Record
from monitor.web.site import Made, Site, html

AREAS = tuple(Area)


def authorities(site: Site, request: Request) -> Response:
    """The table of authorities."""

    def make(record: Record) -> Made:
        return html("authorities.html", title="Authorities", here="/authorities", rows=rows_of(record), areas=AREAS)

    return site.respond(request, make)


def authority(site: Site, request: Request) -> Response:
    """One authority; its other codes lead to its GSS code."""
    code = request.path_params["code"]
    found = find_authority(code)
    if found is None:
        raise HTTPException(404)
    if code != (found.gss_code or found.urn):
        return RedirectResponse(href(f"/authorities/{found.gss_code or found.urn}"), status_code=308)

    def make(record: Record) -> Made:
        shown = one_authority(record, found)
        expected = next(iter(forecasts(record.inspections, (found,), as_of=record.as_of)), None)
        return html(
            "authority.html", title=found.display_name, here="/authorities", shown=shown, expected=expected, areas=AREAS
        )

    return site.respond(request, make)


def authorities_csv(site: Site, request: Request) -> Response:
    """The table of authorities as a file."""

    def make(record: Record) -> Made:
        return csv_file("authorities.csv", _COLUMNS, (_line(row) for row in rows_of(record)))

    return site.respond(request, make)


_COLUMNS = (*"authority gss_code dfe_code urn region type published trust report".split(), *(area.value for area in AREAS))


def _line(row: AuthorityRow) -> tuple[object, ...]:
    who, newest = row.authority, row.newest
    facts = (newest.published.isoformat(), newest.trust.value, newest.url) if newest else ("", "", "")
    grades = (row.ratings[area].value if area in row.ratings else "" for area in AREAS)
    return (who.display_name, who.gss_code, who.dfe_code, who.urn, who.region, who.type, *facts, *grades)

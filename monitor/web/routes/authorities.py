"""``/authorities`` every authority as it is rated now, ``/authorities/GSS`` one of them, ``/authorities.csv`` as a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from urllib.parse import urlencode

from fastapi import HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup

from monitor.domain.authorities import find, nearest, regions
from monitor.domain.calendar import day_words
from monitor.domain.forecast import Window
from monitor.domain.history import predecessor_grades
from monitor.domain.model import Area, Authority, Rating
from monitor.messages.sanitize import listed
from monitor.web.charts.timeline import first_year, timeline
from monitor.web.csv_files import csv_file
from monitor.web.file_names import file_name
from monitor.web.pages import href
from monitor.web.queries.authorities import (
    AuthorityRow,
    OneAuthority,
    find_authority,
    note,
    one_authority,
    report_address,
    rows_of,
    told_in,
)
from monitor.web.queries.authority_list import AuthorityList, parse_list
from monitor.web.queries.record import Record
from monitor.web.routes.chosen import only
from monitor.web.routes.forecast import forecasts_of
from monitor.web.routes.pictures import picture
from monitor.web.site import Made, Site, html

AREAS = tuple(Area)
_FORM = (
    ("region", "Region", tuple((name, name) for name in regions())),
    ("rating", "Rated", tuple((rating.value, rating.words.capitalize()) for rating in reversed(Rating))),
    ("area", "In", tuple((area.value, area.heading) for area in Area)),
)


def authorities(site: Site, request: Request) -> Response:
    """The table of authorities, as it is wanted."""
    wanted = parse_list(request.query_params.multi_items())

    def make(record: Record) -> Made:
        everybody = rows_of(record)
        rows = wanted(everybody)
        return html(
            "authorities.html",
            title="Authorities and their ratings now",
            here="/authorities",
            rows=rows,
            total=len(everybody),
            areas=graded_areas(everybody),
            wanted=wanted,
            query=wanted.query(),
            form=_FORM,
            meant=_meant(wanted.search) if not rows else (),
            names=[row.authority.display_name for row in everybody],
            as_of=record.as_of,
        )

    return site.respond(request, make)


def _meant(search: str) -> list[tuple[str, str]]:
    """Authorities that somebody may have meant who found none: their names, and where their pages are."""
    likely = (find(name) for name in nearest(search))
    return [(each.display_name, f"/authorities/{each.code}") for each in likely if each is not None]


def graded_areas(rows: Iterable[AuthorityRow]) -> tuple[Area, ...]:
    """The areas of which anybody has a grade, in the order of reports."""
    graded = {area for row in rows for area in row.ratings}
    return tuple(area for area in Area if area in graded)


def authority(site: Site, request: Request) -> Response:
    """One authority; its other codes lead to its GSS code."""
    code = request.path_params["code"]
    found = find_authority(code)
    if found is None:
        raise HTTPException(404)
    if code != found.code:
        return RedirectResponse(href(f"/authorities/{found.code}"), status_code=308)

    def make(record: Record) -> Made:
        shown = one_authority(record, found)
        expected = next((each for each in forecasts_of(record) if each.authority == found), None)
        drawn = timeline(found, shown.inspections, as_of=record.as_of, window=_window(record, found))
        return html(
            "authority.html",
            title=f"{found.display_name}: Ofsted ratings of children’s services",
            here="/authorities",
            shown=shown,
            note=note,
            told_in=told_in,
            origin=site.origin(request),
            expected=expected,
            chart=Markup(drawn),  # noqa: S704  # its template escapes
            since=first_year(found),
            areas=graded_areas((shown.row, *shown.neighbours)),
            ever=tuple(area for area in Area if any(area in each.ratings for each in shown.inspections)),
            notes=_notes(shown, record.as_of),
            only=f"?authority={found.code}",
            together="?"
            + urlencode([("authority", each.code) for each in (found, *(row.authority for row in shown.neighbours))]),
            as_of=record.as_of,
        )

    return site.respond(request, make)


def timeline_picture(site: Site, request: Request) -> Response:
    """The ratings of one authority over time, as a picture for reports; by its GSS code."""
    only(request)
    found = find_authority(request.path_params["code"])
    if found is None:
        raise HTTPException(404)

    def draw(record: Record) -> str:
        return timeline(found, one_authority(record, found).inspections, as_of=record.as_of, window=_window(record, found))

    return picture(site, request, f"ratings {found.display_name}", draw)


def _window(record: Record, who: Authority) -> Window | None:
    """When inspectors are to be expected."""
    expected = next((each for each in forecasts_of(record) if each.authority == who), None)
    return expected.inspection if expected else None


def _notes(shown: OneAuthority, day: date) -> tuple[str, ...]:
    """What is to be known of an authority before its ratings are compared with earlier ones, in sentences."""
    who = shown.row.authority
    name, start, end = who.display_name, who.valid.start, who.valid.end
    found = []
    if end is not None and end <= day:
        successors = listed([each.display_name for each in shown.successors])
        found.append(f"{name} was abolished on {day_words(end)}" + (f"; {successors} took over." if successors else "."))
    if start is not None:
        before = listed([each.display_name for each, _ in shown.predecessors]) or "the councils before it"
        found.append(
            f"{name} was founded on {day_words(start)}. "
            f"Inspections of {before} are not its own: no change is told across that day."
        )
    for each, grades in ((who, predecessor_grades(who)), *shown.predecessors):
        last = f"{each.display_name} was rated {{}} overall at its last inspection known, in {{}}."
        found += [last.format(grade.overall.words, _month(grade.month)) for grade in grades]
    if shown.plan is not None:
        found.append(f"{name} is to be abolished on {day_words(shown.plan.day)}; {listed(shown.plan.successors)} take over.")
    return tuple(found)


def _month(text: str) -> str:
    """``2022-11`` as ``November 2022``."""
    return day_words(date.fromisoformat(f"{text}-01")).partition(" ")[2]


def authorities_csv(site: Site, request: Request) -> Response:
    """The table of authorities as a file, as it is wanted."""
    wanted = parse_list(request.query_params.multi_items())

    def make(record: Record) -> Made:
        return csv_file(
            file_name(_list_name(wanted), "csv", record.as_of), _COLUMNS, (_line(row) for row in wanted(rows_of(record)))
        )

    return site.respond(request, make)


def _list_name(wanted: AuthorityList) -> str:
    """What a list of authorities is called as a file."""
    return " ".join(
        each for each in ("authorities", wanted.search, wanted.region, wanted.area or "", wanted.rating or "") if each
    )


_COLUMNS = (*"authority gss_code dfe_code urn region type published trust report".split(), *(area.value for area in AREAS))


def _line(row: AuthorityRow) -> tuple[object, ...]:
    who, newest = row.authority, row.newest
    facts = (newest.published.isoformat(), newest.trust.value, report_address(newest)) if newest else ("", "", "")
    grades = (row.ratings[area].value if area in row.ratings else "" for area in AREAS)
    return (who.display_name, who.gss_code, who.dfe_code, who.urn, who.region, who.type, *facts, *grades)

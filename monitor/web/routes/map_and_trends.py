"""``/map`` where which grade is, on a day; ``/trends`` how many have which grade, year by year."""

from __future__ import annotations

from datetime import date

from fastapi import Request, Response

from monitor.domain.authorities import regions
from monitor.domain.model import Area
from monitor.web.queries.authorities import rows_of
from monitor.web.queries.change_filter import FilterError
from monitor.web.queries.record import Record
from monitor.web.queries.trends import FIRST_YEAR, years
from monitor.web.site import Made, Site, html


def area_of(request: Request) -> Area:
    """The area that an address asks for; leadership, which every framework grades, without one. Raises FilterError."""
    said = request.query_params.get("area", "") or Area.LEADERSHIP.value
    if said not in tuple(Area):
        raise FilterError({"area": f"is not known. Allowed: {', '.join(Area)}"})
    return Area(said)


def _day_of(request: Request, today: date) -> date:
    said = request.query_params.get("date", "")
    try:
        day = date.fromisoformat(said) if said else today
    except ValueError:
        raise FilterError({"date": "is not a date. Allowed: a day such as 2024-01-31"}) from None
    if not date(FIRST_YEAR, 1, 1) <= day <= today:
        raise FilterError({"date": f"is outside the record. Allowed: {FIRST_YEAR}-01-01 to {today}"})
    return day


def map_page(site: Site, request: Request) -> Response:
    """Authorities by region with one area's grade on one day."""
    area, day = area_of(request), _day_of(request, site.clock.today())

    def make(record: Record) -> Made:
        rows = rows_of(record, day)
        by_region = [(region, [row for row in rows if row.authority.region == region]) for region in regions()]
        return html("map.html", title="Map", here="/map", area=area, day=day, areas=tuple(Area), regions=by_region)

    return site.respond(request, make)


def trends(site: Site, request: Request) -> Response:
    """Numbers in each grade, year by year."""
    area, region = area_of(request), request.query_params.get("region", "")
    if region and region not in regions():
        raise FilterError({"region": f"is not known. Allowed: {', '.join(regions())}"})

    def make(record: Record) -> Made:
        return html(
            "trends.html",
            title="Trends",
            here="/trends",
            area=area,
            region=region,
            areas=tuple(Area),
            regions=regions(),
            years=years(record, area, region),
        )

    return site.respond(request, make)

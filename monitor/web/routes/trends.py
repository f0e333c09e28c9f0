"""``/trends``: how many authorities had which grade, year by year, and who became inadequate or left it; with files."""

from __future__ import annotations

from fastapi import Request, Response

from monitor.domain.authorities import regions
from monitor.domain.frameworks import last_graded
from monitor.domain.model import Area
from monitor.domain.trends import SCALE
from monitor.web.charts.flows import flows_chart
from monitor.web.charts.rating_counts import rating_counts_chart
from monitor.web.csv_files import csv_file
from monitor.web.file_names import file_name
from monitor.web.queries.authorities import report_address
from monitor.web.queries.on_a_day import ratings_on
from monitor.web.queries.record import Record
from monitor.web.queries.trends import YearRow, years
from monitor.web.routes.chosen import area_of, only, region_of
from monitor.web.routes.pictures import picture
from monitor.web.site import Made, Site, html


def _asked(request: Request) -> tuple[Area, str]:
    only(request, "area", "region")
    return area_of(request), region_of(request)


def _counts_chart(rows: tuple[YearRow, ...], area: Area, region: str) -> str:
    return rating_counts_chart([row.counts for row in rows], area=area, where=region or "England")


def _flows_chart(rows: tuple[YearRow, ...], area: Area, region: str) -> str:
    what = "Children's services" if area is Area.OVERALL else area.heading
    return flows_chart([row.flow for row in rows], what=f"{what} in {region or 'England'}")


def trends(site: Site, request: Request) -> Response:
    """Both pictures with their tables, and the regions as they stand today."""
    area, region = _asked(request)

    def make(record: Record) -> Made:
        rows = years(record, area, region)
        return html(
            "trends.html",
            title=f"Trends: {area.heading} in {region or 'England'}",
            here="/trends",
            record=record,
            area=area,
            last_graded=last_graded(area),
            region=region,
            areas=tuple(Area),
            regions=regions(),
            scale=SCALE,
            years=rows,
            counts_svg=_counts_chart(rows, area, region),
            flows_svg=_flows_chart(rows, area, region),
            shown=ratings_on(record, area, record.as_of),
        )

    return site.respond(request, make)


def ratings_picture(site: Site, request: Request) -> Response:
    """Numbers by rating, as a picture."""
    area, region = _asked(request)
    return picture(
        site, request, _name("ratings", area, region), lambda record: _counts_chart(years(record, area, region), area, region)
    )


def flows_picture(site: Site, request: Request) -> Response:
    """Into and out of inadequate, as a picture."""
    area, region = _asked(request)
    return picture(
        site, request, _name("flows", area, region), lambda record: _flows_chart(years(record, area, region), area, region)
    )


def _name(what: str, area: Area | None, region: str) -> str:
    """What a file of numbers is called; those of all areas without one."""
    return " ".join((what, area.value if area else "all areas", region))


_COUNTS = ("area", "region", "day", *(rating.value for rating in SCALE), "no_grade", "authorities")


def ratings_csv(site: Site, request: Request) -> Response:
    """Numbers by rating, a line for each area and year: those of all areas, unless one is asked for."""
    area, region = _asked(request)
    areas = (area,) if request.query_params.get("area") else tuple(Area)

    def make(record: Record) -> Made:
        lines = []
        for each in areas:
            for row in years(record, each, region):
                numbers = (row.counts.counts.get(rating, 0) for rating in SCALE)
                end = (row.counts.ungraded, row.counts.authorities)
                lines.append((each.value, region or "England", row.counts.day.isoformat(), *numbers, *end))
        return csv_file(
            file_name(_name("ratings", areas[0] if len(areas) == 1 else None, region), "csv", record.as_of), _COUNTS, lines
        )

    return site.respond(request, make)


_FLOWS = "area region year direction authority gss_code published inspection report".split()


def flows_csv(site: Site, request: Request) -> Response:
    """Who became inadequate or left it, an inspection a line."""
    area, region = _asked(request)

    def make(record: Record) -> Made:
        lines = []
        for row in years(record, area, region):
            for way, inspections in (("into", row.flow.into), ("out", row.flow.out)):
                for each in inspections:
                    who = (each.authority.display_name, each.authority.gss_code)
                    facts = (each.published.isoformat(), each.key, report_address(each))
                    lines.append((area.value, region or "England", row.year, way, *who, *facts))
        return csv_file(file_name(_name("flows", area, region), "csv", record.as_of), _FLOWS, lines)

    return site.respond(request, make)

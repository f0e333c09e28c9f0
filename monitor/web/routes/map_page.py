"""``/map``: which grade is where, on any day since the record begins; as a page, a picture and a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fastapi import Request, Response

from monitor.domain.calendar import day_words
from monitor.domain.model import Area, Authority
from monitor.web.charts.hex_map import hex_map
from monitor.web.csv_files import csv_file
from monitor.web.file_names import file_name
from monitor.web.pages import href
from monitor.web.queries.authorities import report_address
from monitor.web.queries.on_a_day import ratings_on
from monitor.web.queries.record import Record
from monitor.web.routes.chosen import FIRST_DAY, area_of, day_of, only
from monitor.web.routes.pictures import picture
from monitor.web.site import Made, Site, html


def _asked(site: Site, request: Request) -> tuple[Area, date]:
    only(request, "area", "date")
    return area_of(request), day_of(request, site.clock.today())


def _address(prefix: str) -> Callable[[Authority], str]:
    return lambda authority: f"{prefix}/authorities/{authority.code}"


def page(site: Site, request: Request) -> Response:
    """The map, and the same as a table."""
    area, day = _asked(site, request)
    today = site.clock.today()

    def make(record: Record) -> Made:
        shown = ratings_on(record, area, day)
        return html(
            "map.html",
            title=f"Map: {area.heading} on {day_words(day)}",
            here="/map",
            record=record,
            areas=tuple(Area),
            area=area,
            day=day,
            today=today,
            first=FIRST_DAY,
            years=[date(year, 12, 31) for year in range(FIRST_DAY.year, today.year)],
            shown=shown,
            svg=hex_map(shown.ratings, area=area, day=day, address=_address(href(""))),
        )

    return site.respond(request, make)


def _name(site: Site, area: Area, day: date) -> str:
    """What a map is called as a file."""
    return f"map {area.value}" if day == site.clock.today() else f"map {area.value} on {day}"


def as_picture(site: Site, request: Request) -> Response:
    """The map alone, its links leading to this site from wherever it is put."""
    area, day = _asked(site, request)
    origin = site.origin(request)

    def draw(record: Record) -> str:
        return hex_map(ratings_on(record, area, day).ratings, area=area, day=day, address=_address(origin))

    return picture(site, request, _name(site, area, day), draw)


_COLUMNS = "authority gss_code dfe_code urn region area day rating published inspection report".split()


def as_csv(site: Site, request: Request) -> Response:
    """Every authority with its rating on the day."""
    area, day = _asked(site, request)

    def make(record: Record) -> Made:
        lines = []
        for each in ratings_on(record, area, day).ratings:
            who, last = each.authority, each.inspection
            facts = (last.published.isoformat(), last.key, report_address(last)) if last else ("", "", "")
            rating = each.rating.value if each.rating else ""
            codes = (who.display_name, who.gss_code, who.dfe_code, who.urn, who.region)
            lines.append((*codes, area.value, day.isoformat(), rating, *facts))
        return csv_file(file_name(_name(site, area, day), "csv", record.as_of), _COLUMNS, lines)

    return site.respond(request, make)

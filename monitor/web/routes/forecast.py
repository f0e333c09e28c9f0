"""``/forecast``: when each authority's next inspection is to be expected, and how often such windows were right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from monitor.domain.authorities import regions
from monitor.domain.forecast import Backtest, Forecast, backtest, forecasts
from monitor.web.csv_files import csv_file
from monitor.web.file_names import file_name
from monitor.web.queries.authorities import current_authorities
from monitor.web.queries.record import Record
from monitor.web.routes.chosen import one_of, only, region_of
from monitor.web.site import Made, Site, html

#: By what the list can be sorted, each with its own rising order; who has no window comes last in all but the first.
SORTS: Mapping[str, Callable[[Forecast], Any]] = {
    "overdue": lambda each: (not each.is_overdue, each.report.middle if each.report else each.as_of),
    "council": lambda each: each.authority.display_name,
    "first": lambda each: each.report.first if each.report else each.as_of,
    "middle": lambda each: each.report.middle if each.report else each.as_of,
    "last": lambda each: each.report.last if each.report else each.as_of,
    "waited": lambda each: -each.waited,
    "published": lambda each: each.last.published if each.last else each.as_of,
}


@lru_cache(maxsize=2)
def forecasts_of(record: Record) -> tuple[Forecast, ...]:
    """A forecast for each authority of today; the earliest window first, those without one last."""
    found = forecasts(record.inspections, current_authorities(record.as_of), as_of=record.as_of)
    return tuple(sorted(found, key=lambda each: (each.report is None, each.report.middle if each.report else record.as_of)))


@lru_cache(maxsize=2)
def backtest_of(record: Record) -> Backtest | None:
    """How windows of the past turned out; None while none has an outcome. Takes a third of a second, once for a record."""
    try:
        return backtest(record.inspections, current_authorities(record.as_of), as_of=record.as_of)
    except ValueError:
        return None


def _asked(request: Request) -> tuple[str, bool, str]:
    """By what it is to be sorted, whether falling, and of which region. Raises FilterError."""
    only(request, "sort", "order", "region")
    falling = one_of(request, "order", ("rising", "falling"), "rising") == "falling"
    return one_of(request, "sort", SORTS, "overdue"), falling, region_of(request)


def _chosen(record: Record, sort: str, falling: bool, region: str) -> list[Forecast]:
    found = [each for each in forecasts_of(record) if not region or each.authority.region == region]
    found.sort(key=lambda each: each.authority.display_name)
    found.sort(key=SORTS[sort], reverse=falling)
    found.sort(key=lambda each: each.report is None)
    return found


def forecast(site: Site, request: Request) -> Response:
    """The windows as a table, the method, and the back-test."""
    sort, falling, region = _asked(request)

    def address(name: str = "", path: str = "/forecast") -> str:
        """Of the same list sorted by a column; the other way round where it is sorted so already."""
        wanted = {"region": region, "sort": name or sort}
        if falling if not name else (name == sort and not falling):
            wanted["order"] = "falling"
        if wanted["sort"] == "overdue":
            del wanted["sort"]
        query = urlencode({key: value for key, value in wanted.items() if value})
        return f"{path}?{query}" if query else path

    def make(record: Record) -> Made:
        shown = _chosen(record, sort, falling, region)
        return html(
            "forecast.html",
            title=f"Forecast: next inspections in {region or 'England'}",
            here="/forecast",
            record=record,
            forecasts=shown,
            overdue=sum(each.is_overdue for each in shown),
            open=sum(each.report is not None and record.as_of in each.report for each in shown),
            periods=sorted({period for each in shown for period in each.pre_election}, key=lambda each: each.start),
            backtest=backtest_of(record),
            sort=sort,
            falling=falling,
            region=region,
            regions=regions(),
            address=address,
        )

    return site.respond(request, make)


_COLUMNS = (
    "authority gss_code dfe_code urn region as_of last_published group months_waited overdue inspection_first "
    "inspection_middle inspection_last report_first report_middle report_last intervals pre_election abolished reason"
).split()


def forecast_csv(site: Site, request: Request) -> Response:
    """The windows as a file, in the order of the page."""
    sort, falling, region = _asked(request)

    def make(record: Record) -> Made:
        return csv_file(
            file_name(f"forecast {region}", "csv", record.as_of),
            _COLUMNS,
            (_line(each) for each in _chosen(record, sort, falling, region)),
        )

    return site.respond(request, make)


def _line(each: Forecast) -> tuple[object, ...]:
    who = each.authority
    windows = [
        day.isoformat() if day else ""
        for window in (each.inspection, each.report)
        for day in ((window.first, window.middle, window.last) if window else (None, None, None))
    ]
    return (
        *(who.display_name, who.gss_code, who.dfe_code, who.urn, who.region, each.as_of.isoformat()),
        each.last.published.isoformat() if each.last else "",
        each.group.value if each.group else "",
        f"{each.waited:.1f}",
        "yes" if each.is_overdue else "no",
        *windows,
        each.intervals,
        " ".join(f"{period.start}/{period.polling}" for period in each.pre_election),
        each.abolished.isoformat() if each.abolished else "",
        each.reason,
    )

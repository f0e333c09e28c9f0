"""``/forecast``: when each authority's next inspection is to be expected, and how often such windows were right."""

from __future__ import annotations

from fastapi import Request, Response

from monitor.domain.forecast import Backtest, Forecast, backtest, forecasts
from monitor.web.queries.authorities import current_authorities
from monitor.web.queries.record import Record
from monitor.web.site import Made, Site, html


def forecasts_of(record: Record) -> tuple[Forecast, ...]:
    """A forecast for each authority of today; the earliest window first, those without one last."""
    found = forecasts(record.inspections, current_authorities(record.as_of), as_of=record.as_of)
    return tuple(sorted(found, key=lambda each: (each.report is None, each.report.middle if each.report else record.as_of)))


def backtest_of(record: Record) -> Backtest | None:
    """How windows of the past turned out; None while none has an outcome."""
    try:
        return backtest(record.inspections, current_authorities(record.as_of), as_of=record.as_of)
    except ValueError:
        return None


def forecast(site: Site, request: Request) -> Response:
    """The windows as a table."""

    def make(record: Record) -> Made:
        return html(
            "forecast.html",
            title="Forecast",
            here="/forecast",
            forecasts=forecasts_of(record),
            backtest=backtest_of(record),
        )

    return site.respond(request, make)

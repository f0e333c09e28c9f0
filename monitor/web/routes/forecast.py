"""``/forecast``: when each authority's next inspection is to be expected, and how often such windows were right."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from fastapi import Request, Response

from monitor.domain.forecast import Backtest, Forecast, backtest, forecasts
from monitor.domain.model import Inspection
from monitor.web.queries.authorities import current_authorities
from monitor.web.queries.record import Record
from monitor.web.site import Made, Site, html


def forecasts_of(record: Record) -> tuple[Forecast, ...]:
    """A forecast for each authority of today; the earliest window first, those without one last."""
    found = forecasts(record.inspections, current_authorities(record.as_of), as_of=record.as_of)
    return tuple(sorted(found, key=lambda each: (each.report is None, each.report.middle if each.report else record.as_of)))


def backtest_of(record: Record) -> Backtest | None:
    """How windows turned out that were made until this quarter began; None while none has an outcome.

    Not until today: it takes a second, and says the same all quarter long.
    """
    began = date(record.as_of.year, record.as_of.month - (record.as_of.month - 1) % 3, 1)
    return _backtest(tuple(each for each in record.inspections if each.published <= began), began)


@lru_cache(maxsize=1)
def _backtest(known: tuple[Inspection, ...], as_of: date) -> Backtest | None:
    try:
        return backtest(known, current_authorities(as_of), as_of=as_of)
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

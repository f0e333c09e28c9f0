"""What the pages of numbers are asked for: an area, a region, a day. What cannot be understood is refused, by its name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from fastapi import Request

from monitor.domain.authorities import regions
from monitor.domain.model import Area
from monitor.web.queries.change_filter import FilterError, Misunderstood
from monitor.web.queries.change_filter import one_of as words
from monitor.web.queries.trends import FIRST_YEAR

FIRST_DAY = date(FIRST_YEAR, 1, 1)


def only(request: Request, *allowed: str) -> None:
    """Refuse parameters that mean nothing here. Raises FilterError."""
    wrong = Misunderstood()
    wrong.sorted_out(request.query_params.multi_items(), allowed)
    wrong.check()


def one_of(request: Request, name: str, allowed: Iterable[str], default: str) -> str:
    """One of a few words. Raises FilterError."""
    said = request.query_params.get(name, "").strip()
    if not said or said == default:
        return default
    wrong = Misunderstood()
    read = wrong.read(name, said, words(*allowed))
    wrong.check()
    return str(read)


def area_of(request: Request) -> Area:
    """The area that an address asks for; leadership, which every framework grades, without one. Raises FilterError."""
    return Area(one_of(request, "area", tuple(Area), Area.LEADERSHIP.value))


def region_of(request: Request) -> str:
    """The region that an address asks for; empty: England. Raises FilterError."""
    return one_of(request, "region", regions(), "")


def day_of(request: Request, today: date) -> date:
    """The day that an address asks for, within the record; today without one. Raises FilterError."""
    said = request.query_params.get("date", "")
    try:
        day = date.fromisoformat(said) if said else today
    except ValueError:
        raise FilterError({"date": "is not a date. Allowed: a day such as 2024-01-31"}) from None
    if not FIRST_DAY <= day <= today:
        raise FilterError({"date": f"is outside the record. Allowed: {FIRST_DAY} to {today}"})
    return day

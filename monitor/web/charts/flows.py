"""Who became inadequate and who left it each year: a box for each authority, above the line those that left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.domain.calendar import day_words
from monitor.domain.model import Inspection
from monitor.domain.trends import InadequateFlow
from monitor.web.charts.drawing import drawn

_LEFT, _RIGHT, _TOP, _BOTTOM = 120.0, 8.0, 24.0, 50.0
_WIDTH = 760.0
_BOX, _AXIS = 15.0, 26.0  #: the height of a box's place, and of the line of years between both halves
_MAX_WIDE = 34.0
NOTE = "An authority's first inspection in the record, from 2014 on, counts neither way: what it was before is not known."


@dataclass(frozen=True, slots=True)
class _Box:
    y: float
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class _Year:
    x: float
    year: int
    out: tuple[_Box, ...]
    into: tuple[_Box, ...]
    out_y: float  #: of the number above its boxes
    into_y: float


def flows_chart(flows: Sequence[InadequateFlow], *, what: str = "Children's services", ident: str = "flows") -> str:
    """Boxes of authorities by year, as SVG. `flows` is not empty and oldest first.

    Args:
        flows: who moved in each year.
        what: was inadequate or is no longer, for the title: all services, or an area.
        ident: begins the ids within the picture; another one for each picture of a page.
    """
    above = max(len(flow.out) for flow in flows) * _BOX + _TOP
    below = max(len(flow.into) for flow in flows) * _BOX + _BOTTOM
    step = (_WIDTH - _LEFT - _RIGHT) / len(flows)
    wide = min(_MAX_WIDE, step - 8)
    years = [_year(flow, _LEFT + (number + 0.5) * step, above) for number, flow in enumerate(flows)]
    return drawn(
        "flows.svg",
        ident=ident,
        title=f"{what}: into and out of inadequate, {flows[0].year} to {flows[-1].year}",
        summary=" ".join([*(_said(flow) for flow in flows), NOTE]),
        note=NOTE,
        width=_WIDTH,
        height=above + _AXIS + below,
        above=above,
        axis=_AXIS,
        years=years,
        box_width=wide,
        box_height=_BOX - 3,
    )


def _year(flow: InadequateFlow, x: float, above: float) -> _Year:
    out = tuple(_box(each, above - (number + 1) * _BOX, "out of inadequate") for number, each in enumerate(flow.out))
    into = tuple(_box(each, above + _AXIS + number * _BOX + 3, "into inadequate") for number, each in enumerate(flow.into))
    return _Year(
        x=x,
        year=flow.year,
        out=out,
        into=into,
        out_y=above - len(out) * _BOX - 5,
        into_y=above + _AXIS + len(into) * _BOX + 16,
    )


def _box(inspection: Inspection, y: float, way: str) -> _Box:
    name = inspection.authority.display_name
    return _Box(y=y, name=name, says=f"{name}: {way}, {day_words(inspection.published)}")


def _said(flow: InadequateFlow) -> str:
    def names(inspections: Sequence[Inspection]) -> str:
        listed = ", ".join(each.authority.display_name for each in inspections)
        return f"{len(inspections)} ({listed})" if inspections else "none"

    return f"{flow.year}: into inadequate {names(flow.into)}; out of it {names(flow.out)}."

"""England as hexagons, each with the rating of one authority."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt

from monitor.domain.calendar import day_words
from monitor.domain.hexes import Hex, beside, hexes
from monitor.domain.model import Area, Authority
from monitor.domain.trends import SCALE, AreaRating, tally
from monitor.web.charts.drawing import MARKS, css_class, drawn, words

_RADIUS = 24.0
_WIDTH = _RADIUS * sqrt(3)
_MARGIN = 6.0
_INSET = 0.94  #: so much of its place a hexagon fills: the thick line of one is not hidden by the next
#: Corners of a hexagon, from the upper right clockwise, as parts of its width and radius; side i is beside the i-th `beside`.
_CORNERS = ((0.5, -0.5), (0.5, 0.5), (0.0, 1.0), (-0.5, 0.5), (-0.5, -0.5), (0.0, -1.0))
_SIDES = ((0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0))


@dataclass(frozen=True, slots=True)
class _Cell:
    gss: str
    region: str
    name: str
    label: str
    href: str
    rating: str
    mark: str
    says: str  #: what a reader of the screen hears
    x: float
    y: float


def hex_map(
    area_ratings: Iterable[AreaRating], *, area: Area, day: date, address: Callable[[Authority], str], ident: str = "map"
) -> str:
    """The map of one area on one day, as SVG; each hexagon is a link.

    Authorities that have no place (abolished ones, or new ones nobody has placed yet) are left out: the table beside the map
    has everybody.

    Args:
        area_ratings: where each authority stands, as `trends.area_ratings` gives it.
        area: what is shown, for the title.
        day: the day of which it is shown.
        address: of the page of an authority.
        ident: begins the ids within the picture; another one for each picture of a page.
    """
    places = hexes()
    shown = {each.authority.gss_code: each for each in area_ratings if each.authority.gss_code in places}
    left = min(place.column for place in places.values())
    order = sorted(shown, key=lambda gss: (places[gss].row, places[gss].column))
    cells = [_cell(shown[gss], places[gss], left, address) for gss in order]
    columns = max(place.centre[0] for place in places.values()) - left + 1
    rows = max(place.row for place in places.values())
    return drawn(
        "hex_map.svg",
        ident=ident,
        title=f"{area.heading} of children's services in England on {day_words(day)}",
        summary=_summary(shown.values()),
        width=columns * _WIDTH + 2 * _MARGIN,
        height=(rows * 1.5 + 2) * _RADIUS + 2 * _MARGIN,
        corners=" ".join(f"{x * _WIDTH * _INSET:.1f},{y * _RADIUS * _INSET:.1f}" for x, y in _CORNERS),
        cells=cells,
        borders=_borders(places, left),
        legend=_legend(shown.values()),
        legend_x=8.6 * _WIDTH,
    )


def _centre(place: Hex, left: int) -> tuple[float, float]:
    return (
        _MARGIN + (place.centre[0] - left + 0.5) * _WIDTH,
        _MARGIN + (place.row * 1.5 + 1) * _RADIUS,
    )


def _cell(rated: AreaRating, place: Hex, left: int, address: Callable[[Authority], str]) -> _Cell:
    x, y = _centre(place, left)
    said = words(rated.rating)
    if rated.with_care:
        said = "No grade apart from children in care"
    since = f", {day_words(rated.inspection.published)}" if rated.inspection else ""
    return _Cell(
        gss=rated.authority.gss_code,
        region=rated.authority.region,
        name=rated.authority.display_name,
        label=place.label,
        href=address(rated.authority),
        rating=css_class(rated.rating),
        mark=MARKS[rated.rating] if rated.rating else "–",
        says=f"{rated.authority.display_name}: {said}{since}",
        x=x,
        y=y,
    )


def _borders(places: Mapping[str, Hex], left: int) -> str:
    """The sides at which two regions meet, and the coast, as one path."""
    region = {(place.column, place.row): place.authority.region for place in places.values()}
    lines = []
    for place in places.values():
        x, y = _centre(place, left)
        for near, side in zip(beside(place), _SIDES, strict=True):
            other = region.get(near)
            if other != place.authority.region and (other is None or other > place.authority.region):
                (a, b), (c, d) = (_CORNERS[corner] for corner in side)
                lines.append(f"M{x + a * _WIDTH:.1f} {y + b * _RADIUS:.1f}L{x + c * _WIDTH:.1f} {y + d * _RADIUS:.1f}")
    return "".join(lines)


def _legend(area_ratings: Iterable[AreaRating]) -> list[tuple[str, str, str]]:
    counted = tally(area_ratings)
    lines = [(rating.value, MARKS[rating], f"{words(rating)}: {counted[rating]}") for rating in SCALE]
    return [*lines, ("none", "–", f"No grade: {counted[None]}")] if None in counted else lines


def _summary(area_ratings: Iterable[AreaRating]) -> str:
    lines = ", ".join(f"{text.lower()}" for _, _, text in _legend(area_ratings))
    return f"One hexagon for each authority, about where it is. Numbers of authorities: {lines}."

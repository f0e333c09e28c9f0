"""Every area of one authority since the record begins, as bars of time with the ratings written on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from monitor.domain.calendar import day_words
from monitor.domain.forecast import Window
from monitor.domain.model import Area, Authority, Inspection, Rating
from monitor.domain.movement import own_rating, shares_grade
from monitor.web.charts.drawing import MARKS, css_class, drawn, words

FIRST_YEAR = 2014  #: of the record
_LEFT, _RIGHT, _TOP, _BOTTOM = 172.0, 32.0, 26.0, 46.0  # to the right there is room for a mark beside the last bar
_WIDTH = 760.0
_ROW, _BAR = 36.0, 26.0
#: Points that a character takes, at the size of writing on bars, and in bold beside them.
_CHARACTER, _BOLD = 7.4, 9.0
_PADDING = 8.0
_SHARED = "↑"  #: where there is no room for "with children in care", the row above


@dataclass(frozen=True, slots=True)
class _Bar:
    x: float
    width: float
    rating: str
    text: str
    says: str
    is_beside: bool = False  #: whether the text stands to its right: the newest rating is always written


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    y: float
    bars: tuple[_Bar, ...]


def first_year(authority: Authority) -> int:
    """The year with which the picture of an authority begins: that of the record, or of its own foundation."""
    return max(FIRST_YEAR, authority.valid.start.year) if authority.valid.start else FIRST_YEAR


def timeline(
    authority: Authority,
    inspections: Sequence[Inspection],
    *,
    as_of: date,
    window: Window | None = None,
    ident: str = "timeline",
) -> str:
    """The ratings of one authority over time, as SVG: a row for each area that was ever rated, in the order of reports.

    Args:
        authority: whose they are, for the title.
        inspections: those of it that are to be shown, in any order.
        as_of: the day up to which the latest ratings are drawn.
        window: when its next inspection is expected; drawn behind that day, and the axis is extended to its end.
        ident: begins the ids within the picture; another one for each picture of a page.
    """
    known = sorted((each for each in inspections if each.published <= as_of), key=lambda each: each.rank_key)
    last = max(as_of, window.last) if window else as_of
    began = first_year(authority)
    scale = (_WIDTH - _LEFT - _RIGHT) / (date(last.year + 1, 1, 1) - date(began, 1, 1)).days

    def at(day: date) -> float:
        return _LEFT + max(0, (day - date(began, 1, 1)).days) * scale

    areas = [area for area in Area if any(own_rating(each, area) for each in known)]
    rows = [
        _Row(name=area.heading, y=_TOP + number * _ROW, bars=_bars(known, area, as_of, at)) for number, area in enumerate(areas)
    ]
    return drawn(
        "timeline.svg",
        ident=ident,
        title=f"Ratings of {authority.display_name} since {began}",
        summary=_summary(known, areas, window),
        width=_WIDTH,
        height=_TOP + len(rows) * _ROW + _BOTTOM,
        left=_LEFT,
        rows=rows,
        bar_height=_BAR,
        bottom=_TOP + len(rows) * _ROW,
        years=[(at(date(year, 1, 1)), year) for year in range(began, last.year + 1)],
        window=(at(max(as_of, window.first)), at(window.last), _TOP - 4) if window else None,
        key=_key(rows),
        window_says=f"Next inspection expected: {_span(window)}" if window else "",
    )


def _key(rows: Sequence[_Row]) -> str:
    """What short marks on bars mean, of those that are there."""
    written = {bar.text for row in rows for bar in row.bars}
    told = {mark: rating.words for rating, mark in MARKS.items()} | {_SHARED: "graded together with children in care"}
    return ", ".join(f"{mark}: {meaning}" for mark, meaning in told.items() if mark in written)


def _span(window: Window) -> str:
    return f"between {day_words(window.first)} and {day_words(window.last)}"


def _writing(rating: Rating | None, *, shared: bool) -> tuple[str, str]:
    """What a bar says, in words and by its mark; `shared`: care leavers have the grade of children in care."""
    if shared:
        return "With children in care", _SHARED
    return words(rating), MARKS[rating] if rating else ""


def _bars(known: Sequence[Inspection], area: Area, as_of: date, at: Callable[[date], float]) -> tuple[_Bar, ...]:
    """What one area was from each inspection to the next. Before its first grade, and after an end of grading, is nothing."""
    bars = []
    for inspection, following in [*pairwise(known), *((each, None) for each in known[-1:])]:
        rating = own_rating(inspection, area)
        shared = shares_grade(inspection, area)
        if rating is None and not shared:
            continue
        end = following.published if following else as_of
        x = at(inspection.published)
        width = max(4.0, at(end) - x)
        text, short = _writing(rating, shared=shared)
        fitting = next((each for each in (text, short) if len(each) * _CHARACTER + _PADDING <= width), "")
        until = f"until {day_words(end)}" if following else "now"
        bars.append(
            _Bar(
                x=x,
                width=width,
                rating=css_class(rating),
                text=fitting or ("" if following else text if x + width + len(text) * _BOLD <= _WIDTH - _PADDING else short),
                is_beside=not fitting and not following,
                says=f"{area.heading}: {text.lower()}, {day_words(inspection.published)} {until}",
            )
        )
    return tuple(bars)


def _summary(known: Sequence[Inspection], areas: Sequence[Area], window: Window | None) -> str:
    """What the picture shows, for those who do not see it: every inspection with all its ratings, newest first."""
    if not known:
        told = ["No inspection is in the record."]
    else:
        told = []
        for inspection in reversed(known):
            rated = [(area, own_rating(inspection, area)) for area in areas]
            ratings = ", ".join(f"{area.heading.lower()} {rating.words}" for area, rating in rated if rating)
            told.append(f"{day_words(inspection.published)}: {ratings}.")
    return " ".join([*told, f"The next inspection is expected {_span(window)}."] if window else told)

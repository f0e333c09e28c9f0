"""How many authorities had each rating over time, as one stacked column a day, with the numbers written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.domain.calendar import day_words
from monitor.domain.model import Area, Rating
from monitor.domain.trends import SCALE, RatingCounts
from monitor.web.charts.drawing import css_class, drawn, words

_LEFT, _RIGHT, _TOP, _HEIGHT, _BOTTOM = 8.0, 200.0, 10.0, 340.0, 30.0
_WIDTH = 760.0
_GAP = 0.14  #: of a column's place
_MIN_WRITTEN = 17.0  #: points that a number needs to stand in its part of a column


@dataclass(frozen=True, slots=True)
class _Part:
    y: float
    height: float
    rating: str
    number: int
    says: str
    is_written: bool


@dataclass(frozen=True, slots=True)
class _Column:
    x: float
    label: str
    parts: tuple[_Part, ...]


def rating_counts_chart(counted: Sequence[RatingCounts], *, area: Area, where: str = "England", ident: str = "counts") -> str:
    """Columns of authorities by rating, the best at the top, as SVG. `counted` is not empty and oldest first.

    Args:
        counted: how many there were of each rating on each day.
        area: what is counted, for the title.
        where: of which authorities, for the title.
        ident: begins the ids within the picture; another one for each picture of a page.
    """
    tallest = max(1, *(each.authorities for each in counted))
    step = (_WIDTH - _LEFT - _RIGHT) / len(counted)
    columns = [
        _Column(
            x=_LEFT + number * step + step * _GAP / 2,
            label=str(each.day.year),
            parts=_parts(each, _HEIGHT / tallest),
        )
        for number, each in enumerate(counted)
    ]
    first, last = counted[0].day, counted[-1].day
    return drawn(
        "rating_counts.svg",
        ident=ident,
        title=f"{area.heading}: authorities in {where} by rating, {day_words(first)} to {day_words(last)}",
        summary=" ".join(_said(each) for each in counted),
        width=_WIDTH,
        height=_TOP + _HEIGHT + _BOTTOM,
        columns=columns,
        column_width=step * (1 - _GAP),
        legend=_legend(columns[-1], counted),
        legend_x=_WIDTH - _RIGHT + 6,
        baseline=_TOP + _HEIGHT,
    )


def _order(counted: RatingCounts) -> list[tuple[Rating | None, int]]:
    found: list[tuple[Rating | None, int]] = [(rating, counted.counts.get(rating, 0)) for rating in SCALE]
    return [(rating, count) for rating, count in [*found, (None, counted.ungraded)] if count]


def _parts(counted: RatingCounts, unit: float) -> tuple[_Part, ...]:
    parts = []
    y = _TOP + _HEIGHT - counted.authorities * unit
    for rating, count in _order(counted):
        says = f"{day_words(counted.day)}: {words(rating).lower()} {count}"
        parts.append(_Part(y, count * unit, css_class(rating), count, says, count * unit >= _MIN_WRITTEN))
        y += count * unit
    return tuple(parts)


def _legend(newest: _Column, counted: Sequence[RatingCounts]) -> list[tuple[float, str, str]]:
    """The words beside the last column, at the height of its parts but never on one another; others that were, below."""
    lines, y = [], 0.0
    there = {part.rating: part for part in newest.parts}
    drawn_ratings = [rating for rating in (*SCALE, None) if any(_has(each, rating) for each in counted)]
    for rating in drawn_ratings:
        part = there.get(css_class(rating))
        wanted = part.y + part.height / 2 + 5 if part else y + 20
        y = max(wanted, y + 20)
        lines.append((y, css_class(rating), f"{words(rating)}: {part.number if part else 0}"))
    return lines


def _has(counted: RatingCounts, rating: Rating | None) -> bool:
    return bool(counted.counts.get(rating, 0) if rating else counted.ungraded)


def _said(counted: RatingCounts) -> str:
    numbers = ", ".join(f"{words(rating).lower()} {count}" for rating, count in _order(counted))
    return f"{day_words(counted.day)}: {numbers}."

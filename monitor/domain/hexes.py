"""England as a map of hexagons: one for each authority with the duty, about where it is, and none larger than another.

The hexagons stand on a point, in rows; odd rows are shifted to the right by half a hexagon. Rows count from north to south and
columns from west to east. The places were made for this project: a contiguous shape drawn by hand for each region, its
authorities put into it so that real neighbours stay near, and the rest by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from monitor.domain.authorities import by_code
from monitor.domain.model import Authority
from monitor.tables import rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Hex:
    """The place of one authority."""

    authority: Authority
    label: str  #: up to four characters that stand for its name where there is no room for it
    column: int
    row: int

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle, x to the east and y to the south, where a hexagon is 1 wide."""
        return self.column + (self.row % 2) / 2, self.row * sqrt(3) / 2


@lru_cache(maxsize=1)
def hexes() -> Mapping[str, Hex]:
    """The place of every authority that has one, by GSS code, from north to south."""
    return {
        row["gss_code"]: Hex(
            authority=by_code()[row["gss_code"]], label=row["label"], column=int(row["column"]), row=int(row["row"])
        )
        for row in rows("hexes")
    }


def beside(place: Hex) -> tuple[tuple[int, int], ...]:
    """The columns and rows of the six places around one: from the east, clockwise."""
    left = place.column - 1 + place.row % 2
    above, below = place.row - 1, place.row + 1
    return (
        (place.column + 1, place.row),
        (left + 1, below),
        (left, below),
        (place.column - 1, place.row),
        (left, above),
        (left + 1, above),
    )


def distance(one: Hex, other: Hex) -> int:
    """The number of steps from one hexagon to another; 1 for two that touch."""
    across = (one.column - one.row // 2) - (other.column - other.row // 2)
    down = one.row - other.row
    return max(abs(across), abs(down), abs(across + down))

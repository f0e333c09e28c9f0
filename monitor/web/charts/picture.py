"""A chart as PNG, for reports and messages that take no SVG."""

from __future__ import annotations

from functools import lru_cache

from monitor.web.charts.drawing import Theme, standalone

#: Families without serifs that are looked for, the usual ones of Linux first.
_FAMILIES = ("DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial", "Helvetica")
_NO_FAMILY = "No Such Family"
_PROBE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">'
    '<text x="2" y="30" font-family="{family}" font-size="30">{text}</text></svg>'
)


class FontMissingError(LookupError):
    """The machine has no font, so that a picture would have no words."""


def png(svg: str, *, theme: Theme = "light", width: int = 1200, source: str = "") -> bytes:
    """A chart of this package as a PNG of so many pixels across, with title and `source` on it where that is given.

    Takes a fifth of a second of processor time: not for every request. Raises `FontMissingError` where no font is installed.
    """
    import resvg_py

    return resvg_py.svg_to_bytes(svg_string=standalone(svg, theme, source=source), width=width, sans_serif_family=font_family())


@lru_cache(maxsize=1)
def font_family() -> str:
    """The first of the families that is there, else whatever is. Raises `FontMissingError` where no font is installed.

    One that is not there is drawn as another where fontconfig names it one, and not at all where it does not.
    """
    import resvg_py

    def drawn(family: str, text: str) -> bytes:
        return resvg_py.svg_to_bytes(svg_string=_PROBE.format(family=family, text=text))

    without = {nothing := drawn(_NO_FAMILY, ""), another := drawn(_NO_FAMILY, "R")}
    found = next((family for family in _FAMILIES if drawn(family, "R") not in without), "")
    if not found and another == nothing:
        raise FontMissingError("pictures need a font, and none is installed; on Debian: apt-get install fonts-dejavu-core")
    return found or _FAMILIES[0]

"""What every chart shares: its templates, the colours of ratings on light and dark paper, and how it becomes a file.

A chart in a page has no colour of its own, only classes: `chart_style()` goes into the page's style sheet, since the pages'
policy lets no other style in. A chart as a file carries its style with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Literal

from monitor.domain.model import Rating
from monitor.domain.trends import SCALE

if TYPE_CHECKING:
    from jinja2 import Environment

Theme = Literal["light", "dark"]
Palette = Mapping[str, str]
#: What stands in a place too small for the word; no colour says anything that these do not.
MARKS = {
    Rating.OUTSTANDING: "O",
    Rating.GOOD: "G",
    Rating.REQUIRES_IMPROVEMENT: "RI",
    Rating.ADEQUATE: "A",
    Rating.INADEQUATE: "I",
}
NO_GRADE = "none"  #: the class and data of what has no grade
#: The colours of the pages' style sheet: paper, line and writing of each rating, and those of the page itself.
PALETTES: Mapping[Theme, Palette] = {
    "light": {
        "paper": "#ffffff",
        "ink": "#1b2026",
        "soft": "#4a5560",
        "line": "#aab3bc",
        "focus": "#b35c00",
        "accent": "#0f6169",
        "outstanding": "#e1ebf8 #2f6cb0 #123c6a",
        "good": "#e0f2e5 #2f7d50 #12492a",
        "requires_improvement": "#fdf0d0 #a67400 #543c00",
        "inadequate": "#fbe5e1 #b23c2a #74190e",
        "none": "#ffffff #6b7680 #4a5560",
    },
    "dark": {
        "paper": "#15191e",
        "ink": "#eef1f4",
        "soft": "#bcc5ce",
        "line": "#5c6772",
        "focus": "#ffc857",
        "accent": "#7fd0d8",
        "outstanding": "#143351 #6aa9e8 #d3e6fc",
        "good": "#123a23 #56b37c #cff0d9",
        "requires_improvement": "#41320a #d6a328 #ffe9b5",
        "inadequate": "#4b1810 #e0705f #ffdcd5",
        "none": "#15191e #8b96a1 #bcc5ce",
    },
}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("monitor.web", "templates/charts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["number"] = number
    return environment


def number(value: float) -> str:
    """A coordinate with one decimal at most, as short as it goes."""
    return f"{value:.1f}".removesuffix(".0")


def drawn(template: str, **values: object) -> str:
    """A chart's template as one line of SVG; every value is escaped."""
    text = _environment().get_template(template).render(marks=MARKS, **values)
    return "".join(line.strip() + ("\n" if line.rstrip().endswith(">") else " ") for line in text.splitlines() if line.strip())


def css_class(rating: Rating | None) -> str:
    """The class of what has a rating, or none."""
    if rating is None:
        return NO_GRADE
    return Rating.REQUIRES_IMPROVEMENT.value if rating is Rating.ADEQUATE else rating.value


def words(rating: Rating | None) -> str:
    """A rating as a label has it: ``Requires improvement``."""
    return rating.words.capitalize() if rating else "No grade"


@lru_cache(maxsize=2)
def _colours(theme: Theme) -> str:
    palette = PALETTES[theme]
    rules = [
        f".chart text{{fill:{palette['ink']}}}",
        f".chart .soft{{fill:{palette['soft']}}}",
        f".chart .axis{{stroke:{palette['line']}}}",
        f".chart .beside{{stroke:{palette['paper']}}}",
        f".chart .border{{stroke:{palette['ink']}}}",
        f".chart .window{{fill:{palette['paper']};stroke:{palette['accent']}}}",
        f".chart a:focus .shape{{stroke:{palette['focus']}}}",
    ]
    for name in (*(rating.value for rating in SCALE), NO_GRADE):
        fill, stroke, ink = palette[name].split()
        rules.append(
            f".chart .{name} .shape,.chart .{name}.shape{{fill:{fill};stroke:{stroke}}}.chart .{name} text{{fill:{ink}}}"
        )
    return "\n".join(rules)


_FORMS = """\
.chart{display:block;width:100%;height:auto;font:14px -apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif}
.chart .shape{stroke-width:1.5}
.chart .inadequate .shape,.chart .inadequate.shape{stroke-width:3}
.chart.flows .inadequate .shape{stroke-width:1.5}
.chart .none .shape,.chart .none.shape{stroke-dasharray:3 3}
.chart .axis{fill:none;stroke-width:1}
.chart .border{fill:none;stroke-width:2.5;stroke-linejoin:round;stroke-linecap:round}
.chart .window{stroke-width:2;stroke-dasharray:6 3}
.chart .middle{text-anchor:middle}
.chart .end{text-anchor:end}
.chart .strong{font-weight:bold}
.chart .beside{font-weight:bold;stroke-width:4;stroke-linejoin:round;paint-order:stroke}
.chart .small{font-size:12px}
.chart .code{font-size:10.5px;text-anchor:middle}
.chart .mark{font-size:14px;font-weight:bold;text-anchor:middle}
.chart a{cursor:pointer}
.chart a:focus{outline:none}
.chart a:focus .shape{stroke-width:5}
"""
_NARROW = """\
.wide{overflow-x:auto}
.wide .chart{min-width:40rem}
@media (max-width:40rem){.chart .code{display:none}.chart .hexes .mark{font-size:20px}.chart .key{display:none}}
@media print{.chart{max-height:17cm}.wide{overflow:visible}.wide .chart{min-width:0}}
"""


@lru_cache(maxsize=1)
def chart_style() -> str:
    """What a page's style sheet needs for charts, on light and dark paper. A chart that is to be scrolled stands in `.wide`."""
    return f"{_FORMS}{_NARROW}{_colours('light')}\n@media (prefers-color-scheme:dark){{\n{_colours('dark')}\n}}\n"


_BOX = re.compile(r'viewBox="0 0 ([\d.]+) ([\d.]+)"')
_TITLE = re.compile(r"<title[^>]*>([^<]*)</title>")
#: Room above a picture for what it shows, and below it for who says so.
_ABOVE, _BELOW = 44, 30


def standalone(svg: str, theme: Theme = "light", *, source: str = "") -> str:
    """A chart of a page as a file of its own, in the colours of one theme; its links are kept.

    With a `source` its title is written above it and that below: in a report, too, it says what it shows and whence it is.
    """
    start, rest = svg.split(">", 1)
    style = f"<style>{_FORMS}{_colours(theme)}</style>"
    box, title = _BOX.search(start), _TITLE.search(rest)
    above = below = 0
    words = ""
    if source and box and title:
        width, height = float(box[1]), float(box[2])
        above, below = _ABOVE, _BELOW
        start = start.replace(box[0], f'viewBox="0 {-above} {box[1]} {number(height + above + below)}"')
        size = min(20.0, (width - 16) / max(1, len(title[1])) / 0.6)  # a bold letter is some six tenths as wide as high
        words = f'<text class="strong" font-size="{number(size)}" x="8" y="-16">{title[1]}</text>'
        words += f'<text class="small soft" x="8" y="{number(height + 18)}">{escape(source)}</text>'
    paper = f'<rect y="{-above}" width="100%" height="100%" fill="{PALETTES[theme]["paper"]}"/>'
    return (
        f"{start}>{style}{paper}{rest.rstrip().removesuffix('</svg>')}{words}</svg>"
        if words
        else f"{start}>{style}{paper}{rest}"
    )

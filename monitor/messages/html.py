"""The page form: for mail programs, from two templates. Every string in it is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.domain.calendar import day_words
from monitor.messages.headline import summary
from monitor.messages.inspection_view import InspectionView
from monitor.messages.notice import Notice
from monitor.messages.sanitize import host_of
from monitor.messages.subject import heading, label, preheader

if TYPE_CHECKING:
    from jinja2 import Template


_GAP = "\x00"


@lru_cache(maxsize=4)
def _template(name: str) -> Template:
    # Imported here: an answer of the command line must not wait for a template engine that it does not use.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("monitor.messages")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"day": day_words, "host": host_of}
    return environment.get_template(name)


@lru_cache(maxsize=64)
def _footer_pieces(
    product: str, also: int, notes: int, reasons: int, manage: bool, unsubscribe: bool, way_out: bool
) -> tuple[str | int, ...]:
    """The end of the page: its own text, and between the numbers of what is one person's (see `html_footer`)."""
    numbers = iter(range(also + notes + reasons + 3))

    def gaps(count: int) -> tuple[str, ...]:
        return tuple(f"{_GAP}{next(numbers)}{_GAP}" for _ in range(count))

    marked = {"also": gaps(also), "notes": gaps(notes), "reasons": gaps(reasons)}
    there = {"manage": manage, "unsubscribe": unsubscribe, "way_out": way_out}
    ends = {name: gaps(1)[0] if is_there else "" for name, is_there in there.items()}
    pieces = _template("footer.html").render(notice=marked | ends, product=product).split(_GAP)
    return tuple(int(piece) if number % 2 else piece for number, piece in enumerate(pieces))


def html_footer(notice: Notice, product: str) -> str:
    """The end of the page. Ten thousand people differ in a few strings: the template is asked once for each shape."""
    from markupsafe import escape

    lines = (notice.also, notice.notes, notice.reasons)
    ends = (notice.manage, notice.unsubscribe if notice.unsubscribe.startswith("http") else "", notice.way_out)
    filled = [str(escape(each)) for each in (*(line for those in lines for line in those), *filter(None, ends))]
    pieces = _footer_pieces(product, *map(len, lines), *map(bool, ends))
    return "".join(piece if isinstance(piece, str) else filled[piece] for piece in pieces)


def html_body(notice: Notice, subject: str, views: Sequence[InspectionView], product: str) -> str:
    """The page as far as it is the same for everybody; `html_footer` ends it."""
    return _template("alert.html").render(
        product=product,
        subject=subject,
        heading=heading(notice),
        label=label(notice),
        preheader=preheader(notice),
        views=views,
        summary=summary(notice),
        notice=notice,
    )

"""Charts as files: what a page shows, for reports and slides."""

from __future__ import annotations

import threading
from collections.abc import Callable

from fastapi import Request, Response

from monitor.domain.calendar import day_words
from monitor.web.charts.drawing import standalone
from monitor.web.charts.picture import FontMissingError, png
from monitor.web.file_names import attachment, file_name
from monitor.web.pages import message_page
from monitor.web.queries.record import Record
from monitor.web.site import Made, Site

#: A picture takes a fifth of a second of processor time: they are made one after the other, or news would wait for visitors.
_DRAWING = threading.Lock()
_LICENCE = "contains Ofsted data, Open Government Licence v3.0"


def picture(site: Site, request: Request, name: str, draw: Callable[[Record], str]) -> Response:
    """A chart as the SVG or PNG that the address ends with: its title, its day and whence it is are written on it.

    It is kept under a name to which an ending is put, and the day that the record is of.
    """
    form = request.url.path.rpartition(".")[2]
    where = site.origin(request).partition("://")[2]

    def make(record: Record) -> Made:
        svg = draw(record)
        headers = attachment(file_name(name, form, record.as_of))
        source = f"As of {day_words(record.as_of)} · {where} · {_LICENCE}"
        if form == "svg":
            return Made(body=standalone(svg, source=source).encode(), media_type="image/svg+xml", headers=headers)
        with _DRAWING:
            return Made(body=png(svg, source=source), media_type="image/png", headers=headers)

    try:
        return site.respond(request, make)
    except FontMissingError:
        return message_page(
            "This picture cannot be made here",
            "The machine that this site runs on has no font to write its words with. Whoever runs it can install one "
            "(on Debian: fonts-dejavu-core).",
            "The same picture as SVG needs none, and all its numbers are in the tables.",
            status=503,
        )

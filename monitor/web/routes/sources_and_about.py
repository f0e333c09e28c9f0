"""``/sources`` how each source is, ``/about`` what counts and how far to believe it, and the notices that a site owes."""

from __future__ import annotations

from functools import lru_cache

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from monitor import __version__
from monitor.domain.first_heard import OutletRecord, outlet_records
from monitor.domain.frameworks import last_graded
from monitor.domain.model import Area
from monitor.domain.subscribers import UNCONFIRMED_KEPT
from monitor.web.queries.accuracy import accuracy
from monitor.web.queries.record import Record
from monitor.web.site import Made, Site, html
from monitor.web.status import render_status


@lru_cache(maxsize=2)
def outlets_of(record: Record) -> tuple[OutletRecord, ...]:
    """How each outlet did; once for a record."""
    return outlet_records(record.inspections)


def sources(site: Site, request: Request) -> Response:
    """What is watched, and how it goes."""
    return HTMLResponse(render_status(site.status(), site.health(), outlets_of(site.record.current())))


def about(site: Site, request: Request) -> Response:
    """What a judgement is, how far to believe it, what is promised, and whose data it is."""

    def make(record: Record) -> Made:
        return html(
            "about.html",
            title="About",
            here="/about",
            contact=site.contact,
            version=__version__,
            record=record,
            figures=accuracy(),
            last_overall=last_graded(Area.OVERALL),
            last_adoption=last_graded(Area.ADOPTION),
        )

    return site.respond(request, make)


def privacy(site: Site, request: Request) -> Response:
    """What is kept of readers, why, and for how long."""
    days = {"unconfirmed_days": UNCONFIRMED_KEPT.days, "message_days": site.message_days, "ended_days": site.ended_days}
    return site.respond(request, lambda _: html("privacy.html", title="Privacy notice", contact=site.contact, **days))


def accessibility(site: Site, request: Request) -> Response:
    """How these pages can be used, what was tested, and what falls short."""
    return site.respond(request, lambda _: html("accessibility.html", title="Accessibility statement", contact=site.contact))

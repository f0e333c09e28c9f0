"""``/operator``: what waits to be sent, what is in doubt, and what waits for a person."""

from __future__ import annotations

from fastapi import Request, Response

from monitor.web.pages import page
from monitor.web.site import Site


def operator(site: Site, request: Request) -> Response:
    """Everything at a glance."""
    return page("operator.html", title="Operator", status=200, now=site.status(), health=site.health())

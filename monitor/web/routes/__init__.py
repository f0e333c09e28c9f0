"""Every address of the site, in one table: who may ask for it, and what answers. `mount` puts them into an application."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, cast

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.routing import BaseRoute
from starlette.routing import Route as StarletteRoute

from monitor.messages.links import LinkAction
from monitor.web.forms import read_form
from monitor.web.origin import SameSite
from monitor.web.routes import (
    api,
    authorities,
    feeds,
    forecast,
    latest_and_change,
    map_page,
    operations,
    operator,
    sources_and_about,
    static,
    trends,
)
from monitor.web.routes.access import require_operator, require_own_form
from monitor.web.routes.route import Access, Route
from monitor.web.site import Site

_PUBLIC, _TOKEN, _OPERATOR = Access.PUBLIC, Access.TOKEN, Access.OPERATOR

ROUTES: tuple[Route, ...] = (
    Route(path="/", access=_PUBLIC, endpoint=latest_and_change.latest),
    Route(path="/changes/{key}", access=_PUBLIC, endpoint=latest_and_change.change),
    Route(path="/changes.csv", access=_PUBLIC, endpoint=latest_and_change.changes_csv),
    Route(path="/authorities", access=_PUBLIC, endpoint=authorities.authorities),
    Route(path="/authorities/{code}", access=_PUBLIC, endpoint=authorities.authority),
    Route(path="/authorities/{code}/ratings.svg", access=_PUBLIC, endpoint=authorities.timeline_picture),
    Route(path="/authorities/{code}/ratings.png", access=_PUBLIC, endpoint=authorities.timeline_picture),
    Route(path="/authorities.csv", access=_PUBLIC, endpoint=authorities.authorities_csv),
    Route(path="/map", access=_PUBLIC, endpoint=map_page.page),
    Route(path="/map.svg", access=_PUBLIC, endpoint=map_page.as_picture),
    Route(path="/map.png", access=_PUBLIC, endpoint=map_page.as_picture),
    Route(path="/map.csv", access=_PUBLIC, endpoint=map_page.as_csv),
    Route(path="/trends", access=_PUBLIC, endpoint=trends.trends),
    Route(path="/trends/ratings.svg", access=_PUBLIC, endpoint=trends.ratings_picture),
    Route(path="/trends/ratings.png", access=_PUBLIC, endpoint=trends.ratings_picture),
    Route(path="/trends/ratings.csv", access=_PUBLIC, endpoint=trends.ratings_csv),
    Route(path="/trends/flows.svg", access=_PUBLIC, endpoint=trends.flows_picture),
    Route(path="/trends/flows.png", access=_PUBLIC, endpoint=trends.flows_picture),
    Route(path="/trends/flows.csv", access=_PUBLIC, endpoint=trends.flows_csv),
    Route(path="/forecast", access=_PUBLIC, endpoint=forecast.forecast),
    Route(path="/forecast.csv", access=_PUBLIC, endpoint=forecast.forecast_csv),
    Route(path="/sources", access=_PUBLIC, endpoint=sources_and_about.sources),
    Route(path="/about", access=_PUBLIC, endpoint=sources_and_about.about),
    Route(path="/privacy", access=_PUBLIC, endpoint=sources_and_about.privacy),
    Route(path="/accessibility", access=_PUBLIC, endpoint=sources_and_about.accessibility),
    Route(path="/static/{name}", access=_PUBLIC, endpoint=static.static),
    Route(path="/operator", access=_OPERATOR, endpoint=operator.operator),
    Route(path="/operator/sign-in", access=_PUBLIC, endpoint=operator.sign_in_form),
    Route(path="/operator/sign-in", access=_PUBLIC, endpoint=operator.sign_in, methods=("POST",)),
    Route(path="/operator/sign-out", access=_OPERATOR, endpoint=operator.sign_out, methods=("POST",)),
    Route(path="/operator/outbox", access=_OPERATOR, endpoint=operator.outbox),
    Route(path="/operator/outbox", access=_OPERATOR, endpoint=operator.move, methods=("POST",)),
    Route(path="/operator/outbox/{id}", access=_OPERATOR, endpoint=operator.delivery),
    Route(path="/operator/review", access=_OPERATOR, endpoint=operator.review),
    Route(path="/operator/review", access=_OPERATOR, endpoint=operator.decide, methods=("POST",)),
    Route(path="/api/v1/changes", access=_PUBLIC, endpoint=api.changes),
    Route(path="/api/v1/authorities", access=_PUBLIC, endpoint=api.authorities),
    Route(path="/api/v1/authorities/{code}", access=_PUBLIC, endpoint=api.authority),
    Route(path="/api/v1/inspections", access=_PUBLIC, endpoint=api.inspections),
    Route(path="/api/v1/sources", access=_PUBLIC, endpoint=api.sources),
    Route(path="/api/v1/forecast", access=_PUBLIC, endpoint=api.forecast),
    Route(path="/openapi.json", access=_PUBLIC, endpoint=api.openapi),
    Route(path="/feeds/changes.atom", access=_PUBLIC, endpoint=feeds.changes),
    Route(path="/feeds/changes.rss", access=_PUBLIC, endpoint=feeds.changes),
    Route(path="/feeds/changes.json", access=_PUBLIC, endpoint=feeds.changes),
    Route(path="/feeds/publications.ics", access=_PUBLIC, endpoint=feeds.publications),
    Route(path="/feeds/forecast.ics", access=_PUBLIC, endpoint=feeds.forecast),
    Route(path="/metrics", access=_TOKEN, endpoint=operations.metrics),
    # The entry point has these, before there are pages.
    Route(path="/healthz", access=_PUBLIC),
    Route(path="/readyz", access=_PUBLIC),
    # Where it is configured, `drop` and `self_service` have these.
    Route(path="/drop/{name}", access=_TOKEN, methods=("POST",)),
    Route(path="/subscribe", access=_PUBLIC, methods=("GET", "POST")),
    *(Route(path=f"/{act}/{{token}}", access=_TOKEN, methods=("GET", "POST")) for act in LinkAction),
)
_ACCESS = {(route.path, method): route.access for route in ROUTES for method in route.methods}


def access_of(route: BaseRoute) -> Access:
    """Who may ask for a route of an application. Raises `ValueError` where the table does not say."""
    if not isinstance(route, StarletteRoute) or not route.methods:
        raise ValueError(f"{route!r} is in no table")
    found = {_ACCESS.get((route.path, method)) for method in route.methods - ({"HEAD"} if "GET" in route.methods else set())}
    if found == {None} and route.methods == {"HEAD"}:
        found = {_ACCESS.get((route.path, "GET"))}
    if len(found) != 1 or None in found:
        raise ValueError(f"{route.path} ({', '.join(sorted(route.methods))}): the table does not say who may ask for it")
    return cast("Access", found.pop())


def mount(app: FastAPI, site: Site) -> None:
    """Put the table's routes into an application, each behind its access."""
    for route in ROUTES:
        if route.endpoint is None:
            continue
        bound = _bound(route, site)
        app.add_api_route(route.path, bound, methods=list(route.methods), include_in_schema=False)
        if "GET" in route.methods:
            app.add_api_route(route.path, bound, methods=["HEAD"], include_in_schema=False)


def check_access(routes: Iterable[BaseRoute]) -> None:
    """See that the table says of every route who may ask for it. Raises `ValueError` for one that it does not know."""
    for route in walk(routes):
        access_of(route)


def walk(routes: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route of an application, those of included routers too: recent versions of FastAPI keep these together."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from walk(included.routes)


def _bound(route: Route, site: Site) -> Callable[..., Any]:
    endpoint = route.endpoint
    assert endpoint is not None
    same_site = SameSite(site.public_url)

    def check(request: Request) -> None:
        request.state.session = require_operator(site, request) if route.access is Access.OPERATOR else None

    if "POST" in route.methods:

        async def sent(request: Request) -> Response:
            """What changes something: asked for from a page of ours and, where it is the operator's, of this very session."""
            same_site(request)
            check(request)
            request.state.form = await read_form(request)
            if request.state.session is not None:
                require_own_form(request.state.session, request.state.form)
            return cast("Response", await run_in_threadpool(endpoint, site, request))

        return sent

    if inspect.iscoroutinefunction(endpoint):

        async def awaited(request: Request) -> Response:
            check(request)
            return await cast("Awaitable[Response]", endpoint(site, request))

        return awaited

    def answered(request: Request) -> Response:
        check(request)
        return cast("Response", endpoint(site, request))

    return answered


__all__ = ["ROUTES", "Access", "Route", "access_of", "check_access", "mount", "walk"]

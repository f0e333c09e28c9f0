"""The pages that people read, and all that machines read of them, as a FastAPI app. The daemon's life is in `asgi`."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from monitor import __version__
from monitor.ports import StoreError
from monitor.web.at_once import AtOnce
from monitor.web.dead_ends import DeadEnd, dead_end, misunderstood
from monitor.web.open_data import OpenData, is_open_data
from monitor.web.pages import BASE, message_page, page
from monitor.web.problem import problem
from monitor.web.queries.change_filter import FilterError
from monitor.web.routes import check_access, mount
from monitor.web.security import SECURITY_HEADERS, Guard
from monitor.web.site import Site


def create_app(site: Site, *routers: APIRouter) -> FastAPI:
    """The whole site. Raises `ValueError` for a route of `routers` that the table of routes does not know."""
    app = FastAPI(
        title="Ofsted rating monitor",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    for router in routers:
        app.include_router(router, include_in_schema=False)
    mount(app, site)
    check_access(app.routes)
    app.add_middleware(AtOnce, site=site)
    app.add_middleware(OpenData)
    app.add_middleware(Guard, names=site.names, public_url=site.public_url)
    app.add_exception_handler(HTTPException, _refused)  # type: ignore[arg-type]  # it is called for these alone
    app.add_exception_handler(FilterError, _misunderstood)  # type: ignore[arg-type]
    app.add_exception_handler(StoreError, _unavailable)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _failed)
    return app


def _wants_page(request: Request) -> bool:
    """Whether a person asked, with a browser; machines get what they can read."""
    return "text/html" in request.headers.get("accept", "") and not is_open_data(request.url.path)


async def _refused(request: Request, error: HTTPException) -> Response:
    """A page for people; for machines what they always got."""
    path = request.url.path
    if moved := _elsewhere(request, error.status_code):
        return moved
    if is_open_data(path):
        return problem(error.status_code, str(error.detail), headers=error.headers)
    said = dead_end(path, error.status_code, is_asked=request.method in {"GET", "HEAD"})
    if _wants_page(request) and said:
        answer = _page_of(said, error.status_code)
        answer.headers.update(error.headers or {})
        return answer
    return await http_exception_handler(request, error)


def _page_of(said: DeadEnd, status: int) -> Response:
    return page("dead_end.html", status=status, title=said.title, said=said)


def _elsewhere(request: Request, status: int) -> Response | None:
    """Where a browser is to go instead; None where it is to be told. To a path, not to a host: that is what a visitor says."""
    path = request.url.path
    if status == 404 and len(path) > 1 and path.endswith("/") and request.method in {"GET", "HEAD"}:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{BASE.get()}/{path.strip('/')}{query}", status_code=308)
    if status == 401 and path.startswith("/operator") and _wants_page(request):
        return RedirectResponse(f"{BASE.get()}/operator/sign-in", status_code=303)
    return None


async def _misunderstood(request: Request, error: FilterError) -> Response:
    """Parameters that mean nothing here: each by its name, with what is allowed."""
    if _wants_page(request):
        return _page_of(misunderstood(error, request.url.path, request.query_params.multi_items()), 400)
    meant = {name: value for (name, _), (other, value) in error.meant.items() if other == name}
    return problem(400, "some parameters cannot be understood", errors=error.problems, meant=meant)


async def _unavailable(request: Request, error: Exception) -> Response:
    """The state cannot be read: the page of those who run the monitor says why."""
    words = ("Please try again later.",) if request.url.path != "/sources" else (f"Nothing is sent: {error}",)
    if _wants_page(request) or request.url.path == "/sources":
        return message_page("Not working as it should", *words, status=503)
    return problem(503, "The state cannot be read just now. Please try again later.")


async def _gone(_request: Request, _error: Exception) -> Response:
    """Whoever asked by halves has left, or was cut off: nobody reads this, and no log needs to know."""
    return Response(status_code=400)


async def _failed(request: Request, _error: Exception) -> Response:
    """A fault of ours; the log has it, the page says nothing of it."""
    words = "This is our fault. Please try again later."
    data = is_open_data(request.url.path)
    answer = problem(500, words) if data else message_page("Something went wrong", words, status=500)
    answer.headers.update(SECURITY_HEADERS)  # Starlette answers this outside of all middleware
    answer.headers["Cache-Control"] = "no-store"
    return answer

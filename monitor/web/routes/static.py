"""``/static``: files whose address changes with what is in them, kept by browsers for good."""

from __future__ import annotations

from fastapi import HTTPException, Request, Response

from monitor.web.site import Site
from monitor.web.static_files import by_address


def static(site: Site, request: Request) -> Response:
    """One file, by an address with its hash."""
    found = by_address().get(f"/static/{request.path_params['name']}")
    if found is None:
        raise HTTPException(404)
    return Response(found.body, media_type=found.media_type, headers={"Cache-Control": "public, max-age=31536000, immutable"})

"""Whether a form was sent from our own page: a page of another site can make any browser that visits it send one."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import HTTPException, Request


class SameSite:
    """A dependency of routes: refuses with 403 what another site's page, a sibling's too, made a browser send.

    Mail clients that unsubscribe for their users, and scripts, say nothing of where they are: they are no browsers that could
    be led. A browser says it in ``Sec-Fetch-Site`` (where the connection is one to be trusted) and in ``Origin``.
    """

    def __init__(self, public_url: str) -> None:
        self._public = _place(public_url)

    def __call__(self, request: Request) -> None:
        """Refuse, or do nothing."""
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            return
        site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
        if site is not None and site not in {"same-origin", "none"}:
            raise HTTPException(403, "sent from another site")
        if origin is None or (origin == "null" and site is not None):  # no origin is told of a page that tells no referrer
            return
        here = _place(f"//{request.headers.get('host', '')}")
        if _place(origin) not in {place for place in (here, self._public) if place}:
            raise HTTPException(403, "sent from another site")


def _place(url: str) -> str:
    """Host and port of an address; its scheme may be another one before a proxy than behind it."""
    try:
        parts = urlsplit(url)
        port = parts.port or 0
    except ValueError:
        return ""
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    return f"{parts.hostname}:{0 if port in {usual, 80, 443} else port}" if parts.hostname else ""

"""Who asks: whether a request shows the token of whoever runs the monitor."""

from __future__ import annotations

import base64
import binascii
import hmac

from fastapi import HTTPException, Request


def shows_token(request: Request, token: str) -> bool:
    """Whether a request shows a token, as a bearer or as the password of a browser's own form; never where there is none."""
    given = request.headers.getlist("authorization")
    scheme, _, shown = given[0].partition(" ") if len(given) == 1 else ("", "", "")
    if scheme.lower() == "basic":
        try:
            shown = base64.b64decode(shown, validate=True).decode("utf-8", "surrogateescape").partition(":")[2]
        except (binascii.Error, ValueError):
            return False
    elif scheme.lower() != "bearer":
        return False
    return bool(token) and hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), token.encode())


def require_operator(request: Request, token: str) -> None:
    """Refuse whoever does not run the monitor. Raises HTTPException 401, or 403 where nobody may."""
    if not token:
        raise HTTPException(403, "no operator token is set")
    if not shows_token(request, token):
        raise HTTPException(401, "the operator's token is needed", {"WWW-Authenticate": 'Basic realm="operator"'})

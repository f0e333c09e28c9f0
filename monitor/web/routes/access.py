"""Who asks: whether a request shows the token of whoever runs the monitor, or comes from somebody who is signed in."""

from __future__ import annotations

import base64
import binascii
import hmac

from fastapi import HTTPException, Request

from monitor.web.forms import Form, first
from monitor.web.sign_in import Session
from monitor.web.site import Site

#: The cookie of a session, and the field of a form that no other site can know.
SESSION_COOKIE, FORM_TOKEN = "operator", "form_token"


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


def session_of(site: Site, request: Request) -> Session | None:
    """The session of whoever asks; None where nobody is signed in."""
    if site.sign_in is None:
        return None
    return site.sign_in.session(request.cookies.get(SESSION_COOKIE, ""), site.clock.now())


def require_operator(site: Site, request: Request) -> Session:
    """The session of whoever runs the monitor. Raises HTTPException: 403 where nobody may, 401 for who is not signed in."""
    if site.sign_in is None:
        raise HTTPException(403, "no account is set up")
    session = session_of(site, request)
    if session is None:
        raise HTTPException(401, "you are not signed in")
    return session


def require_own_form(session: Session, form: Form) -> None:
    """Refuse what was not sent from a form of this session. Raises HTTPException 403."""
    if not session.wrote(first(form, FORM_TOKEN)):
        raise HTTPException(403, "sent from another site, or from a page of an earlier session")

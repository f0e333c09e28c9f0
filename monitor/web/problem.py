"""What a machine is told when it gets no answer: problem details (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Response

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int,
    detail: str = "",
    *,
    errors: Mapping[str, str] | None = None,
    meant: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Why there is no answer; `errors` says of each parameter what is wrong with it and what is allowed.

    `meant` has the value that was meant in all likelihood, for the parameters where one comes near.
    """
    title = HTTPStatus(status).phrase
    said: dict[str, object] = {"type": "about:blank", "title": title, "status": status, "detail": detail or title}
    if errors is not None:
        likely = meant or {}
        said["errors"] = [
            {"parameter": name, "message": words} | ({"meant": likely[name]} if name in likely else {})
            for name, words in errors.items()
        ]
    body = json.dumps(said, ensure_ascii=True)  # a parameter may hold half a character, which UTF-8 cannot
    return Response(body, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))

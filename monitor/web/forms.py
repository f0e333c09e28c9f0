"""What a form sent: its fields, each with every value that it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from fastapi import Request

Form = Mapping[str, Sequence[str]]

#: Every council ticked is 6,000 bytes.
MAX_FORM = 20_000


async def read_form(request: Request) -> Form:
    """The fields that were sent; none where there are too many or too long ones."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_FORM:
            return {}
    try:
        return parse_qs(body.decode("utf-8", "replace"), max_num_fields=200)
    except ValueError:
        return {}


def first(form: Form, name: str, default: str = "") -> str:
    """The first value of a field; the default where it was not sent."""
    return (form.get(name) or (default,))[0]

"""What a route is: an address, who may ask for it, and what answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from fastapi import Request, Response

from monitor.web.site import Site

Endpoint = Callable[[Site, Request], Response] | Callable[[Site, Request], Awaitable[Response]]


class Access(StrEnum):
    """Who may ask for an address."""

    PUBLIC = "public"  # everybody
    TOKEN = "token"  # noqa: S105  # whoever has the token in the address or the header; what answers checks it
    OPERATOR = "operator"  # whoever runs the monitor; checked before anything answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A row of the table of routes.

    `endpoint` is a plain function, run in a thread, or a coroutine function. None: the router of `drop` or `self_service` has
    it, where that is configured, or the entry point answers before there are pages.
    """

    path: str  #: as FastAPI writes it: ``/changes/{key}``
    access: Access
    endpoint: Endpoint | None = None
    methods: tuple[str, ...] = ("GET",)  #: HEAD comes with GET

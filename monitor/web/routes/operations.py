"""``/metrics`` for Prometheus. ``/healthz`` and ``/readyz`` answer before there are pages: `asgi` has them."""

from __future__ import annotations

from fastapi import HTTPException, Request, Response

from monitor.web.routes.access import shows_token
from monitor.web.site import Site


def metrics(site: Site, request: Request) -> Response:
    """Numbers about the monitor, for whoever shows the operator's token."""
    if not shows_token(request, site.operator_token):
        raise HTTPException(401, "a bearer token is needed", {"WWW-Authenticate": "Bearer"})
    health, status = site.health(), site.status()
    rows: list[tuple[str, str, str, list[tuple[str, float]]]] = [
        ("monitor_ready", "gauge", "Whether it does its work", [("", float(health.ready))]),
        ("monitor_polls_total", "counter", "Polls since the start", [("", health.polls)]),
        ("monitor_failed_polls_total", "counter", "Polls that failed", [("", health.failed_polls)]),
        ("monitor_articles_total", "counter", "Articles read since the start", [("", health.recorded)]),
        ("monitor_changes_total", "counter", "Changes found since the start", [("", health.changes)]),
        ("monitor_alarms", "gauge", "Things to look at", [("", len(health.alarms))]),
        ("monitor_reviews_waiting", "gauge", "Judgements that wait for a person", [("", status.for_review)]),
        (
            "monitor_deliveries",
            "gauge",
            "Messages by state",
            [(f'{{state="{_escaped(state)}"}}', count) for state, count in sorted(status.messages.items())],
        ),
        (
            "monitor_source_failures",
            "gauge",
            "Failed polls of a source in a row",
            [(f'{{source="{_escaped(each.name)}"}}', each.state.failures) for each in status.sources],
        ),
    ]
    lines = []
    for name, kind, words, values in rows:
        lines += [f"# HELP {name} {words}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{labels} {value:g}" for labels, value in values]
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4; charset=utf-8")


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

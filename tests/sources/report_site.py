"""A report site of our own, shaped like Ofsted's, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from monitor.domain.authorities import authorities

CURRENT = [authority for authority in authorities() if authority.valid.end is None]


class Site:
    """Provider pages and the search that lists them, with verbs."""

    def __init__(self) -> None:
        self.reports: dict[str, list[tuple[str, str, str]]] = {
            a.urn: [("1", "Children's services inspection", "9 May 2023")] for a in CURRENT
        }
        self.hidden: set[str] = set()
        self.broken: set[str] = set()
        self.dated = True
        self.asked: list[str] = []
        self.files: dict[str, bytes] = {}  #: by path

    def publishes(self, urn: str, file: str, label: str, day: str) -> None:
        """Put a report at the top of an authority's page."""
        self.reports[urn].insert(0, (file, label, day))

    def page(self, path: str) -> str | bytes | None:
        """The page or file at a path; None when there is none, or it is broken."""
        parts = urlsplit(path)
        self.asked.append(parts.path)
        if parts.path in self.files:
            return self.files[parts.path]
        if parts.path == "/search":
            query = {key: int(values[0]) for key, values in parse_qs(parts.query).items() if values[0].isdigit()}
            return self._search(query["start"], min(query["rows"], 100))
        urn = parts.path.rsplit("/", 1)[-1]
        return self._provider(urn) if urn in self.reports and urn not in self.broken else None

    def _search(self, start: int, rows: int) -> str:
        shown = [a for a in CURRENT if a.urn not in self.hidden][start : start + rows]
        results = "".join(
            f'<li class="search-result"><h3><a href="/provider/44/{a.urn}">{a.name}</a></h3><p>Local authority</p>'
            + (f"<p>Latest report: {self.reports[a.urn][0][2]}</p>" if self.dated else "")
            + "</li>"
            for a in shown
        )
        return f"<html><body><h1>Find an inspection report</h1><ul>{results}</ul></body></html>"

    def _provider(self, urn: str) -> str:
        events = "".join(
            f'<li class="timeline__event"><span class="event__title heading--sub"><a class="publication-link"'
            f' href="/v1/file/{urn}{file}">{label}<span class="nonvisual">{label}, pdf - {day}</span></a></span>'
            f'<div class="event__metadata"><time pubdate>{day}</time></div></li>'
            for file, label, day in self.reports[urn]
        )
        return f"<html><body><h1>Provider {urn}</h1><ol>{events}</ol></body></html>"


@contextmanager
def serving(site: Site) -> Iterator[str]:
    """The address of a server that shows the site."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = site.page(self.path)
            body = page if isinstance(page, bytes) else (page or "<html><body>Sorry</body></html>").encode()
            self.send_response(200 if page else 503)
            self.send_header("Content-Type", "application/pdf" if isinstance(page, bytes) else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""A pipeline over a real store and a real reading process, and pages that it may fetch."""

from __future__ import annotations

from monitor.app.runtime import Reader, classify_document
from monitor.extraction.sandbox import Sandbox
from monitor.pipeline import Pipeline
from monitor.ports import Clock, Fetcher, FetchFailure, Page, Source, Validators
from monitor.store import SqlStore
from tests.builders import StoppedClock


class Site:
    """Pages by address."""

    def __init__(self, pages: dict[str, tuple[str, bytes]]) -> None:
        self.pages = pages

    async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
        """The page at an address, else not found."""
        if url not in self.pages:
            return FetchFailure(url=url, reason="not_found", permanent=True)
        kind, body = self.pages[url]
        return Page(url=url, status=200, content_type=kind, body=body)


def pipeline(store: SqlStore, sandbox: Sandbox, fetcher: Fetcher, *sources: Source, clock: Clock | None = None) -> Pipeline:
    return Pipeline(
        store=store,
        fetcher=fetcher,
        sources=sources,
        read=Reader(sandbox),
        classify=classify_document,
        clock=clock or StoppedClock(),
    )

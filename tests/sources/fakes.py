"""A web of our own for sources: pages by address, with verbs."""

from __future__ import annotations

from datetime import UTC, datetime

from monitor.ports import FetchFailure, Page, Validators

NOW = datetime(2026, 6, 15, 9, tzinfo=UTC)


class FakeWeb:
    """Implements `ports.Fetcher`."""

    def __init__(self) -> None:
        self.answers: dict[str, Page | FetchFailure] = {}
        self.asked: list[tuple[str, Validators]] = []

    def serves(self, url: str, body: str | bytes, kind: str = "text/html", etag: str = "") -> FakeWeb:
        data = body.encode() if isinstance(body, str) else body
        self.answers[url] = Page(
            url=url, status=200, content_type=kind, body=data, validators=Validators(etag=etag), retrieved=NOW
        )
        return self

    def refuses(self, url: str, reason: str) -> FakeWeb:
        self.answers[url] = FetchFailure(url=url, reason=reason)
        return self

    async def fetch(self, url: str, validators: Validators = Validators()) -> Page | FetchFailure:
        self.asked.append((url, validators))
        answer = self.answers.get(url) or next(
            (page for known, page in self.answers.items() if url.startswith(known + "?")), None
        )
        if answer is None:
            return FetchFailure(url=url, reason="not_found", status=404)
        if isinstance(answer, Page) and validators.etag and validators == answer.validators:
            return Page(url=url, status=304, content_type="", body=b"", validators=validators)
        return answer

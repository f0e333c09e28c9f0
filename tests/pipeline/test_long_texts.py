"""Pages longer than an article can be: their beginning is read, and that is said; nothing long is read in the daemon itself."""

from __future__ import annotations

import pytest

from monitor.domain.model import Link
from monitor.extraction.html.pages import read_page
from monitor.extraction.lengths import MAX_INLINE, MAX_TEXT
from monitor.extraction.sandbox import Sandbox
from monitor.ports import Page, Poll
from monitor.store import SqlStore
from tests.pipeline.fakes import FakeSource
from tests.pipeline.site import Site, pipeline

URL = "https://x.test/a"
NEWS = "Ofsted has rated help and protection for children in Leeds as inadequate, in a report that was published today."


@pytest.mark.parametrize("kind", ["text/html", "text/plain"])
async def test_the_news_at_its_beginning_is_told_and_the_cut_is_noted(store: SqlStore, sandbox: Sandbox, kind: str) -> None:
    lines = [NEWS, *(f"Families came to the market on day {number} and the sun was out." for number in range(6000))]
    html = "".join(f"<p>{line}</p>" for line in lines)
    body = (
        f"<html><body><article><h1>Leeds</h1>{html}</article></body></html>" if "html" in kind else "Leeds\n" + "\n".join(lines)
    )
    source = FakeSource()
    source.answer = Poll(links=(Link(source="gazette", url=URL, canonical_url=URL),))
    cycle = await pipeline(store, sandbox, Site({URL: (kind, body.encode())}), source).cycle()
    assert len(cycle.recorded) == 1
    seen = store.find_link(URL)
    assert seen is not None
    assert (seen.state, seen.reason, seen.relevant) == ("read", "cut", True)
    assert seen.detail.startswith("only its first ")


class Apart(Sandbox):
    """A sandbox that notes what it is asked to do."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def call(self, function: str, *arguments: object) -> object:
        self.asked.append(function)
        return super().call(function, *arguments)


@pytest.mark.parametrize(("length", "apart"), [(MAX_INLINE // 2, False), (MAX_INLINE * 2, True), (MAX_TEXT * 3, True)])
def test_what_is_long_is_read_where_it_can_be_killed_plain_text_too(length: int, apart: bool) -> None:
    body = (NEWS + "\n" + "a\n" * (length // 2)).encode()
    with Apart() as sandbox:
        article = read_page(Page(url=URL, status=200, content_type="text/plain", body=body), sandbox=sandbox)
        assert len(article.text) <= MAX_TEXT
        assert sandbox.asked == (["monitor.extraction.html.pages:read_plain"] if apart else [])

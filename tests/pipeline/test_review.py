"""What is uncertain, from the page to the queue: read once, said in the log, and told nobody."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.commands.once import _facts, _lines
from monitor.commands.source_test import SourceTest, _history
from monitor.domain.model import Article, ClassifierResult, Report
from monitor.extraction.sandbox import Sandbox
from monitor.sources.feed import FeedSource
from monitor.store import SqlStore
from tests.builders import NOW, StoppedClock, judgements, result
from tests.pipeline.site import Site, pipeline

FEED, PAGE = "https://x.test/feed", "https://x.test/a"
SENTENCE = "The leadership of children's services in Essex is understood to have been called inadequate by Ofsted's inspectors."
MORE = " ".join(["The council said that it would wait for the report and thanked its staff for their work."] * 8)


class Paper:
    """A site with one page, a feed that announces it, and a classifier that is as sure as it is told to be."""

    def __init__(self, store: SqlStore, sandbox: Sandbox) -> None:
        self.clock, self.site, self.sure = StoppedClock(), Site({}), False
        source = FeedSource(name="x", outlet="The Paper", url=FEED, sandbox=sandbox)
        self.pipeline = replace(pipeline(store, sandbox, self.site, source, clock=self.clock), classify=self.classify)
        self.edition = 0

    def classify(self, document: Article | Report) -> ClassifierResult:
        """What the sentence says, where it stands."""
        if SENTENCE not in document.text:
            return ClassifierResult()
        said = judgements(
            document.text, {"Essex": "leadership inadequate"}, quote=SENTENCE, probability=0.95 if self.sure else 0.61
        )
        found = replace(result(document.text, {}), relevant=True)
        return replace(found, judgements=said) if self.sure else replace(found, uncertain=said)

    def prints(self, *paragraphs: str) -> None:
        """Put the page up, or another text of it."""
        self.edition += 1
        body = "".join(f"<p>{each}</p>" for each in paragraphs)
        day = f'<meta property="article:published_time" content="{NOW.isoformat()}">'
        html = (
            f"<html><head><title>Essex</title>{day}</head><body><article><h1>News of Essex</h1>{body}</article></body></html>"
        )
        self.site.pages[PAGE] = ("text/html", html.encode())
        updated = (NOW + timedelta(hours=self.edition)).isoformat()
        entry = (
            f"<entry><title>Ofsted on Essex</title><id>1</id><published>{NOW.isoformat()}</published>"
            f'<updated>{updated}</updated><link href="{PAGE}"/></entry>'
        )
        feed = f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>{entry}</feed>'
        self.site.pages[FEED] = ("application/atom+xml", feed.encode())


@pytest.fixture
def paper(store: SqlStore, sandbox: Sandbox) -> Paper:
    return Paper(store, sandbox)


async def test_a_page_brings_it_once_and_the_log_says_so(
    paper: Paper, store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    paper.prints(SENTENCE, MORE)
    with caplog.at_level(logging.INFO, logger="monitor.pipeline"):
        cycle = await paper.pipeline.cycle()
    assert "for review (61 %): Essex, leadership: inadequate (The Paper)" in caplog.text
    assert (cycle.changes, cycle.deliveries, len(cycle.for_review)) == ((), 0, 1)
    (item,) = store.reviews()
    assert (item.url, item.judgement.quote) == (PAGE, SENTENCE)
    assert [fact["id"] for fact in _facts(cycle)["for_review"]] == [item.id]
    assert f"  for review (61 %): Essex: leadership: inadequate  “{SENTENCE}”" in _lines(cycle)
    assert (await paper.pipeline.cycle()).for_review == ()
    test = SourceTest()
    _history(test, PAGE, store)
    assert test.facts["announced"]["review"] == [{"id": item.id, "state": "waiting"}]
    assert any(f"“{SENTENCE}”: waiting; `monitor review show {item.id[:10]}`" in line for line in test.lines)


async def test_the_page_in_another_text_asks_nothing_twice_and_is_told_once_it_is_certain(
    paper: Paper, store: SqlStore
) -> None:
    paper.prints(SENTENCE, MORE)
    await paper.pipeline.cycle()
    (first,) = store.reviews()
    paper.clock.forward(hours=2)
    paper.prints(SENTENCE, "Updated this afternoon.", MORE)
    cycle = await paper.pipeline.cycle()
    assert (len(cycle.recorded), cycle.for_review) == (1, ())
    (second,) = store.reviews()
    assert second.id == first.id
    assert second.article != first.article
    paper.clock.forward(hours=12)
    paper.sure = True
    paper.prints(SENTENCE, "Confirmed this evening.", MORE)
    cycle = await paper.pipeline.cycle()
    assert [change.new for change in cycle.changes] == [second.judgement.rating]
    assert [item.reason for item in store.reviews()] == ["certain"]
    assert store.accept_reviews([first.id], by="ann", now=paper.clock.now())[0].recorded.changes == ()

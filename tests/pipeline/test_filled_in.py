"""What is put up short and filled in later, or changed in place: read again, and told as a correction or not at all."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from monitor.domain.model import Article, ClassifierResult
from monitor.domain.schedule import completed_at
from monitor.extraction.sandbox import Sandbox
from monitor.sources.feed import FeedSource
from monitor.store import SqlStore
from monitor.store.schema import changes
from tests.builders import NOW, StoppedClock
from tests.pipeline.site import Site, pipeline

FEED, PAGE = "https://x.test/feed", "https://x.test/a"
SOON = "Ofsted has published its report on Essex. We are reading it and will have the details here soon."
FULL = """Ofsted has rated Essex County Council's children's services inadequate, in a report published today.

Inspectors judged the impact of leaders and the help and protection of children to be inadequate."""
BETTER = FULL.replace("inadequate", "good")


class Paper:
    """A site with one page, and a feed that announces it in whatever way it is told to."""

    def __init__(self, store: SqlStore, sandbox: Sandbox) -> None:
        self.clock, self.site = StoppedClock(), Site({})
        source = FeedSource(name="x", outlet="The Paper", url=FEED, sandbox=sandbox)
        self.pipeline = pipeline(store, sandbox, self.site, source, clock=self.clock)
        self.store = store

    def shows(self, text: str) -> Paper:
        paragraphs = "".join(f"<p>{each}</p>" for each in text.split("\n\n"))
        day = f'<meta property="article:published_time" content="{NOW.isoformat()}">'
        html = (
            f"<html><head><title>News of Essex</title>{day}</head><body><article><h1>News of Essex</h1>{paragraphs}</article>"
        )
        self.site.pages[PAGE] = ("text/html", html.encode())
        return self

    def announces(self, *entries: str) -> Paper:
        head = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>x</title>'
        self.site.pages[FEED] = ("application/atom+xml", (head + "".join(entries) + "</feed>").encode())
        return self

    async def is_read(self) -> list[str]:
        """One cycle; the areas that changed and how, in the ledger's words."""
        before = len(self.told)
        await self.pipeline.cycle()
        return self.told[before:]

    @property
    def told(self) -> list[str]:
        with self.store.engine.begin() as connection:
            rows = connection.execute(select(changes).order_by(changes.c.recorded_at, changes.c.area)).mappings()
            return [f"{row['area']} {row['new']}{' corrected' if 'corrected' in row['kinds'] else ''}" for row in rows]


def entry(*, name: str = "1", updated: datetime = NOW, address: str = PAGE) -> str:
    moments = f"<published>{NOW.isoformat()}</published><updated>{updated.isoformat()}</updated>"
    return f'<entry><title>Ofsted report on Essex</title><id>tag:x,{name}</id>{moments}<link href="{address}"/></entry>'


@pytest.mark.parametrize(
    "again",
    [
        [entry(name="2")],
        [entry(updated=NOW + timedelta(minutes=9))],
        [entry(), entry(name="2", address=f"{PAGE}#post-2")],
        [entry(name="2", address=f"{PAGE}#post-2"), entry()],
    ],
    ids=["a new id", "a later date", "another post below", "another post above"],
)
async def test_an_entry_that_is_new_has_its_page_read_again(store: SqlStore, sandbox: Sandbox, again: list[str]) -> None:
    paper = Paper(store, sandbox)
    assert await paper.shows(SOON).announces(entry()).is_read() == []
    paper.clock.forward(minutes=10)
    assert await paper.shows(FULL).is_read() == []  # nothing says that it changed
    assert await paper.announces(*again).is_read() == ["help_and_protection inadequate", "leadership inadequate"]
    assert await paper.is_read() == []


async def test_what_a_page_says_otherwise_than_before_is_a_correction(store: SqlStore, sandbox: Sandbox) -> None:
    paper = Paper(store, sandbox)
    await paper.shows(BETTER).announces(entry()).is_read()
    paper.clock.forward(hours=2)
    told = await paper.shows(FULL).announces(entry(name="2")).is_read()
    assert told == ["help_and_protection inadequate corrected", "leadership inadequate corrected"]


async def test_what_says_the_same_in_other_words_is_nothing(store: SqlStore, sandbox: Sandbox) -> None:
    paper = Paper(store, sandbox)
    await paper.shows(FULL).announces(entry()).is_read()
    paper.clock.forward(hours=2)
    assert await paper.shows(FULL + "\n\nThe council has replied.").announces(entry(name="2")).is_read() == []


async def test_a_short_page_that_names_ofsted_is_read_again_though_nothing_announces_it(
    store: SqlStore, sandbox: Sandbox
) -> None:
    paper = Paper(store, sandbox)
    await paper.shows(SOON).announces(entry()).is_read()
    paper.clock.forward(hours=1)
    assert await paper.shows(FULL).is_read() == ["help_and_protection inadequate", "leadership inadequate"]


async def test_a_short_page_is_not_asked_for_ever(store: SqlStore, sandbox: Sandbox) -> None:
    paper = Paper(store, sandbox)
    asked: list[str] = []
    fetch = paper.site.fetch

    async def counting(url: str, *rest: object) -> object:
        asked.append(url)
        return await fetch(url, *rest)  # type: ignore[arg-type]

    paper.site.fetch = counting  # type: ignore[method-assign, assignment]
    paper.shows(SOON).announces(entry())
    for _ in range(60):
        await paper.is_read()
        paper.clock.forward(hours=1)
    assert asked.count(PAGE) == 3


@pytest.mark.parametrize(
    ("characters", "readings", "days"), [(5000, 0, 0), (100, 2, 0), (100, 0, 3)], ids=["long", "read thrice", "old"]
)
def test_what_is_complete_or_old_is_not_read_again(characters: int, readings: int, days: int) -> None:
    since = NOW - timedelta(days=days)
    page = Article(url=PAGE, title="Ofsted has reported", text="x" * characters)
    assert completed_at(page, ClassifierResult(), now=NOW, since=since, readings=readings) is None

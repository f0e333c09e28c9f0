"""Links on either engine: whose turn it can be, who looks into one, and what announces a known one anew."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from monitor.domain.model import Link
from monitor.domain.turns import MAX_WAITING
from monitor.ports import Classified, LinkFailure, Poll
from monitor.store import SqlStore
from monitor.store.schema import links as rows
from tests.builders import NOW, link, polled, story
from tests.store.conftest import Open

LATER = NOW + timedelta(minutes=15)


def announced(store: SqlStore, *links: Link, source: str = "feed") -> tuple[Link, ...]:
    return polled(store, source, Poll(links=links), now=NOW, next_due_at=LATER)


def waiting(store: SqlStore) -> list[str]:
    return [each.link.url for each in store.links_to_read(now=NOW)]


def read(store: SqlStore, what: Link) -> None:
    article, result = story({"Leeds": "overall good"}, text=f"{what.url} {what.edition}")
    store.record_all([Classified(document=article, result=result, link=what, baseline=False)], now=NOW)


def test_thousands_of_pages_of_one_host_hide_no_other(open_it: Open) -> None:
    store = open_it()
    honest = link("https://honest.test/a", published=NOW - timedelta(days=3))
    announced(store, *(link(f"https://busy.test/{number}") for number in range(1500)), honest)
    assert honest.url in waiting(store)
    assert len(waiting(store)) < 100


def test_all_names_of_a_site_stand_in_one_queue(open_it: Open) -> None:
    store = open_it()
    announced(store, link("https://a.news.co.uk/1"), link("https://b.news.co.uk/1"), link("http://127.0.0.1:8001/1"))
    assert {each.host for each in store.links_to_read(now=NOW)} == {"news.co.uk", "127.0.0.1:8001"}


def test_a_host_is_known_by_what_it_cost_and_forgiven_when_nothing_of_it_waits(open_it: Open) -> None:
    store = open_it()
    slow, other = link("https://slow.test/1"), link("https://slow.test/2")
    announced(store, slow, other, link("https://x.test/1"))
    store.link_failed(LinkFailure(link=slow, reason="deadline"), now=NOW, retry_at=LATER)
    assert {each.link.url: each.trouble for each in store.links_to_read(now=NOW)} == {other.url: 1, "https://x.test/1": 0}
    store.link_failed(LinkFailure(link=slow, reason="not_found"), now=NOW, retry_at=LATER)
    assert all(each.trouble == 0 for each in store.links_to_read(now=NOW))


def test_what_was_read_when_the_monitor_died_is_no_trouble_of_its_host_until_it_dies_again(open_it: Open) -> None:
    store = open_it()
    read, other = link("https://x.test/1"), link("https://x.test/2")
    announced(store, read, other)
    for trouble in (0, 2):
        store.link_failed(LinkFailure(link=read, reason="died", deadly=True), now=NOW, retry_at=NOW)
        assert [each.trouble for each in store.links_to_read(now=NOW)] == [trouble, trouble]


def test_tries_and_deaths_are_kept(open_it: Open) -> None:
    store = open_it()
    page = link("https://x.test/1")
    announced(store, page)
    store.link_failed(LinkFailure(link=page, reason="interstitial"), now=NOW, retry_at=NOW)
    store.link_failed(LinkFailure(link=page, reason="crashed", deadly=True), now=NOW, retry_at=NOW)
    store.close()
    (each,) = open_it().links_to_read(now=NOW)
    assert (each.tries, each.deaths) == (2, 1)


def test_a_page_that_is_looked_into_is_nobody_elses_and_its_readers_death_is_noticed(open_it: Open) -> None:
    store = open_it()
    page = link("https://x.test/1")
    announced(store, page)
    store.reading_begins(page, reader="first", now=NOW)
    assert waiting(store) == []
    assert store.read_by_the_dead(reader="first", now=NOW) == ()
    after = NOW + timedelta(minutes=16)  # on a server another machine may still be at it before
    (dead,) = store.read_by_the_dead(reader="second", now=after)
    assert dead.link == page
    store.link_failed(LinkFailure(link=page, reason="died", deadly=True), now=after, retry_at=NOW)
    assert store.read_by_the_dead(reader="second", now=after) == ()
    assert waiting(store) == [page.url]


def test_on_a_server_another_that_may_still_be_at_it_is_left_alone(open_it: Open) -> None:
    store = open_it()
    page = link("https://x.test/1")
    announced(store, page)
    store.reading_begins(page, reader="first", now=NOW)
    dead = store.read_by_the_dead(reader="second", now=NOW + timedelta(minutes=1))
    assert bool(dead) == (store.engine.dialect.name == "sqlite")


def test_who_ends_in_good_order_blames_nothing(open_it: Open) -> None:
    store = open_it()
    announced(store, link("https://x.test/1"), link("https://x.test/2"))
    for number, reader in enumerate(("first", "second"), start=1):
        store.reading_begins(link(f"https://x.test/{number}"), reader=reader, now=NOW)
    store.reading_ended(reader="first")
    assert waiting(store) == ["https://x.test/1"]


def test_a_known_page_in_another_edition_is_read_again(open_it: Open) -> None:
    store = open_it()
    stub, full = (link("https://x.test/1", edition=edition) for edition in ("a", "b"))
    announced(store, stub)
    read(store, stub)
    assert announced(store, stub) == ()
    assert announced(store, full) == (full,)
    assert waiting(store) == [full.url]
    read(store, full)
    assert waiting(store) == []


def test_only_the_source_that_announced_a_page_says_that_it_changed(open_it: Open) -> None:
    """Another one that lists it has ids and dates of its own."""
    store = open_it()
    announced(store, link("https://x.test/1", edition="a"))
    read(store, link("https://x.test/1", edition="a"))
    assert announced(store, link("https://x.test/1", source="other", edition="z"), source="other") == ()
    assert waiting(store) == []


def test_a_source_that_gives_everything_a_new_id_has_nothing_read_again(open_it: Open) -> None:
    store = open_it()
    for edition in ("a", "b", "c"):
        fresh = announced(store, *(link(f"https://x.test/{number}", edition=edition) for number in range(20)))
        for each in fresh:
            read(store, each)
        assert bool(fresh) == (edition == "a")


def test_a_page_that_was_read_stays_read_when_a_later_reading_fails_for_good(open_it: Open) -> None:
    store = open_it()
    announced(store, link("https://x.test/1", edition="a"))
    read(store, link("https://x.test/1", edition="a"))
    announced(store, again := link("https://x.test/1", edition="b"))
    store.link_failed(LinkFailure(link=again, reason="gone", permanent=True), now=NOW, retry_at=None)
    seen = store.find_link(again.canonical_url)
    assert seen is not None
    assert seen.state == "read"


def test_what_came_first_in_a_baseline_is_news_when_it_is_dated_anew(open_it: Open) -> None:
    store = open_it()
    first = link("https://x.test/1", edition="a", published=NOW - timedelta(days=9))
    announced(store, first)
    read(store, first)
    announced(store, link("https://x.test/1", edition="b", published=NOW - timedelta(days=9)))
    assert [each.baseline for each in store.links_to_read(now=NOW)] == [True]
    announced(store, link("https://x.test/1", edition="c", published=NOW))
    assert [each.baseline for each in store.links_to_read(now=NOW)] == [False]


def test_a_list_without_end_takes_its_own_places_and_no_more(open_it: Open) -> None:
    store = open_it()
    announced(store, link("https://flood.test/first", published=NOW - timedelta(days=2)))
    for poll in range(4):  # of each, the later links are the newer ones
        moments = [
            NOW - timedelta(days=1) + timedelta(seconds=poll * MAX_WAITING * 2 + number) for number in range(MAX_WAITING * 2)
        ]
        links = [link(f"https://flood.test/{poll}/{number}", published=moments[number]) for number in range(len(moments))]
        assert len(announced(store, *links)) == MAX_WAITING
    with store.engine.connect() as connection:
        states = Counter(connection.execute(select(rows.c.state)).scalars())
        left = connection.execute(select(rows.c.url).where(rows.c.state == "new")).scalars()
        assert set(left) == {f"https://flood.test/3/{number}" for number in range(MAX_WAITING, MAX_WAITING * 2)}
    assert states == {"new": MAX_WAITING, "passed_over": 3 * MAX_WAITING + 1}
    assert store.crowded(since=NOW) == {"feed": 3 * MAX_WAITING}


def test_a_first_poll_is_known_whole_and_no_alarm(open_it: Open) -> None:
    store = open_it()
    links = [link(f"https://x.test/{number}", published=NOW - timedelta(days=number)) for number in range(MAX_WAITING + 10)]
    announced(store, *links)
    assert announced(store, *links) == ()
    assert store.crowded(since=NOW - timedelta(days=1)) == {}
    assert len(announced(store, *(link(f"https://y.test/{number}") for number in range(3)), source="other")) == 3
    with store.engine.connect() as connection:
        assert not connection.execute(select(rows.c.id).where(rows.c.source == "other", rows.c.state == "passed_over")).all()


def test_what_waits_to_be_read_again_stays_read_when_its_place_is_taken(open_it: Open) -> None:
    store = open_it()
    page = link("https://x.test/page", published=NOW - timedelta(hours=1), edition="1")
    announced(store, page)
    read(store, page)
    announced(store, replace(page, edition="2"))
    announced(store, *(link(f"https://x.test/{number}", published=NOW) for number in range(MAX_WAITING)))
    with store.engine.connect() as connection:
        assert connection.execute(select(rows.c.state).where(rows.c.url == page.url)).scalar_one() == "read"

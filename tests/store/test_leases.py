"""One of several daemons leads; who has lost the lead writes nothing that its successor could have written by then."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from monitor.domain.no_news import Coverage
from monitor.domain.operator_alarms import Alarm, Receiver
from monitor.ports import FetchFailure, LinkFailure, LostLeadError, Poll, PollResult
from monitor.store import SqlStore, leases, schema
from monitor.store.leases import Term, acquire, in_term, release
from tests.builders import asked, story
from tests.pipeline.fakes import link

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)
LENGTH = timedelta(seconds=30)


@pytest.fixture
def store(open_it: Any) -> SqlStore:
    opened: SqlStore = open_it()
    return opened


def ask(store: SqlStore, owner: str, seconds: float = 0, name: str = "poll", previous: tuple[str, ...] = ()) -> int | None:
    moment = NOW + timedelta(seconds=seconds)
    return acquire(store.engine, name, owner=owner, now=moment, length=LENGTH, previous=previous)


def test_the_first_to_ask_leads_and_goes_on_leading(store: SqlStore) -> None:
    assert [ask(store, "a"), ask(store, "b"), ask(store, "a", 29), ask(store, "b", 58)] == [1, None, 1, None]


def test_one_that_stops_asking_is_followed_by_another_and_the_epoch_tells(store: SqlStore) -> None:
    assert [ask(store, "a"), ask(store, "b", 30), ask(store, "a", 31), ask(store, "a", 61)] == [1, 2, None, 3]


def test_one_that_lets_go_is_followed_at_once(store: SqlStore) -> None:
    ask(store, "a")
    release(store.engine, "poll", owner="b", now=NOW)  # not its to let go
    assert ask(store, "b", 1) is None
    release(store.engine, "poll", owner="a", now=NOW + timedelta(seconds=2))
    assert ask(store, "b", 2) == 2


def test_leases_of_other_names_do_not_meet(store: SqlStore) -> None:
    assert [ask(store, "a"), ask(store, "b", name="other")] == [1, 1]


def test_of_many_that_ask_at_once_one_leads(store: SqlStore) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: ask(store, f"daemon {number}"), range(8)))
    assert sorted(answers, key=str) == [1, *[None] * 7]


def test_who_knows_that_the_holder_is_dead_does_not_wait(store: SqlStore) -> None:
    ask(store, "a")
    assert [ask(store, "b", 1), ask(store, "c", 1, previous=("a", "z")), ask(store, "a", 2)] == [None, 2, None]


def test_a_lease_that_a_clock_wrote_which_was_ahead_keeps_nobody_waiting(store: SqlStore) -> None:
    ask(store, "a", 3600)
    assert [ask(store, "b"), ask(store, "a", 1)] == [2, None]


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_server_goes_by_its_own_clock(store: SqlStore) -> None:
    """Whatever the clocks of the machines say that ask."""
    assert store.acquire_lease("poll", owner="a", length=LENGTH) == 1
    assert store.acquire_lease("poll", owner="b", length=LENGTH) is None
    with store.engine.begin() as connection:
        left = connection.execute(text("SELECT expires - clock_timestamp() FROM leases")).scalar_one()
    assert LENGTH - timedelta(seconds=10) < left <= LENGTH
    store.release_lease("poll", owner="a")
    assert store.acquire_lease("poll", owner="b", length=LENGTH) == 2


# --- the fence ------------------------------------------------------------------------------------------------------------


def _polled(**changed: Any) -> PollResult:
    return asked("gazette", Poll(**changed))


def _kent() -> dict[str, Any]:
    document, result = story({"Kent": "leadership good"}, outlet="Gazette")
    return {"document": document, "result": result, "link": None, "baseline": False, "now": NOW}


WAYS = (Receiver(channel="mail", to="op@council.test"),)
#: Everything that who polls writes.
WRITES: dict[str, Callable[[SqlStore], object]] = {
    "a poll": lambda store: store.record_polls([_polled(links=(link("https://a.example/2"),))], now=NOW),
    "a failed poll": lambda store: store.record_polls([_polled(failure=FetchFailure(url="", reason="timeout"))], now=NOW),
    "an article": lambda store: store.record(**_kent()),
    "who reads": lambda store: store.reading_begins(link("https://a.example/1"), reader="r", now=NOW),
    "a page given up": lambda store: store.link_failed(
        LinkFailure(link=link("https://a.example/1"), reason="gone", detail="", permanent=True), now=NOW, retry_at=None
    ),
    "an alarm": lambda store: store.notify_operator([Alarm(about="gazette", message="stale")], WAYS, now=NOW),
    "the end of an alarm": lambda store: store.notify_operator([], WAYS, now=NOW),
    "what waits for review": lambda store: store.notify_of_reviews((), WAYS, now=NOW),
    "silence": lambda store: store.enqueue_no_news(Coverage(sources=()), now=NOW),
    "digests": lambda store: store.enqueue_digests(now=NOW),
}


def test_who_has_lost_the_lead_writes_nothing(store: SqlStore) -> None:
    term = Term(name="poll", owner="a", epoch=ask(store, "a") or 0)
    with in_term(term):
        store.record_polls([_polled(links=(link("https://a.example/1"),))], now=NOW)
    ask(store, "b", 30)
    before = _everything(store)
    written = []
    for name, write in WRITES.items():
        with in_term(term), suppress(LostLeadError):
            write(store)
            written.append(name)
    assert (written, _everything(store)) == ([], before)
    with in_term(Term(name="poll", owner="b", epoch=2)):
        for write in WRITES.values():
            write(store)
    assert _everything(store) != before
    for write in WRITES.values():
        write(store)  # by whoever has another right to: a command of the operator's


def test_who_led_before_and_leads_again_does_not_finish_what_it_had_begun(store: SqlStore) -> None:
    first = Term(name="poll", owner="a", epoch=ask(store, "a") or 0)
    ask(store, "b", 30)
    again = Term(name="poll", owner="a", epoch=ask(store, "a", 60) or 0)
    with in_term(first), pytest.raises(LostLeadError):
        store.record(**_kent())
    with in_term(again):
        assert not store.record(**_kent()).duplicate


def test_a_lease_that_ran_out_and_that_nobody_took_is_still_a_right_to_write(store: SqlStore) -> None:
    """A database that was slow for a minute costs no poll."""
    with in_term(Term(name="poll", owner="a", epoch=ask(store, "a", -3600) or 0)):
        assert not store.record(**_kent()).duplicate


def test_the_notes_of_who_reads_are_taken_back_by_whom_they_belong_to(store: SqlStore) -> None:
    term = Term(name="poll", owner="a", epoch=ask(store, "a") or 0)
    with in_term(term):
        store.record_polls([_polled(links=(link("https://a.example/1"),))], now=NOW)
        store.reading_begins(link("https://a.example/1"), reader="a", now=NOW)
    ask(store, "b", 30)
    with in_term(term):
        store.reading_ended(reader="a")
    assert [each.link.url for each in store.links_to_read(now=NOW)] == ["https://a.example/1"]


def test_who_takes_over_reads_at_once_what_another_was_reading(store: SqlStore) -> None:
    with in_term(Term(name="poll", owner="a", epoch=ask(store, "a") or 0)):
        store.record_polls([_polled(links=(link("https://a.example/1"),))], now=NOW)
        store.reading_begins(link("https://a.example/1"), reader="a", now=NOW)
    with in_term(Term(name="poll", owner="b", epoch=ask(store, "b", 30) or 0)):
        found = store.read_by_the_dead(reader="b", now=NOW + timedelta(seconds=30))
    assert [each.link.url for each in found] == ["https://a.example/1"]


def test_the_term_reaches_the_threads_of_its_tasks_and_no_others(store: SqlStore) -> None:
    import asyncio

    term = Term(name="poll", owner="a", epoch=ask(store, "a") or 0)
    ask(store, "b", 30)

    async def both() -> list[object]:
        with in_term(term):
            inside = asyncio.create_task(asyncio.to_thread(lambda: store.record(**_kent())))
        outside = asyncio.create_task(asyncio.to_thread(lambda: store.enqueue_digests(now=NOW)))
        return await asyncio.gather(inside, outside, return_exceptions=True)

    refused, done = asyncio.run(both())
    assert (type(refused), done) == (LostLeadError, 0)


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_the_lead_passes_on_before_a_transaction_or_after_it(store: SqlStore) -> None:
    term = Term(name="poll", owner="a", epoch=ask(store, "a") or 0)
    order: list[str] = []

    def take_over() -> None:
        ask(store, "b", 30)
        order.append("b leads")

    with in_term(term), store.engine.begin():
        thread = threading.Thread(target=take_over)
        thread.start()
        thread.join(0.5)
        order.append("a commits")
    thread.join(20)
    assert order == ["a commits", "b leads"]


@pytest.mark.parametrize("database", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_a_process_that_was_stopped_in_a_transaction_keeps_nobody_from_leading(
    store: SqlStore, open_it: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "MAX_IDLE", timedelta(seconds=1))
    term = Term(name="poll", owner="a", epoch=ask(store, "a") or 0)
    connection = store.engine.connect()
    with in_term(term):
        connection.begin()  # and here it is stopped
    continued = threading.Timer(20, connection.invalidate)
    continued.start()
    assert ask(open_it(), "b", 30) == 2
    assert continued.is_alive(), "the server ended the transaction before"
    continued.cancel()
    connection.invalidate()


def _everything(store: SqlStore) -> list[object]:
    tables = [schema.sources, schema.links, schema.articles, schema.changes, schema.deliveries, schema.standing_alarms]
    with store.engine.begin() as connection:
        counts = [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]
        rows = connection.execute(select(schema.links.c.state, schema.links.c.reader, schema.links.c.failures)).all()
        return [counts, rows, connection.execute(select(schema.sources.c.failures, schema.sources.c.reason)).all()]

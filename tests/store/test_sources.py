"""What is remembered between polls."""

from __future__ import annotations

from datetime import timedelta

from monitor.ports import FetchFailure, LinkFailure, Poll, Validators
from tests.builders import NOW, link
from tests.store.conftest import Open

LATER = NOW + timedelta(minutes=15)
FIRST = Poll(
    links=(link("https://x.test/1"), link("https://x.test/2", published=NOW - timedelta(days=1))),
    validators={"https://x.test/feed": Validators(etag='"1"')},
)


def test_a_new_source_has_an_empty_state(open_it: Open) -> None:
    state = open_it().source_state("feed")
    assert (state.polled_before, state.failures, dict(state.validators)) == (False, 0, {})


def test_a_poll_saves_links_validators_and_due_time_together(open_it: Open) -> None:
    store = open_it()
    fresh = store.record_poll("feed", FIRST, now=NOW, next_due_at=LATER)
    assert [each.url for each in fresh] == ["https://x.test/1", "https://x.test/2"]
    state = store.source_state("feed")
    assert state.polled_before
    assert state.next_due_at == LATER
    assert state.last_success == NOW
    assert state.validators == {"https://x.test/feed": Validators(etag='"1"')}


def test_a_link_known_by_its_canonical_address_is_not_new(open_it: Open) -> None:
    store = open_it()
    store.record_poll("feed", FIRST, now=NOW, next_due_at=LATER)
    again = Poll(links=(link("https://x.test/1?utm_source=y", canonical_url="https://x.test/1"), link("https://x.test/3")))
    assert [each.url for each in store.record_poll("feed", again, now=LATER, next_due_at=LATER)] == ["https://x.test/3"]


def test_only_links_of_the_first_successful_poll_are_a_baseline(open_it: Open) -> None:
    store = open_it()
    failed = Poll(failure=FetchFailure(url="https://x.test/feed", reason="timeout"))
    store.record_poll("feed", failed, now=NOW, next_due_at=LATER)
    assert not store.source_state("feed").polled_before
    store.record_poll("feed", FIRST, now=NOW, next_due_at=LATER)
    store.record_poll("feed", Poll(links=(link("https://x.test/3"),)), now=LATER, next_due_at=LATER)
    waiting = {each.url: baseline for each, baseline in store.links_to_read(now=LATER)}
    assert waiting == {"https://x.test/1": True, "https://x.test/2": True, "https://x.test/3": False}


def test_a_failed_poll_keeps_validators_and_counts(open_it: Open) -> None:
    store = open_it()
    store.record_poll("feed", FIRST, now=NOW, next_due_at=LATER)
    for count in (1, 2):
        failure = Poll(failure=FetchFailure(url="https://x.test/feed", reason="timeout"))
        store.record_poll("feed", failure, now=NOW, next_due_at=LATER)
        assert store.source_state("feed").failures == count
    assert store.source_state("feed").validators == FIRST.validators
    store.record_poll("feed", Poll(not_modified=True), now=NOW, next_due_at=LATER)
    assert store.source_state("feed").failures == 0


def test_the_oldest_link_is_read_first(open_it: Open) -> None:
    store = open_it()
    store.record_poll("feed", FIRST, now=NOW, next_due_at=LATER)
    assert [each.url for each, _ in store.links_to_read(now=NOW)] == ["https://x.test/2", "https://x.test/1"]
    assert len(store.links_to_read(now=NOW, limit=1)) == 1


def test_a_failed_link_waits_and_a_hopeless_one_is_given_up(open_it: Open) -> None:
    store = open_it()
    store.record_poll("feed", FIRST, now=NOW, next_due_at=LATER)
    first, second = FIRST.links
    store.link_failed(LinkFailure(link=first, reason="timeout"), now=NOW, retry_at=LATER)
    store.link_failed(LinkFailure(link=second, reason="not_html", permanent=True), now=NOW, retry_at=None)
    assert store.links_to_read(now=NOW) == ()
    assert [each.url for each, _ in store.links_to_read(now=LATER)] == [first.url]

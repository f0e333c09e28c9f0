"""What is remembered between polls."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import StatementError

from monitor.domain.link_history import LastPoll
from monitor.domain.schedule import OWN_FAULTS
from monitor.ports import FetchFailure, LinkFailure, Poll, Validators
from tests.builders import NOW, asked, link, polled
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
    fresh = polled(store, "feed", FIRST, now=NOW, next_due_at=LATER)
    assert [each.url for each in fresh] == ["https://x.test/1", "https://x.test/2"]
    state = store.source_state("feed")
    assert state.polled_before
    assert state.next_due_at == LATER
    assert state.last_success == NOW
    assert state.validators == {"https://x.test/feed": Validators(etag='"1"')}


def test_a_link_known_by_its_canonical_address_is_not_new(open_it: Open) -> None:
    store = open_it()
    polled(store, "feed", FIRST, now=NOW, next_due_at=LATER)
    again = Poll(links=(link("https://x.test/1?utm_source=y", canonical_url="https://x.test/1"), link("https://x.test/3")))
    assert [each.url for each in polled(store, "feed", again, now=LATER, next_due_at=LATER)] == ["https://x.test/3"]


def test_of_too_many_new_links_the_first_are_read_and_the_rest_remembered(open_it: Open) -> None:
    store = open_it()
    addresses = [f"https://x.test/{number}" for number in range(6)]
    first = Poll(links=tuple(map(link, addresses[3:])), max_new=2)
    assert [each.url for each in polled(store, "feed", first, now=NOW, next_due_at=LATER)] == addresses[3:5]
    later = Poll(links=tuple(map(link, addresses)), max_new=2)  # what is known is dropped before anything is cut
    assert [each.url for each in polled(store, "feed", later, now=LATER, next_due_at=LATER)] == addresses[:2]
    assert {each.link.url for each in store.links_to_read(now=LATER)} == {*addresses[:2], *addresses[3:5]}
    assert polled(store, "feed", later, now=LATER, next_due_at=LATER) == ()


def test_only_links_of_the_first_successful_poll_are_a_baseline(open_it: Open) -> None:
    store = open_it()
    failed = Poll(failure=FetchFailure(url="https://x.test/feed", reason="timeout"))
    polled(store, "feed", failed, now=NOW, next_due_at=LATER)
    assert not store.source_state("feed").polled_before
    polled(store, "feed", FIRST, now=NOW, next_due_at=LATER)
    polled(store, "feed", Poll(links=(link("https://x.test/3"),)), now=LATER, next_due_at=LATER)
    waiting = {each.link.url: each.baseline for each in store.links_to_read(now=LATER)}
    assert waiting == {"https://x.test/1": True, "https://x.test/2": True, "https://x.test/3": False}


def test_a_failed_poll_keeps_validators_and_counts(open_it: Open) -> None:
    store = open_it()
    polled(store, "feed", FIRST, now=NOW, next_due_at=LATER)
    for count in (1, 2):
        failure = Poll(failure=FetchFailure(url="https://x.test/feed", reason="timeout"))
        polled(store, "feed", failure, now=NOW, next_due_at=LATER)
        assert store.source_state("feed").failures == count
    assert store.source_state("feed").validators == FIRST.validators
    polled(store, "feed", Poll(not_modified=True), now=NOW, next_due_at=LATER)
    assert store.source_state("feed").failures == 0


def test_the_oldest_link_is_read_first(open_it: Open) -> None:
    store = open_it()
    polled(store, "feed", FIRST, now=NOW, next_due_at=LATER)
    assert [each.link.url for each in store.links_to_read(now=NOW)] == ["https://x.test/1", "https://x.test/2"]
    assert len(store.links_to_read(now=NOW, limit=1)) == 1


def test_a_failed_link_waits_and_a_hopeless_one_is_given_up(open_it: Open) -> None:
    store = open_it()
    polled(store, "feed", FIRST, now=NOW, next_due_at=LATER)
    first, second = FIRST.links
    store.link_failed(LinkFailure(link=first, reason="timeout"), now=NOW, retry_at=LATER)
    store.link_failed(LinkFailure(link=second, reason="not_html", permanent=True), now=NOW, retry_at=None)
    assert store.links_to_read(now=NOW) == ()
    assert [each.link.url for each in store.links_to_read(now=LATER)] == [first.url]


def test_sources_asked_together_are_saved_together(open_it: Open) -> None:
    store = open_it()
    other = Poll(
        links=(link("https://x.test/2"), link("https://y.test/1", source="other")), validators={"y": Validators(etag="y")}
    )
    fresh = store.record_polls([asked("feed", FIRST), asked("other", other)], now=NOW)
    assert [[each.url for each in new] for new in fresh] == [["https://x.test/1", "https://x.test/2"], ["https://y.test/1"]]
    states = store.source_states()
    assert {name: dict(state.validators) for name, state in states.items()} == {
        "feed": dict(FIRST.validators),
        "other": dict(other.validators),
    }
    failed = Poll(failure=FetchFailure(url="y", reason="timeout"))
    assert store.record_polls([asked("feed", Poll(not_modified=True)), asked("other", failed)], now=LATER) == ((), ())
    after = store.source_states()
    assert (after["feed"].last_success, after["other"].last_success) == (LATER, NOW)
    assert after["other"].failures == 1


def test_nothing_is_saved_of_polls_of_which_one_cannot_be(open_it: Open) -> None:
    """Validators without their links would hide an article for ever."""
    store = open_it()
    bad = Poll(links=(link("https://x.test/9", published=NOW.replace(tzinfo=None)),), validators={"y": Validators(etag="y")})
    with pytest.raises(StatementError):
        store.record_polls([asked("feed", FIRST), asked("other", bad)], now=NOW)
    assert store.source_states() == {}
    assert store.links_to_read(now=LATER) == ()


def test_many_links_at_once(open_it: Open) -> None:
    store = open_it()
    many = Poll(links=tuple(link(f"https://x.test/{number}") for number in range(1200)))
    assert len(polled(store, "feed", many, now=NOW, next_due_at=LATER)) == 1200
    assert polled(store, "feed", many, now=NOW, next_due_at=LATER) == ()


def test_how_a_source_answered_long_ago_is_forgotten(open_it: Open) -> None:
    store = open_it()
    for days in (0, 300, 402):
        polled(store, "gazette", Poll(items=1), now=NOW + timedelta(days=days), next_due_at=NOW)
    polled(store, "herald", Poll(items=1), now=NOW, next_due_at=NOW)
    kept = store.poll_history(since=NOW - timedelta(days=1))
    assert [each.at - NOW for each in kept["gazette"]] == [timedelta(days=300), timedelta(days=402)]
    assert len(kept["herald"]) == 1, "each source by itself"


@pytest.mark.parametrize("reason", OWN_FAULTS)
def test_what_was_given_up_for_our_own_fault_is_tried_again_after_an_upgrade(open_it: Open, reason: str) -> None:
    store = open_it()
    store.retry_own_faults("1.0", now=NOW, since=NOW - timedelta(days=30))
    polled(store, "feed", FIRST, now=NOW, next_due_at=LATER)
    ours, theirs = (each.link for each in store.links_to_read(now=NOW))
    store.link_failed(LinkFailure(link=ours, reason=reason, permanent=True), now=NOW, retry_at=None)
    store.link_failed(LinkFailure(link=theirs, reason="no_article", permanent=True), now=NOW, retry_at=None)
    assert store.retry_own_faults("1.0", now=LATER, since=NOW - timedelta(days=30)) == 0  # a restart is no upgrade
    assert store.links_to_read(now=LATER) == ()
    assert store.retry_own_faults("1.1", now=LATER, since=LATER + timedelta(days=1)) == 0  # nobody would be told of it
    assert store.retry_own_faults("1.2", now=LATER, since=NOW - timedelta(days=30)) == 1
    assert [each.link for each in store.links_to_read(now=LATER)] == [ours]


def test_the_last_poll_is_told_with_the_newest_item_that_was_seen(open_it: Open) -> None:
    store = open_it()
    yesterday = NOW - timedelta(days=1)
    polled(store, "feed", replace(FIRST, newest=yesterday), now=NOW, next_due_at=LATER)
    failed = Poll(failure=FetchFailure(url="https://x.test/feed", reason="timeout"))
    polled(store, "feed", failed, now=LATER, next_due_at=LATER)
    assert store.last_polls(["feed", "never"]) == {"feed": LastPoll(at=LATER, reason="timeout", newest=yesterday)}

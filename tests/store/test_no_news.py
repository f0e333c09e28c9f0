"""A word on silence: once a week, only for who asks, and never where it would say more than we know."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.model import SourceClass
from monitor.domain.no_news import Coverage, SourceCoverage
from monitor.domain.subscriptions import Subscription
from monitor.messages.links import LinkAction, Links
from monitor.store import SqlStore
from tests.builders import story, subscription
from tests.store.conftest import Open

JOINED = datetime(2026, 7, 8, 9, tzinfo=UTC)
MONDAY = datetime(2026, 7, 20, 6, 31, tzinfo=UTC)  # 07:31 in London
PRESS, OFFICIAL = SourceClass.PRESS, SourceClass.OFFICIAL
GAZETTE, OFSTED = (
    SourceCoverage(outlet="The Gazette", source_class=PRESS),
    SourceCoverage(outlet="Ofsted", source_class=OFFICIAL),
)
WELL = Coverage(sources=(GAZETTE, OFSTED), official_at=MONDAY - timedelta(minutes=20))


def down(source: SourceCoverage, since: datetime) -> SourceCoverage:
    return SourceCoverage(outlet=source.outlet, source_class=source.source_class, down_since=since)


def joined(open_it: Open, *wishes: Subscription) -> SqlStore:
    """A store whose subscribers have been there for a while."""
    store = open_it(*wishes, links=Links(base="https://monitor.example", key=b"k" * 32))
    assert store.enqueue_no_news(WELL, now=JOINED) == 0
    return store


def subjects(store: SqlStore) -> list[str]:
    return [line.subject for line in store.deliveries()]


def test_once_a_week_for_who_asks(open_it: Open) -> None:
    store = joined(open_it, subscription("asks", no_news="weekly"), subscription("does not", to="b@reader.test"))
    assert store.enqueue_no_news(WELL, now=MONDAY - timedelta(minutes=2)) == 0
    assert [store.enqueue_no_news(WELL, now=MONDAY + timedelta(minutes=n)) for n in (0, 4, 600)] == [1, 0, 0]
    (line,) = store.deliveries()
    assert line.subject == "Nothing changed in the week to 20 Jul"
    (detail,) = store.delivery(line.id)
    text = " ".join(detail.message.text.split())
    assert "2 of 2 sources are healthy." in text
    assert "Ofsted’s own list of reports was last read through on 20 July 2026 at 07:11." in text
    assert store.enqueue_no_news(WELL, now=MONDAY + timedelta(days=7)) == 1


def test_a_source_in_trouble_is_named(open_it: Open) -> None:
    store = joined(open_it, subscription(no_news="weekly"))
    coverage = Coverage(sources=(down(GAZETTE, MONDAY - timedelta(hours=5)), OFSTED))
    assert store.enqueue_no_news(coverage, now=MONDAY) == 1
    (detail,) = store.delivery(store.deliveries()[0].id)
    assert "1 of 2 sources are healthy. Not at present: The Gazette." in " ".join(detail.message.text.split())


def test_who_was_told_of_a_change_needs_no_word_on_silence(open_it: Open) -> None:
    store = joined(open_it, subscription(no_news="weekly"))
    said = story({"Kent": "overall good"}, published=date(2026, 7, 18))
    store.record(*said, link=None, baseline=False, now=MONDAY - timedelta(days=2))
    told = len(store.deliveries())
    assert store.enqueue_no_news(WELL, now=MONDAY) == 0
    assert len(store.deliveries()) == told
    assert store.enqueue_no_news(WELL, now=MONDAY + timedelta(days=7)) == 1


@pytest.mark.parametrize(
    ("wishes", "now"),
    [
        ({"no_news": "weekly", "paused": True}, MONDAY),
        ({"no_news": "weekly", "quiet": "22:00-09:00"}, MONDAY),
        ({"no_news": "weekly"}, MONDAY + timedelta(days=3)),
    ],
)
def test_not_while_paused_nor_by_night_nor_days_late(open_it: Open, wishes: dict[str, object], now: datetime) -> None:
    assert joined(open_it, subscription(**wishes)).enqueue_no_news(WELL, now=now) == 0


def test_who_came_after_monday_waits_for_the_next(open_it: Open) -> None:
    store = open_it(subscription(no_news="weekly"))
    assert store.enqueue_no_news(WELL, now=MONDAY + timedelta(hours=3)) == 0
    assert store.enqueue_no_news(WELL, now=MONDAY + timedelta(days=7)) == 1


def test_a_list_whose_only_source_is_deaf_is_told_so_once_and_not_that_nothing_changed(open_it: Open) -> None:
    official = subscription("official", no_news="weekly", source_classes=["official"])
    confirmed = subscription("confirmed", to="b@reader.test", no_news="weekly", minimum_trust="confirmed")
    store = joined(open_it, official, confirmed, subscription("all", to="c@reader.test", no_news="weekly"))
    since = MONDAY - timedelta(days=3, hours=12)
    coverage = Coverage(sources=(GAZETTE, down(OFSTED, since)))
    assert store.enqueue_no_news(coverage, now=since + timedelta(days=2, hours=23)) == 0
    assert store.enqueue_no_news(coverage, now=since + timedelta(days=3)) == 2
    assert set(subjects(store)) == {"We cannot hear Ofsted at present"}
    assert store.enqueue_no_news(coverage, now=MONDAY) == 1  # for who hears of it from others
    assert store.enqueue_no_news(coverage, now=MONDAY + timedelta(hours=1)) == 0
    assert store.enqueue_no_news(WELL, now=MONDAY + timedelta(hours=2)) == 2  # it is back


def test_one_click_ends_the_subscription_it_was_for(open_it: Open) -> None:
    store = joined(open_it, subscription("mine", no_news="weekly"), subscription("other"))
    store.enqueue_no_news(WELL, now=MONDAY)
    (line,) = store.deliveries()
    (detail,) = store.delivery(line.id)
    assert f"/{LinkAction.UNSUBSCRIBE}/{line.id}" in detail.message.headers["List-Unsubscribe"]
    assert store.unsubscribe_delivery(line.id, now=MONDAY) == 1
    assert [row.subscription.name for row in store.subscriber_rows() if row.ended_at] == ["mine"]
    assert store.enqueue_no_news(WELL, now=MONDAY + timedelta(days=7)) == 0

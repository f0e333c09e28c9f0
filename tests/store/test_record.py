"""One document, one transaction: what is believed, what is told, to whom, and what is told nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from monitor.domain.model import Area, Rating, SourceClass, Trust
from monitor.ports import Classified, Poll
from monitor.store import SqlStore, schema
from tests.builders import DAY, NOW, link, polled, report, story, subscription
from tests.store.conftest import HISTORY, Open


def told(store: SqlStore) -> list[tuple[str, str, str]]:
    """Who would be sent what, in the order written: recipient, purpose, subject."""
    with store.engine.connect() as connection:
        rows = connection.execute(
            select(schema.deliveries.c.recipient, schema.deliveries.c.purpose, schema.bodies.c.subject)
            .join(schema.bodies)
            .order_by(schema.deliveries.c.created, schema.deliveries.c.recipient)
        )
        return [(row.recipient, row.purpose, row.subject) for row in rows]


def count(store: SqlStore, table: str) -> int:
    with store.engine.connect() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def tell(store: SqlStore, said: dict[str, str], *, baseline: bool = False, now: Any = NOW, **changed: Any) -> Any:
    document, found = story(said, **changed)
    return store.record(document, found, link=None, baseline=baseline, now=now)


def test_a_change_reaches_the_outbox_in_the_transaction_that_records_it(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    recorded = tell(store, {"Kent": "overall requires_improvement"})
    assert [(c.authority.name, c.area, c.old, c.new) for c in recorded.changes] == [
        ("Kent", Area.OVERALL, Rating.INADEQUATE, Rating.REQUIRES_IMPROVEMENT)
    ]
    assert recorded.deliveries == 1
    assert told(store) == [
        ("ann@reader.test", "change", "Kent: no longer inadequate, now requires improvement (reported, 1 Sep)")
    ]
    assert count(store, "judgements") == 1


def test_the_same_article_again_writes_nothing(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    tell(store, {"Kent": "overall good"})
    before = {table: count(store, table) for table in schema.metadata.tables}
    assert tell(store, {"Kent": "overall good"}).duplicate
    assert {table: count(store, table) for table in schema.metadata.tables} == before


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"url": "https://thepaper.test/elsewhere", "text": "The same news."}, id="another address"),
        pytest.param({"outlet": "Another Paper"}, id="another outlet"),
        pytest.param({"outlet": "Wire", "source_class": SourceClass.AGGREGATOR}, id="an aggregator"),
        pytest.param({"text": "Edited: the headline was wrong."}, id="an edited text"),
    ],
)
def test_one_inspection_is_told_once_whoever_else_reports_it(open_it: Open, changed: dict[str, Any]) -> None:
    store = open_it(subscription("ann"))
    tell(store, {"Kent": "overall good"})
    assert tell(store, {"Kent": "overall good"}, **changed).deliveries == 0
    assert len(told(store)) == 1


def test_everything_of_one_article_is_one_message_a_person(open_it: Open) -> None:
    store = open_it(subscription("ann"), subscription("bob", authorities=["Leeds"]))
    recorded = tell(store, {"Kent": "overall good, leadership good", "Leeds": "overall outstanding"})
    assert recorded.deliveries == 2
    assert told(store) == [
        ("ann@reader.test", "change", "2 councils: Kent no longer inadequate, Leeds up (reported)"),
        ("bob@reader.test", "change", "Leeds: up from good to outstanding (reported by The Paper, 1 Sep)"),
    ]


def test_a_person_on_two_lists_is_told_once_and_told_why_twice(open_it: Open) -> None:
    one = subscription("one", to="Ann@Reader.test")
    two = subscription("two", to="ann@reader.test", regions=["South East"])
    store = open_it(one, two)
    assert tell(store, {"Kent": "overall good"}).deliveries == 1
    assert count(store, "alerts") == 2
    delivery = store.claim(owner="x", now=NOW, lease=60)[0]
    assert "“one”" in delivery.message.text
    assert "“two”: Kent is in South East" in delivery.message.text


def test_nobody_who_did_not_ask_is_told(open_it: Open) -> None:
    store = open_it(
        subscription("elsewhere", authorities=["Bury"]),
        subscription("other-area", areas=["care_leavers"]),
        subscription("other-kind", kinds=["into_inadequate"]),
        subscription("only-confirmed", minimum_trust="confirmed"),
        subscription("only-official", source_classes=["official"]),
        subscription("not-kent", exclude=["Kent"]),
        subscription("paused", paused=True),
    )
    assert tell(store, {"Kent": "overall good"}).deliveries == 0
    assert count(store, "changes") == 1


@pytest.mark.parametrize(
    ("published", "baseline", "reason"),
    [
        (DAY - timedelta(days=31), False, "outside_alert_window"),
        (DAY - timedelta(days=2), True, "baseline"),
        (date(2021, 1, 4), False, "older_than_newest"),
    ],
)
def test_what_is_old_is_recorded_and_never_told(open_it: Open, published: date, baseline: bool, reason: str) -> None:
    store = open_it(subscription("ann"))
    recorded = tell(store, {"Kent": "overall good"}, published=published, baseline=baseline)
    assert recorded.deliveries == 0
    assert reason in recorded.background
    assert count(store, "articles") == 1
    # What was recorded in silence stays silent when the next paper tells it.
    assert tell(store, {"Kent": "overall good"}, published=published, outlet="Late Paper").deliveries == 0


def test_news_of_today_is_told_even_by_a_source_that_is_new(open_it: Open) -> None:
    assert tell(open_it(subscription("ann")), {"Kent": "overall good"}, baseline=True).deliveries == 1


def test_history_published_today_or_later_is_not_yet_known(open_it: Open) -> None:
    store = open_it()
    day = HISTORY[1].published
    assert [i.authority.name for i in store.inspections(as_of=day)] == ["Bury", "Leeds"]
    assert [i.authority.name for i in store.inspections(as_of=day + timedelta(days=1))] == ["Bury", "Leeds", "Kent"]


def test_an_inspection_that_the_press_told_first_is_one_with_the_history_that_follows(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    official = HISTORY[1]
    day = official.published
    kent = {"Kent": "overall inadequate"}
    assert tell(store, kent, published=day, now=NOW.replace(year=day.year, month=day.month, day=day.day)).deliveries == 1
    later = day + timedelta(days=3)
    inspections = store.inspections([official.authority.urn], as_of=later)
    assert [(i.trust, i.key) for i in inspections] == [(Trust.CONFIRMED, f"{official.authority.urn}:{day}")]
    moment = NOW.replace(year=later.year, month=later.month, day=later.day)
    assert tell(store, kent, published=later, outlet="Late Paper", now=moment).deliveries == 0


def test_the_official_report_confirms_to_those_who_were_told_in_the_same_thread(open_it: Open) -> None:
    store = open_it(subscription("ann"), subscription("sure", minimum_trust="confirmed"))
    tell(store, {"Kent": "overall good"})
    assert [who for who, _, _ in told(store)] == ["ann@reader.test"]
    (press,) = store.claim(owner="x", now=NOW, lease=60, limit=9)
    assert store.record(report("Kent", "overall good"), story({})[1], link=None, baseline=False, now=NOW).deliveries == 2
    official = store.claim(owner="x", now=NOW, lease=60, limit=9)
    by_recipient = {delivery.recipient: delivery.message for delivery in official}
    confirmed = by_recipient["ann@reader.test"]
    assert confirmed.subject == "Confirmed: Kent: no longer inadequate, now good (Ofsted, 1 Sep)"
    assert confirmed.headers["References"] == press.message.headers["References"]
    assert confirmed.headers["Message-ID"] != press.message.headers["Message-ID"]
    assert by_recipient["sure@reader.test"].subject == "Kent: no longer inadequate, now good (Ofsted, 1 Sep)"


def test_a_report_that_says_otherwise_is_a_correction_to_those_who_were_told(open_it: Open) -> None:
    store = open_it(subscription("ann"), subscription("bad-news", kinds=["into_inadequate"]))
    tell(store, {"Leeds": "overall inadequate"})
    store.record(report("Leeds", "overall good"), story({})[1], link=None, baseline=False, now=NOW)
    assert sorted((who, purpose) for who, purpose, _ in told(store)) == [
        ("ann@reader.test", "change"),
        ("ann@reader.test", "corrected"),
        ("bad-news@reader.test", "change"),
        ("bad-news@reader.test", "corrected"),
    ]


def test_who_waits_for_the_report_is_told_also_when_the_press_was_wrong(open_it: Open) -> None:
    store = open_it(subscription("sure", minimum_trust="confirmed"))
    tell(store, {"Kent": "overall good"})
    store.record(report("Kent", "overall outstanding"), story({})[1], link=None, baseline=False, now=NOW)
    assert [(who, subject) for who, _, subject in told(store)] == [
        ("sure@reader.test", "Kent: no longer inadequate, now outstanding (Ofsted, 1 Sep)")
    ]


def test_a_second_outlet_tells_those_who_waited_for_one_and_nobody_else(open_it: Open) -> None:
    store = open_it(subscription("ann"), subscription("careful", minimum_trust="corroborated"))
    tell(store, {"Kent": "overall good"})
    assert tell(store, {"Kent": "overall good"}, outlet="Second Paper").deliveries == 1
    assert [who for who, _, _ in told(store)] == ["ann@reader.test", "careful@reader.test"]
    assert tell(store, {"Kent": "overall good"}, outlet="Third Paper").deliveries == 0


def test_who_watches_the_inadequate_is_told_when_one_leaves(open_it: Open) -> None:
    store = open_it(subscription("worried", currently_inadequate=True))
    assert tell(store, {"Kent": "overall good"}).deliveries == 1
    assert tell(store, {"Leeds": "overall outstanding"}).deliveries == 0
    assert tell(store, {"Bury": "overall inadequate"}).deliveries == 1


def test_a_digest_waits_for_its_day(open_it: Open) -> None:
    store = open_it(subscription("weekly", frequency="weekly"))
    assert tell(store, {"Kent": "overall good"}).deliveries == 0
    assert count(store, "alerts") == 1


def test_quiet_hours_delay_a_message(open_it: Open) -> None:
    store = open_it(subscription("sleeper", quiet="22:00-07:00"))
    night = NOW.replace(hour=23)
    tell(store, {"Kent": "overall good"}, now=night)
    assert store.claim(owner="x", now=night, lease=60) == ()
    assert len(store.claim(owner="x", now=night + timedelta(hours=7), lease=60)) == 1


def test_documents_recorded_together_are_recorded_whole_or_not_at_all(open_it: Open) -> None:
    store = open_it(subscription("all"))

    def classified(said: dict[str, str], url: str) -> Classified:
        document, result = story(said, url=url)
        return Classified(document=document, result=result, link=None, baseline=False)

    good, dull = classified({"Kent": "overall good"}, "https://x.test/1"), classified({}, "https://x.test/2")
    other = classified({"Leeds": "overall good"}, "https://x.test/3")
    bad = replace(other, document=replace(other.document, outlet=None))  # type: ignore[arg-type]  # as no source gives it
    with pytest.raises(IntegrityError):
        store.record_all([good, dull, bad], now=NOW)
    assert (count(store, "articles"), count(store, "changes"), count(store, "deliveries")) == (0, 0, 0)
    copied = replace(good, document=replace(good.document, url="https://x.test/4"))  # the same outlet, the same bytes
    recorded = store.record_all([good, dull, copied, good], now=NOW)
    assert [len(each.changes) for each in recorded] == [1, 0, 0, 0]
    assert [each.duplicate for each in recorded] == [False, False, True, True]
    assert (count(store, "articles"), count(store, "deliveries")) == (2, 1)
    assert [each.duplicate for each in store.record_all([good, dull], now=NOW)] == [True, True]


def test_links_are_settled_with_their_article(open_it: Open) -> None:
    store = open_it()
    first, second = link("https://x.test/1"), link("https://x.test/2")
    polled(store, "feed", Poll(links=(first, second)), now=NOW, next_due_at=NOW)
    document, found = story({"Kent": "overall good"}, url=first.url)
    store.record(document, found, link=first, baseline=False, now=NOW)
    again = store.record(replace(document, url=second.url), found, link=second, baseline=False, now=NOW)
    assert again.duplicate
    assert store.links_to_read(now=NOW) == ()


def test_what_was_not_believed_is_kept_with_its_reason(open_it: Open) -> None:
    store = open_it()
    document, found = story({})
    store.record(document, replace(found, reason="send", rejected=found.rejected), link=None, baseline=False, now=NOW)
    with store.engine.connect() as connection:
        assert connection.execute(select(schema.articles.c.relevant, schema.articles.c.reason)).one() == (False, "send")


def test_a_fault_in_rendering_leaves_no_trace(open_it: Open) -> None:
    class Broken:
        def body(self, notice: object) -> Any:
            raise RuntimeError("no ink")

    store = open_it(subscription("ann"), renderer=Broken())
    with pytest.raises(RuntimeError):
        tell(store, {"Kent": "overall good"})
    assert {table: count(store, table) for table in ("articles", "changes", "inspections", "deliveries")} == {
        "articles": 0,
        "changes": 0,
        "inspections": 0,
        "deliveries": 0,
    }
    assert tell(open_it(subscription("ann")), {"Kent": "overall good"}).deliveries == 1

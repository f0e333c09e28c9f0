"""What an operator may do, what waits for a digest, what is held, and what people may do about themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from monitor.domain.subscriptions import Subscription
from monitor.messages.links import Links
from monitor.ports import DeliveryState, Outcome, Result
from monitor.store import SqlStore, schema
from tests.builders import NOW, story, subscription
from tests.store.conftest import Open

LINKS = Links(base="https://monitor.test", key=b"k" * 32)
MANY = ("Derby", "Devon", "Dorset", "Dudley", "Durham", "Ealing", "Enfield", "Essex", "Halton", "Harrow", "Hackney", "Haringey")


def tell(store: SqlStore, *councils: str, now: datetime = NOW, **changed: Any) -> int:
    said = dict.fromkeys(councils or ("Kent",), "overall outstanding")
    changed.setdefault("published", now.date())
    return store.record(*story(said, **changed), link=None, baseline=False, now=now).deliveries


def states(store: SqlStore) -> list[str]:
    return sorted(str(line.state) for line in store.deliveries())


def test_an_operator_sees_and_moves_deliveries(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    tell(store)
    (line,) = store.deliveries()
    assert store.delivery_counts() == {DeliveryState.PENDING: 1}
    assert store.oldest_due() == NOW
    assert store.release([line.id], now=NOW) == ()
    assert store.drop([line.id], now=NOW) == (line.id,)
    assert store.retry([line.id], now=NOW) == ()
    (detail,) = store.delivery(line.id[:8])
    assert detail.line.state is DeliveryState.CANCELLED
    assert [(moved.before, moved.after, moved.reason) for moved in detail.moves] == [
        ("pending", "cancelled", "dropped by the operator")
    ]
    assert [who for _, who in detail.alerts] == ["ann"]


@pytest.mark.parametrize("result", [Result.PERMANENT, Result.UNCERTAIN])
def test_an_operator_may_send_again_what_failed_or_is_in_doubt(open_it: Open, result: Result) -> None:
    store = open_it(subscription("ann"))
    tell(store)
    (claimed,) = store.claim(owner="o", now=NOW, lease=60)
    assert store.retry([claimed.id], now=NOW) == (), "never while it is being sent"
    store.settle(claimed, Outcome(result=result, reason="x"), now=NOW)
    assert store.retry([claimed.id], now=NOW) == (claimed.id,)
    (again,) = store.claim(owner="o", now=NOW, lease=60)
    assert again.message == claimed.message


@pytest.mark.parametrize(
    ("documents", "held"),
    [
        pytest.param([MANY], False, id="twelve in one article"),
        pytest.param([(*MANY, "Leeds")], True, id="thirteen in one article"),
        pytest.param([MANY[:4], MANY[4:8], MANY[8:12]], False, id="twelve in a day"),
        pytest.param([MANY[:5], MANY[5:10], (*MANY[10:12], "Leeds")], True, id="thirteen in a day"),
    ],
)
def test_a_storm_is_held_until_somebody_has_looked(open_it: Open, documents: list[tuple[str, ...]], held: bool) -> None:
    store = open_it(subscription("ann"))
    for councils in documents:
        assert tell(store, *councils) == 1
    found = {line.state for line in store.deliveries()}
    assert (DeliveryState.HELD in found) is held
    if held:
        (line,) = store.deliveries([DeliveryState.HELD])
        assert line.reason.startswith("storm: ")
        assert line.id not in {each.id for each in store.claim(owner="o", now=NOW + timedelta(days=9), lease=60, limit=99)}
        assert store.release([line.id], now=NOW) == (line.id,)
        assert [each.id for each in store.claim(owner="o", now=NOW, lease=60, limit=99)] == [line.id]


def test_a_doubt_is_mentioned_once_in_the_next_message(open_it: Open) -> None:
    store = open_it(subscription("ann"), subscription("bob", authorities=["Derby"]))
    tell(store)
    (doubtful,) = store.claim(owner="o", now=NOW, lease=60)
    store.settle(doubtful, Outcome(result=Result.UNCERTAIN, reason="x"), now=NOW)
    texts = []
    for council in ("Derby", "Devon"):
        tell(store, council)
        texts.append({d.recipient: d.message.text for d in store.claim(owner="o", now=NOW, lease=60, limit=9)})
    assert f"Also reported\n* {doubtful.message.subject}" in texts[0]["ann@reader.test"].replace("\n  ", " ")
    assert "Also reported" not in texts[0]["bob@reader.test"]
    assert "Also reported" not in texts[1]["ann@reader.test"]


def test_a_doubt_is_not_mentioned_where_there_are_no_words(open_it: Open) -> None:
    """A webhook gets the event alone: what it was not told must not count as mentioned."""
    store = open_it(subscription("room", channel="hook"), untellable=["hook"])
    tell(store)
    (doubtful,) = store.claim(owner="o", now=NOW, lease=60)
    store.settle(doubtful, Outcome(result=Result.UNCERTAIN, reason="x"), now=NOW)
    tell(store, "Derby")
    with store.engine.connect() as connection:
        mentioned = connection.execute(select(schema.deliveries.c.mentioned_in)).scalars()
        assert set(mentioned) == {None}


MONDAY = datetime(2026, 9, 7, 7, 0, tzinfo=UTC)  # 08:00 in London


def test_a_digest_gathers_a_week_and_is_written_once(open_it: Open) -> None:
    store = open_it(subscription("weekly", frequency="weekly"))
    tell(store, "Kent", now=MONDAY - timedelta(days=5))
    tell(store, "Derby", "Devon", now=MONDAY - timedelta(days=1))
    assert store.enqueue_digests(now=MONDAY - timedelta(hours=1)) == 0
    tell(store, "Dudley", now=MONDAY - timedelta(minutes=10))  # after the slot of half past seven: next week's
    assert [store.enqueue_digests(now=MONDAY + timedelta(minutes=n)) for n in range(3)] == [1, 0, 0]
    (digest,) = store.claim(owner="o", now=MONDAY, lease=60)
    assert digest.message.subject == "Weekly digest: 3 councils: Kent out of inadequate, 2 rated (reported)"
    assert digest.message.text.startswith(
        "Weekly digest.\n\n* No longer inadequate: Kent (reported).\n* Rated for the first time: Derby (reported) and Devon (r"
    )
    assert "X-Entity-Ref-ID" in digest.message.headers
    assert "References" not in digest.message.headers
    following = MONDAY + timedelta(days=7)
    assert store.enqueue_digests(now=following) == 1
    (late,) = store.claim(owner="o", now=following, lease=60)
    assert late.message.subject.startswith("Weekly digest: Dudley: rated outstanding")
    assert store.enqueue_digests(now=following + timedelta(days=7)) == 0, "an empty digest is not sent"


def test_a_digest_leaves_out_what_the_person_was_told_at_once(open_it: Open) -> None:
    store = open_it(
        subscription("now", to="ann@reader.test", authorities=["Kent"]),
        subscription("weekly", to="ann@reader.test", frequency="weekly"),
    )
    tell(store, "Kent", now=MONDAY - timedelta(days=2))
    tell(store, "Derby", now=MONDAY - timedelta(days=2))
    store.claim(owner="o", now=MONDAY, lease=60, limit=9)
    assert store.enqueue_digests(now=MONDAY) == 1
    (digest,) = store.claim(owner="o", now=MONDAY, lease=60)
    assert "Derby" in digest.message.text
    assert "* Overall effectiveness: from inadequate" not in digest.message.text
    assert "Left out, because you were told before: 1 inspection." in digest.message.text


def asked(
    store: SqlStore, name: str = "self-1", to: str = "eve@reader.test", now: datetime = NOW, **table: Any
) -> Subscription:
    wish = subscription(name, to=to, **table)
    assert store.request_subscription(wish, now=now) is not None
    return wish


def test_only_a_confirmed_request_is_told_anything(open_it: Open) -> None:
    store = open_it()
    wish = asked(store)
    assert tell(store, "Kent") == 0
    assert store.confirm_subscription(wish.name, now=NOW)
    assert store.confirm_subscription(wish.name, now=NOW), "a second click makes no difference"
    assert tell(store, "Derby") == 1
    assert not store.confirm_subscription("self-nobody", now=NOW)


def test_an_address_is_asked_once_a_day_and_the_world_sixty_times_an_hour(open_it: Open) -> None:
    store = open_it()
    asked(store)
    again = subscription("self-2", to="Eve@reader.test")
    assert store.request_subscription(again, now=NOW + timedelta(hours=23)) is None
    assert store.request_subscription(again, now=NOW + timedelta(hours=25)) is not None
    later = NOW + timedelta(days=2)
    accepted = [store.request_subscription(subscription(f"s{n}", to=f"s{n}@x.test"), now=later) for n in range(70)]
    assert sum(each is not None for each in accepted) == 60


def test_a_request_that_nobody_confirms_is_forgotten(open_it: Open) -> None:
    store = open_it()
    asked(store)
    asked(store, "self-2", to="other@reader.test", now=NOW + timedelta(days=8))
    assert [each.subscription.name for each in store.subscriber_rows()] == ["self-2"]


@pytest.mark.parametrize("configured", [True, False])
def test_unsubscribing_by_a_message_ends_at_once_and_for_good(open_it: Open, configured: bool) -> None:
    wish = subscription("ann", channel="mail", to="ann@reader.test")
    store = open_it(*([wish] if configured else []), links=LINKS)
    if not configured:
        asked(store, "ann", to="ann@reader.test")
        store.confirm_subscription("ann", now=NOW)
    tell(store, "Kent")
    tell(store, "Derby")
    (first,) = store.claim(owner="o", now=NOW, lease=60)
    url = first.message.headers["List-Unsubscribe"].strip("<>")
    token = url.rpartition("/")[2]
    assert LINKS.subject(token) == first.id
    assert store.unsubscribe_delivery(first.id, now=NOW) == 1
    assert store.unsubscribe_delivery(first.id, now=NOW) == 0
    assert not store.committing(first, now=NOW), "even what is being sent"
    assert states(store) == ["cancelled", "cancelled"]
    assert tell(open_it(*([wish] if configured else [])), "Devon") == 0, "a restart does not bring it back"


def test_erasing_forgets_the_person_and_keeps_the_count(open_it: Open) -> None:
    store = open_it(links=LINKS)
    wish = asked(store)
    store.confirm_subscription(wish.name, now=NOW)
    tell(store, "Kent")
    assert [m["subject"] for m in store.export_address("EVE@reader.test")["messages"]] != []  # type: ignore[attr-defined]  # JSON
    assert store.erase_address("Eve@Reader.test", now=NOW) == 1
    with store.engine.connect() as connection:
        for table in schema.metadata.tables.values():
            for row in connection.execute(select(table)):
                assert "eve@reader.test" not in str(row).lower(), table.name
    assert states(store) == ["cancelled"]
    nothing = {"address": "eve@reader.test", "suspended": None, "subscriptions": [], "messages": []}
    assert store.export_address("eve@reader.test") == nothing


def test_why_and_who_agree_with_what_was_sent(open_it: Open) -> None:
    store = open_it(subscription("ann"), subscription("bob", authorities=["Derby"]))
    tell(store, "Kent")
    (change,) = store.changes()
    assert store.changes(change.change.key[:12]) == (change,)
    ann, bob = store.verdicts(change)
    assert (bool(ann.match), ann.state, bool(ann.delivery)) == (True, "pending", True)
    assert not bob.match
    assert bob.match.first_failing is not None
    assert bob.match.first_failing.name == "watch-list"

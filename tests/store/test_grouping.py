"""News for somebody who is about to be told of other news: one message; a flood is one message, too; what is late says so."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from monitor.messages.links import Links
from monitor.ports import Delivery, DeliveryState, Outcome, Result
from monitor.store import SqlStore, schema
from tests.builders import NOW, report, story, subscription
from tests.store.conftest import Open

WAIT = timedelta(seconds=60)
COUNCILS = (
    "Derby",
    "Devon",
    "Dorset",
    "Dudley",
    "Durham",
    "Ealing",
    "Enfield",
    "Essex",
    "Halton",
    "Harrow",
    "Hackney",
    "Bexley",
)


def tell(store: SqlStore, council: str, grades: str = "overall outstanding", now: datetime = NOW, **changed: Any) -> int:
    changed.setdefault("published", now.date())
    return store.record(*story({council: grades}, **changed), link=None, baseline=False, now=now).deliveries


def confirm(store: SqlStore, council: str, grades: str = "overall outstanding", now: datetime = NOW) -> int:
    return store.record(report(council, grades), story({})[1], link=None, baseline=False, now=now).deliveries


def claim(store: SqlStore, now: datetime) -> list[Delivery]:
    return list(store.claim(owner="o", now=now, lease=60, limit=99))


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def told_once(store: SqlStore) -> None:
    """Every alert is in exactly one delivery, and that one tells its change to its person."""
    with store.engine.connect() as connection:
        alerts = connection.execute(
            select(schema.alerts.c.change, schema.alerts.c.delivery, schema.deliveries.c.target).join(schema.deliveries)
        ).all()
        tellings = {(row.change, row.target): row.delivery for row in connection.execute(select(schema.notifications))}
        sets = [row.change_set for row in connection.execute(select(schema.deliveries.c.change_set))]
    assert len(alerts) > 0
    assert all(tellings[row.change, row.target] == row.delivery for row in alerts)
    assert len(set(sets)) == len(sets)


def test_what_comes_while_a_message_waits_joins_it(open_it: Open) -> None:
    store = open_it(subscription("ann"), subscription("bob", authorities=["Derby"]), group_wait=WAIT)
    assert tell(store, "Kent") == 1
    assert claim(store, after(59)) == []
    assert tell(store, "Derby", now=after(30)) == 1, "only bob's is new"
    ann, bob = sorted(claim(store, after(60)), key=lambda each: each.recipient) + claim(store, after(90))
    assert ann.message.subject == "2 councils: Kent no longer inadequate, Derby rated (reported)"
    assert "Kent" in ann.message.text
    assert "Kent" not in bob.message.text
    assert (ann.message.headers["Date"], bob.message.headers["Date"]) == ("Tue, 01 Sep 2026 12:00:30 +0000",) * 2
    told_once(store)
    (detail,) = store.delivery(ann.id)
    assert [(moved.before, moved.after, moved.reason) for moved in detail.moves][:1] == [("pending", "pending", "grouped")]
    assert len(detail.alerts) == 2


def test_the_first_is_never_held_up_longer(open_it: Open) -> None:
    store = open_it(subscription("ann"), group_wait=WAIT)
    for seconds, council in ((0, "Kent"), (25, "Derby"), (50, "Devon")):
        tell(store, council, now=after(seconds))
    (only,) = claim(store, after(60))
    assert only.message.subject.startswith("3 councils: ")
    assert tell(store, "Dorset", now=after(61)) == 1, "what was claimed is not touched"
    store.settle(only, Outcome(result=Result.TRANSIENT, reason="x"), now=after(62), not_before=after(600))
    assert tell(store, "Dudley", now=after(63)) == 0, "it joins the second"
    again = {each.id: each for each in claim(store, after(600))}
    assert again[only.id].message == only.message, "what was tried is frozen"
    assert len(again) == 2
    told_once(store)


def test_without_a_wait_everything_is_its_own_message(open_it: Open) -> None:
    store = open_it(subscription("ann"))
    tell(store, "Kent")
    tell(store, "Derby")
    assert len(claim(store, NOW)) == 2


def test_the_message_of_many_subscriptions_keeps_all_its_reasons_and_its_link(open_it: Open) -> None:
    links = Links(base="https://monitor.test", key=b"k" * 32)
    lists = [subscription(name, to="ann@reader.test", authorities=[name], note=f"of {name}") for name in ("Kent", "Derby")]
    store = open_it(*lists, group_wait=WAIT, links=links)
    tell(store, "Kent")
    (waiting,) = store.deliveries()
    tell(store, "Derby", now=after(10))
    (only,) = claim(store, after(60))
    assert only.id == waiting.id
    for name in ("Kent", "Derby"):
        assert f"Your subscription “{name}”: {name} is on the list." in only.message.text
        assert f"Your note: of {name}" in only.message.text
    assert links.subject(only.message.headers["List-Unsubscribe"].rpartition("/")[2].rstrip(">")) == only.id
    assert store.unsubscribe_delivery(only.id, now=after(61)) == 2


def test_why_names_every_council_of_the_message_also_those_that_joined_it(open_it: Open) -> None:
    store = open_it(subscription("mine", to="ann@reader.test", regions=["South East"], authorities=["Derby"]), group_wait=WAIT)
    for seconds, council in ((0, "Kent"), (10, "Derby"), (20, "Surrey")):
        tell(store, council, now=after(seconds))
    (only,) = claim(store, after(60))
    why = only.message.text.partition("Why you got this")[2].partition("\n\n")[0]
    assert " ".join(why.split()) == "* Your subscription “mine”: Kent and Surrey are in South East; Derby is on the list."


def test_a_report_that_confirms_what_still_waits_is_no_second_message(open_it: Open) -> None:
    store = open_it(subscription("ann"), group_wait=WAIT)
    tell(store, "Kent", "overall good")
    assert confirm(store, "Kent", "overall good, leadership good", now=after(20)) == 0
    (only,) = claim(store, after(60))
    assert only.message.subject == "Kent: no longer inadequate, now good (Ofsted, 1 Sep)"
    assert only.message.text.count("* Overall effectiveness: ") == 1
    assert "* Impact of leaders: from inadequate to good" in only.message.text
    told_once(store)


def test_a_correction_of_what_nobody_has_read_corrects_nothing(open_it: Open) -> None:
    store = open_it(subscription("ann"), group_wait=WAIT)
    tell(store, "Kent", "overall good")
    assert confirm(store, "Kent", "overall requires_improvement", now=after(20)) == 0
    (only,) = claim(store, after(60))
    assert only.message.subject == "Kent: no longer inadequate, now requires improvement (Ofsted, 1 Sep)"
    assert "was reported as" not in only.message.text


def test_a_correction_of_what_was_read_stays_one(open_it: Open) -> None:
    store = open_it(subscription("ann"), group_wait=WAIT)
    tell(store, "Kent", "overall good")
    (first,) = claim(store, after(60))
    store.settle(first, Outcome(result=Result.SENT), now=after(60))
    assert confirm(store, "Kent", "overall requires_improvement", now=after(70)) == 1
    assert confirm(store, "Leeds", "overall outstanding", now=after(80)) == 0
    (second,) = claim(store, after(130))
    assert second.message.subject == "2 councils, 1 corrected: Kent no longer inadequate, Leeds up (Ofsted)"
    assert "was reported as good before" in second.message.text


def test_a_doubt_stays_mentioned_when_its_message_grows(open_it: Open) -> None:
    store = open_it(subscription("ann"), group_wait=WAIT)
    tell(store, "Kent")
    (doubtful,) = claim(store, after(60))
    store.settle(doubtful, Outcome(result=Result.UNCERTAIN, reason="x"), now=after(61))
    tell(store, "Derby", now=after(70))
    tell(store, "Devon", now=after(80))
    (grown,) = claim(store, after(130))
    assert grown.message.text.count("it may not have reached you") == 1
    tell(store, "Dorset", now=after(200))
    (following,) = claim(store, after(260))
    assert "it may not have reached you" not in following.message.text


def test_quiet_hours_end_with_one_message(open_it: Open) -> None:
    store = open_it(subscription("ann", quiet="12:00-20:00"), group_wait=WAIT)
    for hours, council in enumerate(("Kent", "Derby", "Devon")):
        tell(store, council, now=NOW + timedelta(hours=hours))
    (only,) = claim(store, NOW + timedelta(hours=7, minutes=1))  # 20:01 in London
    assert only.message.subject.startswith("3 councils: ")


def test_a_flood_to_one_person_becomes_one_message(open_it: Open) -> None:
    store = open_it(subscription("ann"), most_an_hour=8)
    for minute, council in enumerate(COUNCILS[:10]):
        tell(store, council, now=NOW + timedelta(minutes=minute))
    assert len(claim(store, NOW + timedelta(minutes=59))) == 8
    (rest,) = claim(store, NOW + timedelta(minutes=60))
    assert rest.message.subject.startswith("2 councils: Halton and Harrow rated (reported)")
    tell(store, "Kent", now=NOW + timedelta(hours=3))
    assert len(claim(store, NOW + timedelta(hours=3))) == 1
    told_once(store)


def test_nothing_joins_what_a_restored_copy_believes_to_be_waiting(open_it: Open) -> None:
    store = open_it(subscription("ann"), group_wait=WAIT)
    tell(store, "Kent")
    with store.engine.begin() as connection:
        connection.execute(schema.facts.insert().values(name="sending_off", value="restored"))
    assert tell(store, "Derby", now=after(10)) == 1, "the first may have been sent since the copy was made"


@pytest.mark.parametrize("state", [DeliveryState.HELD, DeliveryState.CANCELLED, DeliveryState.SENDING])
def test_only_what_waits_is_joined(open_it: Open, state: DeliveryState) -> None:
    store = open_it(subscription("ann"), group_wait=WAIT)
    tell(store, "Kent")
    with store.engine.begin() as connection:
        connection.execute(update(schema.deliveries).values(state=state))
    assert tell(store, "Derby", now=after(10)) == 1


@pytest.mark.parametrize(("days", "minutes", "says"), [(0, 1, False), (1, 1, False), (2, 1, True), (3, 1, True), (4, 15, True)])
def test_what_is_late_says_so_and_what_is_very_late_is_one_message(open_it: Open, days: int, minutes: int, says: bool) -> None:
    store = open_it(subscription("ann"), group_wait=WAIT)
    published = NOW.date() - timedelta(days=days)
    tell(store, "Kent", published=published)
    tell(store, "Derby", published=published, now=after(minutes * 60 - 1))
    assert claim(store, after(minutes * 60 - 1)) == []
    (only,) = claim(store, after(minutes * 60))
    assert only.message.subject == "2 councils: Kent no longer inadequate, Derby rated (reported)"
    late = " ".join(only.message.text.split()).count(f"Delayed: seen {days} days after it was published.")
    assert late == (2 if says else 0)


def test_a_run_that_ends_waits_for_nothing_more_but_for_quiet_hours(open_it: Open) -> None:
    store = open_it(subscription("ann"), subscription("night", quiet="12:00-20:00"), group_wait=WAIT)
    tell(store, "Kent")
    (ann,) = store.claim(owner="o", now=NOW, lease=60, limit=9, early=WAIT)
    assert ann.recipient == "ann@reader.test"
    store.settle(ann, Outcome(result=Result.TRANSIENT, reason="x"), now=NOW, not_before=after(50))
    assert store.claim(owner="o", now=NOW, lease=60, limit=9, early=WAIT) == (), "a failure waits its turn"
    assert (
        store.claim(owner="o", now=NOW + timedelta(hours=6, minutes=59, seconds=30), lease=60, limit=9, early=WAIT)[0].id
        == ann.id
    )
    assert [each.recipient for each in claim(store, NOW + timedelta(hours=7))] == ["night@reader.test"]


def test_an_alert_by_a_second_list_belongs_to_the_message_that_told_it(open_it: Open) -> None:
    first, second = subscription("one", to="ann@reader.test"), subscription("two", to="Ann@reader.test")
    tell(open_it(first), "Kent")
    store = open_it(first, second)
    assert tell(store, "Kent", outlet="Another Paper", text="Another paper tells of Kent.") == 0
    told_once(store)
    assert store.enqueue_digests(now=NOW + timedelta(days=2)) == 0

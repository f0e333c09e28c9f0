"""The operator hears once a day of what waits for review, whatever restarts, and of nothing when nothing waits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from monitor.domain.operator_alarms import Receiver
from monitor.messages import Renderer
from monitor.messages.review import MAX_SHOWN, review_notice
from monitor.ports import Outcome, Result
from monitor.store import SqlStore, restore_guard
from monitor.store.tokens import token_of_message
from monitor.system.sent_journal import Entry
from tests.builders import NOW
from tests.store.conftest import Open
from tests.store.test_review import SENTENCE, record, unsure

MAIL, SLACK = Receiver(channel="mail", to="ops@example.org"), Receiver(channel="slack")
#: A day's word may come from then on: half past seven in London, in summer.
MORNING = datetime(2026, 9, 2, 6, 30, tzinfo=UTC)


def tell(store: SqlStore, now: datetime = NOW, *ways: Receiver, avoided: Collection[str] = ()) -> str:
    return store.notify_of_reviews(avoided, ways or (MAIL, SLACK), now=now)


def ended(store: SqlStore, outcome: Outcome, now: datetime) -> None:
    for delivery in store.claim(owner="one", now=now, lease=60, limit=9):
        assert store.committing(delivery, now=now)
        again = now + timedelta(hours=1) if outcome.result is Result.TRANSIENT else None
        assert store.settle(delivery, outcome, now=now, not_before=again)


def channels(store: SqlStore) -> list[str]:
    return [line.channel for line in sorted(store.deliveries(), key=lambda line: line.created)]


def test_where_nothing_waits_nothing_is_said(open_it: Open) -> None:
    store = open_it()
    assert tell(store) == ""
    record(store, unsure({"Kent": "overall good"}))
    store.reject_reviews([store.reviews()[0].id], by="ann", now=NOW)
    assert tell(store) == ""
    assert store.deliveries() == ()


def test_it_is_said_at_once_and_then_once_a_day(open_it: Open) -> None:
    store = open_it()
    record(store, unsure({"Kent": "overall good"}))
    assert tell(store)
    record(store, unsure({"Leeds": "overall outstanding"}, url="https://news.test/b", text=f"{SENTENCE} Leeds."))
    assert not tell(store, NOW + timedelta(minutes=4))
    ended(store, Outcome(result=Result.SENT), NOW + timedelta(minutes=5))
    assert not tell(open_it(), MORNING - timedelta(seconds=1))
    assert tell(open_it(), MORNING)
    ended(store, Outcome(result=Result.SENT), MORNING)
    assert not tell(open_it(), MORNING + timedelta(hours=1))
    lines = sorted(store.deliveries(), key=lambda line: line.created)
    assert [(line.purpose, line.recipient, line.subject) for line in lines] == [
        ("operator", "ops@example.org", "Operator notice: 1 judgement waits for review"),
        ("operator", "ops@example.org", "Operator notice: 2 judgements wait for review"),
    ]


def test_a_crash_before_it_is_there_leaves_nothing(open_it: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_it()
    record(store, unsure({"Kent": "overall good"}))

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("crash")

    with monkeypatch.context() as patched:
        patched.setattr("monitor.store.review_word.enqueue_one", crash)
        with pytest.raises(RuntimeError):
            tell(store)
    assert tell(store)
    assert len(store.deliveries()) == 1


def test_what_waits_for_thirty_days_is_left_out(open_it: Open) -> None:
    store = open_it()
    record(store, unsure({"Kent": "overall good"}))
    assert tell(store, NOW + timedelta(days=29))
    assert not tell(store, NOW + timedelta(days=30))


def test_without_a_way_nothing_is_said_until_there_is_one(open_it: Open) -> None:
    store = open_it()
    record(store, unsure({"Kent": "overall good"}))
    assert store.notify_of_reviews((), (), now=NOW) == ""
    assert tell(store, NOW + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("outcome", "minutes"),
    [
        (Outcome(result=Result.PERMANENT, reason="smtp_550_rcpt"), 4),
        (Outcome(result=Result.UNCERTAIN, reason="timeout_after_last_byte"), 4),
        (Outcome(result=Result.TRANSIENT, reason="connect_timeout"), 16),
    ],
)
def test_what_the_first_way_does_not_take_goes_another_way_once(open_it: Open, outcome: Outcome, minutes: int) -> None:
    store = open_it()
    record(store, unsure({"Kent": "overall good"}))
    tell(store)
    ended(store, outcome, NOW + timedelta(minutes=2))
    assert not tell(store, NOW + timedelta(minutes=2)) or outcome.result is not Result.TRANSIENT
    tell(store, NOW + timedelta(minutes=minutes))
    assert channels(store) == ["mail", "slack"]
    ended(store, Outcome(result=Result.SENT), NOW + timedelta(minutes=minutes + 1))
    assert not tell(store, NOW + timedelta(minutes=60))


def test_where_there_is_only_one_way_it_is_tried_once_a_day(open_it: Open) -> None:
    store = open_it()
    record(store, unsure({"Kent": "overall good"}))
    assert tell(store, NOW, MAIL)
    ended(store, Outcome(result=Result.PERMANENT, reason="smtp_550_rcpt"), NOW)
    assert not tell(store, NOW + timedelta(hours=1), MAIL)
    assert tell(store, MORNING, MAIL)


def test_a_channel_in_trouble_is_not_the_way(open_it: Open) -> None:
    store = open_it()
    record(store, unsure({"Kent": "overall good"}))
    tell(store, NOW, avoided=["mail"])
    assert channels(store) == ["slack"]


def test_what_was_sent_before_the_database_was_put_back_is_not_sent_again(open_it: Open) -> None:
    """The journal beside the database knows that the day's word went out; the database of the night before does not."""
    store = open_it()
    record(store, unsure({"Kent": "overall good"}))
    sent = token_of_message(MAIL.target, "review:2026-09-01")
    with store.engine.begin() as connection:
        restore_guard.compare(connection, {"gone": Entry(delivery="gone", epoch=1, accepted=True, tells=(sent,))})
    assert not tell(store)
    assert tell(store, MORNING)


def test_it_names_what_is_most_urgent_and_how_to_decide(open_it: Open) -> None:
    store = open_it()
    for number, (said, probability) in enumerate([("good", 0.9), ("inadequate", 0.55), ("outstanding", 0.95)]):
        name = ["Kent", "Leeds", "Bury"][number]
        told = unsure(
            {name: f"leadership {said}"},
            probability=probability,
            url=f"https://news.test/{number}",
            text=f"{SENTENCE} {number}",
            outlet="The Paper",
        )
        record(store, told)
    tell(store)
    message = store.delivery(store.deliveries()[0].id)[0].message
    text = " ".join(message.text.split())
    order = [text.index(each) for each in ("Leeds: leadership: inadequate (55 %)", "Kent: leadership: good (90 %)",
                                           "Bury: leadership: outstanding (95 %)")]  # fmt: skip
    assert order == sorted(order), "what may be inadequate, then what may be so no longer, then the rest"
    leeds = next(item for item in store.reviews() if item.judgement.authority.name == "Leeds")
    assert f"“{SENTENCE}” The Paper, 1 September 2026." in text
    assert f"`monitor review accept {leeds.id[:10]}` or `monitor review reject {leeds.id[:10]}`: https://news.test/1" in text
    assert "3 judgements wait for review. Nobody is alerted of them unless you accept them." in text


def test_of_many_the_first_are_named_and_nothing_foreign_can_be_pressed(open_it: Open) -> None:
    store = open_it()
    evil = "Kent is good, see evil.example or mail x@evil.example <b>now</b>."
    names = (
        "Kent",
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
    )
    record(store, unsure(dict.fromkeys(names, "leadership outstanding"), quote=evil, url="javascript:alert(1)"))
    items = store.reviews()
    notice = review_notice("n", NOW, items, page="https://monitor.example/")
    assert len(notice.words) == MAX_SHOWN + 2
    assert notice.words[-1] == "And 2 more: `monitor review list`."
    told = Renderer().render(notice)
    assert "evil.example" not in told.text
    assert "javascript:alert" not in told.text
    assert "<b>" not in told.html
    assert "operator.notice" in told.forms["event"]


def test_items_of_articles_without_a_day_can_be_told(open_it: Open) -> None:
    store = open_it()
    record(store, unsure({"Kent": "leadership outstanding"}, published=None, outlet=""))
    (item,) = store.reviews()
    assert (item.published, item.outlet) == (None, "")
    assert "”. Decide with" in review_notice("n", NOW, [item]).words[1]

"""Mail that comes back: noted once at its delivery, counted only with our mark, three in a row or one complaint suspend."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from monitor.domain.bounces import BounceKind, BounceReport, IngestOutcome
from monitor.domain.operator_alarms import Alarm
from monitor.ports import DeliveryState, Outcome, Result
from monitor.store import SqlStore, schema
from monitor.store.bounces import MAX_NOTES
from monitor.store.notices import outbox_alarms
from tests.builders import NOW, story, subscription
from tests.store.conftest import Open

SENT = Outcome(result=Result.SENT, reason="smtp_250")
COUNCILS = ("Kent", "Leeds", "Bury", "Derby", "Rutland", "Slough")


def mail(key: str = "k", kind: BounceKind = BounceKind.BOUNCE, code: str = "5.1.1", **changed: object) -> BounceReport:
    return BounceReport(kind=kind, key=key, code=code, **changed)  # type: ignore[arg-type]  # keywords


FEEDBACK = "feedback@arf.mail.yahoo.com"


def complaint(key: str = "c", author: str = FEEDBACK) -> BounceReport:
    """A reader's "this is unwanted", as the mailbox's server says that `author` passed it on; empty: as nobody knows who."""
    return mail(key, BounceKind.COMPLAINT, code="", author=author)


def alarms(store: SqlStore, now: datetime) -> list[Alarm]:
    with store.engine.connect() as connection:
        return outbox_alarms(connection, now)


def sent(store: SqlStore, council: str = "Kent", now: datetime = NOW, outcome: Outcome = SENT) -> str:
    """A message to ann about a council, settled so; its id."""
    told = story({council: "overall outstanding"}, published=now.date())
    store.record(*told, link=None, baseline=False, now=now)
    (delivery,) = store.claim(owner="one", now=now, lease=60)
    store.committing(delivery, now=now)
    assert store.settle(delivery, outcome, now=now)
    return delivery.id


def state(store: SqlStore, delivery: str) -> tuple[str, str]:
    (found,) = store.delivery(delivery)
    return found.line.state, found.line.reason


def waiting(store: SqlStore) -> list[str]:
    return [line.id for line in store.deliveries([DeliveryState.PENDING])]


@pytest.fixture
def store(open_it: Open) -> SqlStore:
    return open_it(subscription("ann"))


def test_a_bounce_is_a_note_at_a_message_that_stays_sent(store: SqlStore) -> None:
    delivery = sent(store)
    assert store.ingest_bounce(mail(), delivery, now=NOW) is IngestOutcome.COUNTED
    assert state(store, delivery) == ("sent", "smtp_250, returned: 5.1.1 no such mailbox")
    (found,) = store.delivery(delivery)
    assert [move.reason for move in found.moves if move.before == move.after] == ["returned: 5.1.1 no such mailbox"]


def test_the_same_mail_read_again_changes_nothing(store: SqlStore) -> None:
    delivery = sent(store)
    store.ingest_bounce(mail(), delivery, now=NOW)
    before = state(store, delivery)
    assert store.ingest_bounce(mail(), delivery, now=NOW) is IngestOutcome.KNOWN
    assert state(store, delivery) == before


def test_three_in_a_row_suspend_and_cancel_what_waits(store: SqlStore) -> None:
    deliveries = [sent(store, council) for council in COUNCILS[:3]]
    store.record(*story({"Derby": "overall outstanding"}), link=None, baseline=False, now=NOW)
    (waits,) = waiting(store)
    taken = [store.ingest_bounce(mail(key), key, now=NOW) for key in deliveries]
    assert taken == [IngestOutcome.COUNTED, IngestOutcome.COUNTED, IngestOutcome.SUSPENDED]
    assert state(store, waits) == ("cancelled", "suspended")
    (suspension,) = store.suspended()
    assert (suspension.target, suspension.since) == ("ann@reader.test", NOW)
    store.record(*story({"Rutland": "overall outstanding"}), link=None, baseline=False, now=NOW)
    assert waiting(store) == []


def test_three_reports_of_one_message_are_one_bounce(store: SqlStore) -> None:
    delivery = sent(store)
    assert [store.ingest_bounce(mail(key), delivery, now=NOW) for key in "abcd"] == [IngestOutcome.COUNTED] * 4
    assert store.suspended() == ()


def test_a_yes_of_our_own_server_proves_nothing_for_a_week(store: SqlStore) -> None:
    """A relay says yes to everything and reports later: its yes does not set the count back."""
    days = [NOW + timedelta(days=n) for n in range(3)]
    deliveries = [sent(store, council, day) for council, day in zip(COUNCILS, days, strict=False)]
    late = NOW + timedelta(days=5)
    assert [store.ingest_bounce(mail(each), each, now=late) for each in deliveries][-1] is IngestOutcome.SUSPENDED


def test_a_message_that_did_not_come_back_within_a_week_ends_the_row(store: SqlStore) -> None:
    first, second = (sent(store, council) for council in COUNCILS[:2])
    store.ingest_bounce(mail("a"), first, now=NOW)
    store.ingest_bounce(mail("b"), second, now=NOW)
    sent(store, "Bury", NOW + timedelta(days=1))
    later = NOW + timedelta(days=20)
    third = sent(store, "Derby", later)
    assert store.ingest_bounce(mail("c"), third, now=later) is IngestOutcome.COUNTED
    assert store.suspended() == ()


def test_refusals_and_bounces_count_together(store: SqlStore) -> None:
    refused = Outcome(result=Result.PERMANENT, reason="smtp_550_rcpt 5.1.1")
    for council in COUNCILS[:2]:
        sent(store, council, outcome=refused)
    assert store.ingest_bounce(mail(), sent(store, "Bury"), now=NOW) is IngestOutcome.SUSPENDED


def test_a_refusal_that_is_our_fault_is_not_the_addresss(store: SqlStore) -> None:
    """A relay that does not let us in refuses every recipient: nobody must be suspended for that."""
    for council in COUNCILS[:4]:
        sent(store, council, outcome=Outcome(result=Result.PERMANENT, reason="smtp_550_rcpt 5.7.1"))
    assert store.suspended() == ()


@pytest.mark.parametrize("code", ["5.7.1", "5.7.26", "5.2.2", "5.6.0", "5.1.8", "4.4.7", ""])
def test_what_is_not_about_the_address_is_only_noted(store: SqlStore, code: str) -> None:
    for council in COUNCILS[:4]:
        assert store.ingest_bounce(mail(council, code=code), sent(store, council), now=NOW) is IngestOutcome.NOTED
    assert store.suspended() == ()


def test_a_delay_is_a_note(store: SqlStore) -> None:
    delivery = sent(store)
    assert store.ingest_bounce(mail(kind=BounceKind.DELAY, code="4.4.1"), delivery, now=NOW) is IngestOutcome.NOTED
    assert state(store, delivery)[1] == "smtp_250, delayed: 4.4.1 the receiver does not answer"


def test_one_complaint_suspends_at_once(store: SqlStore) -> None:
    assert store.ingest_bounce(complaint(), sent(store), now=NOW) is IngestOutcome.SUSPENDED
    assert store.suspended()[0].reason.startswith("complaint")


@pytest.mark.parametrize("kind", [BounceKind.BOUNCE, BounceKind.COMPLAINT])
def test_a_message_id_alone_is_no_proof(store: SqlStore, kind: BounceKind) -> None:
    """Who was answered or forwarded a message knows its id: a forger's reports are noted, and suspend nobody."""
    for council in COUNCILS[:4]:
        delivery = sent(store, council)
        forged = mail(council, kind, message_ids=(f"<{delivery}@monitor.invalid>",))
        assert store.ingest_bounce(forged, None, now=NOW) is IngestOutcome.NOTED
        assert "not signed by us: not counted" in state(store, delivery)[1]
    assert store.suspended() == ()


def test_a_forger_cannot_fill_the_disk(store: SqlStore) -> None:
    delivery = sent(store)
    taken = {store.ingest_bounce(mail(str(n), message_ids=(f"<{delivery}@x>",)), None, now=NOW) for n in range(MAX_NOTES + 5)}
    assert taken == {IngestOutcome.NOTED, IngestOutcome.KNOWN}
    with store.engine.connect() as connection:
        assert len(connection.execute(select(schema.returns.c.id)).all()) == MAX_NOTES
    assert len(state(store, delivery)[1]) <= 500
    assert store.ingest_bounce(mail("real"), delivery, now=NOW) is IngestOutcome.COUNTED, "the real one still counts"


def test_mail_about_nothing_of_ours_is_left_alone(store: SqlStore) -> None:
    sent(store)
    assert (
        store.ingest_bounce(mail(message_ids=(f"<{'0' * 32}@monitor.test>", "<x@y>")), None, now=NOW) is IngestOutcome.UNRELATED
    )
    assert store.ingest_bounce(mail(), "f" * 32, now=NOW) is IngestOutcome.UNRELATED
    assert store.ingest_bounce(mail(kind=BounceKind.AUTOMATIC), sent(store, "Bury"), now=NOW) is IngestOutcome.UNRELATED


def test_a_bounce_from_behind_the_address_is_not_its_fault(store: SqlStore) -> None:
    """A list of ten people with one dead mailbox must not be lost to the other nine."""
    for council in COUNCILS[:4]:
        delivery = sent(store, council)
        assert store.ingest_bounce(mail(council, recipients=("dead@elsewhere.test",)), delivery, now=NOW) is IngestOutcome.NOTED
        assert "behind this one" in state(store, delivery)[1]
    delivery = sent(store, "Rutland")
    own = mail("own", recipients=("dead@elsewhere.test", "ann@reader.test"))
    assert store.ingest_bounce(own, delivery, now=NOW) is IngestOutcome.COUNTED


def test_what_came_back_had_been_taken(store: SqlStore) -> None:
    """A bounce ends the doubt whether the provider took a message."""
    delivery = sent(store, outcome=Outcome(result=Result.UNCERTAIN, reason="timeout_after_last_byte"))
    store.ingest_bounce(mail(kind=BounceKind.DELAY, code="4.4.1"), delivery, now=NOW)
    assert state(store, delivery)[0] == "sent"


def test_reinstating_begins_anew(store: SqlStore) -> None:
    store.ingest_bounce(complaint(), sent(store), now=NOW)
    later = NOW + timedelta(hours=1)
    assert store.reinstate("Ann@Reader.test", now=later)
    assert not store.reinstate("ann@reader.test", now=later)
    assert store.suspended() == ()
    after = later + timedelta(hours=1)
    for council in ("Bury", "Derby"):
        assert store.ingest_bounce(mail(council), sent(store, council, after), now=after) is IngestOutcome.COUNTED
    assert store.ingest_bounce(mail("slough"), sent(store, "Slough", after), now=after) is IngestOutcome.SUSPENDED


def test_the_position_in_the_mailbox_is_kept(store: SqlStore) -> None:
    assert store.mailbox_position() == ""
    store.remember_mailbox_position("1:5")
    store.remember_mailbox_position("1:9")
    assert store.mailbox_position() == "1:9"


def test_who_confirms_anew_has_the_mailbox_and_wants_the_mail(store: SqlStore) -> None:
    store.ingest_bounce(complaint(), sent(store), now=NOW)
    again = subscription("self-1", to="ann@reader.test")
    store.request_subscription(again, now=NOW)
    assert len(store.suspended()) == 1, "asking proves nothing"
    assert store.confirm_subscription("self-1", now=NOW)
    assert store.suspended() == ()
    later = NOW + timedelta(hours=1)
    store.ingest_bounce(complaint("k2"), sent(store, "Leeds", later), now=later)
    assert store.confirm_subscription("self-1", now=later)
    assert len(store.suspended()) == 1, "an old link opens nothing"


def test_what_breaks_off_halfway_is_done_whole_at_the_next_reading(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """The note, the count and the suspension are one transaction: a kill leaves all of it or nothing."""
    delivery = sent(store)

    def killed(*_: object) -> bool:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("monitor.store.suspensions.suspend", killed)
        with pytest.raises(SystemExit):
            store.ingest_bounce(complaint(), delivery, now=NOW)
    assert state(store, delivery) == ("sent", "smtp_250")
    assert store.ingest_bounce(complaint(), delivery, now=NOW) is IngestOutcome.SUSPENDED


def test_the_yes_of_a_relay_does_not_set_refusals_back_either(store: SqlStore) -> None:
    refused = Outcome(result=Result.PERMANENT, reason="smtp_550_rcpt 5.1.1")
    for council in COUNCILS[:2]:
        sent(store, council, outcome=refused)
    sent(store, "Bury")
    sent(store, "Derby", outcome=refused)
    assert [each.reason for each in store.suspended()] == ["smtp_550_rcpt 5.1.1"]


@pytest.mark.parametrize(
    ("to", "named"),
    [
        ("Ann+ofsted@reader.test", "ann@reader.test"),
        ("ann@reader.test", "ann+x@reader.test"),
        ("ann@bücher.test", "ann@xn--bcher-kva.test"),
        ("ann@XN--BCHER-KVA.test", "ann@bücher.test"),
    ],
)
def test_a_mailbox_by_another_name_is_the_same(open_it: Open, to: str, named: str) -> None:
    """A server that drops what follows the plus, or writes a domain in its own letters, is no forwarding."""
    store = open_it(subscription("ann", to=to))
    for council, taken in zip(COUNCILS, (IngestOutcome.COUNTED, IngestOutcome.COUNTED, IngestOutcome.SUSPENDED), strict=False):
        assert store.ingest_bounce(mail(council, recipients=(named,)), sent(store, council), now=NOW) is taken


@pytest.mark.parametrize(
    "reason",
    ["smtp_504_rcpt 5.5.2", "smtp_550_rcpt 5.1.90", "smtp_550_dot 5.4.5", "smtp_550_rcpt 5.7.1", "smtp_550_rcpt 5.0.0"],
)
def test_refusals_recorded_before_they_were_told_apart_count_no_more(store: SqlStore, reason: str) -> None:
    for council in COUNCILS[:4]:
        sent(store, council, outcome=Outcome(result=Result.PERMANENT, reason=reason))
    assert store.suspended() == ()


@pytest.mark.parametrize(
    "author",
    [
        "",
        "eve@evil.test",
        "eve@reader.test",
        "ann@reader.test",
        "eve@arf.mail.yahoo.com.evil.test",
        "eve@hotmail.com",
        "abuse@evil.test",
    ],
)
def test_a_mark_alone_cuts_nobody_off_and_the_operator_is_asked(store: SqlStore, author: str) -> None:
    """Whoever is forwarded a message has its mark, and may write a complaint with it; or a hundred of them."""
    for council in COUNCILS[:3]:
        delivery = sent(store, council)
        assert store.ingest_bounce(complaint(council, author), delivery, now=NOW) is IngestOutcome.ASKED
        assert store.ingest_bounce(complaint(f"{council} again", author), delivery, now=NOW) is IngestOutcome.ASKED
        assert state(store, delivery)[1].endswith(
            "complaint: its reader called it unwanted (nobody vouches for it: not counted)"
        )
    assert store.suspended() == ()
    (alarm,) = [each for each in alarms(store, NOW) if each.name == "complaints"]
    assert alarm.message.startswith("3 complaint(s)")
    assert "reader.test" not in alarm.message
    assert not [each for each in alarms(store, NOW + timedelta(days=8)) if each.name == "complaints"]


@pytest.mark.parametrize("author", [FEEDBACK, "staff@hotmail.com", "abuse@reader.test", "postmaster@mx.reader.test"])
def test_who_can_know_is_believed_once_a_message(store: SqlStore, author: str) -> None:
    delivery = sent(store)
    assert store.ingest_bounce(complaint("c", author), delivery, now=NOW) is IngestOutcome.SUSPENDED
    assert store.ingest_bounce(complaint("c", author), delivery, now=NOW) is IngestOutcome.KNOWN
    assert store.ingest_bounce(complaint("another", author), delivery, now=NOW) is IngestOutcome.NOTED
    assert not [each for each in alarms(store, NOW) if each.name == "complaints"]


def test_after_reinstating_an_old_complaint_counts_no_more(store: SqlStore) -> None:
    first, second = sent(store), sent(store, "Leeds")
    assert store.ingest_bounce(complaint(), first, now=NOW) is IngestOutcome.SUSPENDED
    later = NOW + timedelta(hours=1)
    assert store.reinstate("ann@reader.test", now=later)
    for key, delivery in (("c", first), ("again", first), ("of another message", second)):
        assert store.ingest_bounce(complaint(key), delivery, now=later) in {IngestOutcome.KNOWN, IngestOutcome.NOTED}
    assert store.ingest_bounce(complaint("forged", ""), second, now=later) is IngestOutcome.NOTED
    assert store.suspended() == ()
    after = later + timedelta(hours=1)
    assert store.ingest_bounce(complaint("new"), sent(store, "Bury", after), now=after) is IngestOutcome.SUSPENDED


def test_a_complaint_to_look_at_is_done_with_when_its_reader_gets_nothing_more(store: SqlStore) -> None:
    store.ingest_bounce(complaint("c", ""), sent(store), now=NOW)
    assert [each.name for each in alarms(store, NOW)] == ["complaints"]
    store.end_subscriptions(["ann"], now=NOW)
    assert alarms(store, NOW) == []

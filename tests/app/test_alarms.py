"""What is alarming about the disk, and how everything that is alarming is found in one look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.app.alarms import MIN_DISK_SPACE, AlarmEvaluator, of_bounces, of_crowded, of_given_up, of_space
from monitor.domain.link_history import GivenUp
from monitor.domain.model import Link, SourceClass
from monitor.domain.operator_alarms import Receiver
from monitor.domain.poll_failures import failure_words
from monitor.domain.subscriptions import Subscription
from monitor.ports import FetchFailure, LinkFailure, Outcome, Poll, PollResult, Result
from monitor.store import SqlStore, open_store
from tests.conftest import ROOT

START = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass
class Hands:
    """A clock that is set."""

    moment: datetime = START

    def now(self) -> datetime:
        return self.moment


@dataclass
class Gazette:
    name: str = "gazette"
    interval: float = 1800.0
    cadence: float = 0.0
    outlet: str = ""
    source_class: SourceClass = SourceClass.PRESS
    url: str = "https://gazette.example/feed"


@dataclass
class Monitor:
    """As much of an assembled monitor as the lookout looks at."""

    store: SqlStore
    home: Path
    sources: list[Gazette] = field(default_factory=lambda: [Gazette()])
    clock: Hands = field(default_factory=Hands)
    postmaster: None = None
    pipeline: Any = field(default_factory=lambda: SimpleNamespace(timekeeper=None))

    @property
    def settings(self) -> Any:
        return SimpleNamespace(state=self.home, operator=(Receiver(channel="mail", to="ops@example.org"),), status_url="")

    def polled(self, name: str, at: datetime, poll: Poll) -> None:
        asked = PollResult(source=name, poll=poll, next_due_at=at, failures_before=0)
        self.store.record_polls([asked], now=at)

    def deliver(self) -> None:
        """Hand everything over."""
        now = self.clock.now()
        for delivery in self.store.claim(owner="test", now=now, lease=60, limit=99):
            assert self.store.committing(delivery, now=now)
            assert self.store.settle(delivery, Outcome(result=Result.SENT), now=now)


@pytest.fixture
def monitor(tmp_path: Path) -> Iterator[Monitor]:
    store = open_store(f"sqlite:///{tmp_path / 'state.db'}")
    yield Monitor(store=store, home=tmp_path)
    store.close()


def test_a_disk_that_fills_is_alarming() -> None:
    assert of_space(MIN_DISK_SPACE) == []
    assert "63 MB" in str(of_space(MIN_DISK_SPACE - 1)[0])


def test_a_mailbox_that_cannot_be_read_is() -> None:
    assert of_bounces("") == []
    assert of_bounces("refused")[0].key == ("returned mail", "mailbox")


def test_a_source_that_goes_blind_is_seen_told_and_told_to_be_well(monitor: Monitor) -> None:
    evaluator = AlarmEvaluator(monitor)  # type: ignore[arg-type]
    for hour in range(24 * 10):
        monitor.polled("gazette", START + timedelta(hours=hour), Poll(items=20, newest=START + timedelta(hours=hour)))
    monitor.clock.moment = now = START + timedelta(days=10)
    assert evaluator.evaluate() == ()
    for minutes in (0, 30):
        wall = Poll(failure=FetchFailure(url="https://gazette.example/feed", reason="interstitial"))
        monitor.polled("gazette", now + timedelta(minutes=minutes), wall)
    monitor.clock.moment = now + timedelta(hours=1)
    [alarm] = found = evaluator.evaluate()
    assert (alarm.key, alarm.since) == (("gazette", "blind"), now)
    assert evaluator.notify(found)
    assert not evaluator.notify(found)
    monitor.deliver()
    monitor.polled("gazette", now + timedelta(hours=1), Poll(items=20, newest=now))
    for hours in (1, 4):
        monitor.clock.moment = now + timedelta(hours=hours)
        evaluator.notify(evaluator.evaluate())
    told = [line.subject for line in monitor.store.deliveries()]
    assert sorted(told) == [
        "Operator notice: source gazette answers with no list of articles",
        "Operator notice: source gazette is well again",
    ]


def test_a_source_that_stops_for_three_days_is_told_to_who_has_no_other(tmp_path: Path) -> None:
    wish = Subscription(name="mine", channel="mail", to="ann@reader.test", no_news="weekly")
    store = open_store(f"sqlite:///{tmp_path / 'state.db'}", subscriptions=lambda: (wish,))
    monitor = Monitor(store=store, home=tmp_path)
    evaluator = AlarmEvaluator(monitor)  # type: ignore[arg-type]
    for hour in range(24 * 15):
        at = monitor.clock.moment = START + timedelta(hours=hour)
        down = hour >= 24 * 11
        refused = FetchFailure(url="https://gazette.example/feed", reason="refused")
        monitor.polled("gazette", at, Poll(failure=refused) if down else Poll(items=20, newest=at))
        if hour % 6 == 0:
            evaluator.notify(evaluator.evaluate())
            monitor.deliver()
    told = [(line.created, line.subject) for line in store.deliveries() if line.recipient == "ann@reader.test"]
    assert [subject for _, subject in told] == ["We cannot hear gazette at present", "Nothing changed in the week to 8 Jun"]
    assert timedelta(days=3) <= told[0][0] - (START + timedelta(days=11)) < timedelta(days=3, hours=7)
    store.close()


def test_what_is_silent_is_not_what_is_usual(monitor: Monitor) -> None:
    """A habit is learnt every day, but not from the days of an alarm: it would end by itself."""
    evaluator = AlarmEvaluator(monitor)  # type: ignore[arg-type]
    for hour in range(24 * 30):
        at = START + timedelta(hours=hour)
        monitor.polled("gazette", at, Poll(items=20 if hour < 24 * 20 else 8, newest=at))
        monitor.clock.moment = at
        if hour % 12 == 0:
            evaluator.notify(evaluator.evaluate())
            monitor.deliver()
    [alarm] = evaluator.evaluate()
    assert (alarm.key, alarm.since) == (("gazette", "shrunk"), START + timedelta(days=20))
    assert len(monitor.store.deliveries()) == 2  # once, and once more after a week


def test_an_address_that_moved_is_proposed(monitor: Monitor) -> None:
    monitor.polled("gazette", START, Poll(items=3, moved_to="https://new.example/feed"))
    [alarm] = AlarmEvaluator(monitor).evaluate()  # type: ignore[arg-type]
    assert "https://new.example/feed" in alarm.message
    monitor.polled("gazette", START + timedelta(hours=1), Poll(items=3))
    assert AlarmEvaluator(monitor).evaluate() == ()  # type: ignore[arg-type]


def test_a_source_that_is_no_longer_watched_is_nobodys_alarm(monitor: Monitor) -> None:
    monitor.polled("gone", START, Poll(items=3, moved_to="https://new.example/feed"))
    assert AlarmEvaluator(monitor).evaluate() == ()  # type: ignore[arg-type]


def refused(source: str, reason: str) -> Poll:
    return Poll(failure=FetchFailure(url=f"https://{source}.example/feed", reason=reason))


def test_a_source_that_never_answered_is_alarming_at_its_first_poll(monitor: Monitor) -> None:
    evaluator = AlarmEvaluator(monitor)  # type: ignore[arg-type]
    monitor.sources.append(Gazette(name="courier"))
    monitor.polled("courier", START, Poll(items=20, newest=START))
    monitor.polled("gazette", START, refused("gazette", "not_found"))
    [alarm] = evaluator.evaluate()
    assert alarm.key == ("sources", "never")
    assert (
        alarm.message == "1 of 2 has never answered. There is nothing at its address (404); has it moved? (not_found): gazette"
    )
    monitor.polled("gazette", START + timedelta(hours=1), Poll(items=20, newest=START))
    assert evaluator.evaluate() == ()
    monitor.polled("gazette", START + timedelta(hours=2), refused("gazette", "not_found"))
    assert evaluator.evaluate() == ()  # it has answered: one failure is none


def test_without_a_network_one_alarm_says_so(monitor: Monitor) -> None:
    monitor.sources = [Gazette(name=f"paper {number}") for number in range(6)]
    evaluator = AlarmEvaluator(monitor)  # type: ignore[arg-type]
    for source in monitor.sources:
        monitor.polled(source.name, START, refused("paper", "dns" if source.name != "paper 5" else "timeout"))
    [alarm] = found = evaluator.evaluate()
    assert alarm.key == ("sources", "never")
    assert "none has ever answered, so nothing is watched" in alarm.message
    assert "is there a network" in alarm.message
    assert "it did not answer in time (timeout): paper 5" in alarm.message
    assert {source.outlet for source in evaluator._coverage(found).sources if source.down_since} == {
        f"paper {n}" for n in range(6)
    }
    monitor.polled("paper 0", START, Poll(items=3, newest=START))
    [alarm] = evaluator.evaluate()
    assert "5 of 6 have never answered" in alarm.message


def test_every_reason_that_a_fetch_fails_for_has_words() -> None:
    reasons = set(
        re.findall(
            r'(?:reason = |failure\([\w.]+, |return |: |_Row\(.*\), )"([a-z_]+)"',
            (ROOT / "monitor/fetch/failures.py").read_text(),
        )
    )
    assert {"dns", "refused", "not_found", "challenge"} <= reasons
    assert {reason for reason in reasons if failure_words(reason) == reason.replace("_", " ")} == set()


def lost(reason: str, *, source: str = "ofsted", days: int = 1, baseline: bool = False) -> GivenUp:
    return GivenUp(
        url=f"https://x.test/{reason}",
        source=source,
        reason=reason,
        detail="",
        at=START,
        published=START - timedelta(days=days),
        baseline=baseline,
    )


@pytest.mark.parametrize(
    ("gone", "alarming"),
    [
        (lost("damaged"), True),  # an official report that was never whole
        (lost("not_found"), True),
        (lost("unreadable_table"), True),
        (lost("monitoring_visit"), False),  # no report of these: nobody missed it
        (lost("unreadable_table", days=900, baseline=True), False),  # old stock
        (lost("damaged", days=1, baseline=True), True),
        (lost("not_found", source="gazette"), False),  # publishers take pages down every day
        (lost("died", source="gazette"), True),
        (lost("memory", source="gazette"), True),
        (lost("unrecorded", source="gazette"), True),
        (lost("fault", source="gazette"), True),
    ],
)
def test_what_was_given_up_is_an_alarm_where_it_may_have_been_news(gone: GivenUp, alarming: bool) -> None:
    found = of_given_up([gone], {"ofsted"})
    assert bool(found) == alarming
    assert all(gone.url in each.message for each in found)


def test_a_list_that_is_longer_than_anybody_reads_is_an_alarm() -> None:
    (found,) = of_crowded({"flood": 2500})
    assert (found.about, found.weight) == ("flood", 3)
    assert "2500 were passed over" in found.message


def test_pages_of_one_source_that_were_given_up_are_one_alarm() -> None:
    (found,) = of_given_up([lost("damaged"), lost("empty")], {"ofsted"})
    assert (found.about, found.weight, found.urgent) == ("ofsted", 2, True)


def test_a_page_given_up_is_told_at_the_next_look_and_ends_after_a_week(monitor: Monitor) -> None:
    page = Link(source="gazette", url="https://gazette.example/a", canonical_url="https://gazette.example/a")
    monitor.store.record_polls([PollResult(source="gazette", poll=Poll(links=(page,)), next_due_at=START)], now=START)
    monitor.store.link_failed(LinkFailure(link=page, reason="died", permanent=True, deadly=True), now=START, retry_at=None)

    def names() -> set[str]:
        return {each.name for each in AlarmEvaluator(monitor).evaluate()}  # type: ignore[arg-type]

    assert "given_up" in names()
    monitor.clock.moment = START + timedelta(days=8)
    assert "given_up" not in names()

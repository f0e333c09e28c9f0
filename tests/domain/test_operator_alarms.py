"""What the operator is told of alarms: once, more, again, ended; never a word too many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.operator_alarms import (
    ENDED_AFTER,
    PAUSE,
    REMIND_AFTER,
    ActiveAlarm,
    Alarm,
    Receiver,
    decide,
    mark_notified,
    select_receiver,
)

NOW = datetime(2026, 6, 17, 12, tzinfo=UTC)
BLIND = Alarm(about="gazette", name="blind", message="answers with a wall", since=NOW - timedelta(hours=2))
DOUBT = Alarm(about="outbox", name="uncertain", message="1 message(s)", urgent=True)


@dataclass
class Operator:
    """Looks, remembers, and notes what it was told."""

    now: datetime = NOW
    standing: tuple[ActiveAlarm, ...] = ()
    heard: list[str] = field(default_factory=list)

    def look(self, *found: Alarm, after: timedelta = timedelta()) -> list[str]:
        self.now += after
        decision = decide(self.standing, found, self.now)
        said = [*(each.about for each in decision.firing), *(f"{each.about} well" for each in decision.ended)]
        self.standing = mark_notified(decision, f"notice {len(self.heard)}", self.now) if said else decision.standing
        self.heard += said
        return said

    def lose(self) -> None:
        """What was told last did not arrive."""
        self.standing = tuple(replace(each, lost=True) for each in self.standing)


def test_an_alarm_is_told_once_and_when_it_ends():
    operator = Operator()
    assert operator.look(BLIND) == ["gazette"]
    assert operator.standing[0].since == BLIND.since
    assert operator.look(BLIND, after=timedelta(days=1)) == []
    assert operator.look(after=timedelta(minutes=5)) == []  # perhaps it comes back
    assert operator.look(after=ENDED_AFTER) == ["gazette well"]
    assert operator.standing == ()
    assert operator.look(BLIND, after=PAUSE) == ["gazette"]


def test_what_comes_back_soon_never_went():
    operator = Operator()
    operator.look(BLIND)
    for _ in range(20):
        assert operator.look(after=timedelta(minutes=30)) == []
        assert operator.look(BLIND, after=timedelta(minutes=30)) == []


def test_what_still_stands_is_told_again_after_a_week():
    operator = Operator()
    operator.look(BLIND)
    assert operator.look(BLIND, after=REMIND_AFTER - timedelta(minutes=1)) == []
    assert operator.look(BLIND, after=timedelta(minutes=1)) == ["gazette"]
    assert operator.look(BLIND, after=timedelta(days=1)) == []


def test_more_of_the_same_is_news_and_less_is_not():
    operator = Operator()
    assert operator.look(DOUBT) == ["outbox"]
    assert operator.look(replace(DOUBT, weight=2), after=timedelta(minutes=5)) == ["outbox"]
    assert operator.look(DOUBT, after=timedelta(minutes=5)) == []
    assert operator.look(replace(DOUBT, weight=2), after=timedelta(minutes=5)) == ["outbox"]


def test_several_alarms_are_one_message_and_what_can_wait_is_gathered_for_an_hour():
    operator = Operator()
    echo, argus = replace(BLIND, about="echo"), replace(BLIND, about="argus")
    assert operator.look(BLIND, echo) == ["echo", "gazette"]
    assert operator.look(BLIND, echo, argus, after=timedelta(minutes=4)) == []
    assert operator.look(BLIND, echo, argus, DOUBT, after=timedelta(minutes=4)) == ["outbox", "argus"]  # that cannot wait


def test_what_came_and_went_before_it_was_told_is_not_told():
    operator = Operator()
    operator.look(DOUBT)
    assert operator.look(DOUBT, BLIND, after=timedelta(minutes=1)) == []
    assert operator.look(DOUBT, after=timedelta(hours=5)) == []
    assert [each.about for each in operator.standing] == ["outbox"]


def test_what_was_lost_is_told_again_at_once():
    operator = Operator()
    operator.look(BLIND)
    operator.lose()
    assert operator.look(BLIND, after=timedelta(minutes=1)) == ["gazette"]


def test_another_way_is_taken_where_there_is_one():
    mail, slack = Receiver(channel="mail", to="Ops@example.org"), Receiver(channel="slack")
    assert select_receiver((mail, slack), ()) == mail
    assert select_receiver((mail, slack), ("mail",)) == slack
    assert select_receiver((mail, slack), ("mail", "slack")) == mail
    assert (mail.target, slack.target) == ("operator:mail:ops@example.org", "operator:slack:")


LOOKS = st.lists(
    st.tuples(st.sets(st.sampled_from([BLIND, DOUBT, replace(BLIND, about="echo")])), st.integers(1, 600)), max_size=30
)


@given(looks=LOOKS)
def test_an_alarm_that_stands_for_an_hour_is_told_and_told_once(looks: Sequence[tuple[set[Alarm], int]]) -> None:
    """Whatever comes and goes: between two tellings of one alarm it ended, or a week passed; and what stays is told."""
    operator = Operator()
    for found, minutes in looks:
        operator.look(*found, after=timedelta(minutes=minutes))
    begins: dict[str, bool] = {}
    for said in operator.heard:
        about, _, well = said.partition(" ")
        assert begins.get(about, False) == bool(well), operator.heard
        begins[about] = not well
    operator.look(BLIND, after=timedelta(minutes=1))
    operator.look(BLIND, after=PAUSE)
    assert next(each for each in operator.standing if each.about == "gazette").told_at is not None

"""Who is told: every clause, the first failing one, and what a subscription may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from monitor.domain.authorities import by_code
from monitor.domain.model import Area, Change, ChangeKind, Inspection, Rating, SourceClass, Trust
from monitor.domain.subscription_keys import subscription_from_table, table_from_subscription
from monitor.domain.subscriptions import (
    DEFAULT_KINDS,
    LedgerView,
    QuietHours,
    Subscription,
    SubscriptionError,
    currently_inadequate,
    matches,
)
from tests.builders import authority, official, subscription

WHEN = date(2026, 6, 1)


def change(name: str = "Leeds", area: Area = Area.OVERALL, **changed: Any) -> Change:
    inspection = Inspection(
        authority=authority(name),
        published=WHEN,
        ratings={area: Rating.GOOD},
        trust=changed.pop("trust", Trust.REPORTED),
    )
    values: dict[str, Any] = {
        "key": "k",
        "inspection": inspection,
        "area": area,
        "old": Rating.OUTSTANDING,
        "new": Rating.GOOD,
        "kinds": frozenset({ChangeKind.DOWNGRADED, ChangeKind.LOST_OUTSTANDING}),
        "evidence": "",
        "url": "",
        "outlet": "",
    }
    return Change(**(values | changed))


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ({}, "Leeds"),
        ({"authorities": ["leeds city council"]}, "Leeds"),
        ({"authorities": ["E08000035"]}, "Leeds"),
        ({"regions": ["yorkshire and the humber"]}, "Leeds"),
        ({"types": ["Metropolitan District"]}, "Leeds"),
        ({"authorities": ["Kent"], "regions": ["Yorkshire and the Humber"]}, "Leeds"),
        ({"trusts": ["Together for Children"]}, "Sunderland"),
        ({"authorities": ["Kent"], "include": ["Leeds"]}, "Leeds"),
        ({"areas": ["overall", "leadership"]}, "Leeds"),
        ({"kinds": ["lost_outstanding"]}, "Leeds"),
    ],
)
def test_what_matches(table: dict[str, object], name: str) -> None:
    match = matches(subscription(**table), change(name))
    assert match, match.first_failing
    assert match.first_failing is None


@pytest.mark.parametrize(
    ("table", "clause"),
    [
        ({"paused": True}, "active"),
        ({"authorities": ["Kent"]}, "watch-list"),
        ({"regions": ["London"]}, "watch-list"),
        ({"types": ["County"]}, "watch-list"),
        ({"currently_inadequate": True}, "watch-list"),
        ({"exclude": ["Leeds"]}, "exclude"),
        ({"authorities": ["Leeds"], "exclude": ["Leeds"]}, "exclude"),
        ({"areas": ["care_leavers"]}, "areas"),
        ({"kinds": ["upgraded"]}, "kinds"),
        ({"minimum_trust": "corroborated"}, "minimum_trust"),
        ({"source_classes": ["official", "council"]}, "source_classes"),
        ({"authorities": ["Kent"], "areas": ["care_leavers"], "kinds": ["upgraded"]}, "watch-list"),
    ],
)
def test_the_first_failing_clause_is_the_reason(table: dict[str, object], clause: str) -> None:
    match = matches(subscription(**table), change())
    assert not match
    assert match.first_failing is not None
    assert match.first_failing.name == clause
    assert match.first_failing.why


def test_statistical_neighbours_are_looked_up_when_asked() -> None:
    leeds = authority("Leeds")
    neighbour = by_code()[leeds.neighbours[0]]
    watching = subscription(neighbours_of=["Leeds"])
    assert matches(watching, change(neighbour.name))
    assert matches(watching, change("Leeds")).matched == (leeds.dfe_code in leeds.neighbours)


def test_a_trust_counts_only_while_it_runs_the_services() -> None:
    (trust,) = (t for t in authority("Sunderland").trusts if t.name == "Together for Children")
    assert trust.valid.start is not None
    before = LedgerView(day=date(trust.valid.start.year - 1, 1, 1))
    assert not matches(subscription(trusts=["Together for Children"]), change("Sunderland"), before)


def test_an_inadequate_authority_leaves_the_list_only_after_its_own_news() -> None:
    watching = subscription(currently_inadequate=True)
    assert matches(watching, change(), LedgerView(inadequate=frozenset({authority("Leeds").urn})))
    into = change(new=Rating.INADEQUATE)
    entering = replace(into, inspection=replace(into.inspection, ratings={Area.OVERALL: Rating.INADEQUATE}))
    assert matches(watching, entering)


def test_without_an_overall_grade_any_inadequate_area_counts() -> None:
    told = [
        official("Leeds", "overall good, leadership inadequate", published=date(2024, 1, 1)),
        official("Kent", "leadership inadequate, care_leavers good", published=date(2026, 6, 1)),
        official("Bury", "overall inadequate", published=date(2020, 1, 1)),
        official("Bury", "overall good", published=date(2023, 1, 1)),
    ]
    assert currently_inadequate(told) == {authority("Kent").urn}


@pytest.mark.parametrize(
    ("update", "told", "matched"),
    [(ChangeKind.CONFIRMED, True, True), (ChangeKind.CORRECTED, True, True), (ChangeKind.CONFIRMED, False, False)],
)
def test_updates_follow_whoever_was_told(update: ChangeKind, told: bool, matched: bool) -> None:
    watching = subscription(kinds=["into_inadequate"])
    updated = change(kinds=frozenset({ChangeKind.DOWNGRADED, update}))
    assert matches(watching, updated, LedgerView(told=told)).matched is matched


def test_an_unchanged_rating_is_news_only_on_request() -> None:
    same = change(kinds=frozenset({ChangeKind.UNCHANGED}))
    assert not matches(subscription(), same)
    assert matches(subscription(kinds=["unchanged"]), same)
    assert ChangeKind.UNCHANGED not in DEFAULT_KINDS


def test_the_source_of_the_news_may_matter() -> None:
    watching = subscription(source_classes=["official"])
    assert matches(watching, change(), LedgerView(source_class=SourceClass.OFFICIAL))


@pytest.mark.parametrize(
    ("table", "key", "message"),
    [
        ({"authorities": ["Wolverhamton"]}, "authorities", "did you mean 'Wolverhampton'?"),
        ({"regions": ["Nort East"]}, "regions", "did you mean 'North East'?"),
        ({"kinds": ["into_inadequat"]}, "kinds", "did you mean 'into_inadequate'?"),
        ({"kinds": []}, "kinds", "never be told anything"),
        ({"areas": "overall"}, "areas", "expected a list"),
        ({"authority": ["Leeds"]}, "authority", "did you mean 'authorities'?"),
        ({"minimum_trust": "contradicted"}, "minimum_trust", "unknown value"),
        ({"frequency": "hourly"}, "frequency", "unknown value"),
        ({"quiet": "late"}, "quiet", "22:00-07:00"),
        ({"paused": "no"}, "paused", "true or false"),
        ({"to": "a@b@c"}, "to", "not an address"),
        ({"to": "a@b.test\nBcc: c"}, "to", "not an address"),
        ({"name": ""}, "name", "is required"),
    ],
)
def test_a_mistake_is_named_with_what_was_meant(table: dict[str, object], key: str, message: str) -> None:
    with pytest.raises(SubscriptionError) as caught:
        subscription_from_table({"name": "n", "channel": "c"} | table)
    assert caught.value.key == key
    assert message in caught.value.message


def test_a_subscription_survives_being_stored() -> None:
    full = {
        "name": "n",
        "channel": "mail",
        "to": "a@b.test",
        "authorities": ["Leeds", "Kent"],
        "regions": ["London"],
        "types": ["County"],
        "neighbours_of": ["Dudley"],
        "trusts": ["Together for Children"],
        "currently_inadequate": True,
        "include": ["Bury"],
        "exclude": ["Derby"],
        "areas": ["overall"],
        "kinds": ["downgraded"],
        "minimum_trust": "confirmed",
        "source_classes": ["official"],
        "frequency": "weekly",
        "quiet": "22:00-07:00",
        "no_news": "weekly",
        "note": "hello",
        "paused": True,
    }
    written = subscription_from_table(full)
    assert subscription_from_table(table_from_subscription(written)) == written
    assert all(getattr(written, name) != field.default for name, field in Subscription.__dataclass_fields__.items())


def test_a_key_that_was_renamed_is_read_by_its_former_name() -> None:
    table = {"name": "north", "channel": "mail"}
    former = subscription_from_table(table | {"silence": "weekly"})
    assert former == subscription_from_table(table | {"no_news": "weekly"})
    assert "silence" not in table_from_subscription(former)
    with pytest.raises(SubscriptionError, match="silence"):
        subscription_from_table(table | {"silence": "daily"})


def test_one_address_is_one_person_on_any_channel() -> None:
    one, other = subscription(to="Ann@Reader.test", channel="mail"), subscription(to="ann@reader.test", channel="mail2")
    assert one.target == other.target
    assert subscription(to="", channel="slack").target != subscription(to="", channel="console").target


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 1, 5, 12, tzinfo=UTC)),
        (datetime(2026, 1, 5, 23, tzinfo=UTC), datetime(2026, 1, 6, 7, tzinfo=UTC)),
        (datetime(2026, 1, 6, 3, tzinfo=UTC), datetime(2026, 1, 6, 7, tzinfo=UTC)),
        (datetime(2026, 7, 6, 21, 30, tzinfo=UTC), datetime(2026, 7, 7, 6, tzinfo=UTC)),  # summer time
        (datetime(2026, 10, 24, 23, tzinfo=UTC), datetime(2026, 10, 25, 7, tzinfo=UTC)),  # the night it ends
    ],
)
def test_quiet_hours_are_on_the_london_clock(now: datetime, until: datetime) -> None:
    assert QuietHours(start=time(22), end=time(7)).over(now) == until

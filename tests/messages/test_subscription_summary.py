"""A subscription in words: every key shows, none as its code; and a message's text for a window of any width."""

from __future__ import annotations

import re
from typing import Any

import pytest

from monitor.domain.model import ChangeKind
from monitor.domain.subscription_keys import subscription_from_table
from monitor.domain.subscriptions import Subscription
from monitor.messages.subscription_summary import one_line, summary
from monitor.messages.text import unwrapped
from tests.builders import authority, subscription
from tests.messages.golden import RENDERER, notices

#: A value of each key that is not the usual one, and how a reader is told.
ROWS: tuple[tuple[str, Any, str, str], ...] = (
    ("authorities", ["Leeds", "Kent"], "Councils", "Kent and Leeds"),
    ("regions", ["London", "North West"], "Councils", "All of London and all of North West"),
    ("types", ["County"], "Councils", "Councils of the type County"),
    ("neighbours_of", ["Leeds"], "Councils", "The statistical neighbours of Leeds"),
    (
        "trusts",
        ["Birmingham Children's Trust"],
        "Councils",
        "Councils for which Birmingham Children's Trust runs children’s services",
    ),
    ("currently_inadequate", True, "Councils", "Every council that is inadequate at the time"),
    ("include", ["Leeds"], "Councils", "Every council in England"),  # there is nobody to add
    ("exclude", ["Leeds"], "Councils", "Every council in England, without Leeds"),
    ("areas", ["care_leavers", "leadership"], "Judgements", "Impact of leaders, Care leavers"),
    ("areas", ["overall"], "Judgements", "Overall effectiveness (only of inspections that began by 1 April 2026)"),
    ("kinds", ["into_inadequate", "out_of_inadequate"], "What", "Only changes into or out of inadequate"),
    ("kinds", ["mixed", "upgraded"], "What", "Only: upgraded and some up, some down"),
    ("minimum_trust", "confirmed", "How sure", "Wait for Ofsted’s own report"),
    ("source_classes", ["official", "council"], "Only told by", "Ofsted and councils"),
    ("frequency", "weekly", "How often", "Once a week, on Monday morning"),
    ("paused", True, "How often", "Paused"),
    ("quiet", "22:00-07:00", "Quiet", "Nothing is sent between 22:00 and 07:00"),
    ("no_news", "weekly", "No news", "On Monday mornings a word also when nothing changed"),
    ("note", "For the Monday meeting", "Your note", "For the Monday meeting"),
)


@pytest.mark.parametrize(("key", "value", "name", "words"), ROWS, ids=[f"{row[0]}: {row[1]}" for row in ROWS])
def test_each_key_is_said_in_words(key: str, value: Any, name: str, words: str) -> None:
    wish = subscription(**{key: value})
    assert dict(summary(wish))[name] == words
    assert words == "Every council in England" or f"{name}: {words}" in one_line(wish)


def test_no_key_is_left_out() -> None:
    told = {row[0] for row in ROWS} | {"name", "channel", "to"}
    assert told == set(Subscription.__dataclass_fields__)


def test_lists_come_one_after_the_other_and_many_names_are_a_number() -> None:
    wish = subscription(authorities=["Leeds"], include=["Kent"], regions=["London"], neighbours_of=["Derby"], exclude=["Brent"])
    assert dict(summary(wish))["Councils"] == (
        "Kent, Leeds, all of London and the statistical neighbours of Derby, without Brent"
    )
    names = ["Barnet", "Bury", "Derby", "Dudley", "Kent", "Leeds", "Luton", "Medway", "Oldham", "Poole"]
    assert one_line(subscription(authorities=names)).endswith("Leeds, Luton, Medway and 2 other councils")
    assert authority("Poole").display_name in dict(summary(subscription(authorities=names)))["Councils"]


@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_has_words(kind: ChangeKind) -> None:
    wish = subscription_from_table({"name": "x", "channel": "mail", "kinds": [kind.value]})
    assert not re.search(r"[a-z]_[a-z]", one_line(wish))


@pytest.mark.parametrize("name", notices())
def test_a_text_without_its_line_ends_has_the_same_words_and_keeps_its_items_apart(name: str) -> None:
    text = RENDERER.render(notices()[name]).text
    whole = unwrapped(text)
    words = [each for line in text.splitlines() if line.strip("-") for each in line.split()]
    assert whole.split() == words
    ours, theirs = (
        [line[:30] for line in each.splitlines() if line.lstrip().startswith(("* ", "http"))] for each in (whole, text)
    )
    assert ours == theirs
    assert not [line for line in whole.splitlines() if line and not line.strip("-")]
    assert max(map(len, whole.splitlines())) > 76 or max(map(len, text.splitlines())) < 70

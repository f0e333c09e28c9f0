"""The operator's message: what, since when, what to do; never a recipient, never markup of a stranger."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.domain.operator_alarms import ActiveAlarm
from monitor.domain.source_health import DETECTORS
from monitor.messages import Purpose, Renderer
from monitor.messages.operator import _WORDS, operator_notice, trial_notice

NOW = datetime(2026, 6, 17, 12, tzinfo=UTC)
BLIND = ActiveAlarm(
    about="bbc-kent",
    name="stale",
    message="nothing new for 31 hours; about 9 items were due, since 16 Jun 05:00 UTC",
    weight=1,
    since=NOW - timedelta(hours=31),
    seen_at=NOW,
)
DOUBT = replace(BLIND, about="outbox", name="uncertain", message="nobody knows whether 2 message(s) arrived", weight=2)


def test_one_alarm_says_what_and_what_to_do() -> None:
    told = Renderer().render(operator_notice("n1", NOW, firing=[BLIND], page="https://monitor.example/"))
    assert told.subject == "Operator notice: source bbc-kent shows nothing new"
    assert "nothing new for 31 hours; about 9 items were due, since 16 Jun 05:00 UTC." in " ".join(told.text.split())
    assert "monitor sources test bbc-kent" in told.text
    assert "https://monitor.example/" in told.text
    assert "monitor sources test bbc-kent" in told.html
    assert "You run the monitor" in told.text
    assert '"type": "operator.notice"' in told.forms["event"]
    assert "about 9 items" in told.forms["event"]


def test_a_host_is_no_source() -> None:
    notice = operator_notice("n1", NOW, firing=[replace(BLIND, about="host feeds.example.org")])
    assert notice.title == "Operator notice: host feeds.example.org shows nothing new"
    assert "sources test" not in notice.words[0]


def test_several_are_one_message_and_what_ended_is_in_it() -> None:
    ended = replace(BLIND, about="lgc", ended_at=NOW)
    notice = operator_notice("n1", NOW, firing=[BLIND, DOUBT], ended=[ended])
    assert notice.title == "Operator notice: 2 to look at and 1 well again"
    assert len(notice.words) == 3
    assert notice.words[2].startswith("Well again: lgc:")
    assert operator_notice("n1", NOW, ended=[ended]).title == "Operator notice: source lgc is well again"
    assert operator_notice("n1", NOW, firing=[DOUBT]).title == "Operator notice: the outbox has messages in doubt"


def test_what_is_told_a_second_time_says_so() -> None:
    again = replace(BLIND, told_at=NOW - timedelta(days=7), told_weight=1)
    assert "It has been so since 16 Jun 2026." in operator_notice("n1", NOW, firing=[again]).words[0]
    assert "It has been so" not in operator_notice("n1", NOW, firing=[replace(again, lost=True)]).words[0]  # nobody heard of it
    more = replace(DOUBT, told_at=NOW - timedelta(days=1), told_weight=1)
    assert "It has been so" not in operator_notice("n1", NOW, firing=[more]).words[0]


def test_a_hundred_alarms_are_still_a_message() -> None:
    notice = operator_notice("n1", NOW, firing=[replace(BLIND, about=f"source-{n}") for n in range(100)])
    assert notice.words[-1] == "And 60 more: see the status page."


@pytest.mark.parametrize("word", ["<script>alert(1)</script>", "<!channel>", "a\r\nBcc: x@example.org", "\u202eevil"])
def test_what_a_stranger_wrote_is_no_markup(word: str) -> None:
    told = Renderer().render(operator_notice("n1", NOW, firing=[replace(BLIND, name="moved", message=word, about=word)]))
    assert word not in told.html
    assert word not in [text for block in json.loads(told.forms["slack"])["blocks"] for text in _marked(block)]
    assert "\n" not in told.subject
    assert "\u202e" not in told.text + told.subject


def _marked(block: dict[str, Any]) -> list[str]:
    """The texts that Slack reads as markup."""
    parts = [block.get("text", {}), *block.get("elements", []), *block.get("fields", [])]
    return [part["text"] for part in parts if part.get("type") == "mrkdwn"]


def test_every_detector_has_words_for_the_operator() -> None:
    assert {detector.name for detector in DETECTORS} <= set(_WORDS)


def test_a_trial_says_that_it_is_one() -> None:
    notice = trial_notice("n1", NOW)
    assert notice.purpose is Purpose.OPERATOR
    assert notice.title.startswith("TEST: ")


def test_several_things_are_spoken_of_in_the_plural() -> None:
    never = replace(BLIND, about="sources", name="never", message="2 of 9 have never answered")
    assert operator_notice("n1", NOW, firing=[never]).title == "Operator notice: the sources have never answered"
    assert operator_notice("n1", NOW, ended=[never]).title == "Operator notice: the sources are well again"

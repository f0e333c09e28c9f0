"""The Slack form: within Block Kit's limits whatever it is given, and nothing foreign is markup."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.history import history
from monitor.domain.model import Change, ChangeKind, Rating
from monitor.messages import Notice, Purpose, Renderer
from monitor.messages.subject import subject
from tests.builders import NOW
from tests.messages.conftest import Notes, changes_of, previous_of

TRAFFORD = changes_of("Trafford", date(2026, 8, 3), outlet="BBC News")
RENDER = Renderer(domain="monitor.test")


def slack(notice: Notice) -> dict[str, Any]:
    """The payload, read back."""
    return dict(json.loads(RENDER.render(notice).forms["slack"]))


def texts(node: object, kind: str = "") -> list[tuple[str, str]]:
    """Every text object in a payload: its type and its text."""
    if isinstance(node, list):
        return [found for each in node for found in texts(each)]
    if not isinstance(node, dict):
        return []
    mine = [(str(node["type"]), node["text"])] if isinstance(node.get("text"), str) and "type" in node else []
    return mine + [found for value in node.values() for found in texts(value)]


def within_limits(document: dict[str, Any]) -> None:
    """What Slack's reference says of messages and of each block that is used here."""
    assert 0 < len(document["text"]) <= 3000
    assert 0 < len(document["blocks"]) <= 50
    assert all(0 < len(text) <= 3000 for _, text in texts(document["blocks"]))
    for block in document["blocks"]:
        LIMITS[block["type"]](block)


def _header(block: dict[str, Any]) -> None:
    assert block["text"]["type"] == "plain_text"
    assert 0 < len(block["text"]["text"]) <= 150


def _section(block: dict[str, Any]) -> None:
    assert ("text" in block) != ("fields" in block)
    assert "fields" not in block or 0 < len(block["fields"]) <= 10
    assert all(0 < len(field["text"]) <= 2000 for field in block.get("fields", []))


def _context(block: dict[str, Any]) -> None:
    assert 0 < len(block["elements"]) <= 10
    assert all(each["type"] == "plain_text" and each["text"] for each in block["elements"])


def _actions(block: dict[str, Any]) -> None:
    assert 0 < len(block["elements"]) <= 25
    names = [each.get("action_id") for each in block["elements"]]
    assert len(names) == len(set(names))
    for button in block["elements"]:
        assert (button["type"], button["text"]["type"]) == ("button", "plain_text")
        assert 0 < len(button["text"]["text"]) <= 75
        assert len(button["url"]) <= 3000


def _rich_text(block: dict[str, Any]) -> None:
    assert block["elements"]
    for part in block["elements"]:
        assert part["type"] in {"rich_text_quote", "rich_text_section"}
        assert [each["type"] for each in part["elements"]] == ["text"]


LIMITS = {"header": _header, "section": _section, "context": _context, "actions": _actions, "rich_text": _rich_text}


def test_it_says_what_the_mail_says(notice: Notes) -> None:
    blocks = slack(notice(*TRAFFORD))["blocks"]
    assert [block["type"] for block in blocks] == ["header", "context", "section", "rich_text", "context", "actions", "context"]
    header, told, fields, evidence, sure, buttons, why = blocks
    assert header["text"]["text"] == "Trafford: leadership and protection now inadequate"
    assert told["elements"][0]["text"] == (
        "Reported, not yet confirmed. First reported 3 August 2026. Previous inspection: 31 January 2023."
    )
    assert fields["fields"][1]["text"] == "*Impact of leaders*\nfrom requires improvement to *inadequate*"
    assert fields["fields"][0]["text"] == "*Overall effectiveness*\nno longer given (was requires improvement)"
    assert evidence["elements"][0]["elements"][0]["text"] == "“Trafford: inspectors found changes.”"
    assert evidence["elements"][1]["elements"][0]["text"] == "BBC News, 3 August 2026 (bbcnews.test)"
    assert sure["elements"][0]["text"] == "Reported by BBC News; not yet confirmed by Ofsted."
    assert [(each["text"]["text"], each["url"]) for each in buttons["elements"]] == [("Read BBC News", TRAFFORD[0].url)]
    assert why["elements"][0]["text"] == "Your subscription “all”: every authority is watched."


def test_ofsteds_report_is_a_button(notice: Notes) -> None:
    blocks = slack(notice(*changes_of("Trafford", date(2026, 8, 3))))["blocks"]
    (buttons,) = (block for block in blocks if block["type"] == "actions")
    assert buttons["elements"][0]["text"]["text"] == "Ofsted’s report on Trafford"
    assert buttons["elements"][0]["url"].startswith("https://files.ofsted.gov.uk/")


def test_a_correction_comes_before_the_grades(notice: Notes) -> None:
    (change, *_) = changes_of("Leeds", date(2025, 8, 12))
    wrong = replace(change, kinds=change.kinds | {ChangeKind.CORRECTED}, reported=Rating.INADEQUATE)
    blocks = slack(notice(wrong, purpose=Purpose.CORRECTED))["blocks"]
    assert [block["type"] for block in blocks[:4]] == ["header", "context", "section", "section"]
    assert blocks[2]["text"]["text"].endswith("was reported as inadequate before. That was not so: it is outstanding.")


def test_a_letter_has_a_button(notice: Notes) -> None:
    letter = notice(
        purpose=Purpose.NOTICE, title="Please confirm", words=("One.", "Two."), action="https://m.test/c/x", action_words="Yes"
    )
    document = slack(letter)
    within_limits(document)
    assert [block["type"] for block in document["blocks"]] == ["section", "section", "actions", "context"]
    assert document["blocks"][2]["elements"][0]["url"] == "https://m.test/c/x"
    assert document["text"] == "Please confirm"


@pytest.mark.parametrize("councils", [1, 3, 40])
def test_slack_gets_what_it_accepts(notice: Notes, councils: int) -> None:
    inspections = [i for i in history() if i.published.year >= 2024][:councils]
    changes = [change for i in inspections for change in changes_of(i.authority.name, i.published)]
    document = slack(notice(*changes))
    within_limits(document)
    assert document["text"] == subject(notice(*changes))
    everything = " ".join(text for _, text in texts(document["blocks"]))
    assert all(f"{change.authority.display_name}: " in everything for change in changes), "none is left out"


HOSTILE = st.one_of(
    st.text(max_size=4000),
    st.sampled_from(["<!channel>", "<https://e.test|ofsted.gov.uk>", "*_~`x`~_*", "&" * 5000, "x" * 5000, ":tada:", "\n\n"]),
)


@st.composite
def _hostile(draw: st.DrawFn) -> Notice:
    """Some changes with whatever a page or a subscriber may say in every place where their words are repeated."""
    made: list[Change] = []
    for inspection in history()[-draw(st.integers(1, 12)) :]:
        for change in changes_of(inspection.authority.name, inspection.published, outlet="x"):
            said = {name: draw(HOSTILE) for name in ("evidence", "outlet", "conflict")}
            made.append(replace(change, url=f"https://e.test/{'x' * draw(st.integers(0, 2500))}", **said))
    lines = st.lists(HOSTILE, max_size=12).map(tuple)
    return Notice(
        id="a" * 32,
        created=NOW,
        changes=tuple(made),
        purpose=draw(st.sampled_from(Purpose)),
        previous=previous_of(*made),
        context={change.authority.urn: draw(HOSTILE) for change in made[:1]},
        period="weekly",
        trend=draw(HOSTILE),
        **{name: draw(lines) for name in ("reasons", "notes", "also", "words")},
    )


@given(_hostile())
@settings(max_examples=60, deadline=None)
def test_nothing_foreign_is_markup_and_every_limit_holds(notice: Notice) -> None:
    document = slack(notice)
    within_limits(document)
    ours = [text for kind, text in texts(document["blocks"]) if kind == "mrkdwn"]
    assert all(set(text) <= set("*\n():, ") | set("abcdefghijklmnopqrstuvwxyzACHIO") for text in ours)
    assert "<" not in document["text"]
    assert ">" not in document["text"]

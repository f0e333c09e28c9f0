"""docs/how_to_report_a_misreading.md, followed: its session, everything that it says can be typed, and its commands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.commands.label_session import ACTS
from monitor.scoring.form import read_items
from tests.commands.test_label_session import HULL, OVERALL, Person, draft
from tests.guides.guide import Guide

GUIDE = Guide.named("how_to_report_a_misreading.md")
COMMAND, SESSION = GUIDE.blocks()
TABLE = [row for row in re.findall(r"^\| (.*?) \| .* \|$", GUIDE.text, re.MULTILINE) if row.startswith("`")]


def typed() -> list[str]:
    return [line.removeprefix("label> ") for line in SESSION.splitlines() if line.startswith("label> ")]


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path)


def test_the_session_of_the_page_writes_what_it_says(person: Person) -> None:
    """The article of the page: its lines are shown, and what is typed puts them right."""
    assert person.answers(draft(OVERALL, unsure=(HULL,)), *typed(), width=70) == 0
    said = " ".join(person.said.split())
    for line in SESSION.splitlines():
        if not line.startswith("label> "):
            assert " ".join(line.removesuffix(" ...").split()) in said
    added = [part.strip() for part in typed()[1].removeprefix("+").split("|")]
    written = person.written.labels
    assert written[0] == OVERALL
    assert [(label.authority, label.area, label.rating, label.previous or "-") for label in written[1:]] == [tuple(added[:4])]
    assert written[1].evidence == "Leadership is outstanding."  # the sentence of that number
    assert HULL not in written


@pytest.mark.parametrize("word", [word for row in TABLE for word in re.findall(r"`([^`]+)`", row)])
def test_what_the_page_says_can_be_typed_is_understood(person: Person, word: str) -> None:
    assert person.answers(draft(OVERALL, unsure=(HULL,)), word) in {0, 1, 130}
    assert not re.search(r"is no (?:command|line)|did you mean|not understood", person.said)


def test_all_that_can_be_typed_is_on_the_page() -> None:
    told = {word.split()[0] for row in TABLE for word in re.findall(r"`([^`]+)`", row)}
    keys = {act.key: act.word for act in ACTS}
    assert {key for key, name in keys.items() if key not in told and name not in told} == set()


def test_what_was_written_is_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command of the page without a terminal (``--yes``), on an address that is a file here; then what it says scores that."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.txt").write_text(
        "Leeds children's services rated good\n\n28 October 2025\n\nOfsted has rated children's services in Leeds good overall.\n"
    )
    program, command, _, *rest = COMMAND.strip().removeprefix("$ ").split()
    assert (program, command) == ("monitor", "label")
    assert main([command, "page.txt", *rest, "--yes", "--date", "2025-10-28"]) == 0
    (item,) = read_items(tmp_path / "misread.txt")
    assert [(label.authority, label.area, label.rating) for label in item.labels] == [("Leeds", "overall", "good")]
    capsys.readouterr()
    (score,) = re.findall(r"`monitor (score misread\.txt)`", GUIDE.text)
    assert main(score.split()) == 0
    assert "precision" in capsys.readouterr().out

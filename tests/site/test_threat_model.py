"""Each threat of docs/threat_model.md names where it is stopped and what proves it, and both are there."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "threat_model.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| threat |", "| --- |"))
]
TESTS = {name for file in (ROOT / "tests").rglob("*.py") for name in re.findall(r"def (test_\w+)", file.read_text())}


def spans(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0][:50])
def test_a_threat_is_stopped_somewhere_and_that_is_proven(row: list[str]) -> None:
    assert len(row) == 3
    _, stopped, proven = row
    places = [word for word in spans(stopped) if re.match(r"(?:monitor|docs)/|Dockerfile|docker-compose|requirements", word)]
    assert places or "monitoring.md" in stopped
    assert [place for place in places if not (ROOT / place).exists()] == []
    proofs = spans(proven)
    assert proofs
    assert [proof for proof in proofs if proof not in TESTS and not (ROOT / proof).is_file()] == []


def test_there_are_threats_of_every_kind_and_what_is_not_stopped_is_said() -> None:
    assert len(ROWS) > 40
    headings = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    assert headings[-1] == "What is not stopped"
    assert len(re.findall(r"^- \*\*", PAGE.rpartition("## ")[2], re.MULTILINE)) >= 6

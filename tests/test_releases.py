"""The version is the changelog's newest, wherever it is told; each release has a day and says what kind of change each line is."""

from __future__ import annotations

import re
import tomllib
from datetime import date

import pytest

from monitor import __version__
from monitor.cli import main
from tests.conftest import ROOT

CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
HEADS = re.findall(r"^## (.*)$", CHANGELOG, re.MULTILINE)
RELEASES = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", head) for head in HEADS[1:]]
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_every_release_has_a_number_and_a_day_the_newest_first() -> None:
    assert HEADS[0] == "[Unreleased]"
    told = [((int(r[1]), int(r[2]), int(r[3])), date.fromisoformat(r[4])) for r in RELEASES if r]
    assert len(told) == len(HEADS) - 1 >= 4
    assert told == sorted(told, reverse=True)
    assert len({number for number, _ in told}) == len(told)


def test_every_line_is_of_a_kind() -> None:
    for section in re.split(r"^## .*$", CHANGELOG, flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.*)$", section, re.MULTILINE)
        assert set(kinds) <= KINDS
        assert len(kinds) == len(set(kinds))
        assert not [line for line in section.partition("### ")[0].splitlines() if line.startswith("- ")]


def test_the_version_is_the_newest_release(capsys: pytest.CaptureFixture[str]) -> None:
    newest = HEADS[1].partition("]")[0].removeprefix("[")
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == __version__ == newest
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"monitor {newest}\n"


def test_the_page_on_releases_names_what_is_there() -> None:
    page = (ROOT / "docs" / "releasing.md").read_text(encoding="utf-8")
    paths = [name for name in re.findall(r"`([\w./]+)`", page) if "/" in name or name.endswith(".md")]
    assert len(paths) > 6
    assert [name for name in paths if not (ROOT / name).exists()] == ["/readyz"]
    targets = set(re.findall(r"`make (\w+)", page))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [each for each in targets if not re.search(rf"^{each}:", makefile, re.MULTILINE)] == []

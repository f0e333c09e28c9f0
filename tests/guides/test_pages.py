"""What the pages name is there: files, tests, commands, targets of make."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from monitor.commands import COMMANDS
from tests.conftest import ROOT

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md"))
)
#: What a file's name in a page may be told from.
FROM = (ROOT, ROOT / "monitor", ROOT / "monitor" / "tables", ROOT / "tests" / "extraction")
ENDINGS = {".py", ".md", ".csv", ".toml", ".html", ".lock", ".yml"}
#: Named as examples, or what somebody makes by following the page.
MADE_UP = {"monitor/channels/types/ntfy.py"}


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def spans(text: str) -> list[str]:
    """What stands between single backticks, outside blocks."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```$", "", text, flags=re.DOTALL | re.MULTILINE))


def files(text: str) -> list[str]:
    """The files and folders that a page names, apart from an installation's own and addresses."""
    words = [word for word in spans(text) if re.fullmatch(r"[\w.-]+(?:/[\w.-]+)*/?", word)]
    named = [
        word
        for word in words
        if Path(word).suffix in ENDINGS or word.partition("/")[0] in {"monitor", "docs", "tests", "train"}
    ]
    return [word for word in named if not word.startswith("state/")]


def typed(text: str, program: str) -> list[str]:
    """The first words that a page types after a program, in blocks and between backticks."""
    blocks = re.findall(r"^ *```(?:sh)?\n(.*?)^ *```$", text, re.DOTALL | re.MULTILINE)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [found[1] for line in (*lines, *spans(text)) if (found := re.match(rf"{program} ([a-z][a-z-]*)", line))]


@cache
def known_tests() -> set[str]:
    return {name for file in (ROOT / "tests").rglob("*.py") for name in re.findall(r"def (test_\w+)", file.read_text())}


@pytest.mark.parametrize("name", PAGES)
def test_files_that_a_page_names_are_there(name: str) -> None:
    own = [(ROOT / name).parent, *FROM]
    missing = {word for word in files(page(name)) if not any((folder / word).exists() for folder in own)}
    if name.startswith("docs/") or "/" not in name:
        missing -= {path.name for path in (ROOT / "config").iterdir()}  # config/channels.toml, once it was named so
    assert missing - MADE_UP == set()


@pytest.mark.parametrize("name", PAGES)
def test_tests_that_a_page_names_are_there(name: str) -> None:
    assert {word for word in spans(page(name)) if re.fullmatch(r"test_\w+", word)} - known_tests() == set()


@pytest.mark.parametrize("name", PAGES)
def test_commands_that_a_page_names_are_there(name: str) -> None:
    known = {command.name for command in COMMANDS}
    assert set(typed(page(name), r"(?:\.venv/bin/)?monitor")) - known == set()


@pytest.mark.parametrize("name", PAGES)
def test_targets_that_a_page_names_are_there(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(typed(page(name), "make")) - targets == set()


def test_contributing_leads_from_a_poll_to_a_person_by_files() -> None:
    way = page("CONTRIBUTING.md").partition("## One article's way")[2].partition("\n## ")[0]
    named = [word for word in files(way) if word.endswith(".py")]
    assert len(named) > 20
    assert (named[0], named[-1]) == ("monitor/app/daemon.py", "monitor/delivery_retries.py")
    folders = {path.name for path in (ROOT / "monitor").iterdir() if (path / "__init__.py").exists()}
    tree = page("CONTRIBUTING.md").partition("## The tree")[2].partition("\n## ")[0]
    assert {folder for folder in folders if f"monitor/{folder}/" not in tree} <= {"demo", "scoring", "settings", "system"}


def test_every_how_to_is_linked_and_followed_by_a_test() -> None:
    how_tos = {path.name for path in (ROOT / "docs").glob("how_to_*.md")}
    assert {name for name in how_tos if name not in page("README.md")} == set()
    followed = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert {name for name in how_tos if f'Guide.named("{name}")' not in followed} == set()

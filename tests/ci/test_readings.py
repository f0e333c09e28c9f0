"""The comparison of two revisions' readings tells what a change altered, and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

TEXTS = {
    "net": "Ofsted has published its report on Leeds City Council's children's services. The safety net for families was rated inadequate.",
    "plain": "Leeds City Council's children's services have been rated good overall by Ofsted in a report published today.",
}
PHRASE = '            "help & protection",\n'


def readings(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / ".ci" / "readings.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    items = [
        {
            "id": name,
            "title": "Ofsted inspects Leeds children's services",
            "text": text,
            "published": "2026-11-02",
            "judgements": [],
        }
        for name, text in TEXTS.items()
    ]
    path = tmp_path / "articles.json"
    path.write_text(json.dumps(items))
    return path


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of the program, which may be changed."""
    shutil.copytree(ROOT / "monitor", tmp_path / "other" / "monitor", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "other"


def test_each_reading_has_a_hash_of_its_own(articles: Path) -> None:
    lines = [line.split(maxsplit=1) for line in readings(articles).stdout.splitlines()]
    assert [name for _, name in lines] == [f"article {articles} {name}" for name in TEXTS]
    assert len({hashed for hashed, _ in lines}) == 2
    assert [line.split(maxsplit=1) for line in readings(articles).stdout.splitlines()] == lines


def test_the_same_program_reads_the_same(articles: Path, program: Path) -> None:
    done = readings(articles, "--against", program)
    assert (done.returncode, done.stdout) == (0, f"2 readings, 0 other than in {program}\n"), done.stderr


def test_what_a_row_altered_is_told_and_nothing_else(articles: Path, program: Path) -> None:
    table = program / "monitor" / "tables" / "areas.py"
    assert table.read_text().count(PHRASE) == 1
    table.write_text(table.read_text().replace(PHRASE, PHRASE + '            "[the|] safety net for families",\n'))
    done = readings(articles, "--against", program)
    assert done.returncode == 1, done.stderr
    told = done.stdout.splitlines()
    assert told[0] == f"article {articles} net"
    assert any(line.startswith("    - Leeds: help_and_protection: inadequate “The safety net") for line in told)
    assert told[-1] == f"2 readings, 1 other than in {program}"
    assert not any("plain" in line for line in told)


@pytest.mark.parametrize(("what", "first"), [("reports", "report "), ("pages", "page ")])
def test_pages_and_reports_are_read_too(what: str, first: str) -> None:
    lines = readings("--only", what).stdout.splitlines()
    assert len(lines) > 60
    assert all(line.partition(" ")[2].startswith(first) for line in lines)


def test_a_revision_that_is_not_there_is_named(articles: Path) -> None:
    done = readings(articles, "--against", "no-such-revision")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no-such-revision is no revision" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_program_that_does_not_run_is_no_program_that_reads_otherwise(articles: Path, program: Path) -> None:
    (program / "monitor" / "commands" / "batch.py").write_text("raise SystemExit(3)\n")
    done = readings(articles, "--against", program)
    assert done.returncode == 2
    assert "monitor classify" in done.stderr

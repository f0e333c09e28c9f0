"""The front door: help, mistakes, errors in one sentence, exit statuses."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib import import_module

import pytest

from monitor import __version__
from monitor.cli import main
from monitor.commands import ALIASES, COMMANDS
from monitor.ports import ConfigError, StoreError

#: What a plain answer must not wait for.
HEAVY = (
    "sqlalchemy",
    "httpx",
    "fastapi",
    "uvicorn",
    "apprise",
    "alembic",
    "trafilatura",
    "apscheduler",
    "rich",
    "jinja2",
    "asyncio",
)


def test_help_names_every_command_and_what_to_try(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(f"  {command.name} " in said and command.summary in said for command in COMMANDS)
    assert "monitor demo" in said


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help_of_its_own(command: object, capsys: pytest.CaptureFixture[str]) -> None:
    name = command.name  # type: ignore[attr-defined]
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"usage: monitor {name}" in capsys.readouterr().out


def test_no_command_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage: monitor COMMAND" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"monitor {__version__}\n"


def test_a_misspelt_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clasify"]) == 2
    assert "Did you mean `monitor classify`?" in capsys.readouterr().err


def test_a_wrong_option_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["once", "--as-of", "yesterday"])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert "'yesterday' is no day; write it as 2017-06-13" in said
    assert said.count("\n") == 2


def test_aliases_lead_to_commands() -> None:
    assert set(ALIASES.values()) <= {command.name for command in COMMANDS}


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> object:
    """Makes `check` raise what it is given."""

    def fail_with(error: BaseException) -> None:
        def run(args: argparse.Namespace) -> int:
            raise error

        monkeypatch.setattr(import_module("monitor.commands.check"), "run", run)

    return fail_with


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ConfigError("has no name", key="[[source]]"), 2, "monitor check: [[source]]: has no name\n"),
        (StoreError("cannot be opened", key="state/monitor.db"), 1, "monitor check: state/monitor.db: cannot be opened\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_expected_errors_are_one_sentence(
    failing: object, error: BaseException, status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    failing(error)  # type: ignore[operator]
    assert main(["check"]) == status
    assert capsys.readouterr().err == said


def test_a_fault_of_ours_is_said_to_be_one_and_debug_shows_where(failing: object, capsys: pytest.CaptureFixture[str]) -> None:
    failing(ZeroDivisionError("division by zero"))  # type: ignore[operator]
    assert main(["check"]) == 1
    said = capsys.readouterr().err
    assert "ZeroDivisionError" in said
    assert "Traceback" not in said
    with pytest.raises(ZeroDivisionError):
        main(["--debug", "check"])


def test_help_waits_for_no_heavy_library() -> None:
    code = (
        f"import sys; from monitor.cli import main; main(['--help']); sys.exit(str([m for m in {HEAVY} if m in sys.modules]))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ended.stderr.strip() == "[]"


def test_a_batch_waits_for_no_heavy_library() -> None:
    code = (
        "import sys; from monitor.cli import main; main(['classify', '--jsonl']);"
        f"sys.exit(str([m for m in {HEAVY} if m in sys.modules]))"
    )
    ended = subprocess.run([sys.executable, "-c", code], input='{"id": 1, "text": "x"}\n', capture_output=True, text=True)
    assert '"id": 1' in ended.stdout
    assert ended.stderr.strip() == "[]"


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = ["sh", "-c", '"$0" -m monitor --help | head -1', sys.executable]
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.stderr == ""

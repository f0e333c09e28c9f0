"""`make` from a fresh clone, in any folder, after whatever went wrong before. Python and its packages are stand-ins here."""

from __future__ import annotations

import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

#: A Python that makes environments of itself; `broken` beside it makes that fail half way, as without `ensurepip`.
PYTHON = """#!/bin/sh
case "$1 $2" in
"-m venv")
    mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
    if [ -e broken ]; then echo "ensurepip is not available" >&2; exit 1; fi
    echo "made" >> calls ;;
"-m pip") shift 2; echo "pip $*" >> calls ;;
"-m "*) shift; echo "$*" >> calls ;;
esac
"""


class Checkout:
    """A clone in which only `make` is real."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        shutil.copy(ROOT / "Makefile", folder)
        for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
            (folder / name).touch()
        python = folder / "python"
        python.write_text(PYTHON)
        python.chmod(python.stat().st_mode | stat.S_IXUSR)

    def make(self, target: str) -> subprocess.CompletedProcess[str]:
        """Run `make`, without what the machine has beside it."""
        environment = {"PATH": f"{self.folder.parent}:/usr/bin:/bin", "HOME": str(self.folder.parent)}
        command = ["make", target, "PYTHON=./python"]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True)

    def calls(self) -> list[str]:
        """What was done since the last time this was asked."""
        log = self.folder / "calls"
        found = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return found


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    if shutil.which("uv", path="/usr/bin:/bin"):
        pytest.skip("make would use the uv of this machine")
    return Checkout(tmp_path / "my monitor (council)")


def test_the_first_run_installs_and_the_second_does_not(checkout: Checkout) -> None:
    assert checkout.make("run").returncode == 0
    made, *installed, ran = checkout.calls()
    assert (made, ran) == ("made", "monitor run")
    assert any("--require-hashes -r requirements.lock" in call for call in installed)
    assert checkout.make("run").returncode == 0
    assert checkout.calls() == ["monitor run"]


def test_half_an_environment_is_removed_and_made_again(checkout: Checkout) -> None:
    (checkout.folder / "broken").touch()
    failed = checkout.make("run")
    assert failed.returncode != 0
    assert "ensurepip is not available" in failed.stderr
    assert not (checkout.folder / ".venv").exists()
    (checkout.folder / "broken").unlink()
    assert checkout.make("run").returncode == 0
    assert checkout.calls()[-1] == "monitor run"


@pytest.mark.parametrize("lost", [(".made", ".run-installed", ".dev-installed"), ("bin/python",)])
def test_an_environment_that_was_cut_off_or_lost_its_python_is_made_again(checkout: Checkout, lost: tuple[str, ...]) -> None:
    checkout.make("test")
    checkout.calls()
    for name in lost:
        (checkout.folder / ".venv" / name).unlink()
    (checkout.folder / ".venv" / "rest").touch()
    assert checkout.make("test").returncode == 0
    made, *installed, ran = checkout.calls()
    assert made == "made"
    assert any("requirements-dev.lock" in call for call in installed)
    assert ran.startswith("pytest")
    assert not (checkout.folder / ".venv" / "rest").exists()


def test_an_environment_of_an_earlier_version_is_kept(checkout: Checkout) -> None:
    checkout.make("run")
    checkout.calls()
    (checkout.folder / ".venv" / ".made").unlink()
    assert checkout.make("run").returncode == 0
    assert checkout.calls() == ["monitor run"]


def test_a_renamed_checkout_runs_from_where_it_is(checkout: Checkout) -> None:
    checkout.make("run")
    checkout.calls()
    checkout.folder = checkout.folder.rename(checkout.folder.with_name("renamed"))
    assert checkout.make("run").returncode == 0
    *installed, ran = checkout.calls()
    assert "made" not in installed
    assert any("--editable ." in call for call in installed)
    assert ran == "monitor run"


def test_nothing_is_run_by_a_script_that_holds_a_path() -> None:
    recipes = [line for line in (ROOT / "Makefile").read_text().splitlines() if line.startswith("\t")]
    assert [line for line in recipes if "$(BIN)/" in line and "$(BIN)/python" not in line] == []


def test_a_python_that_is_too_old_is_named(checkout: Checkout) -> None:
    (checkout.folder / "python").write_text("#!/bin/sh\nif [ \"$1\" = -c ]; then exit 1; fi\necho 'Python 3.9.2'\n")
    failed = checkout.make("run")
    assert failed.returncode != 0
    assert "Python 3.11 or later; found: Python 3.9.2" in failed.stdout

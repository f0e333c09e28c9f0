"""What the program needs is what it says it needs, and another installation is known as one."""

from __future__ import annotations

import ast
import re
import shutil
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import monitor
from monitor.app import installed
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
#: Packages that only an extra brings, and what imports them says so.
EXTRAS = ("postgres", "backfill")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", name, maxsplit=1)[0]).lower()


def imported() -> set[str]:
    """The foreign packages that any module of ours imports, wherever in it."""
    found: set[str] = set()
    for module in (ROOT / "monitor").rglob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"monitor"}


def test_every_package_that_is_imported_is_asked_for() -> None:
    """What comes only because another package happens to want it may stay away tomorrow."""
    extras = [each for extra in EXTRAS for each in PROJECT["optional-dependencies"][extra]]
    declared = {normal(each) for each in (*PROJECT["dependencies"], *extras)}
    named = packages_distributions()
    missing = {name for name in imported() if not {normal(each) for each in named.get(name, [name])} & declared}
    assert missing == set()


def test_the_second_reader_has_what_it_imports_when_it_comes_to_that() -> None:
    """Of trafilatura's readers the last one is loaded for a few pages only, and imports what lxml no longer has."""
    assert "lxml-html-clean" in {normal(each) for each in PROJECT["dependencies"]}


@pytest.mark.parametrize("upgrade", ["a module", "a table", "a package", "none"])
def test_an_upgrade_makes_another_program(upgrade: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Python compiles, half written too, is no upgrade: another process may be importing a module just now."""
    own, packages = tmp_path / "monitor", tmp_path / "site-packages"
    for part in ("app", "commands", "tables"):
        shutil.copytree(ROOT / "monitor" / part, own / part)
    (packages / "lxml-6.1.3.dist-info").mkdir(parents=True)
    monkeypatch.setattr(monitor, "__file__", str(own / "__init__.py"))
    monkeypatch.setattr(sys, "path", [str(packages)])
    installed.program.cache_clear()
    before = installed.program()
    installed.program.cache_clear()
    assert installed.program() == before  # a restart is no upgrade
    if upgrade == "a module":
        (own / "commands" / "run.py").write_text("pass\n")
    elif upgrade == "a table":
        (own / "tables" / "outlets.csv").write_text("domain\n")
    elif upgrade == "none":
        (own / "app" / "__pycache__").mkdir(exist_ok=True)
        (own / "app" / "__pycache__" / "run.cpython-311.pyc.140206").write_bytes(b"half")
    else:
        (packages / "lxml_html_clean-0.4.6.dist-info").mkdir()
    installed.program.cache_clear()
    assert (installed.program() != before) == (upgrade != "none")
    installed.program.cache_clear()

"""A how-to as a test follows it: its blocks, and a copy of the program to do to it what they say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from tests.conftest import ROOT

_FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Guide:
    """A page of ``docs/``, or one part of it."""

    text: str

    @classmethod
    def named(cls, name: str) -> Guide:
        return cls((ROOT / "docs" / name).read_text(encoding="utf-8"))

    def part(self, heading: str) -> Guide:
        """What stands under a heading, down to the next of its rank or a higher one."""
        marks = heading.partition(" ")[0]
        _, found, rest = f"\n{self.text}".partition(f"\n{heading}\n")
        assert found, f"no {heading!r}"
        return Guide(re.split(rf"^#{{1,{len(marks)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0])

    def blocks(self, language: str = "") -> list[str]:
        """The blocks of a language (none: those without one), as they are to be written."""
        return [dedent(found["text"]) for found in _FENCE.finditer(self.text) if found["language"] == language]

    def block(self, language: str = "") -> str:
        """The only one."""
        (found,) = self.blocks(language)
        return found

    def typed(self) -> list[str]:
        """The lines that are typed at a prompt, without remarks."""
        lines = [line for block in self.blocks() for line in block.splitlines()]
        return [line.removeprefix("$ ").partition("  #")[0].strip() for line in lines if line.startswith("$ ")]


class Copy:
    """The package and its configuration in a folder of their own, which another interpreter runs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config = folder, folder / "config"
        shutil.copytree(ROOT / "monitor", folder / "monitor", ignore=shutil.ignore_patterns("__pycache__"))
        self.config.mkdir()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
        # The copy stands before the checkout, whose tests it may use.
        self.environment |= {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "NO_COLOR": "1", "COLUMNS": "200"}

    def path(self, name: str) -> Path:
        return self.folder / name

    def put(self, name: str, text: str) -> None:
        """A new file."""
        assert not self.path(name).exists()
        self.path(name).write_text(text, encoding="utf-8")

    def configure(self, **more: str) -> None:
        """The configuration that is shipped, with more of some of its files."""
        for file in (ROOT / "config").glob("*.toml"):
            self.put(f"config/{file.name}", f"{file.read_text(encoding='utf-8')}\n{more.pop(file.stem, '')}")
        assert not more

    def insert(self, name: str, text: str, *, before: str) -> None:
        """Some lines in front of the only place where `before` stands."""
        old = self.path(name).read_text(encoding="utf-8")
        assert old.count(before) == 1
        self.path(name).write_text(old.replace(before, text + before), encoding="utf-8")

    def run(self, *arguments: str, folders: bool = True) -> subprocess.CompletedProcess[str]:
        """``monitor ...``"""
        places = ["--config", str(self.config), "--state", str(self.folder / "state")] if folders else []
        return self._run("-m", "monitor", *arguments, *places)

    def module(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """``python -m ...``, by the settings of the project."""
        shutil.copy(ROOT / "pyproject.toml", self.folder)
        return self._run("-m", *arguments)

    def says(self, program: str, *arguments: str) -> Mapping[str, Any]:
        """What a program prints in JSON."""
        done = self._run("-c", program, *arguments)
        assert done.returncode == 0, done.stderr
        answer: Mapping[str, Any] = json.loads(done.stdout)
        return answer

    def pytest(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Tests of the checkout, put beside the copy, so that they test it."""
        if not self.path("tests").exists():
            shutil.copytree(ROOT / "tests", self.path("tests"), ignore=shutil.ignore_patterns("__pycache__", "*.json", "*.eml"))
            shutil.copy(ROOT / "pyproject.toml", self.folder)
        return self._run("-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments)

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(
            command,
            env=self.environment,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

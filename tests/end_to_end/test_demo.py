"""The demonstration: three days, one message each, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT


def test_it_alerts_once_a_day_and_leaves_nothing_behind(tmp_path: Path) -> None:
    folder, temporary = tmp_path / "here", tmp_path / "temporary"
    folder.mkdir()
    temporary.mkdir()
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "TMPDIR": str(temporary), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-m", "monitor", "demo"], cwd=folder, env=environment, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    subjects = [line for line in ended.stdout.splitlines() if line.startswith("Subject: ")]
    assert [subject.split(":")[1].strip() for subject in subjects] == ["Trafford", "South Tyneside", "Portsmouth"]
    assert "3 messages for 8 articles; 0 when asked again." in ended.stdout
    assert "Little Acorns" in ended.stdout.split("Subject")[0]  # listed as news of the day, never alerted
    assert [*folder.iterdir(), *temporary.iterdir()] == []

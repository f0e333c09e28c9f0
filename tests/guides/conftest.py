"""What every test of a guide may use."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.guides.guide import Copy


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """A copy of the program, to be changed."""
    (tmp_path / "copy").mkdir()
    return Copy(tmp_path / "copy")

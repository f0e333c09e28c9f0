"""What every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# No test is about how fast a machine is: on a busy one Hypothesis' own deadline fails what is right.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

#: The repository, and the shared material beside it, which a copy of the repository need not have.
ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in tuple(os.environ):
        if name.startswith("MONITOR_"):
            monkeypatch.delenv(name)


@pytest.fixture
def shared() -> Path:
    """The shared material; skips the test where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the shared material is not here")
    return SHARED

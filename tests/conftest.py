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


#: Files that take longest in one piece, and are given out first: what comes last in a run would keep one process busy alone.
LONG = ("scoring/test_score.py", "domain/test_source_health.py", "press/test_press.py", "end_to_end/test_server_away.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first, everything else as it stands."""
    items.sort(key=lambda item: not item.path.as_posix().endswith(LONG))


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

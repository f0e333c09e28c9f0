"""``monitor demo``: see it work, without a network."""

from __future__ import annotations

import argparse
from typing import Any


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    subparsers.add_parser(
        "demo",
        description="Serves a small site of articles on this machine, travels to their days, polls it, and shows the alerts as "
        "a subscriber would get them; then polls again to show that nothing is sent twice. Leaves nothing behind.",
    )


def run(_: argparse.Namespace) -> int:
    """Run the demonstration."""
    from monitor.demo.show import run_demo

    return run_demo()

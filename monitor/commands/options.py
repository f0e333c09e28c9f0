"""Options that several commands share."""

from __future__ import annotations

import argparse
import os
from datetime import date
from pathlib import Path

from monitor.clock import SystemClock, TravelClock
from monitor.ports import Clock


def folder_options() -> argparse.ArgumentParser:
    """A parent parser with ``--config DIR`` and ``--state DIR`` (else ``MONITOR_CONFIG``, ``MONITOR_STATE``, else here)."""
    parent = argparse.ArgumentParser(add_help=False)
    parent.add_argument(
        "--config",
        type=Path,
        metavar="DIR",
        default=Path(os.environ.get("MONITOR_CONFIG", "config")),
        help="folder with monitor.toml, sources.toml, channels.toml, subscriptions.toml (default: ./config)",
    )
    parent.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        default=Path(os.environ.get("MONITOR_STATE", "state")),
        help="folder for what the monitor writes (default: ./state)",
    )
    return parent


def day(text: str) -> date:
    """An ISO date given on the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2017-06-13") from None


def clock_for(as_of: date | None) -> Clock:
    """The real clock, or one that travelled to the end of the working day of `as_of`."""
    return TravelClock.to_day(as_of) if as_of else SystemClock()

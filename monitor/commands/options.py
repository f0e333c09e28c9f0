"""Options that several commands share."""

from __future__ import annotations

import argparse
import os
from datetime import date
from pathlib import Path

from monitor.ports import Clock
from monitor.system.clock import SystemClock, TravelClock

#: Days that can be asked for: the record begins in 2014, and people look back a little further.
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)


def folder_options() -> argparse.ArgumentParser:
    """A parent parser with ``--config DIR`` and ``--state DIR`` (else ``MONITOR_CONFIG``, ``MONITOR_STATE``, else here)."""
    parent = argparse.ArgumentParser(add_help=False)
    add_folder_options(parent)
    return parent


def add_folder_options(parser: argparse.ArgumentParser) -> None:
    """Declare ``--config DIR`` and ``--state DIR``; see `folder_options`."""
    parser.add_argument(
        "--config",
        type=Path,
        metavar="DIR",
        default=Path(os.environ.get("MONITOR_CONFIG", "config")),
        help="folder with monitor.toml, sources.toml, channels.toml, subscriptions.toml (default: ./config)",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="DIR",
        default=Path(os.environ.get("MONITOR_STATE", "state")),
        help="folder for what the monitor writes (default: ./state)",
    )


def day(text: str) -> date:
    """An ISO date given on the command line."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2017-06-13") from None
    if not _FIRST_DAY <= found <= _LAST_DAY:
        raise argparse.ArgumentTypeError(f"{text!r} is out of reach; nothing is known of days before {_FIRST_DAY.year}")
    return found


def count(text: str) -> int:
    """How many of something, given on the command line: one at least."""
    if not text.isdecimal() or not 1 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of things; write 1 or more")
    return int(text)


def clock_for(as_of: date | None) -> Clock:
    """The real clock, or one that travelled to the end of the working day of `as_of`."""
    return TravelClock.to_day(as_of) if as_of else SystemClock()

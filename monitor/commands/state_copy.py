"""``monitor state copy``: the whole state into another database, of either engine, verified."""

from __future__ import annotations

import argparse

from monitor.ports import ConfigError

DESCRIPTION = "Copies the whole state into an empty database, of either engine, and compares what arrived with what was there."
EXAMPLES = """\
examples:
  monitor state copy state/monitor.db postgresql://monitor:PASSWORD@db/monitor
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the action takes."""
    parser.add_argument("source", metavar="FROM", help="a SQLite file, or the address of a database")
    parser.add_argument("target", metavar="TO", help="where it goes: a file that is not there, or an empty database")


def run(args: argparse.Namespace) -> int:
    """Copy; 1 when it failed."""
    raise ConfigError(f"{args.source} cannot be copied yet; that comes with the next version")

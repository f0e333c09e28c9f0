"""``monitor state``: what is done to the state as a whole. An action is a module of its own, and a row here."""

from __future__ import annotations

import argparse
from importlib import import_module
from typing import Any, NamedTuple


class Action(NamedTuple):
    """An action's name, the module of this package that declares and does it, and one line on it.

    The module has ``add_arguments(parser)``, a ``DESCRIPTION``, an ``EXAMPLES``, and ``run(args) -> int``.
    """

    name: str
    module: str
    summary: str


ACTIONS = (
    Action("backup", "state_backup", "the whole state into one archive, beside a monitor that runs"),
    Action("restore", "state_restore", "a backup put back, or only verified (--check)"),
    Action("copy", "state_copy", "the whole state into another database: from SQLite to PostgreSQL, or back"),
)


def add_parser(subparsers: Any) -> None:
    """Declare the command and its actions."""
    parser = subparsers.add_parser(
        "state", description="What is done to the state as a whole. `monitor state ACTION --help` says more on each."
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for each in ACTIONS:
        module = import_module(f"monitor.commands.{each.module}")
        action = actions.add_parser(
            each.name,
            help=each.summary,
            description=module.DESCRIPTION,
            epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(action)


def run(args: argparse.Namespace) -> int:
    """Do one action; what its module returns."""
    action = next(each for each in ACTIONS if each.name == args.action)
    return int(import_module(f"monitor.commands.{action.module}").run(args))

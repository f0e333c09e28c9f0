"""``monitor reload``: has the running monitor read its configuration again."""

from __future__ import annotations

import argparse
import re
import signal
import sys
from typing import TYPE_CHECKING, Any

from monitor.commands.options import folder_options

if TYPE_CHECKING:
    from pathlib import Path


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    subparsers.add_parser(
        "reload",
        parents=[folder_options()],
        description="Checks the configuration and has the monitor that runs on this state folder read it again. What cannot be "
        "used is refused here, line by line, and the old one stays in force. Sources, channels, subscriptions, operator, hosts "
        "and log level change within seconds; nothing in flight is lost. `listen`, the state folder and the database need a "
        "restart, and so does an environment variable that is another now. Exit status: 0 asked, 1 no monitor could be asked, "
        "2 the configuration is wrong, and nothing was done.",
    )


def run(args: argparse.Namespace) -> int:
    """Check, then ask."""
    from monitor.commands.configuration import routing_problems
    from monitor.commands.reloading import ask_to_reload
    from monitor.ports import MonitorError
    from monitor.settings import examine

    # Its secrets are in the environment of the monitor, and need not be in ours: what needs them is checked there.
    settings, found = examine(args.config, args.state)
    if problems := [*found, *routing_problems(settings)]:
        print("\n".join(map(str, problems)), file=sys.stderr)
        print("Nothing was done: the old configuration stays in force.", file=sys.stderr)
        return 2
    process = _holder(args.state)
    if not process:
        raise MonitorError(f"no monitor runs on {args.state}; `monitor run` reads the configuration when it starts")
    ask_to_reload(process, signal.SIGUSR1)
    print(
        f"{args.config} can be used. Process {process} reads again the folder that it was started with. Its log says what came "
        "of it; so do `monitor doctor` and /readyz."
    )
    return 0


def _holder(state: Path) -> int:
    """The process that has the state folder; 0 for none."""
    from monitor.app.leader import refuse_if_held
    from monitor.ports import InUseError

    try:
        refuse_if_held(state)
    except InUseError as error:
        found = re.search(r"process (\d+)", str(error))
        return int(found[1]) if found else 0
    return 0

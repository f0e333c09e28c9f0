"""``monitor check``: is the configuration right, and if not, where is it wrong?"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from monitor.commands.options import folder_options


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    subparsers.add_parser(
        "check",
        parents=[folder_options()],
        description="Checks every file of the configuration and the environment: unknown keys, wrong types, unknown "
        "authorities, missing secrets, doubled names. Connects to nothing, writes nothing. Exit status 2 if something is wrong.",
    )


def run(args: argparse.Namespace) -> int:
    """Load and build everything that needs no network; print every problem, or what would be watched."""
    from monitor.bootstrap import build_channels, build_sources
    from monitor.settings import SettingsError, examine

    settings, found = examine(args.config, args.state)
    problems = list(found)
    for build in (build_sources, build_channels):
        try:
            build(settings)
        except SettingsError as error:
            problems += error.problems
    if problems:
        print("\n".join(map(str, problems)), file=sys.stderr)
        print(f"{len(problems)} problem{'s' if len(problems) != 1 else ''} in {args.config}", file=sys.stderr)
        return 2
    print(
        f"{args.config}: fine. {len(settings.sources)} sources, {len(settings.channels)} channels, "
        f"{len(settings.subscriptions)} subscriptions."
    )
    return 0

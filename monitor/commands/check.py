"""``monitor check``: is the configuration right, and if not, where is it wrong?"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from monitor.commands.configuration import problems_in, routing_problems, state_problems, surprises
from monitor.commands.dns import add_options, check_dns
from monitor.commands.options import folder_options
from monitor.commands.plural import number_of
from monitor.commands.routes import facts, lines, routes_of

if TYPE_CHECKING:
    from monitor.settings import Problem, Settings


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "check",
        parents=[folder_options()],
        description="Checks every file of the configuration and the environment: unknown keys, wrong types, "
        "unknown authorities, missing secrets, doubled names, messages that would reach nobody, a damaged database; and "
        "shows each channel's server, port, login and recipients as they will be used. Connects to nothing. Exit status 2 if "
        "anything is wrong. "
        "With --dns it then asks the DNS about everybody who sends mail: does the domain exist, do SPF, DKIM and DMARC let "
        "mail through, do unsubscribe links work; and says what to publish. Exit status 1 if receivers would refuse mail.",
    )
    add_options(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Load and build everything that needs no network; print every problem, or what would be watched."""
    from monitor.ports import ConfigError
    from monitor.settings import examine

    if not args.dns and (args.dns_server or args.selector):
        raise ConfigError("--dns-server and --selector say how --dns looks; write --dns, too")
    settings, found = examine(args.config, args.state)
    problems = [*found, *problems_in(settings), *routing_problems(settings), *state_problems(settings)]
    if problems:
        if args.json:
            print(json.dumps({"problems": [_problem_facts(each) for each in problems]}, indent=2))
        else:
            print("\n".join(map(str, problems)), file=sys.stderr)
            print(f"{len(problems)} problem{'s' if len(problems) != 1 else ''} in {args.config}", file=sys.stderr)
        return 2
    warnings, routes = surprises(settings), routes_of(settings)
    if args.json and not args.dns:
        print(json.dumps({"problems": [], "warnings": warnings, "channels": facts(settings, routes)}))
    if not args.json:
        print("".join(f"warning: {each}\n" for each in warnings), end="", file=sys.stderr)
        print(f"{args.config}: fine. {_counted(settings)}")
        print("\n".join(lines(settings, routes)))
    return check_dns(settings, args) if args.dns else 0


def _counted(settings: Settings) -> str:
    watched = sum(bool(table.values.get("enabled", True)) for table in settings.sources)
    return (
        f"{number_of(watched, 'source')} ({len(settings.sources) - watched} more switched off), "
        f"{number_of(len(settings.channels), 'channel')}, {number_of(len(settings.subscription_tables), 'subscription')}."
    )


def _problem_facts(problem: Problem) -> dict[str, object]:
    from monitor.domain.masked import masked

    return {
        "file": problem.file,
        "line": problem.line,
        "table": masked(problem.table),
        "key": problem.key,
        "message": masked(problem.message),
    }

"""``monitor check``: is the configuration right, and if not, where is it wrong?"""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

from monitor.commands.dns import add_options, check_dns
from monitor.commands.options import folder_options
from monitor.commands.plural import number_of
from monitor.commands.routes import facts, lines, routes_of

if TYPE_CHECKING:
    from monitor.settings import Problem, Settings

#: Seconds that another program may hold the database.
_PATIENCE = 2.0


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


def problems_in(settings: Settings) -> list[Problem]:
    """What is wrong with sources, channels and the mailbox: all that is seen only when they are built."""
    from monitor.app.heartbeat import build_heartbeat
    from monitor.app.runtime import build_channels, build_sources, nothing_watched
    from monitor.ports import ConfigError
    from monitor.postmaster.build import build_mailbox
    from monitor.settings import Problem, SettingsError
    from monitor.settings.secret import READERS
    from monitor.system.clock import SystemClock

    problems: list[Problem] = []
    for build in (build_sources, build_channels, build_mailbox):
        try:
            build(settings)
        except SettingsError as error:
            problems += error.problems
    nothing = nothing_watched(settings)
    if nothing and nothing.file not in {problem.file for problem in problems}:
        problems.append(nothing)
    for read in READERS:
        try:
            read(os.environ)
        except ConfigError as error:
            problems.append(Problem(file="environment", key=error.key, message=str(error).removeprefix(f"{error.key}: ")))
    try:
        build_heartbeat(settings, SystemClock(), os.environ)
    except ConfigError as error:
        message = str(error).removeprefix(f"{error.key}: ")
        problems.append(Problem(file="monitor.toml", table="[monitor]", key="heartbeat_url_env", message=message))
    return problems


def state_problems(settings: Settings) -> list[Problem]:
    """What is the matter with the database in the state folder, where there is one; makes nothing."""
    import sqlite3

    from monitor.settings import Problem
    from monitor.store.postgresql import driver_problem

    if settings.database_url and (problem := driver_problem(settings.database_url)):
        return [Problem(file="MONITOR_DATABASE_URL, or monitor.toml", key="database_url", message=problem)]
    file = settings.state / "monitor.db"
    if settings.database_url or not file.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)) as database:
            said = str(database.execute("PRAGMA quick_check(1)").fetchone()[0]).splitlines()[-1]
    except sqlite3.OperationalError as error:
        held = "locked" in str(error)  # whoever runs the check may not be who runs the monitor: the rest is no finding
        return [Problem(file=str(file), message="is in use by another program that lets nobody else read it")] if held else []
    except sqlite3.DatabaseError as error:
        said = str(error)
    if said == "ok":
        return []
    return [Problem(file=str(file), message=f"is damaged ({said}); put a backup back, as docs/runbook.md says")]


def routing_problems(settings: Settings) -> list[Problem]:
    """The ``[[test]]`` tables of subscriptions.toml that do not come out as they expect."""
    from monitor.domain.routing import failure, routing_test
    from monitor.domain.subscriptions import SubscriptionError
    from monitor.system.clock import SystemClock

    problems: list[Problem] = []
    if "subscriptions.toml" in settings.broken:
        return []  # whom a test expects may be what is broken
    # Of a `to` with several addresses the first stands for all: they hear of the same.
    names = {table.name for table in settings.subscription_tables}
    subscriptions = [each for each in settings.subscriptions if each.name in names]
    for table in settings.routing_tests:
        try:
            wrong = failure(routing_test(table.values, SystemClock().today()), subscriptions)
        except SubscriptionError as error:
            problems.append(table.problem(error.key, error.message))
            continue
        if wrong:
            problems.append(table.problem("expect", wrong))
    return problems


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


def surprises(settings: Settings) -> list[str]:
    """What is not wrong, but may be a surprise. The configuration can be used."""
    from monitor.app.runtime import build_channels
    from monitor.commands.surprises import warnings_in

    return [str(each) for each in warnings_in(settings, os.environ, build_channels(settings))]


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

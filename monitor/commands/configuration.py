"""All that is wrong with a configuration: also what is seen only when it is built, or beside the state. Connects to nothing."""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from monitor.settings import Problem

if TYPE_CHECKING:
    from monitor.settings import Settings


def problems_in(settings: Settings) -> list[Problem]:
    """What is wrong with sources, channels and the mailbox: all that is seen only when they are built."""
    from monitor.app.heartbeat import build_heartbeat
    from monitor.app.runtime import build_channels, build_sources, nothing_watched
    from monitor.ports import ConfigError
    from monitor.postmaster.build import build_mailbox
    from monitor.settings import SettingsError
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
    from monitor.store.postgresql import driver_problem
    from monitor.store.read_only import damage

    if settings.database_url and (problem := driver_problem(settings.database_url)):
        return [Problem(file="MONITOR_DATABASE_URL, or monitor.toml", key="database_url", message=problem)]
    file = settings.state / "monitor.db"
    if settings.database_url or not file.is_file():
        return []
    try:
        said = damage(file)
    except sqlite3.OperationalError as error:
        held = "locked" in str(error)  # whoever runs the check may not be who runs the monitor: the rest is no finding
        return [Problem(file=str(file), message="is in use by another program that lets nobody else read it")] if held else []
    if not said:
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


def surprises(settings: Settings) -> list[str]:
    """What is not wrong, but may be a surprise. The configuration can be used."""
    from monitor.app.runtime import build_channels
    from monitor.commands.surprises import warnings_in

    return [str(each) for each in warnings_in(settings, os.environ, build_channels(settings))]

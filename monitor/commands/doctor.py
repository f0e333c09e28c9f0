"""``monitor doctor``: everything that is wrong with this installation, on one screen, and what to do about each."""

from __future__ import annotations

import argparse
import json
import os
import sys
import textwrap
import threading
from collections.abc import Collection, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from monitor.commands.options import folder_options
from monitor.commands.plural import number_of

if TYPE_CHECKING:
    from monitor.commands.doctor_finding import Check, Finding, Subject
    from monitor.settings import Problem, Settings
    from monitor.store.examination import StateFacts

#: Seconds in which the state has to answer: the rest stands on what it says.
_STATE_WITHIN = 8.0
_WIDTH = 110


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "doctor",
        parents=[folder_options()],
        description="Looks at everything that can be wrong, beside a monitor that runs or without one: configuration, state, "
        "disk, clock, the running monitor, sources, messages that wait, what waits for review, every way out (greeted and "
        "logged in to, nothing is sent), DNS of the sender, the public page and its certificate, backups, libraries. A line "
        "for each thing that is wrong, with what to do. It changes nothing and shows no secret. "
        "Exit status: 0 nothing is wrong (something may be better), 1 something is wrong, 2 the configuration is.",
    )
    parser.add_argument("--offline", action="store_true", help="ask nothing of the network but the database")
    parser.add_argument("--dns-server", default="", metavar="ADDRESS", help="ask this DNS server, 192.0.2.53 or [::1]:53")
    parser.add_argument("--json", action="store_true", help="print JSON: every finding, also of what is well")


def run(args: argparse.Namespace) -> int:
    """Look at everything and print what is to be seen to."""
    from monitor.commands.doctor_finding import run_checks
    from monitor.postmaster.findings import Level

    subject = _subject(args)
    checks = [check for check in _checks(subject) if not (args.offline and check.asks_network)]
    places = _places(subject)
    found = [_plain(each, places) for each in run_checks(checks, subject)]
    errors = [each for each in found if each.level is Level.ERROR]
    warnings = [each for each in found if each.level in {Level.WARNING, Level.NOTE}]
    if args.json:
        print(json.dumps(_as_json(found, checks), indent=2))
    else:
        _print(errors, warnings, found, checks, offline=args.offline)
        sys.stdout.flush()
    return 2 if subject.problems else int(bool(errors))


def _subject(args: argparse.Namespace) -> Subject:
    """What is looked at, with the state already asked."""
    from monitor.commands.configuration import problems_in, routing_problems
    from monitor.commands.doctor_finding import Subject
    from monitor.settings import examine
    from monitor.system.clock import SystemClock

    if args.dns_server:
        from monitor.postmaster.lookup import Lookup

        Lookup(args.dns_server)  # refused here, and not as a line among others
    settings, found = examine(args.config, args.state)
    problems: list[Problem] = [*found, *problems_in(settings), *routing_problems(settings)]
    return Subject(
        settings=settings,
        problems=tuple(problems),
        channels=_channels(settings),
        environ=os.environ,
        clock=SystemClock(),
        facts=_facts(settings),
        dns_server=args.dns_server,
    )


def _channels(settings: Settings) -> dict[str, Any]:
    """Those that can be built; what is wrong with the others is among the problems."""
    from monitor.channels import build_channel
    from monitor.ports import ConfigError

    built = {}
    for table in settings.channels:
        try:
            built[table.name] = build_channel(table.name, dict(table.values), os.environ.get)
        except ConfigError:
            continue
    return built


def _facts(settings: Settings) -> StateFacts | None:
    """What the state says; None where it hangs."""
    from monitor.app.runtime import database_url
    from monitor.store.examination import examine_state
    from monitor.system.clock import SystemClock, boot_id, uptime

    answer: list[StateFacts] = []

    def examine_it() -> None:
        now = SystemClock().now()
        answer.append(examine_state(database_url(settings), settings.state, now=now, boot=boot_id(), uptime=uptime()))

    thread = threading.Thread(target=examine_it, daemon=True, name="state")
    thread.start()
    thread.join(_STATE_WITHIN)
    return answer[0] if answer else None


def _checks(subject: Subject) -> list[Check]:
    """Everything that is looked at, in the order in which it is printed."""
    from monitor.commands import doctor_daemon, doctor_machine, doctor_network, doctor_state
    from monitor.commands.doctor_finding import Check

    ways = [
        Check(
            about=f"channel {name}",
            find=partial(doctor_network.of_channel, name=name),
            seconds=6.0,
            asks_network=True,
            if_it_hangs=f"[channel.{name}] in channels.toml: is its address right, and a firewall between?",
        )
        for name in subject.channels
    ]
    return [
        Check(about="configuration", find=doctor_machine.of_configuration, seconds=5.0),
        Check(about="state", find=doctor_state.of_state),
        Check(about="files and disk", find=doctor_state.of_files, if_it_hangs="the disk does not answer: is it a network's?"),
        Check(about="daemon", find=doctor_daemon.of_daemon, seconds=9.0, if_it_hangs="restart the monitor; look at its log"),
        Check(about="clock", find=doctor_state.of_jumps),
        Check(about="sources", find=doctor_state.of_sources),
        Check(about="outbox", find=doctor_state.of_outbox),
        Check(about="review", find=doctor_state.of_reviews),
        Check(about="backup", find=doctor_state.of_backups),
        *ways,
        Check(about="DNS", find=doctor_network.of_dns, seconds=9.0, asks_network=True, if_it_hangs="`monitor check --dns`"),
        Check(about="page", find=doctor_network.of_page, seconds=9.0, asks_network=True, if_it_hangs="docs/reverse_proxy.md"),
        Check(about="operator", find=doctor_machine.of_operator),
        Check(about="heartbeat", find=doctor_network.of_heartbeat, seconds=6.0, asks_network=True),
        Check(about="network", find=doctor_network.of_network, seconds=9.0, asks_network=True),
        Check(about="secrets", find=doctor_machine.of_secrets),
        Check(about="libraries", find=doctor_machine.of_libraries),
        Check(about="time zone", find=doctor_machine.of_time_zone),
        Check(about="fonts", find=doctor_machine.of_fonts),
    ]


def _places(subject: Subject) -> set[str]:
    """Names of hosts and the like: they stand in addresses, and are no secret."""
    from urllib.parse import urlsplit

    from monitor.app.runtime import database_url
    from monitor.domain.database_address import shown_database_address

    routes = [channel.route for channel in subject.channels.values()]
    named = [shown_database_address(database_url(subject.settings)), *(each.host for each in routes)]
    named += [each.sender.rpartition("@")[2] for each in routes]
    heartbeat = urlsplit(os.environ.get(subject.settings.heartbeat_url_env, "")).hostname or ""
    return {part for each in (*named, heartbeat) for part in (each, *each.replace(":", "/").split("/"))}


def _plain(finding: Finding, places: Collection[str]) -> Finding:
    """The same without what only the environment may hold, whatever a server or a library said; on one line."""
    from dataclasses import replace

    from monitor.commands.redaction import redacted
    from monitor.domain.masked import masked

    def clean(text: str) -> str:
        one_line = " ".join(redacted(masked(text), os.environ, places).split())
        return "".join(letter if letter.isprintable() else "\ufffd" for letter in one_line)

    return replace(finding, says=clean(finding.says), remedy=clean(finding.remedy))


def _print(
    errors: Sequence[Finding], warnings: Sequence[Finding], found: Sequence[Finding], checks: Sequence[Check], *, offline: bool
) -> None:
    for heading, lines in (("Wrong", errors), ("Could be better", warnings)):
        if lines:
            print(f"{heading}:")
            print("\n".join(line for each in lines for line in _lines(each)))
            print()
    looked = ", ".join(check.about for check in checks)
    bad = {each.about for each in (*errors, *warnings)}
    fine = [each for each in found if each not in errors and each not in warnings]
    if errors:
        print(f"{number_of(len(errors), 'thing is', 'things are')} wrong. Looked at: {looked}.")
    else:
        print(f"Nothing is wrong. Looked at: {looked}.")
    well = [f"{each.about} {each.says}" for each in fine if each.about not in bad]
    if well:
        print(textwrap.fill("Well: " + "; ".join(well) + ".", _WIDTH, break_on_hyphens=False, break_long_words=False))
    if offline:
        print(
            "The network was not asked (--offline): ways out, DNS, the public page and the time elsewhere were not looked at."
        )


def _lines(finding: Finding) -> list[str]:
    said = textwrap.wrap(
        f"{finding.about}: {finding.says}",
        _WIDTH,
        initial_indent="  ",
        subsequent_indent="    ",
        break_on_hyphens=False,
        break_long_words=False,
    )
    return [*said, f"    -> {finding.remedy}"] if finding.remedy else said  # on one line: it is there to be copied


def _as_json(found: Sequence[Finding], checks: Sequence[Check]) -> dict[str, object]:
    from monitor.postmaster.findings import Level

    return {
        "findings": [
            {"level": str(each.level), "about": each.about, "says": each.says, "remedy": each.remedy} for each in found
        ],
        "looked_at": [check.about for check in checks],
        "errors": sum(each.level is Level.ERROR for each in found),
        "warnings": sum(each.level is Level.WARNING for each in found),
    }

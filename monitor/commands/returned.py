"""``monitor returned``: mail that came back, from files, a Maildir or a pipe, is recorded at its message."""

from __future__ import annotations

import argparse
import json
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.commands.options import folder_options
from monitor.ports import MonitorError

if TYPE_CHECKING:
    from monitor.domain.bounces import BounceReport, IngestOutcome
    from monitor.postmaster.ingest import BounceIngest, Postmaster
    from monitor.postmaster.mailbox import Take


def add_parser(subparsers: Any) -> None:
    """Declare the command."""
    parser = subparsers.add_parser(
        "returned",
        parents=[folder_options()],
        description="Reads mail that came back: bounces, delays, complaints. What carries the mark of a message of ours is "
        "noted there (`monitor outbox show`); three bounces in a row suspend an address, and so does one complaint where the "
        "mailbox's own server says that a feedback loop wrote it (authserv_id in [returned]). Reading a mail twice "
        "changes nothing. Without PATH it visits the mailbox of [returned] in monitor.toml once. As a pipe of a mail server "
        "(`monitor returned -`) it ends with 75 where the server should try again, else with 0.",
    )
    parser.add_argument("paths", metavar="PATH", nargs="*", help="a file, a Maildir, or - for standard input")
    parser.add_argument("--json", action="store_true", help="print JSON, one line a mail")


def run(args: argparse.Namespace) -> int:
    """Take every mail; 1 when one could not be read."""
    if args.paths != ["-"]:
        return _take(args)
    try:
        return _take(args)
    except (MonitorError, OSError) as error:
        # To a mail server any other status means that the mail cannot be delivered, and it would tell its sender so.
        print(f"monitor returned: {error}", file=sys.stderr)
        return os.EX_TEMPFAIL


def _take(args: argparse.Namespace) -> int:
    from monitor.app.runtime import open_state
    from monitor.postmaster.build import build_intake, build_postmaster
    from monitor.settings import load
    from monitor.system.clock import SystemClock

    settings, clock = load(args.config, args.state), SystemClock()
    store = open_state(settings)
    try:
        if not args.paths:
            return _visit(build_postmaster(settings, store, clock))
        intake = build_intake(settings, store, clock)
        read = [_take_from(name, partial(_take_one, args, intake, name)) for name in args.paths]
        return int(not all(read))
    finally:
        store.close()


def _take_one(args: argparse.Namespace, intake: BounceIngest, where: str, raw: bytes) -> bool:
    return _say(args, where, *intake.take(raw))


def _take_from(name: str, take: Take) -> bool:
    """Take the mail in a file, in a Maildir, or on standard input; False, after saying so, where there is none to be read."""
    from monitor.postmaster.mailbox import Maildir, read_start
    from monitor.postmaster.report import MAX_MAIL
    from monitor.system.clock import SystemClock

    if name == "-":
        take(sys.stdin.buffer.read(MAX_MAIL))
        while sys.stdin.buffer.read(MAX_MAIL):
            pass  # a writer that is not heard out takes that for a failure
        return True
    if (Path(name) / "new").is_dir():
        for _ in Maildir(folder=Path(name)).visit(take, "", SystemClock().now()):
            pass  # what is to be said of each is said
        return True
    try:
        raw = read_start(Path(name))
    except OSError:
        raw = None
    if raw is None:
        print(f"{name}: cannot be read", file=sys.stderr)
        return False
    take(raw)
    return True


def _say(args: argparse.Namespace, where: str, mail: BounceReport, became: IngestOutcome) -> bool:
    """Print what a mail was and what became of it; whether it was about a message of ours."""
    from monitor.domain.bounces import IngestOutcome

    if args.json:
        print(json.dumps({"from": where, "kind": str(mail.kind), "code": mail.code, "became": str(became)}))
    else:
        print(f"{where}: {mail.kind} {mail.code}".rstrip() + f": {_WORDS[str(became)]}")
    return became is not IngestOutcome.UNRELATED


_WORDS = {
    "unrelated": "about no message of ours, left alone",
    "known": "recorded before",
    "noted": "noted at its message",
    "counted": "noted at its message, counted against its address",
    "asked": "noted at its message; nobody vouches for whoever wrote it, so look at it: `monitor outbox list`",
    "suspended": "noted at its message; its address is suspended",
}


def _visit(postmaster: Postmaster | None) -> int:
    if postmaster is None:
        print("Name a PATH, or write a [returned] table into monitor.toml.", file=sys.stderr)
        return 2
    taken = postmaster.collect()
    if postmaster.failures:
        print(f"The mailbox cannot be read: {postmaster.reason.replace('_', ' ')}.", file=sys.stderr)
        return 1
    print(", ".join(f"{count} {became}" for became, count in sorted(taken.items())) or "Nothing has come.")
    return 0

"""``monitor state restore``: a backup put back, or only looked through."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from monitor.commands.options import add_folder_options

DESCRIPTION = """\
Puts a backup into the state folder. Afterwards nothing is sent until `monitor outbox resume`: what was sent since the backup
was made must not be sent again. The journal of what was sent, sent.journal, stays where it is: it is the newest there is.
On another machine put that file into the folder first, where it can be had.

With --check nothing is changed: the archive is unpacked aside, every hash, the database and its version are verified, and
whether it could be put back is said.
"""
EXAMPLES = """\
examples:
  monitor state restore state/backups/monitor-20261128T030000Z.tar.gz --check
  monitor state restore monitor-20261128T030000Z.tar.gz --state /srv/monitor/state
  monitor state restore monitor-20261128T030000Z.tar.gz --over     what is there is kept under another name
then:
  monitor run, monitor outbox list, monitor outbox resume

exit status: 0 put back, or could be; 1 it could not be, and nothing was changed; 2 the arguments could not be understood
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the action takes."""
    parser.add_argument("archive", metavar="FILE", type=Path, help="what `monitor state backup` wrote")
    parser.add_argument("--check", action="store_true", help="verify it, and change nothing")
    parser.add_argument(
        "--over", action="store_true", help="also where there is a state already: that is kept under another name"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_folder_options(parser)


def run(args: argparse.Namespace) -> int:
    """Put one backup back, or verify it."""
    from monitor.app.leader import refuse_if_held, single_instance
    from monitor.domain.calendar import moment_words
    from monitor.store.backup import DATABASE
    from monitor.store.restore import check_backup, restore_backup
    from monitor.system.clock import SystemClock

    if args.check:
        manifest, newest = check_backup(args.archive)
        made = moment_words(manifest.made, year=True)
        said = f"{args.archive}: sound. Made {made} by version {manifest.monitor}, schema {manifest.schema}"
        said += "." if manifest.schema == newest else f"; the first start brings it to {newest}."
        if (args.state / DATABASE).exists():
            said += f" There is a state in {args.state} already: --over would put it in its place."
        print(json.dumps({"sound": True} | json.loads(manifest.as_json())) if args.json else said)
        return 0
    _refuse_beside_another_database(args)
    refuse_if_held(args.state)  # before anything is made
    with single_instance(args.state):
        done = restore_backup(args.archive, args.state, now=SystemClock().now(), over=args.over)
    if args.json:
        print(
            json.dumps(
                {"restored": str(args.state), "aside": [str(each) for each in done.aside]} | json.loads(done.manifest.as_json())
            )
        )
        return 0
    print(f"{args.state} is as it was {moment_words(done.manifest.made, year=True)}.")
    for each in done.aside:
        print(f"What was there is kept as {each}; remove it when you need it no more.")
    print("Nothing is sent yet. Start the monitor, look at `monitor outbox list`, then: monitor outbox resume")
    return 0


def _refuse_beside_another_database(args: argparse.Namespace) -> None:
    """What is put back into a state folder is read by no monitor whose state is elsewhere; only its journal would change."""
    from monitor.ports import ConfigError
    from monitor.settings import examine

    try:
        settings, _ = examine(args.config, args.state)
    except ConfigError:
        return  # on a machine that has no configuration yet
    if settings.database_url:
        words = (
            "the monitor's state is in a database of its own, and a backup is a state folder's. To put back that database: "
            "docs/runbook.md, “Backup”. To go back to SQLite: take this setting away first"
        )
        raise ConfigError(words, key="database_url")

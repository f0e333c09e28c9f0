"""``monitor state backup``: everything that belongs to the state in one file, beside a monitor that runs or without one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from monitor.commands.options import add_folder_options, count
from monitor.commands.plural import number_of

DESCRIPTION = """\
Writes the state into one archive: the database as it is at this moment, the journal of what was sent, the key that signs
links, and a manifest with their hashes. The monitor may run meanwhile. The file is there whole or not at all, and its owner
alone may read it: it holds readers' addresses, and the key.

FILE is written; into a FOLDER goes monitor-DATE.tar.gz. Without either it goes where [backup] of monitor.toml says
(state/backups). `monitor run` makes one a day there by itself. Keep some on another machine: a disk takes its backups with it.
"""
EXAMPLES = """\
examples:
  monitor state backup                              into state/backups
  monitor state backup /mnt/backups --keep 30       the 30 newest stay there
  monitor state backup before-upgrade.tar.gz
  monitor state restore before-upgrade.tar.gz --check

PostgreSQL has its own: pg_dump --format=custom; docs/runbook.md says how it is put back.

exit status: 0 written and verified; 1 it could not be, and nothing of it is left; 2 the configuration is wrong
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what the action takes."""
    parser.add_argument("target", metavar="FILE|FOLDER", nargs="?", type=Path, help="where to (default: [backup] folder)")
    parser.add_argument("--keep", type=count, metavar="N", help="then remove all but the N newest backups of that folder")
    parser.add_argument("--json", action="store_true", help="print JSON: the file, its size, and the manifest")
    add_folder_options(parser)


def run(args: argparse.Namespace) -> int:
    """Make one backup."""
    from monitor import __version__
    from monitor.ports import ConfigError
    from monitor.settings import load
    from monitor.store.backup import backup_name, make_backup, prune_backups
    from monitor.system.clock import SystemClock

    settings, now = load(args.config, args.state), SystemClock().now()
    if settings.database_url:
        words = (
            "the state is in a database of its own, which has its own tools (PostgreSQL: pg_dump --format=custom); "
            "docs/runbook.md, “Backup”"
        )
        raise ConfigError(words, key="database_url")
    target = args.target or settings.backup_folder
    # Only a folder has others to remove: one that is not there yet is made, and is no name of a file.
    is_folder = target == settings.backup_folder or target.is_dir() or bool(args.keep and not target.suffix)
    file = target / backup_name(now) if is_folder else target
    manifest = make_backup(settings.state, file, now=now, version=__version__)
    gone = prune_backups(file.parent, args.keep, now=now) if args.keep else []
    size = file.stat().st_size
    if args.json:
        print(
            json.dumps(
                {"file": str(file), "size": size, "removed": [str(each) for each in gone]} | json.loads(manifest.as_json())
            )
        )
    else:
        print(f"{file}: {size / 1e6:.1f} MB, verified. {', '.join(manifest.files)}; schema {manifest.schema}.")
        if gone:
            print(f"{number_of(len(gone), 'older backup')} removed.")
    return 0

"""What takes too long for the tests: the real daemon killed again and again, and the real daemon under attack.

python -m tests.soak                       all of these, one after the other
python -m tests.soak --cycles 200          SIGKILL at random moments under load, again and again on the same state
python -m tests.soak --attack 600          honest news beside hostile, slow and busy sites and held connections, for 600 s
python -m tests.soak --restore             backups under load put back into an empty folder, again and again, every mail counted
python -m tests.soak --replicas 100        two daemons on one PostgreSQL: 100 kills of either, beside stops and orderly ends
python -m tests.soak --day 24              a day of 50 sources in minutes: what the daemon holds hour by hour
python -m tests.soak --matrix              every point of the crash matrix, on SQLite and PostgreSQL
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys

from tests.conftest import ROOT
from tests.soak.attack import attack
from tests.soak.day import simulate_day
from tests.soak.kills import soak
from tests.soak.replicas import soak_replicas
from tests.soak.restore import restore_drill

CYCLES, SECONDS, REPLICAS, HOURS = 200, 600, 100, 24


def whole_matrix() -> int:
    """Every point of the crash matrix, both channels, both engines; 0 when nothing was doubled or lost."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        str(ROOT / "tests/delivery/test_crash_matrix.py"),
    ]
    return subprocess.call(command, cwd=ROOT, env=os.environ | {"CRASH_MATRIX": "all"})


def main() -> int:
    """Parse the options and run the programmes asked for; 0 when all of them came out as promised."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cycles", type=int, metavar="N", help=f"kill the daemon N times (alone: {CYCLES})")
    parser.add_argument("--attack", type=int, metavar="SECONDS", help=f"attack it for so long (alone: {SECONDS})")
    parser.add_argument("--replicas", type=int, metavar="N", help=f"kill N times one of two daemons (alone: {REPLICAS})")
    parser.add_argument("--day", type=int, metavar="HOURS", help=f"simulate so many hours of polling (alone: {HOURS})")
    parser.add_argument("--factor", type=float, default=240.0, help="of --day: by how much its waits are divided (240)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="to repeat a run's moments")
    parser.add_argument("--matrix", action="store_true", help="the whole crash matrix instead")
    parser.add_argument("--restore", type=int, nargs="?", const=5, metavar="N", help="the restore drill instead, N times (5)")
    args = parser.parse_args()
    if args.restore:
        print(f"seed {args.seed}", flush=True)
        return restore_drill(args.restore, args.seed)
    if args.matrix:
        return whole_matrix()
    every = all(each is None for each in (args.cycles, args.attack, args.replicas, args.day))
    print(f"seed {args.seed}", flush=True)
    failed = 0
    if cycles := CYCLES if every else args.cycles:
        failed |= soak(cycles, args.seed)
    if seconds := SECONDS if every else args.attack:
        failed |= attack(seconds, args.seed)
    if kills := REPLICAS if every else args.replicas:
        failed |= soak_replicas(kills, args.seed)
    if hours := HOURS if every else args.day:
        failed |= simulate_day(hours, args.factor)
    return failed


if __name__ == "__main__":
    sys.exit(main())

"""What takes too long for the tests: the real daemon killed again and again, and the real daemon under attack.

python -m tests.soak                       both, one after the other
python -m tests.soak --cycles 200          SIGKILL at random moments under load, again and again on the same state
python -m tests.soak --attack 600          honest news beside hostile, slow and busy sites and held connections, for 600 s
python -m tests.soak --restore             backups under load put back into an empty folder, again and again, every mail counted
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
from tests.soak.kills import soak
from tests.soak.restore import restore_drill

CYCLES, SECONDS = 200, 600


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
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="to repeat a run's moments")
    parser.add_argument("--matrix", action="store_true", help="the whole crash matrix instead")
    parser.add_argument("--restore", type=int, nargs="?", const=5, metavar="N", help="the restore drill instead, N times (5)")
    args = parser.parse_args()
    if args.restore:
        print(f"seed {args.seed}", flush=True)
        return restore_drill(args.restore, args.seed)
    if args.matrix:
        return whole_matrix()
    both = args.cycles is None and args.attack is None
    print(f"seed {args.seed}", flush=True)
    failed = 0
    if cycles := CYCLES if both else args.cycles:
        failed |= soak(cycles, args.seed)
    if seconds := SECONDS if both else args.attack:
        failed |= attack(seconds, args.seed)
    return failed


if __name__ == "__main__":
    sys.exit(main())

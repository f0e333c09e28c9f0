"""How fast a state is copied from SQLite to PostgreSQL and back. Run: python bench/state_copy.py [--rows N].

The state is made here: rows in every table, in the proportions of a monitor that has run for years. PostgreSQL is the one of
the development dependencies, with its disk's guarantees left on as any server has them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.databases import own_server
from tests.store.filled_state import filled

ROOT = Path(__file__).resolve().parent.parent
#: Rows of each table in a state of a million.
SHARES = {
    "sources": 60,
    "polls": 330_000,
    "captures": 3_000,
    "articles": 60_000,
    "links": 180_000,
    "judgements": 30_000,
    "rejections": 60_000,
    "review_items": 2_000,
    "inspections": 1_000,
    "accounts": 5_000,
    "changes": 3_000,
    "subscriptions": 2_000,
    "bodies": 3_000,
    "deliveries": 60_000,
    "alerts": 60_000,
    "tellings": 60_000,
    "journal": 140_000,
    "returns": 500,
    "facts": 10,
    "leases": 1,
}
#: About the length of an article, in characters.
TEXT = "Leeds City Council’s children’s services were rated inadequate by Ofsted. " * 25


def copy(*words: str, url: str = "") -> tuple[dict[str, object], float]:
    """Run the command; what it said, and the most memory that it took, MB."""
    environ = {**os.environ, "MONITOR_DATABASE_URL": url}
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *words], capture_output=True, text=True, check=False, cwd=ROOT, env=environ
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    *said, memory = done.stdout.rstrip().splitlines()
    return json.loads("\n".join(said)), int(memory) / 1024


_MEASURED = (
    "import resource, sys\nfrom monitor.cli import main\nstatus = main(['state', 'copy', *sys.argv[1:], '--json'])\n"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\nsys.exit(status)"
)


def said(what: str, done: dict[str, object], memory: float) -> None:
    print(
        f"{what:<22} {done['rows']:,} rows in {done['seconds']:.1f} s, {done['rows_a_second']:,} rows a second, "
        f"{memory:.0f} MB at most, verified: {done['verified']}"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    args = parser.parse_args()
    scale = args.rows / sum(SHARES.values())
    rows = {name: max(1, round(share * scale)) for name, share in SHARES.items()} | {"": 1}
    with tempfile.TemporaryDirectory(prefix="monitor-bench-") as folder, own_server(safe=True) as server:
        began, path = time.monotonic(), Path(folder, "monitor.db")
        filled(path, rows, TEXT)
        size, load = path.stat().st_size / 2**20, os.getloadavg()[0]
        print(f"a state of {size:.0f} MB, made in {time.monotonic() - began:.0f} s; load of the machine {load:.1f}")
        server.admin("CREATE DATABASE copied")
        there, memory = copy(str(path), url=server.address("copied"))
        said("SQLite to PostgreSQL", there, memory)
        back, memory = copy(server.address("copied"), str(Path(folder, "back.db")))
        said("PostgreSQL to SQLite", back, memory)
        mine = {table["name"]: table["hash"] for table in there["tables"] if table["name"] != "facts"}  # type: ignore[attr-defined]
        theirs = {table["name"]: table["hash"] for table in back["tables"] if table["name"] != "facts"}  # type: ignore[attr-defined]
        print("there and back: the same" if mine == theirs else "there and back: NOT the same")


if __name__ == "__main__":
    main()

"""Scores the classifier on labelled articles and fails below the floors; a floor only ever rises.

Our own corpus is always scored (tests/corpus/floors.toml); one beside the repository (.ci/floors.toml) where it is present.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from monitor.commands.score import load  # noqa: E402
from monitor.scoring.report import score  # noqa: E402


def below(figures: dict[str, float], row: dict[str, Any]) -> list[str]:
    """What is worse than its floor, in words."""
    low = [f"{key} is below its floor of {floor}" for key, floor in row.get("at_least", {}).items() if figures[key] < floor]
    high = [f"{key} is above its limit of {limit}" for key, limit in row.get("at_most", {}).items() if figures[key] > limit]
    return low + high


def main() -> int:
    """Print every figure; 1 when one is worse than its floor."""
    own = tomllib.loads((ROOT / "tests" / "corpus" / "floors.toml").read_text(encoding="utf-8"))
    beside = tomllib.loads((ROOT / ".ci" / "floors.toml").read_text(encoding="utf-8"))["corpus"]
    failed = False
    for name, row in {"own": {"path": "tests/corpus", **own}, **beside}.items():
        path = (ROOT / row["path"]).resolve()
        if not path.exists():
            print(f"{name}: {row['path']} is not here, skipped")
            continue
        figures = dict(score(load([path])).figures.rows())
        low = below(figures, row)
        failed |= bool(low)
        print(f"{name}: " + ", ".join(f"{key} {value:g}" for key, value in figures.items()))
        for line in low:
            print(f"  {line}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

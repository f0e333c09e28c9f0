"""Linguistic and reference data, reviewed like code: a change here needs the accuracy figures run again."""

from __future__ import annotations

import csv
import io
from functools import cache
from pathlib import Path


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``tables/<name>.csv`` as dictionaries, in file order."""
    # Beside this file, which is never inside an archive; asking importlib.resources takes 15 ms of every start.
    text = Path(__file__).with_name(f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))

"""Reference and linguistic data, reviewed like code: if a change here needs the accuracy figures run again, it is in the right place."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=None)
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of ``tables/<name>.csv`` as dictionaries, in file order."""
    with resources.files(__name__).joinpath(f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return tuple(csv.DictReader(file))

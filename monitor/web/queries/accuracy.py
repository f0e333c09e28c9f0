"""How right reading is, as measured when this version was made: the figures of docs/accuracy.md that the site tells."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def accuracy() -> Mapping[str, float]:
    """Each figure of the articles that nobody had trained with, by its name. `make accuracy` writes the file."""
    text = files("monitor.web").joinpath("accuracy.csv").read_text(encoding="utf-8")
    return {row["figure"]: float(row["value"]) for row in csv.DictReader(io.StringIO(text))}

"""Write what the classifier says of thirty articles, for the test of stored answers: ``python -m train.stored``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from monitor.classifier.verdict import analyse, thresholds
from monitor.commands.score import load
from monitor.scoring.labels import Labelled

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "tests" / "classifier" / "stored_answers.json"
_NEAR = 0.05  #: so near to the threshold another processor's rounding may fall on the other side


def articles() -> list[Labelled]:
    """Thirty articles of `tests/corpus`, evenly spread."""
    every = load([ROOT / "tests" / "corpus"])
    return every[:: max(1, len(every) // 30)][:30]


def answers(article: Labelled) -> list[list[Any]]:
    """What is said of an article: council, area, rating, earlier rating and its year, in order."""
    analysis = analyse(article.title, article.text, article.published)
    unsure = {(c.urn, c.area) for c in analysis.candidates if abs(c.probability - thresholds().alert) < _NEAR}
    return sorted(
        [j.authority.name, str(j.area), str(j.rating), str(j.previous or ""), j.previous_year]
        for j in analysis.result.judgements
        if (j.authority.urn, str(j.area)) not in unsure
    )


def main() -> int:
    """Write the file."""
    told = {article.id: answers(article) for article in articles()}
    FILE.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

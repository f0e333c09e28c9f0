"""The articles by other hands are well formed, and what was learnt from them is kept."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from monitor.commands.score import load
from monitor.domain.authorities import authorities
from monitor.domain.model import Area, Rating
from monitor.scoring.report import score

FOLDER = Path(__file__).parent
ARTICLES: list[dict[str, Any]] = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))]
NAMES = {authority.name for authority in authorities()}


@pytest.mark.parametrize("article", ARTICLES, ids=[article["id"] for article in ARTICLES])
def test_labels_are_copied_and_known(article: dict[str, Any]) -> None:
    assert article["relevant"] == bool(article["judgements"])
    for label in [*article["judgements"], *article["optional_judgements"]]:
        assert label["authority"] in NAMES
        Area(label["area"])
        Rating(label["rating"])
    for label in article["judgements"]:
        assert label["evidence"] in article["title"] or label["evidence"] in article["text"]


def test_what_was_learnt_is_kept() -> None:
    floors = tomllib.loads((FOLDER / "floors.toml").read_text(encoding="utf-8"))
    figures = dict(score(load([FOLDER])).figures.rows())
    assert {key: figures[key] for key, floor in floors["at_least"].items() if figures[key] < floor} == {}
    assert {key: figures[key] for key, limit in floors["at_most"].items() if figures[key] > limit} == {}

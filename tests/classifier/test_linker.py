"""The trained linker: the weights are those of the card, the same text gives the same answer, and names do not matter."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from monitor.classifier import classify
from monitor.classifier.document import document
from monitor.classifier.features import ALONE, BESIDE, BESIDE_NAMES, Facts
from monitor.classifier.linker import card
from monitor.classifier.mentions import MentionType
from monitor.classifier.windows import MAX_PIECES, MAX_WINDOWS, windows
from monitor.classifier.wordpiece import WordPiece
from tests.conftest import ROOT
from train.stored import FILE, answers, articles

WEIGHTS = files("monitor.classifier") / "weights"
DAY = date(2025, 3, 4)


def test_the_weights_are_those_that_the_card_tells_of() -> None:
    for name, key in (("linker.onnx", "weights_sha256"), ("vocabulary.txt", "vocabulary_sha256")):
        assert hashlib.sha256((WEIGHTS / name).read_bytes()).hexdigest() == card()[key]
    assert 0 < card()["thresholds"]["review"] < card()["thresholds"]["alert"] < 1
    assert card()["weights_sha256"][:12] in (WEIGHTS / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert (WEIGHTS / "LICENSE-base").read_text(encoding="utf-8").strip().startswith("Apache License")


def test_the_weights_are_small() -> None:
    assert sum(len((WEIGHTS / name).read_bytes()) for name in ("linker.onnx", "vocabulary.txt")) <= 20 * 2**20


@pytest.mark.parametrize("article", articles(), ids=lambda article: article.id)
def test_an_answer_is_the_stored_one(article) -> None:  # type: ignore[no-untyped-def]
    assert answers(article) == json.loads(FILE.read_text(encoding="utf-8"))[article.id]


STORY = "{0} Council's children's services have been rated good by Ofsted. Leadership was rated outstanding."


@pytest.mark.parametrize("council", ["Leeds", "Rutland", "Bath and North East Somerset", "Kingston upon Thames", "Wirral"])
def test_one_council_is_read_like_another(council: str) -> None:
    first = classify("Ofsted rates Hull", STORY.format("Hull"), published=DAY).judgements
    other = classify(f"Ofsted rates {council}", STORY.format(council), published=DAY).judgements
    assert [(j.area, j.rating) for j in first] == [(j.area, j.rating) for j in other]
    # The network sees a placeholder; only how far apart words are differs.
    assert [j.probability for j in first] == pytest.approx([j.probability for j in other], abs=0.05)
    assert len(other) == 2


def test_the_same_text_gives_the_same_answer_whatever_was_read_before() -> None:
    article = articles()[0]
    once = classify(article.title, article.text, published=article.published)
    for other in articles()[1:4]:
        classify(other.title, other.text, published=other.published)
    assert classify(article.title, article.text, published=article.published) == once


def test_features_are_as_many_as_the_network_takes() -> None:
    doc = document("Leeds rated good", STORY.format("Leeds"), DAY)
    facts = Facts(doc)
    rating, authority = doc.of(MentionType.RATING)[0], doc.of(MentionType.AUTHORITY)[0]
    assert len(facts.alone(rating)) == ALONE
    assert len(facts.beside(rating, authority)) == BESIDE == len(BESIDE_NAMES)


@pytest.mark.parametrize("paragraphs", [0, 3, 60, 3000])
def test_every_rating_of_an_article_is_in_a_window_of_its_own_or_the_article_is_too_long(paragraphs: int) -> None:
    text = "\n\n".join(
        [STORY.format("Leeds"), *(["It rained on the families of the town, and the sun came out again."] * paragraphs)]
    )
    text += "\n\nHelp and protection in Leeds was rated inadequate."
    doc = document("Leeds", text, DAY)
    made = windows(doc, WordPiece((WEIGHTS / "vocabulary.txt").read_text(encoding="utf-8").split("\n")[:-1]))
    assert len(made) <= MAX_WINDOWS
    assert all(len(window.pieces) <= MAX_PIECES for window in made)
    own = [placed.mention for window in made for placed in window.placed if placed.own]
    ratings = [i for i, mention in enumerate(doc.mentions) if mention.type is MentionType.RATING]
    assert [i for i in own if i in ratings] == ratings


def test_news_at_the_end_of_a_long_paper_is_found_or_shown_to_a_person() -> None:
    text = "\n\n".join(["The committee thanked the officers for their report on the parks, and noted it."] * 800)
    text += "\n\nOfsted has rated children's services in Leeds inadequate in a report published this week."
    result = classify("Ofsted: Leeds children's services rated inadequate", text, published=DAY)
    (found,) = (*result.judgements, *result.uncertain)
    assert found.rating == "inadequate"


def test_who_does_not_classify_loads_no_network() -> None:
    code = "import sys, monitor.classifier; assert not {'numpy', 'onnxruntime'} & sys.modules.keys()"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_loading_the_network_leaves_nothing_behind(tmp_path: Path) -> None:
    """Nothing is noted of whom reads what, at home or in a temporary folder."""
    code = "from monitor.classifier.linker import linker_model; linker_model()"
    environment = {"HOME": str(tmp_path), "TMPDIR": str(tmp_path), "PATH": os.environ["PATH"]}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, cwd=ROOT)
    assert list(tmp_path.rglob("*")) == []


def test_an_ordinary_page_loads_no_network() -> None:
    code = (
        "import sys; from monitor.classifier import classify; classify('Bridge reopens', 'It was good.');"
        "assert not {'numpy', 'onnxruntime'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

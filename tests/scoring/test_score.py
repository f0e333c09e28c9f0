"""What `monitor score` counts, and that the repository's own figures and page are what the code gives today."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monitor.classifier.verdict import analyse
from monitor.cli import main
from monitor.commands.score import load
from monitor.domain.authorities import find
from monitor.domain.model import Area, ClassifierResult, Judgement, Rating, Span
from monitor.ports import ConfigError
from monitor.scoring.faults import fault
from monitor.scoring.figures import Figures, figures, mark
from monitor.scoring.labels import Labelled, labelled
from monitor.scoring.page import page, table
from monitor.scoring.report import Score, score
from tests.conftest import ROOT

CORPUS = ROOT / "tests" / "corpus"


def label(authority: str, area: str, rating: str, **more: Any) -> dict[str, Any]:
    return {"authority": authority, "area": area, "rating": rating, **more}


def article(*labels: dict[str, Any], title: str = "A title", text: str = "Some text.", **more: Any) -> Labelled:
    return labelled({"id": "a", "title": title, "text": text, "published": "2024-05-01", "judgements": list(labels), **more})


def said(authority: str, area: Area, rating: Rating, **more: Any) -> Judgement:
    known = find(authority)
    assert known
    return Judgement(
        authority=known,
        area=area,
        rating=rating,
        **{"evidence": Span(start=0, end=4), "quote": "Some", **more},
    )


def counted(one: Labelled, *judgements: Judgement) -> Figures:
    return figures([mark(one, ClassifierResult(judgements=judgements, relevant=bool(judgements)))])


LEEDS = label("Leeds", "overall", "good")
RIGHT = said("Leeds", Area.OVERALL, Rating.GOOD)


def test_a_right_judgement_counts_by_authority_area_and_rating() -> None:
    found = counted(article(LEEDS), RIGHT)
    assert (found.precision, found.recall, found.overall_precision, found.overall_recall, found.articles_exact) == (
        1,
        1,
        1,
        1,
        1,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        said("Hull", Area.OVERALL, Rating.GOOD),
        said("Leeds", Area.LEADERSHIP, Rating.GOOD),
        said("Leeds", Area.OVERALL, Rating.INADEQUATE),
    ],
)
def test_a_judgement_that_differs_in_one_of_them_is_wrong_and_the_label_missed(wrong: Judgement) -> None:
    found = counted(article(LEEDS), wrong)
    assert (found.precision, found.recall, found.wrong, found.missed, found.articles_exact) == (0, 0, 1, 1, 0)


def test_what_is_implied_is_neither_right_nor_wrong() -> None:
    implied = label("Leeds", "leadership", "good", required=False)
    optional = [label("Leeds", "care_leavers", "good")]
    one = article(LEEDS, implied, optional_judgements=optional)
    extra = [said("Leeds", Area.LEADERSHIP, Rating.GOOD), said("Leeds", Area.CARE_LEAVERS, Rating.GOOD)]
    assert counted(one, RIGHT, *extra).precision == counted(one, RIGHT).recall == 1


def test_silence_is_counted_on_articles_that_report_nothing() -> None:
    assert counted(article()).silent == 1
    loud = counted(article(), RIGHT)
    assert (loud.silent, loud.false_alarms, loud.precision) == (0, 1, 0)


def test_previous_ratings_are_counted_on_what_was_found() -> None:
    one = article({**LEEDS, "previous": "inadequate", "previous_year": 2018})
    right = said("Leeds", Area.OVERALL, Rating.GOOD, previous=Rating.INADEQUATE, previous_year=2018)
    assert (counted(one, right).previous_recall, counted(one, right).previous_year) == (1, 1)
    assert counted(one, RIGHT).previous_recall == 0
    assert counted(article(LEEDS), right).previous_false == 1


@pytest.mark.parametrize(("quote", "share"), [("Some text.", 1), ("Some\xa0 text.", 1), ("Other text.", 0), ("", 0)])
def test_evidence_must_stand_in_the_article(quote: str, share: float) -> None:
    assert counted(article(LEEDS), said("Leeds", Area.OVERALL, Rating.GOOD, quote=quote)).evidence_verbatim == share


def test_authorities_are_known_by_any_usual_name() -> None:
    assert (
        article(label("Hull City Council", "overall", "good")).labels[0].authority
        == article(label("E06000010", "overall", "good")).labels[0].authority
    )


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("The wooden spoon goes to Leeds.", "relevance"),
        ("Ofsted gave the city's children's services the verdict inadequate.", "authority mention"),
        ("Ofsted gave children's services in Leeds the wooden spoon.", "rating mention"),
        ("Ofsted rated a nursery in Leeds inadequate. It has 40 children and a garden.", ("link: ", "no candidate")),
    ],
)
def test_the_first_stage_at_fault(text: str, stage: str | tuple[str, ...]) -> None:
    one = article(label("Leeds", "overall", "inadequate", evidence=text), title="", text=text)
    assert fault(one, analyse(one.title, one.text, one.published), one.labels[0]).startswith(stage)


@pytest.mark.parametrize(
    "item",
    [
        {"id": "x"},
        {"id": "x", "text": "t", "judgements": [label("Leeds", "overall", "splendid")]},
        {"id": "x", "text": "t", "judgements": [label("Leeds", "sports", "good")]},
        {"id": "x", "text": "t", "published": "last week", "judgements": []},
    ],
)
def test_what_is_no_article_is_refused_by_name(item: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="x"):
        labelled(item)


@pytest.mark.parametrize("content", ["{", "[3]", '{"id": "x"}'])
def test_a_file_that_is_no_corpus_is_named(tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "broken.json"
    file.write_text(content)
    assert main(["score", str(file)]) == 2
    assert "broken.json" in capsys.readouterr().err
    with pytest.raises(ConfigError):
        load([tmp_path / "nothing.json"])


def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no labelled articles"):
        load([tmp_path])


@pytest.fixture(scope="module")
def own() -> Score:
    return score(load([CORPUS]))


def test_faults_add_up(own: Score) -> None:
    assert own.faults.total() == own.figures.missed
    assert "" not in own.reasons


def test_the_floors_hold(own: Score) -> None:
    floors = tomllib.loads((CORPUS / "floors.toml").read_text(encoding="utf-8"))
    reached = dict(own.figures.rows())
    assert {key: reached[key] for key, floor in floors["at_least"].items() if reached[key] < floor} == {}
    assert {key: reached[key] for key, limit in floors["at_most"].items() if reached[key] > limit} == {}


def test_the_page_on_accuracy_is_what_the_code_gives(own: Score) -> None:
    unseen = score(load([ROOT / "corpus" / "unseen"]))
    written = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    assert written == page({"corpus/unseen": unseen, "tests/corpus": own}), "run `make accuracy`"
    assert (ROOT / "monitor" / "web" / "accuracy.csv").read_text(encoding="utf-8") == table(unseen), "run `make accuracy`"


def test_the_command_prints_words_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    file = str(next(CORPUS.glob("p*.json")))
    assert main(["score", file, "--show", "1"]) == 0
    words = capsys.readouterr().out
    assert main(["score", file, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert f"precision          {found['precision']}" in words
    assert found["articles"] == 1
    assert {"faults", "reasons", "wrong_articles"} <= found.keys()


def test_the_page_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    file = next(CORPUS.glob("p*.json"))
    written = ["--write-docs", str(tmp_path / "page.md"), "--write-table", str(tmp_path / "figures.csv")]
    assert main(["score", str(file), *written]) == 0
    assert (tmp_path / "figures.csv").read_text().startswith("figure,value\narticles,1\n")
    assert (tmp_path / "page.md").read_text().startswith("# How right it is")
    assert main(["score", str(file), "--write-docs", str(tmp_path)]) == 2


def outside(command: Sequence[str]) -> dict[str, Any]:
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout))


def test_the_figures_are_those_of_the_shared_measure(shared: Path) -> None:
    paths = [shared / "gold" / "dev", shared / "gold" / "seeds.json", CORPUS]
    command = [sys.executable, "-m", "monitor", "classify", "--jsonl"]
    measured = outside(
        [sys.executable, str(shared / "tools" / "score.py"), "--gold", *map(str, paths), "--json", "--", *command]
    )
    mine = dict(score(load(paths)).figures.rows())
    assert {key: mine[key] for key in measured.keys() & mine.keys()} == {
        key: measured[key] for key in measured.keys() & mine.keys()
    }
    assert len(measured.keys() & mine.keys()) >= 14


def test_an_article_without_a_date_is_read() -> None:
    assert labelled({"id": "x", "text": "t", "judgements": [], "published": None}).published is None
    assert article().published == date(2024, 5, 1)

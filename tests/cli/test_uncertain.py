"""What is uncertain is shown apart wherever it is said what an article says, and never among its judgements."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.commands.batch import run_batch
from monitor.domain.model import Area, ClassifierResult, Rating, percent
from tests.builders import judgements, result

TITLE, SENTENCE = "Coventry waits", "Coventry's care leavers are said to be well served."
Output = pytest.CaptureFixture[str]


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    (tmp_path / "config").mkdir()
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "a.txt").write_text(f"{TITLE}\n\n{SENTENCE}")
    item = {"title": TITLE, "text": SENTENCE, "published": "2017-06-13", "url": "https://gazette.example/a"}
    (tmp_path / "articles" / "b.json").write_text(json.dumps(item))
    return ["--config", str(tmp_path / "config"), "--state", str(tmp_path / "state")]


@pytest.fixture(autouse=True)
def unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A classifier that is sure of one area and not of another."""

    def classify(title: str, text: str, *, published: date | None = None) -> ClassifierResult:
        maybe = judgements(
            text, {"Coventry": "care_leavers good"}, probability=0.714, previous=Rating.OUTSTANDING, previous_year=2022
        )
        return replace(result(text, {"Coventry": "leadership good"}), uncertain=maybe)

    monkeypatch.setattr("monitor.classifier.classify", classify)


def test_a_line_of_a_batch_has_it_under_a_key_of_its_own() -> None:
    out = io.StringIO()
    assert run_batch([json.dumps({"id": 1, "title": TITLE, "text": SENTENCE}).encode()], out) == 0
    answer = json.loads(out.getvalue())
    (sure,), (maybe,) = answer["judgements"], answer["uncertain"]
    assert set(sure) == set(maybe)
    assert (sure["area"], sure["probability"], maybe["area"], maybe["probability"]) == (
        "leadership",
        1.0,
        "care_leavers",
        0.714,
    )
    assert maybe["evidence"]["quote"] == SENTENCE


def test_what_changes_leaves_it_out() -> None:
    out = io.StringIO()
    run_batch([json.dumps({"id": 1, "text": SENTENCE, "published": "2017-06-13"}).encode()], out, changes=True)
    assert {change["area"] for change in json.loads(out.getvalue())["changes"]} == {str(Area.LEADERSHIP)}


def test_classify_says_so_in_words(folders: list[str], tmp_path: Path, capsys: Output) -> None:
    assert main(["classify", str(tmp_path / "articles" / "a.txt")]) == 0
    said = capsys.readouterr().out
    assert "  for review (71 %): Coventry: care leavers: good (before: outstanding in 2022)\n" in said
    assert "  Coventry: leadership: good\n" in said
    assert main(["classify", "--json", str(tmp_path / "articles" / "a.txt")]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert [len(answer[key]) for key in ("judgements", "uncertain")] == [1, 1]


def test_explain_says_so_before_what_the_record_makes_of_the_rest(folders: list[str], tmp_path: Path, capsys: Output) -> None:
    assert main(["explain", str(tmp_path / "articles" / "a.txt"), *folders]) == 0
    before, after = capsys.readouterr().out.split("What the record makes of it")
    assert f"  for review (71 %): Coventry: care leavers: good  “{SENTENCE}”" in before
    assert "care leavers" not in after


@pytest.mark.parametrize("form", [[], ["--subscription", "everything"]])
def test_replay_tells_nobody_of_it(folders: list[str], tmp_path: Path, capsys: Output, form: list[str]) -> None:
    typed = ["replay", "--articles", str(tmp_path / "articles"), "--no-history", *form, *folders]
    assert main(typed) == 0
    told, apart = capsys.readouterr().out.split("For review, told nobody:")
    assert f"2017-06-13  for review (71 %): Coventry: care leavers: good  “{SENTENCE}” (b.json)" in apart
    assert "71 %" not in told
    assert main([*typed, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [(each["article"], each["area"], each["probability"]) for each in facts["uncertain"]] == [
        ("b.json", "care_leavers", 0.714)
    ]
    assert "care_leavers" not in json.dumps([each["changes"] for each in facts.get("messages", ())])
    assert main([*typed, "--json", "--since", "2017-06-14"]) == 0
    assert json.loads(capsys.readouterr().out)["uncertain"] == []


@pytest.mark.parametrize(("probability", "said"), [(0.5, "50 %"), (0.714, "71 %"), (0.999, "99 %"), (0.001, "1 %")])
def test_what_is_not_certain_is_never_called_so(probability: float, said: str) -> None:
    assert percent(probability) == said

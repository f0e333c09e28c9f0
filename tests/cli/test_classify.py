"""What `classify` prints: the batch form and files of every kind, right ones and wrong ones."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.commands.batch import run_batch

TITLE = "Coventry children's services rated inadequate"
TEXT = (
    "Children's services at Coventry City Council have been rated inadequate by Ofsted.\nCouncillors said that they were sorry."
)
ITEM = {"id": "a", "title": TITLE, "text": TEXT, "published": "2025-09-01", "url": "https://gazette.example/a"}


def batch(*lines: str | bytes) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    status = run_batch([line.encode() if isinstance(line, str) else line for line in lines], out)
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_line_in_one_line_out() -> None:
    status, [answer] = batch(json.dumps(ITEM))
    assert status == 0
    assert (answer["id"], answer["relevant"]) == ("a", True)
    judgement = answer["judgements"][0]
    assert (judgement["authority"], judgement["gss_code"]) == ("Coventry", "E08000026")
    assert (judgement["area"], judgement["rating"], judgement["tier"]) == ("overall", "inadequate", "explicit")
    assert set(judgement) == {
        "authority",
        "gss_code",
        "area",
        "rating",
        "previous",
        "previous_year",
        "tier",
        "probability",
        "evidence",
    }
    evidence = judgement["evidence"]
    where = TITLE if evidence.get("in") == "title" else TEXT
    assert where[evidence["start"] : evidence["end"]] == evidence["quote"]


BAD = {
    "bad_json": ["{", "[]", "3", '"text"', b'{"text": "\xff"}', "[" * 100_000],
    "no_text": ["{}", '{"id": "b", "text": null}', '{"text": 3}'],
    "bad_title": ['{"text": "x", "title": 3}'],
    "bad_date": ['{"text": "x", "published": "last week"}', '{"text": "x", "published": 2017}'],
}


@pytest.mark.parametrize(("reason", "line"), [(reason, line) for reason, lines in BAD.items() for line in lines])
def test_a_bad_line_is_answered_on_its_own_and_the_rest_goes_on(reason: str, line: str | bytes) -> None:
    status, answers = batch(json.dumps(ITEM), line, "", json.dumps(ITEM))
    assert status == 1
    assert [answer.get("error", {}).get("reason") for answer in answers] == [None, reason, None]
    assert answers[1]["line"] == 2
    assert answers[1]["error"]["message"]


def test_the_id_comes_back_as_it_was_also_with_an_error() -> None:
    _, answers = batch('{"id": {"n": 7}, "text": ""}', '{"id": 8}')
    assert [answer["id"] for answer in answers] == [{"n": 7}, 8]


def test_strange_characters_survive() -> None:
    text = "Ofsted \ud800 has \x00 rated \u2028 Coventry’s children’s services “inadequate”."
    status, [answer] = batch(json.dumps({"id": 1, "text": text}))
    assert status == 0
    for judgement in answer["judgements"]:
        evidence = judgement["evidence"]
        assert text[evidence["start"] : evidence["end"]] == evidence["quote"]


@pytest.mark.parametrize("published", [None, "", "2026-09-01", "2026-09-01T08:00:00+01:00"])
def test_dates_in_usual_forms(published: str | None) -> None:
    assert batch(json.dumps(ITEM | {"published": published}))[0] == 0


def test_files_of_every_kind_in_the_order_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(f"{TITLE}\n\n{TEXT}")
    body = "".join(f"<p>{line}</p>" for line in TEXT.splitlines())
    (tmp_path / "b").write_text(f"<!doctype html><title>{TITLE}</title><article><h1>{TITLE}</h1>{body}</article>")
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.7\nnothing")
    files = [str(tmp_path / name) for name in ("a.txt", "nowhere.txt", "b", "c.pdf", ".")]
    assert main(["classify", "--json", *files]) == 1
    answers = json.loads(capsys.readouterr().out)
    assert [answer["file"] for answer in answers] == files
    assert [sorted({j["authority"] for j in answer["judgements"]}) for answer in (answers[0], answers[2])] == [["Coventry"]] * 2
    assert answers[1]["error"]["reason"] == "not_found"
    assert answers[3]["error"]["reason"]
    assert answers[4]["error"]["reason"] == "unreadable"


def test_an_address_on_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    from monitor.demo.site import demo_articles, serving

    with serving() as site:
        site.day = demo_articles()[-1].day
        addresses = [site.base + demo_articles()[0].path, f"{site.base}/nowhere"]
        assert main(["classify", "--json", *addresses]) == 1
    found, lost = json.loads(capsys.readouterr().out)
    assert {judgement["authority"] for judgement in found["judgements"]} == {"Trafford"}
    assert lost["error"]["reason"] == "not_found"


def test_one_file_is_a_list_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text("Fair\n\nThe fair was a good one.")
    assert main(["classify", "--json", str(tmp_path / "a.txt")]) == 0
    [answer] = json.loads(capsys.readouterr().out)
    assert (answer["relevant"], answer["judgements"]) == (False, [])


def test_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(f"{TITLE}\n\n{TEXT}")
    (tmp_path / "b.txt").write_text("Fair\n\nThe fair was a good one.")
    assert main(["classify", str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]) == 0
    said = capsys.readouterr().out
    assert "Coventry: overall: inadequate" in said
    assert "reports no new judgement" in said


def test_nothing_to_read_is_a_mistake_in_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify"]) == 2
    assert "name a file or an address" in capsys.readouterr().err

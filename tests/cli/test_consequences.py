"""What the record makes of an article and who would be told: in the batch form, in `explain`, and for an address."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.commands.batch import run_batch
from monitor.commands.consequences import REASONS
from monitor.domain.history import history
from monitor.domain.ledger import Background
from monitor.store import open_store
from monitor.system.clock import SystemClock
from tests.builders import story

TEXT = "{council}'s children's services have been rated {grade} by Ofsted. The impact of leaders was judged {grade}."
TODAY = SystemClock().today()


def asked(council: str, grade: str, published: str = "", **changed: Any) -> dict[str, Any]:
    item = {"id": 1, "title": f"{council} children's services rated {grade}", "text": TEXT.format(council=council, grade=grade)}
    out = io.StringIO()
    line = json.dumps(item | {"published": published} | changed).encode()
    assert run_batch([line], out, changes=True) == 0
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_what_changes_is_beside_what_is_said() -> None:
    """Coventry, 13 June 2017: inadequate since 2014."""
    answer = asked("Coventry", "good", "2017-06-13")
    assert answer["judgements"]
    assert {"authority": "Coventry", "gss_code": "E08000026", "area": "overall", "old": "inadequate", "new": "good",
            "kinds": ["out_of_inadequate", "upgraded"]} in answer["changes"]  # fmt: skip
    assert answer["background"] == []


@pytest.mark.parametrize(
    ("council", "grade", "day", "reason"),
    [
        ("Coventry", "inadequate", "2016-06-13", "repeats_known_inspection"),
        ("Coventry", "good", "2018-01-15", "too_soon_after_inspection"),
        ("Coventry", "good", "2017-07-15", "contradicts_official_record"),
        ("Cumbria", "good", "2026-06-13", "authority_abolished"),
    ],
)
def test_why_nothing_changes(council: str, grade: str, day: str, reason: str) -> None:
    answer = asked(council, grade, day)
    assert answer["changes"] == []
    assert {each["reason"] for each in answer["background"]} == {reason}
    assert all(set(each) == {"authority", "gss_code", "reason"} for each in answer["background"])


def test_the_record_knows_nothing_of_the_days_to_come_nor_of_other_lines() -> None:
    """Knowsley's report of 20 January 2025 is not known on the day; neither is the line before."""
    out = io.StringIO()
    text = TEXT.format(council="Knowsley", grade="inadequate")
    line = json.dumps({"title": "Knowsley children's services", "text": text, "published": "2025-01-20"}).encode()
    run_batch([line, line], out, changes=True)
    first, second = map(json.loads, out.getvalue().splitlines())
    assert first == second
    assert {change["area"] for change in first["changes"]} == {"overall", "leadership"}


def test_without_a_date_it_is_read_as_of_today() -> None:
    areas = [{change["area"] for change in asked("Leeds", "inadequate", day)["changes"]} for day in ("", str(TODAY))]
    assert areas == [{"leadership"}, {"leadership"}], "nothing is graded overall any more"


def test_a_line_without_news_and_a_bad_one_have_their_answers() -> None:
    out = io.StringIO()
    assert run_batch([b'{"text": "The bins are late."}', b"{"], out, changes=True) == 1
    quiet, bad = map(json.loads, out.getvalue().splitlines())
    assert (quiet["changes"], quiet["background"]) == ([], [])
    assert bad["error"]["reason"] == "bad_json"


def test_it_goes_with_the_batch_form(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["classify", "--changes", "a.txt"]) == 2
    assert "--jsonl" in capsys.readouterr().err


def test_every_reason_has_words() -> None:
    assert set(REASONS) >= {str(reason) for reason in Background}


# --- explain --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folders(tmp_path: Path) -> list[str]:
    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.toml").write_text('[[source]]\nname = "gazette"\nurl = "https://gazette.example/feed"\n')
    (config / "channels.toml").write_text('[channel.console]\nurl = "console://"\n')
    (config / "subscriptions.toml").write_text(
        '[[subscription]]\nname = "north"\nchannel = "console"\nregions = ["Yorkshire and the Humber"]\n'
        '[[subscription]]\nname = "kent"\nchannel = "console"\nauthorities = ["Kent"]\n'
    )
    return ["--config", str(config), "--state", str(tmp_path / "state")]


def explained(capsys: pytest.CaptureFixture[str], folders: list[str], path: Path, council: str, grade: str) -> str:
    path.write_text(f"{council} children's services rated {grade}\n\n{TEXT.format(council=council, grade=grade)}")
    assert main(["explain", str(path), *folders]) == 0
    return capsys.readouterr().out.partition("What the record makes of it")[2]


def test_explain_says_what_changes_and_who_would_be_told(
    capsys: pytest.CaptureFixture[str], folders: list[str], tmp_path: Path
) -> None:
    said = explained(capsys, folders, tmp_path / "a.txt", "Leeds", "inadequate")
    assert "Leeds: leadership: from outstanding to inadequate" in said
    assert "would tell north: Leeds is in Yorkshire and the Humber" in said
    assert "would not tell kent: Leeds is on none of its lists" in said
    assert not (tmp_path / "state").exists(), "asking makes nothing"


def test_explain_says_why_nothing_does(capsys: pytest.CaptureFixture[str], folders: list[str], tmp_path: Path) -> None:
    leeds = max((i for i in history() if i.authority.name == "Leeds"), key=lambda i: i.published)
    said = explained(capsys, folders, tmp_path / "a.txt", "Leeds", leeds.ratings["leadership"].words)  # type: ignore[index]
    assert f"Leeds: not told: {REASONS['repeats_known_inspection']}" in said
    assert "would tell" not in said


def test_explain_knows_what_the_state_knows(capsys: pytest.CaptureFixture[str], folders: list[str], tmp_path: Path) -> None:
    """Another paper had it first; the article itself, recorded before, does not stand against itself."""
    (tmp_path / "state").mkdir()
    path = tmp_path / "a.txt"
    store = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}")
    now = SystemClock().now() - timedelta(days=1)
    own = story({"Leeds": "leadership inadequate"}, url=str(path), published=now.date())
    store.record(*own, link=None, baseline=False, now=now)
    assert "from outstanding to inadequate" in explained(capsys, folders, path, "Leeds", "inadequate")
    other = story({"Leeds": "leadership inadequate"}, outlet="Echo", published=now.date())
    store.record(*other, link=None, baseline=False, now=now)
    store.close()
    assert REASONS["corroborates_known_inspection"] in explained(capsys, folders, path, "Leeds", "inadequate")


def test_explain_needs_no_configuration(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text("nonsense = [")
    folders = ["--config", str(tmp_path), "--state", str(tmp_path / "state")]
    said = explained(capsys, folders, tmp_path / "a.txt", "Leeds", "inadequate")
    assert "from outstanding to inadequate" in said
    assert "would" not in said

"""`monitor subscribers`, typed as an operator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.domain.bounces import BounceKind, BounceReport
from monitor.ports import Outcome, Result
from monitor.store import open_store
from tests.builders import NOW, story, subscription
from tests.store.conftest import history

Output = pytest.CaptureFixture[str]
EVE = "eve@reader.test"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation in which ann is subscribed by the file."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "channels.toml").write_text('[channel.console]\nurl = "console://"\n')
    (tmp_path / "config" / "subscriptions.toml").write_text(
        '[[subscription]]\nname = "ann"\nchannel = "console"\nto = "ann@reader.test"\n'
    )
    return tmp_path


def typed(folder: Path, *words: str) -> int:
    return main(["subscribers", *words, "--config", str(folder / "config"), "--state", str(folder / "state")])


@pytest.fixture
def eve(folder: Path, capsys: Output) -> str:
    """The name of eve's own subscription."""
    assert typed(folder, "add", EVE, "--channel", "console", "--authority", "Leeds", "--json") == 0
    added = json.loads(capsys.readouterr().out)
    assert (added["to"], added["state"]) == (EVE, "in force")
    return str(added["name"])


def complain(folder: Path) -> None:
    """Send eve something that she calls unwanted."""
    store = open_store(
        f"sqlite:///{folder / 'state' / 'monitor.db'}", subscriptions=lambda: (subscription("ann"),), history=history
    )
    store.record(*story({"Leeds": "overall outstanding"}), link=None, baseline=False, now=NOW)
    for delivery in store.claim(owner="one", now=NOW, lease=60, limit=9):
        store.settle(delivery, Outcome(result=Result.SENT), now=NOW)
        if delivery.recipient == EVE:
            store.ingest_bounce(
                BounceReport(kind=BounceKind.COMPLAINT, key="k", author="abuse@reader.test"), delivery.id, now=NOW
            )
    store.close()


def test_the_configured_are_listed_before_anything_happened(folder: Path, capsys: Output) -> None:
    assert typed(folder, "list") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["ann", "config", "console:", "ann@reader.test", "(in", "force)"]
    assert second == "  Councils: Every council in England"


def test_what_they_ask_for_is_said_as_pages_and_mails_say_it(folder: Path, capsys: Output) -> None:
    file = folder / "config" / "subscriptions.toml"
    file.write_text(file.read_text() + 'neighbours_of = ["Leeds"]\nareas = ["care_leavers"]\nkinds = ["upgraded"]\n')
    words = "Councils: The statistical neighbours of Leeds; Judgements: Care leavers; What: Only: upgraded"
    assert typed(folder, "list") == 0
    assert capsys.readouterr().out.splitlines()[1].strip() == words
    assert typed(folder, "list", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["in_words"] == words


def test_what_the_page_offers_can_be_added_here_too(folder: Path, capsys: Output) -> None:
    chosen = ("--neighbours-of", "Leeds", "--authority", "Leeds", "--area", "care_leavers", "--inadequate")
    assert typed(folder, "add", EVE, "--channel", "console", *chosen) == 0
    assert capsys.readouterr().out.endswith(
        f"{EVE} is subscribed. Councils: Leeds, the statistical neighbours of Leeds and every council that is inadequate at the"
        " time; Judgements: Care leavers.\n"
    )
    assert typed(folder, "add", "bob@reader.test", "--channel", "console", "--area", "care leaverz") == 2
    assert "areas: unknown value 'care leaverz'; did you mean 'care_leavers'?" in capsys.readouterr().err


def test_a_life(folder: Path, eve: str, capsys: Output) -> None:
    for action, state in (("pause", "paused"), ("resume", "in force"), ("end", "ended")):
        assert typed(folder, action, eve, "--json") == 0
        assert json.loads(capsys.readouterr().out) == {"name": eve, "state": state}
        assert typed(folder, "list", "--json") == 0
        listed = {each["name"]: each["state"] for each in json.loads(capsys.readouterr().out)}
        assert listed[eve].startswith(state)
        assert listed["ann"] == "in force"
    assert typed(folder, "end", eve) == 0
    assert "had ended before" in capsys.readouterr().out
    assert typed(folder, "resume", eve) == 1
    assert "has ended" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["pause", "resume", "end"])
def test_a_name_that_nobody_has(folder: Path, eve: str, action: str, capsys: Output) -> None:
    assert typed(folder, action, eve[:-1] + "x") == 1
    assert f"did you mean '{eve}'?" in capsys.readouterr().err


def test_a_configured_one_is_changed_in_its_file(folder: Path, capsys: Output) -> None:
    complain(folder)
    assert typed(folder, "pause", "ann") == 1
    assert "write `paused = true` in its table" in capsys.readouterr().err


def test_what_cannot_be_added(folder: Path, capsys: Output) -> None:
    assert typed(folder, "add", "x@y.test", "--channel", "consol") == 2
    assert "did you mean 'console'" in capsys.readouterr().err
    assert typed(folder, "add", "x@y.test", "--channel", "console", "--authority", "Ledes") == 2
    assert "did you mean 'Leeds'" in capsys.readouterr().err


def test_forgetting_asks_back(folder: Path, eve: str, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    complain(folder)
    assert typed(folder, "delete", EVE) == 1
    assert "Say --yes" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    answers = iter(["no", "yes"])
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or next(answers))
    assert typed(folder, "delete", EVE) == 1
    assert typed(folder, "delete", EVE) == 0
    assert asked[0].startswith(f"Forget {EVE} for good: 1 subscriptions, and the recipient and text of 1 messages?")
    assert typed(folder, "export", EVE) == 1
    assert typed(folder, "delete", EVE, "--yes") == 1
    assert "Nothing is kept" in capsys.readouterr().err
    assert eve not in [each["name"] for each in _listed(folder, capsys) if each["state"] == "in force"]


def _listed(folder: Path, capsys: Output) -> list[dict[str, str]]:
    capsys.readouterr()
    assert typed(folder, "list", "--json") == 0
    found: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return found


def test_a_configured_address_would_come_back(folder: Path, capsys: Output) -> None:
    complain(folder)
    assert typed(folder, "delete", "Ann@Reader.test", "--yes") == 1
    assert "take it out there first" in capsys.readouterr().err
    (folder / "config" / "subscriptions.toml").write_text("")
    assert typed(folder, "delete", "ann@reader.test", "--yes", "--json") == 0
    assert json.loads(capsys.readouterr().out)["messages"] == 1


def test_a_suspended_address_is_shown_and_reinstated(folder: Path, eve: str, capsys: Output) -> None:
    complain(folder)
    assert typed(folder, "list") == 0
    assert f"{EVE} (in force; suspended 2026-09-01: complaint: its reader called it unwanted)" in capsys.readouterr().out
    assert typed(folder, "export", EVE) == 0
    assert json.loads(capsys.readouterr().out)["suspended"]["since"].startswith("2026-09-01")
    assert typed(folder, "reinstate", "eva@reader.test") == 1
    assert f"suspended: {EVE}" in capsys.readouterr().err
    assert typed(folder, "reinstate", EVE) == 0
    assert [each["suspended"] for each in _listed(folder, capsys)] == [False, False]

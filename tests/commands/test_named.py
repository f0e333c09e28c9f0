"""`monitor who` and `monitor why` take what people say: a council, a day, an area."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.commands.named import DATE_EXAMPLES, Named, named
from monitor.domain.model import Area
from monitor.store import open_store
from tests.builders import NOW, authority, story, subscription
from tests.store.conftest import history

DAY = NOW.date()  # 1 September 2026


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dudley", Named(authority=authority("Dudley"))),
        ("hull city council 3 August 2026", Named(authority=authority("Hull"), year=2026, month=8, day=3)),
        ("3rd Aug 2026, Hull", Named(authority=authority("Hull"), year=2026, month=8, day=3)),
        ("North Somerset 2026-08-03", Named(authority=authority("North Somerset"), year=2026, month=8, day=3)),
        ("Kent 3/8/2026", Named(authority=authority("Kent"), year=2026, month=8, day=3)),
        ("Kent leadership", Named(authority=authority("Kent"), area=Area.LEADERSHIP)),
        ("care leavers County Durham 2026", Named(authority=authority("Durham"), area=Area.CARE_LEAVERS, year=2026)),
        ("August 2026", Named(year=2026, month=8)),
        ("E06000010", Named(authority=authority("Hull"))),
        ("Medway may 2026", Named(authority=authority("Medway"), year=2026, month=5)),
    ],
)
def test_what_is_meant(text: str, expected: Named) -> None:
    assert named(text) == expected


@pytest.mark.parametrize("example", DATE_EXAMPLES)
def test_every_form_of_a_day_is_taken(example: str) -> None:
    found = named(f"Kent {example}")
    assert isinstance(found, Named)
    assert (found.authority, found.year) == (authority("Kent"), 2026)


def test_what_names_nothing_says_what_was_near() -> None:
    said = named("Dudly")
    assert isinstance(said, str)
    assert "'Dudly' names no council; did you mean 'Dudley'?" in said


def test_a_council_to_come_is_named_as_that() -> None:
    said = named("East Surrey council")
    assert isinstance(said, str)
    assert "takes over from Surrey on 1 April 2027" in said
    assert "East Sussex" not in said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Kent and Bury were rated, Kent again a year later; two people wait, one of them for Bury."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.toml").write_text('[[source]]\nname = "x"\nkind = "drop"\nfolder = "drop"\n')
    (config / "channels.toml").write_text('[channel.console]\nurl = "console://"\n')
    tables = ['name = "kent"\nauthorities = ["Kent"]', 'name = "north-west"\nregions = ["North West"]']
    (config / "subscriptions.toml").write_text("".join(f'[[subscription]]\nchannel = "console"\n{each}\n' for each in tables))
    wishes = (
        subscription("kent", channel="console", to="", authorities=["Kent"]),
        subscription("north-west", channel="console", to="", regions=["North West"]),
    )
    store = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}", subscriptions=lambda: wishes, history=history)
    for name, grades, now in (
        ("Kent", "overall good, leadership good", NOW),
        ("Bury", "overall good", NOW),
        ("Kent", "overall outstanding", NOW + timedelta(days=600)),
    ):
        store.record(*story({name: grades}, published=now.date()), link=None, baseline=False, now=now)
    store.close()
    return tmp_path


def typed(folder: Path, *words: str) -> int:
    return main([*words, "--config", str(folder / "config"), "--state", str(folder / "state")])


def test_who_was_told_of_a_council(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(folder, "who", "Bury") == 0
    said = capsys.readouterr().out
    assert "Bury, 1 September 2026, overall: requires improvement to good" in said
    assert re.search(r"north-west: console \(pending, delivery \w+\): Bury is in North West\n", said)
    assert "kent:" not in said
    assert typed(folder, "who", "Kent", "1", "September", "2026") == 0
    said = capsys.readouterr().out
    assert said.count("Kent, 1 September 2026") == 2
    assert typed(folder, "who", "Kent") == 0
    assert "outstanding" in capsys.readouterr().out, "the newest where no day is named"
    assert typed(folder, "who", DAY.isoformat()) == 0
    said = capsys.readouterr().out
    assert ("Bury" in said, "Kent" in said) == (True, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Dudley",), "No change of Dudley is recorded for 'Dudley'"),
        (("Kent", "2019"), "No change of Kent is recorded for 'Kent 2019'"),
        (("Kentt",), "did you mean 'Kent'?"),
        (("2019-01-01",), "No change is recorded for '2019-01-01'"),
    ],
)
def test_what_was_never_recorded_says_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert typed(folder, "who", *words) == 1
    printed = capsys.readouterr().out
    assert said in printed
    assert "`monitor " in printed


def test_why_takes_a_council_and_a_day_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(folder, "why", "Bury", "north-west") == 0
    said = capsys.readouterr().out
    assert "Told: delivery" in said
    assert "north-west asks for: Councils: All of North West\n" in said
    assert typed(folder, "why", "Bury", "kent") == 1
    assert "Not told, because of watch-list: Bury is on none of its lists." in capsys.readouterr().out
    assert typed(folder, "why", "Kent", "leadership", "2026", "kent") == 0
    assert capsys.readouterr().out.count("Told: delivery") == 1
    assert typed(folder, "why", "Bury", "north-wets") == 1
    assert "did you mean 'north-west'?" in capsys.readouterr().out


def test_who_came_later_was_not_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = '[[subscription]]\nchannel = "console"\nname = "late"\n'
    (folder / "config" / "subscriptions.toml").write_text((folder / "config" / "subscriptions.toml").read_text() + more)
    assert typed(folder, "who", "Bury") == 0
    said = capsys.readouterr().out
    assert "north-west: console (pending" in said
    assert "late: console (not told of this: it matches now" in said
    assert typed(folder, "why", "Bury", "late") == 0
    assert "Not told of this: it matches now" in capsys.readouterr().out

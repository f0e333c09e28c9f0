"""Hostile texts in the configuration: refused with the file and what it is about, or kept as a text; never a fault of ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.domain.characters import STEERING, storable
from tests.hostile import CORPUS

Output = pytest.CaptureFixture[str]
SOURCE = {"name": "gazette", "outlet": "The Gazette", "kind": "feed", "url": "https://gazette.test/feed", "comment": "fine"}
SUBSCRIPTION = {"name": "ann", "channel": "console", "to": "ann@reader.test", "note": "fine"}


def table(name: str, values: dict[str, str]) -> str:
    """A table of TOML; JSON's strings are strings of TOML."""
    return f"[[{name}]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())


@pytest.mark.parametrize("key", [*SOURCE, "class", "interval"])
def test_a_source(tmp_path: Path, capsys: Output, key: str) -> None:
    taken = _asked(tmp_path, capsys, "sources.toml", "source", SOURCE, key)
    assert taken == 0 if key in {"kind", "class", "interval"} else taken > 0
    assert key != "url" or taken < 9, "some are addresses, whatever they say"


@pytest.mark.parametrize("key", [*SUBSCRIPTION, "authorities", "frequency"])
def test_a_subscription(tmp_path: Path, capsys: Output, key: str) -> None:
    taken = _asked(tmp_path, capsys, "subscriptions.toml", "subscription", SUBSCRIPTION, key)
    assert taken == 0 if key in {"channel", "authorities", "frequency"} else taken >= 0


def _asked(folder: Path, capsys: Output, file: str, name: str, usual: dict[str, str], key: str) -> int:
    """How many of the texts were taken, in a table that has them under a key."""
    (folder / "channels.toml").write_text('[channel.console]\nurl = "console://"\n')
    (folder / "sources.toml").write_text(table("source", SOURCE))
    taken = 0
    for row in CORPUS[len(key) % 5 :: 5]:
        (folder / file).write_text(table(name, usual | {key: storable(row.text)}), encoding="utf-8")
        status = main(["check", "--config", str(folder), "--state", str(folder / "state")])
        said = capsys.readouterr()
        assert status in {0, 2}, row.id
        assert not STEERING.search(said.out + said.err), row.id
        assert "fault in the monitor" not in said.err, row.id
        assert status == 0 or file in said.err, (row.id, said.err)
        taken += status == 0
    return taken

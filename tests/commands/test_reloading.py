"""What is taken of a configuration that is read again, what waits for a restart, and who can be asked to read."""

from __future__ import annotations

import argparse
import os
import signal
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.commands.reloading import Reloading, ask_to_reload, handles
from monitor.ports import MonitorError
from monitor.settings import load

SOURCE = '[[source]]\nname = "paper"\nkind = "feed"\nurl = "https://paper.test/feed.xml"\noutlet = "The Paper"\n'


@pytest.fixture
def reloading(tmp_path: Path) -> Reloading:
    (tmp_path / "sources.toml").write_text(SOURCE)
    args = argparse.Namespace(config=tmp_path, state=tmp_path / "state", listen=None)
    return Reloading(args, load(tmp_path, tmp_path / "state"))


def test_what_can_be_used_is_taken(reloading: Reloading, tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(SOURCE + SOURCE.replace("paper", "gazette"))
    found = reloading.read_again()
    assert found is not None
    assert [table.name for table in found.sources] == ["paper", "gazette"]
    assert (reloading.words(), reloading.alarms()) == ("", [])


BAD = {
    "no TOML": ("sources.toml", "[[source]\n", "sources.toml:1"),
    "an unknown key": ("monitor.toml", "[monitor]\ncontakt = 'x'\n", "monitor.toml:2"),
    "a source that cannot be built": ("sources.toml", SOURCE.replace("feed", "fead", 1), "sources.toml"),
    "a channel without its secret": ("channels.toml", '[channel.mail]\nurl_env = "MONITOR_MAIL_URL"\n', "channels.toml:2"),
    "nothing to watch": ("sources.toml", SOURCE + "enabled = false\n", "sources.toml"),
    "many things": ("monitor.toml", "[monitor]\na = 1\nb = 2\nc = 3\nd = 4\n", "(and 1 more)"),
}


@pytest.mark.parametrize("mistake", BAD)
def test_what_cannot_be_used_is_not_taken_and_its_line_is_said(reloading: Reloading, tmp_path: Path, mistake: str) -> None:
    file, text, said = BAD[mistake]
    before = reloading.settings
    (tmp_path / file).write_text(text)
    assert reloading.read_again() is None
    assert reloading.settings is before
    assert said in reloading.words()
    assert [alarm.message for alarm in reloading.alarms()] == [reloading.words()]
    (tmp_path / file).write_text(SOURCE if file == "sources.toml" else "")
    assert reloading.read_again() is not None
    assert reloading.words() == ""


def test_the_folder_is_gone(reloading: Reloading, tmp_path: Path) -> None:
    tmp_path.rename(tmp_path.with_name("elsewhere"))
    assert reloading.read_again() is None
    assert "there is no such folder" in reloading.words()


def test_what_needs_a_restart_stays_as_it_is_and_is_said(reloading: Reloading, tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text('[monitor]\nlisten = "127.0.0.1:9999"\ndatabase_url = "sqlite:////tmp/x.db"\n')
    found = reloading.read_again()
    assert found is not None
    assert (found.listen, found.database_url) == (("127.0.0.1", 8321), "")
    assert reloading.words() == "needs a restart to take effect: listen, database_url"


def test_a_listen_of_the_command_line_needs_none(reloading: Reloading, tmp_path: Path) -> None:
    reloading._args.listen = "127.0.0.1:0"
    (tmp_path / "monitor.toml").write_text('[monitor]\nlisten = "127.0.0.1:9999"\n')
    assert reloading.read_again() is not None
    assert reloading.words() == ""


def test_a_process_that_would_be_ended_by_it_is_not_asked() -> None:
    assert handles(os.getpid(), signal.SIGUSR2) is False
    before = signal.signal(signal.SIGUSR1, lambda *_: None)
    try:
        assert handles(os.getpid(), signal.SIGUSR1) is True
    finally:
        signal.signal(signal.SIGUSR1, before)
    with pytest.raises(MonitorError, match="restart it"):
        ask_to_reload(os.getpid(), signal.SIGUSR2)


def test_nobody_is_there_to_be_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "sources.toml").write_text(SOURCE)
    assert main(["reload", "--config", str(tmp_path), "--state", str(tmp_path / "state")]) == 1
    assert "no monitor runs on" in capsys.readouterr().err

"""The key that signs links: one of the state folder's own, or one that several daemons share."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.ports import ConfigError
from monitor.settings.secret import LINKS_KEY_ENV, own_key

KEY = bytes(range(32))


def test_daemons_with_a_folder_each_share_the_key_of_the_environment(tmp_path: Path) -> None:
    shared = {LINKS_KEY_ENV: base64.b64encode(KEY).decode()}
    assert own_key(tmp_path / "one", shared) == own_key(tmp_path / "two", shared) == KEY
    assert own_key(tmp_path / "one", {}) != own_key(tmp_path / "two", {})


def test_links_of_one_daemon_stay_good_when_others_join_it(tmp_path: Path) -> None:
    alone = own_key(tmp_path, {})
    written = base64.encodebytes((tmp_path / "links.key").read_bytes()).decode()  # with the line's end that `base64` prints
    assert own_key(tmp_path / "another", {LINKS_KEY_ENV: written}) == alone


@pytest.mark.parametrize("wrong", ["hunter2", base64.b64encode(KEY[:31]).decode(), "hunter2-" * 8, "é" * 44])
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(ConfigError, match="openssl rand -base64 32") as refused:
        own_key(tmp_path, {LINKS_KEY_ENV: wrong})
    assert wrong not in str(refused.value)
    assert not (tmp_path / "links.key").exists()


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_wrong_key_is_said_before_anything_starts(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(LINKS_KEY_ENV, "hunter2")
    (tmp_path / "sources.toml").write_text('[[source]]\nname = "a"\nkind = "feed"\nurl = "https://a.example/"\n')
    assert main([command, "--config", str(tmp_path), "--state", str(tmp_path / "state")]) == 2
    said = "".join(capsys.readouterr())
    assert LINKS_KEY_ENV in said
    assert "hunter2" not in said

"""No error repeats a secret, however malformed the setting that holds it is."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.cli import main
from monitor.commands.logs import JsonLines, TextLines
from monitor.commands.redaction import redacted
from monitor.domain.database_address import checked_database_address, shown_database_address, without_secrets
from monitor.domain.masked import masked
from monitor.ports import StoreError
from monitor.store.engine import open_database

SOURCE = '[[source]]\nname = "a"\nkind = "feed"\nurl = "https://a.example/"\n'

DATABASES = [
    "postgresql://u:hunter2",
    "postgresql://u:x@h:hunter2/db",
    "postgresql://u:hunter2@h:port/db",
    "postgresql://u:p@hunter2@127.0.0.1:1/db",
    "postgresql://u:hunter2@[::1/db",
    "postgresql://u:hunter2@127.0.0.1:99999/db",
    "postgresql:/u:hunter2@h/db",
    "postgresql://hunter2 host/db",
    "postgresql://u:x@h/db@hunter2",
    "host=h password=hunter2",
    "u:hunter2@h/db",
    "mysql://u:hunter2@h/db",
    "sqlite://u:hunter2@h/db",
    "hunter2",
]
#: Right to look at, and nobody there.
UNREACHABLE = [
    "postgresql://u:hunter2@127.0.0.1:1/db",
    "postgres://u:hunter2@127.0.0.1:1/db",
    "postgresql+psycopg2://u:hun/hunter2@127.0.0.1:1/db",
    "postgresql://u:hunt%65r2@127.0.0.1:1/db",
    "postgresql://127.0.0.1:1/db?password=hunter2",
    "postgresql://u:x@127.0.0.1:1/db?hunter2=hunter2",
    "postgresql://u:x@127.0.0.1:1/db?sslmode=hunter2",
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources.toml").write_text(SOURCE)
    (tmp_path / "monitor.toml").write_text("")
    return tmp_path


@pytest.mark.parametrize("url", DATABASES)
def test_a_malformed_database_address_is_not_repeated(
    folder: Path, url: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", url)
    for words in (["check"], ["outbox", "list"], ["once"]):
        assert main([*words, "--config", str(folder), "--state", str(folder / "state")]) == 2
        said = "".join(capfd.readouterr())
        assert "database_url: " in said
        assert "postgresql://NAME:PASSWORD@HOST" in said or "%40" in said
        assert "hunter2" not in said


@pytest.mark.parametrize("url", UNREACHABLE)
def test_what_a_driver_says_of_it_is_not_repeated_either(url: str) -> None:
    with pytest.raises(StoreError, match="cannot be opened") as caught:
        open_database(url)
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in str(caught.value.__cause__)
    assert "127.0.0.1:1/db" in str(caught.value)


WORD = st.text(st.sampled_from("abcXYZ019-_.~!$*+;="), min_size=3, max_size=12)


@given(WORD, WORD)
def test_an_address_that_is_right_is_shown_without_its_account(user: str, password: str) -> None:
    url = f"postgresql://{user}:{password}QQ@db.example:5433/monitor"
    assert checked_database_address(url) == url
    assert shown_database_address(url) == "db.example:5433/monitor"
    assert without_secrets(f"said {password}QQ", url) == "said ..."


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("channels.toml", '[channel.a]\nurl_env = "mailtos://u:hunter2@gmail.com"'),
        ("channels.toml", '[channel.a]\nurl_file = "mailtos://u:hunter2@gmail.com"'),
        ("channels.toml", '[channel.a]\nurl = "mailtos://u:hunter2@gmail.com"'),
        ("channels.toml", '[channel.a]\nurl_env = ["mailtos://u:hunter2@gmail.com"]'),
        ("channels.toml", '[channel.a]\nurl_env = "X"\nsecret_env = "whsec_hunter2="'),
        ("channels.toml", '[channel.a]\nurl_env = "X"\npassword = "hunter2"'),
        ("monitor.toml", '[monitor]\nheartbeat_url_env = "https://hc.example/hunter2"'),
        ("monitor.toml", '[monitor]\ndatabase_url = ["postgresql://u:hunter2@h/db"]'),
        ("monitor.toml", '[monitor]\npublic_url = "htps://u:hunter2@page.example"'),
        ("monitor.toml", '[monitor]\nlisten = "u:hunter2@127.0.0.1:x"'),
        ("monitor.toml", '[monitor]\nself_service = ["https://hooks.slack.com/services/hunter2"]'),
        ("monitor.toml", '[operator]\nchannels = ["mailtos://u:hunter2@h?to=a@b.example"]'),
        ("monitor.toml", '[operator]\nchannels = [["mailtos://u:hunter2@h"]]'),
        ("monitor.toml", '[returned]\nurl_env = "imaps://u:hunter2@h/INBOX"'),
        ("monitor.toml", '[returned]\nurl_file = "imaps://u:hunter2@h/INBOX"'),
        ("monitor.toml", '[returned]\nurl_env = ["imaps://u:hunter2@h/INBOX"]'),
        ("monitor.toml", '[monitor]\ngroup_wait = "mailtos://u:hunter2@h"'),
        ("monitor.toml", '[monitor]\nlog_level = "mailtos://u:hun@hunter2@h"'),
        ("channels.toml", '["channel.mailtos://u:hunter2@h"]\nurl_env = "X"'),
        ("channels.toml", '[channel."mailtos://u:hunter2@h"]\nurl_env = "X"'),
        ("subscriptions.toml", '[[subscription]]\nname = "a"\nchannel = "mailtos://u:hunter2@h?from=a@b.example"'),
        ("subscriptions.toml", '[[subscription]]\nname = "a"\nchannel = "https://hooks.slack.com/services/T1/B1/hunter2"'),
        (
            "subscriptions.toml",
            '[[subscription]]\nname = "a"\nchannel = "console"\nto = "mailtos://u:hunter2@h?from=a@b.example"',
        ),
        ("subscriptions.toml", '[[subscription]]\nname = "a"\nchannel = "json://h/?token=hunter2"'),
        ("sources.toml", '[[source]]\nname = "g"\nkind = "guardian"\nkey_env = "hunter2-1234-5678"'),
        ("sources.toml", SOURCE.replace("https://a.example/", "ftp://a.example/?apiKey=hunter2")),
        ("sources.toml", SOURCE.replace("https://a.example/", "ftp://u:hunter2@a.example/")),
        ("sources.toml", SOURCE.replace("https://a.example/", "https://u:hunter2@a.example/")),
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(
    folder: Path, file: str, line: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (folder / file).write_text(f"{line}\n")
    for more in ([], ["--json"]):
        assert main(["check", *more, "--config", str(folder), "--state", str(folder / "state")]) == 2
        said = "".join(capfd.readouterr())
        assert file in said
        assert "hunter2" not in said


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_log_repeats_no_key_of_a_source(form: str) -> None:
    formatter = JsonLines() if form == "json" else TextLines()
    args = ("g", "https://u:hunter2@api.example/v2?q=ofsted&apiKey=hunter2#x")
    record = logging.LogRecord("monitor", logging.WARNING, "x.py", 1, "%s: %s: refused", args, None)
    said = formatter.format(record)
    assert "hunter2" not in said
    assert "...@api.example/v2?q=ofsted&apiKey=...#x: refused" in said


def test_what_our_examples_say_is_said() -> None:
    for said in ("write mailtos://NAME:PASSWORD@HOST?from=NAME@DOMAIN", "https://paper.example/a?page=2: dns", "a@b.example"):
        assert masked(said) == said


def test_an_error_that_nobody_foresaw_is_without_what_the_environment_holds() -> None:
    environ = {
        "MONITOR_MAIL_URL": "mailtos://alerts:hunter2@smtp.council.example?from=a@b.example",
        "MONITOR_HOOK_URL": "https://hooks.example/services/T0/hunter3",
        "MONITOR_HOOK_SECRET": "whsec_hunter4",
        "MONITOR_LISTEN": "127.0.0.1:8321",
        "HOME": "/home/hunter",
    }
    said = (
        "invalid literal 'hunter2' for 127.0.0.1:8321 in /home/hunter: hunter3, whsec_hunter4, imaps://u:hunter5@mail.example/"
    )
    assert redacted(said, environ) == (
        "invalid literal '...' for 127.0.0.1:8321 in /home/hunter: ..., ..., imaps://...@mail.example/"
    )


@pytest.mark.parametrize(
    ("url", "said", "shown"),
    [
        ("mailtos://alerts:hunter2@smtp.council.example?from=a@b.example", "sent from smtp.council.example", ""),
        ("mailtos://alerts:hunt%40r2@smtp.council.example", "hunt@r2 and hunt%40r2", "... and ..."),
        ("slack://hunter2/hunter3/hunter4", "hunter2 hunter3 hunter4", "... ... ..."),
        ("jsons://hook.example/in?token=hunter2==&deep=hunter3", "hunter2== hunter3 token deep", "... ... token deep"),
        ("ntfys://hunter2", "no topic hunter2", "no topic ..."),
    ],
)
def test_of_an_address_what_opens_the_door_is_hidden_and_not_its_words(url: str, said: str, shown: str) -> None:
    assert redacted(said, {"MONITOR_ANY_URL": url}) == (shown or said)

"""The commands about alerts, typed as an operator types them."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.cli import main
from monitor.ports import Outcome, Result
from monitor.store import open_store
from tests.builders import NOW, story, subscription
from tests.store.conftest import history


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An installation with one message waiting."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "channels.toml").write_text('[channel.console]\nurl = "console://"\n')
    (tmp_path / "config" / "subscriptions.toml").write_text(
        '[[subscription]]\nname = "ann"\nchannel = "console"\nto = "ann@reader.test"\n'
        '[[subscription]]\nname = "bob"\nchannel = "console"\nto = "bob@reader.test"\nauthorities = ["Leeds"]\n'
    )
    wishes = (subscription("ann"), subscription("bob", authorities=["Leeds"]))
    store = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}", subscriptions=lambda: wishes, history=history)
    store.record(*story({"Kent": "overall good"}), link=None, baseline=False, now=NOW)
    store.close()
    return tmp_path


def typed(folder: Path, *words: str) -> int:
    return main([*words, "--config", str(folder / "config"), "--state", str(folder / "state")])


def test_listing_showing_dropping(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(folder, "outbox", "list", "--json") == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert (line["state"], line["recipient"]) == ("pending", "ann@reader.test")
    assert typed(folder, "outbox", "list") == 0
    assert "1 pending" in capsys.readouterr().out
    assert typed(folder, "outbox", "show", line["id"][:8]) == 0
    assert "Kent: no longer inadequate" in capsys.readouterr().out
    assert typed(folder, "outbox", "release", line["id"]) == 1
    assert "not in a state that allows this" in capsys.readouterr().out
    assert typed(folder, "outbox", "drop", line["id"][:8]) == 0
    assert typed(folder, "outbox", "list", "--only", "cancelled", "--json") == 0
    assert "dropped by the operator" in capsys.readouterr().out
    assert typed(folder, "outbox", "drop", "ffffffff") == 1
    assert typed(folder, "outbox", "resume") == 0


def test_what_was_done_is_said_and_what_comes_next(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(folder, "outbox", "list", "--json") == 0
    (line,) = json.loads(capsys.readouterr().out)
    assert typed(folder, "outbox", "drop", line["id"][:8]) == 0
    assert "1 message cancelled; nobody gets it." in capsys.readouterr().out
    assert typed(folder, "outbox", "retry") == 1
    assert "Nothing was changed. `monitor outbox list` shows every message" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("reason", "said", "todo"),
    [
        ("starttls_not_offered", "the mail server offers no encryption (starttls_not_offered)", "What to do: use mailtos://"),
        ("smtp_550_rcpt 5.1.1", "there is no such recipient (smtp_550_rcpt 5.1.1)", "What to do: put the address right"),
    ],
)
def test_why_a_message_was_refused_is_said_in_words(
    folder: Path, capsys: pytest.CaptureFixture[str], reason: str, said: str, todo: str
) -> None:
    store = open_store(f"sqlite:///{folder / 'state' / 'monitor.db'}")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE deliveries SET state = 'failed', reason = ?, settled_at = created", (reason,))
    store.close()
    assert typed(folder, "outbox", "list") == 0
    listed = capsys.readouterr().out
    assert said in listed
    assert typed(folder, "outbox", "show", listed.splitlines()[1].split()[0]) == 0
    shown = capsys.readouterr().out
    assert f"Reason: {said}" in shown
    assert todo in shown
    assert typed(folder, "outbox", "retry", "--all") == 0
    assert "1 message will be sent again within a minute where `monitor run` runs" in capsys.readouterr().out


def test_every_message_that_waits_for_another_try_is_sent_on_a_word(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = open_store(f"sqlite:///{folder / 'state' / 'monitor.db'}")
    (claimed,) = store.claim(owner="o", now=NOW, lease=60)
    later = NOW + timedelta(days=4000)
    away = Outcome(result=Result.TRANSIENT, reason="unreachable_connect")
    store.settle(claimed, away, now=NOW, not_before=later)
    assert typed(folder, "outbox", "retry", "--all") == 0
    (line,) = store.deliveries()
    assert line.not_before < later
    store.close()


def test_who_and_why(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(folder, "who") == 0
    key = capsys.readouterr().out.split()[0]
    assert typed(folder, "who", key) == 0
    told = capsys.readouterr().out
    assert "ann: ann@reader.test (pending" in told
    assert "bob" not in told
    assert typed(folder, "why", key, "ann") == 0
    assert "Told: delivery" in capsys.readouterr().out
    assert typed(folder, "why", key, "bob") == 1
    assert "Not told, because of watch-list: Kent is on none of its lists." in capsys.readouterr().out
    assert typed(folder, "why", key, "eve") == 1
    assert typed(folder, "why", "nothing", "ann") == 1


def test_a_test_alert_says_so_and_counts_as_none(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed(folder, "test-alert", "console") == 0
    printed = capsys.readouterr().out
    assert "Subject: TEST: Trafford: leadership and protection now inadequate" in printed
    assert "console: sent" in printed
    assert typed(folder, "test-alert", "nowhere") == 2
    assert typed(folder, "test-alert", "console", "--operator") == 2
    assert typed(folder, "test-alert", "--operator") == 2
    assert "names no channel" in capsys.readouterr().err
    (folder / "config" / "monitor.toml").write_text('[operator]\nchannels = ["console: ops@example.org"]\n')
    assert typed(folder, "test-alert", "--operator") == 0
    assert "Subject: TEST: operator notice" in capsys.readouterr().out
    assert typed(folder, "outbox", "list", "--json") == 0
    out = capsys.readouterr().out
    assert len(json.loads(out)) == 1

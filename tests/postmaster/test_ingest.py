"""From a mailbox to the state: what a daemon does every few minutes, and what a mail server's pipe does at every mail."""

from __future__ import annotations

import asyncio
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.app.alarms import of_bounces
from monitor.cli import main
from monitor.domain.bounces import IngestOutcome
from monitor.messages.signed_return_path import SignedReturnPath
from monitor.ports import Outcome, Result
from monitor.postmaster.ingest import PATIENCE, BounceIngest, Postmaster
from monitor.postmaster.mailbox import mailbox_of
from monitor.settings import load
from monitor.settings.secret import own_key
from monitor.store import SqlStore, open_store
from tests.builders import NOW, StoppedClock, story, subscription
from tests.channels.servers import smtp_server
from tests.postmaster import returned_mails as shape
from tests.postmaster.imap_server import Folder, imap_server
from tests.store.conftest import history

Output = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    wishes = (subscription("ann", channel="mail"),)
    store = open_store(f"sqlite:///{tmp_path / 'state' / 'monitor.db'}", subscriptions=lambda: wishes, history=history)
    yield store
    store.close()


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """An installation that sends mail."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "channels.toml").write_text(
        '[channel.mail]\nurl_env = "MAIL"\nfrom = "alerts@monitor.test"\nbounces = "bounces@monitor.test"\n'
    )
    (config / "subscriptions.toml").write_text('[[subscription]]\nname = "ann"\nchannel = "mail"\nto = "ann@reader.test"\n')
    monkeypatch.setenv("MAIL", "mailto://127.0.0.1:9")
    return ["--config", str(config), "--state", str(tmp_path / "state")]


def sent(store: SqlStore, council: str = "Kent") -> str:
    """A message about a council that was sent to ann; its id."""
    store.record(*story({council: "overall outstanding"}), link=None, baseline=False, now=NOW)
    (delivery,) = store.claim(owner="one", now=NOW, lease=60)
    store.committing(delivery, now=NOW)
    store.settle(delivery, Outcome(result=Result.SENT, reason="smtp_250"), now=NOW)
    return delivery.id


def bounce(returns: SignedReturnPath, delivery: str, shaped: bytes | None = None) -> bytes:
    """A report about a delivery, in the shape of Postfix unless said otherwise."""
    raw = shaped or shape.postfix()
    raw = raw.replace(shape.MARK.encode(), returns.mark(delivery).encode()).replace(shape.DELIVERY.encode(), delivery.encode())
    return raw.replace(b"4F00@mx", delivery[:8].encode() + b"@mx")


def reason(store: SqlStore, delivery: str) -> str:
    (found,) = store.delivery(delivery)
    return found.line.reason


def postmaster(store: SqlStore, url: str, returns: SignedReturnPath) -> Postmaster:
    return Postmaster(intake=BounceIngest(store=store, returns=returns, clock=StoppedClock()), mailbox=mailbox_of(url))


RETURNS = SignedReturnPath(key=b"own" * 11)


def test_three_bounces_from_a_mailbox_suspend(store: SqlStore) -> None:
    with imap_server() as (folder, port):
        master = postmaster(store, f"imap://bounces:hunter2@127.0.0.1:{port}", RETURNS)
        folder.receives(b"Subject: a letter\r\n\r\nHello.")
        for council in ("Kent", "Leeds", "Bury"):
            folder.receives(bounce(RETURNS, sent(store, council)))
        assert master.collect() == {IngestOutcome.UNRELATED: 1, IngestOutcome.COUNTED: 2, IngestOutcome.SUSPENDED: 1}
        assert folder.seen == {2, 3, 4}
        assert master.collect() == {}
        folder.begins_anew()
        assert master.collect() == {IngestOutcome.UNRELATED: 1, IngestOutcome.KNOWN: 3}, "read again, counted once"
    assert [each.target for each in store.suspended()] == ["ann@reader.test"]


@pytest.mark.parametrize("make", [shape.postfix, shape.exchange, shape.exim_plain, shape.gmail, shape.qmail])
def test_a_forged_report_suspends_nobody(store: SqlStore, make: Any) -> None:
    """Everything right but the mark: it was signed with another key, as a stranger's would be."""
    strangers = SignedReturnPath(key=b"x" * 32)
    intake = BounceIngest(store=store, returns=RETURNS, clock=StoppedClock())
    for council in ("Kent", "Leeds", "Bury", "Derby"):
        delivery = sent(store, council)
        assert intake.take(bounce(strangers, delivery, make()))[1] is IngestOutcome.NOTED
        assert "not counted" in reason(store, delivery)
    assert store.suspended() == ()


def test_a_mailbox_that_stays_unreadable_is_an_alarm_until_it_is_read(store: SqlStore) -> None:
    with imap_server(Folder(password="other")) as (folder, port):
        master = postmaster(store, f"imap://bounces:hunter2@127.0.0.1:{port}", RETURNS)
        for _ in range(PATIENCE - 1):
            assert master.collect() == {}
        assert of_bounces(master.trouble) == []
        master.collect()
        (alarm,) = of_bounces(master.trouble)
        assert str(alarm) == "returned mail: the mailbox of returned mail cannot be read: login_refused"
        folder.password = "hunter2"
        master.collect()
        assert of_bounces(master.trouble) == []


def typed(folders: list[str], *words: str) -> int:
    return main(["returned", *words, *folders])


def test_files_and_a_maildir(folders: list[str], tmp_path: Path, store: SqlStore, capsys: Output) -> None:
    returns = SignedReturnPath(key=own_key(tmp_path / "state"))
    first, second = sent(store), sent(store, "Leeds")
    (tmp_path / "bounce.eml").write_bytes(bounce(returns, first))
    for name in ("new", "cur"):
        (tmp_path / "mail" / name).mkdir(parents=True)
    (tmp_path / "mail" / "new" / "1").write_bytes(bounce(returns, second, shape.complaint()))
    assert typed(folders, str(tmp_path / "bounce.eml"), str(tmp_path / "mail")) == 0
    said = capsys.readouterr().out
    assert "bounce.eml: bounce 5.1.1: noted at its message, counted against its address" in said
    assert "mail: complaint: noted at its message; nobody vouches for whoever wrote it" in said
    assert typed(folders, "--json", str(tmp_path / "bounce.eml"), str(tmp_path / "none")) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["became"] == "known"
    assert "none: cannot be read" in captured.err
    assert main(["outbox", "show", first, *folders]) == 0
    assert "sent -> sent (returned: 5.1.1 no such mailbox)" in capsys.readouterr().out


class Pipe:
    """Standard input as a mail server writes it."""

    def __init__(self, raw: bytes) -> None:
        self.buffer = io.BytesIO(raw)


def test_a_pipe(folders: list[str], tmp_path: Path, store: SqlStore, capsys: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    delivery = sent(store)
    monkeypatch.setattr(
        "sys.stdin", Pipe(bounce(SignedReturnPath(key=own_key(tmp_path / "state")), delivery) + b" " * 1_000_000)
    )
    assert typed(folders, "-") == 0
    assert reason(store, delivery) == "smtp_250, returned: 5.1.1 no such mailbox"
    monkeypatch.setattr("sys.stdin", Pipe(b"Subject: a letter\r\n\r\nHello."))
    assert typed(folders, "-") == 0
    capsys.readouterr()


def test_a_pipe_asks_to_try_again_rather_than_losing_a_mail(
    folders: list[str], tmp_path: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", Pipe(shape.postfix()))
    (tmp_path / "config" / "channels.toml").write_text("nonsense")
    assert typed(folders, "-") == os.EX_TEMPFAIL
    (tmp_path / "config" / "channels.toml").write_text("")
    (tmp_path / "config" / "subscriptions.toml").write_text("")
    (tmp_path / "state").mkdir(exist_ok=True)
    (tmp_path / "state" / "monitor.db").write_text("no database")
    assert typed(folders, "-") == os.EX_TEMPFAIL
    capsys.readouterr()


def test_without_a_path_the_mailbox_is_visited(
    folders: list[str], tmp_path: Path, store: SqlStore, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert typed(folders) == 2
    (tmp_path / "config" / "monitor.toml").write_text('[returned]\nurl_env = "RETURNED"\n')
    with imap_server() as (folder, port):
        monkeypatch.setenv("RETURNED", f"imap://bounces:hunter2@127.0.0.1:{port}")
        assert typed(folders) == 0
        folder.receives(bounce(SignedReturnPath(key=own_key(tmp_path / "state")), sent(store)))
        assert typed(folders) == 0
        assert capsys.readouterr().out == "Nothing has come.\n1 counted\n"
        folder.password = "other"
        assert typed(folders) == 1


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("", "[returned]: url_env: write exactly one of url_env, url_file and url"),
        ('url_env = "UNSET"\n', "[returned]: url_env: the environment variable UNSET is not set"),
        ('url_env = "MAIL"\n', "[returned]: url: expected imaps://USER:PASSWORD@HOST/FOLDER, or maildir:///PATH"),
        ('url_emv = "MAIL"\n', "[returned]: url_emv: unknown key; did you mean 'url_env'?"),
    ],
)
def test_check_looks_at_it(folders: list[str], tmp_path: Path, capsys: Output, table: str, message: str) -> None:
    (tmp_path / "config" / "monitor.toml").write_text(f"[returned]\n{table}")
    assert main(["check", *folders]) == 2
    assert message in capsys.readouterr().err


def test_the_environment_alone_can_say_it(folders: list[str], tmp_path: Path) -> None:
    settings = load(
        tmp_path / "config", tmp_path / "state", {"MONITOR_RETURNED_URL_ENV": "X", "MONITOR_RETURNED_INTERVAL": "1m"}
    )
    assert settings.returned is not None
    assert (settings.returned.values["url_env"], settings.returned_interval.total_seconds()) == ("X", 60)
    assert load(tmp_path / "config", tmp_path / "state", {}).returned is None


def test_from_the_alert_to_the_note(
    folders: list[str], tmp_path: Path, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: what the channel sends is what a bounce of it leads back to."""
    from monitor.app.runtime import build_channels, build_outbox

    with smtp_server() as (mailbox, port):
        monkeypatch.setenv("MAIL", f"mailto://127.0.0.1:{port}")
        settings = load(tmp_path / "config", tmp_path / "state")
        store.record(*story({"Kent": "overall outstanding"}), link=None, baseline=False, now=NOW)
        channels = build_channels(settings, own_key(settings.state))
        asyncio.run(build_outbox(settings, store, channels, StoppedClock()).send_due())
    (envelope,) = mailbox.mails
    returned = shape.postfix(to=str(envelope.mail_from), ours="Subject: nothing else came back\n")
    mail, became = BounceIngest(store=store, returns=SignedReturnPath(key=own_key(settings.state)), clock=StoppedClock()).take(
        returned
    )
    assert (mail.code, became) == ("5.1.1", IngestOutcome.COUNTED)


def test_a_complaint_that_our_own_server_vouches_for_suspends(
    folders: list[str], tmp_path: Path, store: SqlStore, capsys: Output
) -> None:
    """The mail is piped to us: its server is named, a mailbox to visit is not."""
    with (tmp_path / "config" / "monitor.toml").open("a") as file:
        file.write('[returned]\nauthserv_id = "mx.monitor.test"\n')
    returns = SignedReturnPath(key=own_key(tmp_path / "state"))
    raw = bounce(returns, sent(store), shape.complaint()).replace(b"<fbl@mailhost.test>", b"<feedback@arf.mail.yahoo.com>")
    forged, proven = tmp_path / "forged.eml", tmp_path / "proven.eml"
    line = b"Authentication-Results: %s; dkim=pass header.d=yahoo.com\r\n"
    forged.write_bytes((line % b"mx.evil.test" + raw).replace(b"fbl-77", b"fbl-78"))
    proven.write_bytes(line % b"mx.monitor.test" + raw)
    assert typed(folders, str(forged)) == 0
    assert "nobody vouches" in capsys.readouterr().out
    assert typed(folders, str(proven)) == 0
    assert "its address is suspended" in capsys.readouterr().out
    assert main(["returned", *folders]) == 2, "there is no mailbox to visit"

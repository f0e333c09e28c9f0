"""`monitor doctor` on broken set-ups: the line that each gives, and what it says to do."""

from __future__ import annotations

import fcntl
import json
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.commands.doctor_finding import Check, Finding, Subject, run_checks
from monitor.commands.doctor_machine import unsatisfied
from monitor.domain.model import Link
from monitor.ports import FetchFailure, Poll, PollResult
from monitor.postmaster.findings import Level
from monitor.store import SqlStore, open_store
from tests.builders import subscription
from tests.channels.certificates import new_authority
from tests.channels.servers import Hook, http_server, scripted_smtp, smtp_server
from tests.databases import database, postgres
from tests.postmaster.dns_server import Zone, dns_server

__all__ = ["database", "postgres"]

SECRET = "correct-horse-battery"


class House:
    """An installation that a test breaks."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.config, self.state, self.patch = folder / "config", folder / "state", patch
        self.config.mkdir()
        self.state.mkdir()
        self.url = f"sqlite:///{self.state / 'monitor.db'}"
        self.options: list[str] = ["--offline"]
        self.dns = ""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.write("monitor.toml", f'[monitor]\nlisten = "127.0.0.1:{self.port}"\n[fetch]\nallow_private = true\n')
        self.source("http://127.0.0.1:9/feed.xml")
        patch.setenv("MONITOR_MAIL_URL", f"mailto://ann:{SECRET}@127.0.0.1:9?from=alerts@council.test")

    def write(self, file: str, text: str) -> None:
        (self.config / file).write_text(text)

    def source(self, url: str) -> None:
        self.write("sources.toml", f'[[source]]\nname = "paper"\nkind = "feed"\nurl = "{url}"\noutlet = "The Paper"\n')

    def mail(self, port: int) -> None:
        """A mail channel at a port of this machine; the network may be asked."""
        self.write("channels.toml", '[channel.mail]\nurl_env = "MONITOR_MAIL_URL"\n')
        self.patch.setenv("MONITOR_MAIL_URL", f"mailto://ann:{SECRET}@127.0.0.1:{port}?from=alerts@council.test")
        self.options = []

    def hook(self, address: str, more: str = "") -> None:
        """A signed webhook at an address; the network may be asked."""
        self.write("channels.toml", f'[channel.hook]\nurl_env = "MONITOR_HOOK_URL"\nsecret_env = "MONITOR_HOOK_SECRET"\n{more}')
        self.patch.setenv("MONITOR_HOOK_URL", address.replace("http", "json") + f"/{SECRET}")
        self.patch.setenv("MONITOR_HOOK_SECRET", "whsec_" + "c2VjcmV0" * 6)
        self.options = []

    @contextmanager
    def store(self) -> Iterator[SqlStore]:
        with closing(open_store(self.url, subscriptions=lambda: (subscription("ann"),))) as store:
            yield store

    def begun(self, *, answered: bool = True) -> None:
        """A state that was started once, whose source was polled a moment ago."""
        now = datetime.now(UTC)
        with self.store() as store:
            store.register_start(self.state / "generation")
            failure = None if answered else FetchFailure(url="http://127.0.0.1:9/feed.xml", reason="dns")
            links = (
                (Link(url="https://paper.test/a", canonical_url="https://paper.test/a", source="paper"),) if answered else ()
            )
            poll = Poll(links=links, failure=failure)
            store.record_polls([PollResult(source="paper", poll=poll, next_due_at=now)], now=now)

    def sql(self, words: str, *values: object) -> None:
        with closing(sqlite3.connect(self.state / "monitor.db")) as file:
            file.execute(words, values)
            file.commit()

    def before(self) -> dict[str, tuple[int, bytes]]:
        """All that lies in the state folder."""
        return {
            each.name: (each.stat().st_mtime_ns, each.read_bytes()) for each in sorted(self.state.iterdir()) if each.is_file()
        }


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with dns_server(Zone()) as address:  # in which there is nothing
        house = House(tmp_path, monkeypatch)
        house.dns = address
        yield house


def examined(house: House, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]]]:
    """Exit status and findings; nothing was changed, and no secret shown."""
    before = house.before()
    where = ["--config", str(house.config), "--state", str(house.state), "--dns-server", house.dns]
    status = main(["doctor", "--json", *where, *house.options])
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert house.before() == before
    found: list[dict[str, Any]] = json.loads(said.out)["findings"]
    return status, found


def bad(found: list[dict[str, Any]], about: str) -> dict[str, Any]:
    """The one finding about a thing that is not well."""
    (one,) = [each for each in found if each["about"] == about and each["level"] in {"error", "warning"}]
    return one


def unknown_key(house: House) -> None:
    house.write("monitor.toml", '[monitor]\nlisten = "127.0.0.1:8321"\ncontakt = "me@council.test"\n')


def damaged(house: House) -> None:
    house.begun()
    content = bytearray((house.state / "monitor.db").read_bytes())
    content[4096:12288] = b"\xff" * 8192
    (house.state / "monitor.db").write_bytes(bytes(content))


def anothers(house: House) -> None:
    with closing(sqlite3.connect(house.state / "monitor.db")) as file:
        file.execute("CREATE TABLE recipes (name TEXT)")
        file.commit()


def no_database(house: House) -> None:
    (house.state / "monitor.db").write_text("Dear diary, " * 1000)


def newer(house: House) -> None:
    house.begun()
    house.sql("UPDATE alembic_version SET version_num = '9001'")


def restored(house: House) -> None:
    house.begun()
    (house.state / "generation").write_text("7")


def held_message(house: House) -> None:
    house.begun()
    with house.store() as store:
        from monitor.messages.sample import sample_notice

        now = datetime.now(UTC)
        store.enqueue_notice(sample_notice("f" * 32, now), channel="mail", recipient="ann@council.test", now=now)
    house.sql("UPDATE deliveries SET state = 'held'")


def folder_for_key(house: House) -> None:
    (house.state / "links.key").unlink(missing_ok=True)
    (house.state / "links.key").mkdir()


def readable_key(house: House) -> None:
    house.begun()
    (house.state / "links.key").write_bytes(b"k" * 32)
    (house.state / "links.key").chmod(0o644)


def never(house: House) -> None:
    house.begun(answered=False)


def stopped_long_ago(house: House) -> None:
    house.begun()
    house.sql("UPDATE sources SET last_success = ?", "2026-01-02 03:04:05.000000")


def clock_behind(house: House) -> None:
    house.begun()
    ahead = datetime.now(UTC) + timedelta(days=3)
    house.sql("UPDATE sources SET last_success = ?", ahead.strftime("%Y-%m-%d %H:%M:%S.%f"))


def blind(house: House) -> None:
    house.begun()
    house.sql(
        "INSERT INTO standing_alarms (about, name, message, weight, since, seen_at, told_weight) "
        "VALUES ('paper', 'blind', 'a consent page stands in its place', 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00', 0)"
    )


def old_backup(house: House) -> None:
    house.begun()
    (house.state / "backups").mkdir()
    (house.state / "backups" / "monitor-20260102T030405Z.tar.gz").touch()


def postgres_away(house: House) -> None:
    house.patch.setenv("MONITOR_DATABASE_URL", f"postgresql://ann:{SECRET}@127.0.0.1:9/monitor")


#: What is broken, how it ends, what the line is about, words of it, and words of what to do.
BROKEN: list[tuple[Callable[[House], None], int, str, str, str]] = [
    (unknown_key, 2, "configuration", "unknown key; did you mean 'contact'?", "monitor.toml:3 [monitor] contakt"),
    (damaged, 1, "state", "is damaged", "monitor state restore"),
    (anothers, 1, "state", "is no database of the monitor's", "move it away"),
    (no_database, 1, "state", "is no database of the monitor's", "move it away"),
    (newer, 1, "state", "written by a newer version of the monitor (schema 9001", "docs/releasing.md"),
    (restored, 1, "state", "nothing is sent: the database is an older copy of itself", "monitor outbox resume"),
    (held_message, 1, "outbox", "1 message held for you to look at", "monitor outbox release ID"),
    (folder_for_key, 1, "files", "links.key is no file", "move it away"),
    (readable_key, 0, "files", "links.key can be read by other users", "chmod 600"),
    (never, 1, "source paper", "has never answered", "monitor sources test paper"),
    (stopped_long_ago, 1, "daemon", "no monitor runs here", "monitor run"),
    (clock_behind, 1, "clock", "the clock is behind", "timedatectl"),
    (blind, 1, "source paper", "a consent page stands in its place", "monitor sources test paper"),
    (old_backup, 0, "backup", "days old", "monitor state backup"),
    (postgres_away, 1, "state", "127.0.0.1:9/monitor cannot be opened", "MONITOR_DATABASE_URL"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("breaks", "status", "about", "says", "remedy"), BROKEN, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_broken_set_up_gives_its_line(
    breaks: Callable[[House], None],
    status: int,
    about: str,
    says: str,
    remedy: str,
    house: House,
    capsys: pytest.CaptureFixture[str],
) -> None:
    breaks(house)
    ended, found = examined(house, capsys)
    line = bad(found, about)
    assert says in line["says"]
    assert remedy in line["remedy"]
    assert ended == status


def test_all_is_well(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.begun()
    status = main(["doctor", "--config", str(house.config), "--state", str(house.state), "--offline"])
    said = capsys.readouterr().out
    assert status == 0
    assert "Nothing is wrong. Looked at: configuration, state," in said
    assert "The network was not asked (--offline)" in said
    assert "Wrong:" not in said


def test_the_screen_names_what_to_do_under_each_line(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    newer(house)
    assert main(["doctor", "--config", str(house.config), "--state", str(house.state), "--offline"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Wrong:"
    at = next(number for number, line in enumerate(lines) if line.startswith("  state: "))
    assert any(line.startswith("    -> install that version again") for line in lines[at : at + 4])


def test_there_is_no_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", str(tmp_path / "none"), "--state", str(tmp_path)]) == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_a_mail_server_that_refuses_our_login(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.begun()
    with smtp_server(auth_require_tls=False, auth_callback=lambda *_: False) as (mailbox, port):
        house.mail(port)
        status, found = examined(house, capsys)
    line = bad(found, "channel mail")
    assert status == 1
    assert "the mail server refuses our login" in line["says"]
    assert "user and password" in line["remedy"] or "login" in line["remedy"]
    assert mailbox.mails == []


def test_a_mail_server_that_says_nothing(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.begun()
    house.patch.setattr("monitor.commands.doctor_network._PATIENCE", 0.3)
    with scripted_smtp(lambda file: file.readline()) as port:
        house.mail(port)
        _, found = examined(house, capsys)
    assert "did not answer in time" in bad(found, "channel mail")["says"]


def test_a_mail_server_that_takes_us(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.begun()
    with smtp_server() as (mailbox, port):
        house.mail(port)
        house.patch.setenv("MONITOR_MAIL_URL", f"mailto://127.0.0.1:{port}?from=alerts@council.test")
        _, found = examined(house, capsys)
    assert [each["level"] for each in found if each["about"] == "channel mail"] == ["ok"]
    assert mailbox.mails == []


def test_a_webhook_with_an_expired_certificate(tmp_path: Path, house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.begun()
    context = new_authority(tmp_path).server("localhost", expired=True)
    with http_server(Hook(), context) as (hook, address):
        house.hook(address, "allow_private = true\n")
        _, found = examined(house, capsys)
    line = bad(found, "channel hook")
    assert "the certificate of the server is not good" in line["says"]
    assert hook.requests == []


def test_a_webhook_on_a_private_network_is_refused_as_sending_would(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.begun()
    with http_server(Hook()) as (_, address):
        house.hook(address)
        _, found = examined(house, capsys)
    assert "allow_private = true" in bad(found, "channel hook")["says"]


@pytest.mark.parametrize(("answer", "level"), [('{"ok": true}', "ok"), ('{"ok": false, "error": "invalid_auth"}', "error")])
def test_a_slack_bot_is_asked_for_its_token_and_posts_nothing(
    answer: str, level: str, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.begun()
    with http_server(Hook(answer=lambda: (200, answer, {}))) as (hook, address):
        house.write("channels.toml", f'[channel.slack]\nurl_env = "MONITOR_SLACK_URL"\nendpoint = "{address}"\n')
        house.patch.setenv("MONITOR_SLACK_URL", f"slack://xoxb-1234567890-1234567890-{SECRET.replace('-', '')}/%23alerts")
        house.options = []
        _, found = examined(house, capsys)
    assert [each["level"] for each in found if each["about"] == "channel slack"] == [level]
    assert [path for path, _, _ in hook.requests] == ["/api/auth.test"]


@contextmanager
def answering(status: int, body: str, date: datetime | None = None) -> Iterator[int]:
    """A web server that answers everything alike; its port."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(status)
            self.send_header("Date", format_datetime(date or datetime.now(UTC), usegmt=True))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def test_the_clock_is_compared_with_a_sources_own(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.begun()
    house.options = []
    with answering(200, "User-agent: *", datetime.now(UTC) + timedelta(minutes=50)) as port:
        house.source(f"http://127.0.0.1:{port}/feed.xml")
        _, found = examined(house, capsys)
    assert bad(found, "clock")["says"] == "the clock is 50 minutes behind"


def test_no_source_can_be_reached(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.begun()
    house.options = []
    _, found = examined(house, capsys)
    assert "127.0.0.1:9 cannot be reached" in bad(found, "network")["says"]


def test_a_monitor_that_holds_the_state_and_does_not_answer(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.begun()
    with (house.state / "monitor.lock").open("w") as lock:
        lock.write("process 4711")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        _, found = examined(house, capsys)
    assert bad(found, "daemon")["says"] == f"process 4711 holds the state, and nothing answers at 127.0.0.1:{house.port}"


@pytest.mark.parametrize(
    ("status", "body", "says"),
    [
        (200, "<html>hello</html>", "something else than the monitor answers"),
        (503, '{"polls": 1}', "something else than the monitor answers"),
    ],
)
def test_something_else_has_the_port(
    status: int, body: str, says: str, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.begun()
    with answering(status, body) as port:
        house.write("monitor.toml", f'[monitor]\nlisten = "127.0.0.1:{port}"\n')
        _, found = examined(house, capsys)
    assert says in bad(found, "daemon")["says"]


@pytest.mark.parametrize(
    ("status", "body", "level", "says"),
    [
        (421, "{}", "error", "is refused: its proxy asks by another name"),
        (502, "{}", "warning", "answers 502, and not as the monitor does"),
        (200, '{"status": "ok", "polls": 0}', "ok", "leads to a monitor"),
    ],
)
def test_the_public_page(
    status: int, body: str, level: str, says: str, house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    house.begun()
    house.options = []
    with answering(status, body) as port:
        house.write("monitor.toml", f'[monitor]\nlisten = "127.0.0.1:9"\npublic_url = "http://127.0.0.1:{port}/"\n')
        _, found = examined(house, capsys)
    (line,) = [each for each in found if each["about"] == "page"]
    assert (line["level"], says in line["says"]) == (level, True)


def test_beside_a_monitor_that_runs_it_changes_nothing(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.begun()
    with house.store() as store:
        assert store.delivery_counts() == {}
        names = sorted(each.name for each in house.state.iterdir())
        status = main(["doctor", "--config", str(house.config), "--state", str(house.state), "--offline"])
        assert sorted(each.name for each in house.state.iterdir()) == names
        store.register_start(house.state / "generation")
    assert status == 0
    assert "Nothing is wrong" in capsys.readouterr().out


def test_on_either_database(database: str, house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.url = database
    if database.startswith("postgresql"):
        house.patch.setenv("MONITOR_DATABASE_URL", database)
    else:
        house.url = f"sqlite:///{house.state / 'monitor.db'}"
    house.begun(answered=False)
    _, found = examined(house, capsys)
    assert [each["level"] for each in found if each["about"] == "state"] == ["ok"]
    assert bad(found, "source paper")["says"] == "has never answered"


def test_what_hangs_and_what_fails_is_a_line_of_its_own() -> None:
    def fails(_subject: Subject) -> list[Finding]:
        raise LookupError("no such thing")

    def hangs(_subject: Subject) -> list[Finding]:
        time.sleep(5)
        return []

    def fine(_subject: Subject) -> list[Finding]:
        return [Finding(level=Level.OK, about="third", says="is well")]

    subject: Any = None
    found = run_checks(
        [
            Check(about="first", find=hangs, seconds=0.1, if_it_hangs="restart it"),
            Check(about="second", find=fails),
            Check(about="third", find=fine),
        ],
        subject,
    )
    assert [(each.about, each.level) for each in found] == [
        ("first", Level.ERROR),
        ("second", Level.WARNING),
        ("third", Level.OK),
    ]
    assert (found[0].says, found[0].remedy) == ("did not answer within 0.1 seconds", "restart it")
    assert "no such thing" in found[1].says


@pytest.mark.parametrize(
    ("requirement", "words"),
    [
        ("pytest>=8.3", ""),
        ("pytest>=8.3,<9000", ""),
        ("pytest (>=8.3)", ""),
        ("pytest<2", "and <2 is wanted"),
        ("pytest>=9000,<9001", "and >=9000 is wanted"),
        ("no-such-package-here>=1", "no-such-package-here is missing"),
    ],
)
def test_a_package_that_is_not_as_wanted(requirement: str, words: str) -> None:
    assert unsatisfied(requirement).endswith(words) if words else unsatisfied(requirement) == ""

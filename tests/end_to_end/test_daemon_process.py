"""The real daemon as a process: comes up without a network, ends in order, and survives being killed while it sends."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import create_engine, make_url, text

from tests.conftest import ROOT
from tests.end_to_end.town import Mailbox, Print, Town


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait for something to become true; a test that waits in vain fails."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


class Process:
    """`monitor run`, started; its page's port is read off its first screen."""

    def __init__(self, config: Path, state: Path, descriptors: int = 0, port: int = 0) -> None:
        command = [
            sys.executable,
            "-m",
            "monitor",
            "run",
            "--config",
            str(config),
            "--state",
            str(state),
            "--listen",
            f"127.0.0.1:{port}",
        ]
        if descriptors:
            command = ["sh", "-c", f'ulimit -n {descriptors}; exec "$@"', "sh", *command]
        self.popen = subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        self.lines: list[str] = []
        threading.Thread(target=self._collect, daemon=True).start()
        until(lambda: self._port() is not None or self.popen.poll() is not None)
        until(lambda: self.popen.poll() is not None or self.get("/healthz")[0] == 200)

    def _collect(self) -> None:
        assert self.popen.stdout
        self.lines.extend(self.popen.stdout)

    def _port(self) -> int | None:
        return next((int(found[1]) for line in tuple(self.lines) if (found := re.search(r":(\d+)/healthz", line))), None)

    @property
    def port(self) -> int:
        port = self._port()
        assert port
        return port

    def get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def end(self, how: signal.Signals) -> int:
        self.popen.send_signal(how)
        return self.popen.wait(60)


@contextmanager
def running(config: Path, state: Path, descriptors: int = 0) -> Iterator[Process]:
    process = Process(config, state, descriptors)
    try:
        yield process
    finally:
        if process.popen.poll() is None:
            process.end(signal.SIGKILL)


NOWHERE = '[[source]]\nname = "nowhere"\nkind = "feed"\nurl = "http://127.0.0.1:9/feed.xml"\noutlet = "Nowhere Times"\n'


def leeds_today() -> Print:
    """An article of today that no record knows of."""
    day = datetime.now(UTC).date()
    return Print(
        paper="gazette",
        path=f"/leeds-{day}",
        title="Leeds children's services rated inadequate by Ofsted",
        paragraphs=[
            "Ofsted has rated help and protection for children in Leeds as inadequate.",
            "Services for children in care were rated good, the inspectors said in a report on Leeds City Council.",
        ],
        day=date(day.year, day.month, day.day),
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_comes_up_without_a_network_and_ends_in_order(tmp_path: Path, how: signal.Signals) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.toml").write_text(NOWHERE)
    with running(config, tmp_path / "state") as process:
        screen = "".join(process.lines)
        for told in ("1 source", "Nowhere Times", "/healthz", "channels.toml", "subscriptions.toml", "monitor.db"):
            assert told in screen
        assert json.loads(process.get("/healthz")[1])["status"] == "ok"
        until(lambda: process.get("/readyz")[0] == 200)
        status, page = process.get("/sources")
        assert status == 200
        assert "Nowhere Times" in page
        assert process.end(how) == 0
    assert not [line for line in process.lines if "Traceback" in line or "ERROR" in line]


@pytest.mark.parametrize("taken", ["state", "state and port"])
def test_a_second_daemon_on_the_same_state_is_refused_and_told_of_the_first(tmp_path: Path, taken: str) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.toml").write_text(NOWHERE)
    with running(config, tmp_path / "state") as first:
        where = f"127.0.0.1:{first._port() if 'port' in taken else 0}"
        command = [sys.executable, "-m", "monitor", "run", "--config", str(config), "--state", str(tmp_path / "state")]
        second = subprocess.run([*command, "--listen", where], cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert second.returncode == 1
        assert f"in use by another monitor (process {first.popen.pid})" in second.stderr
        assert "Traceback" not in second.stderr


def test_a_configuration_is_read_again_and_a_bad_one_is_not_taken(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.toml").write_text(NOWHERE)
    (config / "monitor.toml").write_text('[monitor]\nlog_format = "json"\n')
    monitor = [sys.executable, "-m", "monitor", "reload", "--config", str(config), "--state", str(tmp_path / "state")]
    with running(config, tmp_path / "state") as process:
        started = json.loads(process.get("/healthz")[1])["started"]

        def waits() -> str:
            return str(json.loads(process.get("/readyz")[1])["configuration"])

        (config / "monitor.toml").write_text('[monitor]\nlog_format = "json"\ncontakt = "x"\n')
        process.popen.send_signal(signal.SIGHUP)
        until(lambda: "monitor.toml:3" in waits())
        assert json.loads(process.get("/healthz")[1])["started"] == started, "the old one is in force, without a break"
        refused = subprocess.run(monitor, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert (refused.returncode, "did you mean 'contact'" in refused.stderr) == (2, True)

        (config / "monitor.toml").write_text('[monitor]\nlog_format = "json"\nhosts = ["monitor.internal"]\n')
        taken = subprocess.run(monitor, cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert (taken.returncode, f"Process {process.popen.pid} reads" in taken.stdout) == (0, True)
        until(lambda: json.loads(process.get("/healthz")[1])["started"] != started)
        assert waits() == ""
        assert process.popen.poll() is None
        assert process.end(signal.SIGTERM) == 0
    logged = [json.loads(line) for line in process.lines if line.startswith("{")]
    said = [each["message"] for each in logged]
    assert any("cannot be used, the old one is in force" in each and "monitor.toml:3" in each for each in said)
    assert "the configuration was read again, and is in force" in said
    assert "ending in order: SIGTERM" in said
    assert all(each["time"].endswith("Z") for each in logged)


def test_a_copied_state_says_everywhere_that_nothing_is_sent(
    town: Town, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config, state = town.folder / "config", town.folder / town.state
    with serve_mail(town, "nowhere", monkeypatch) as mailbox:
        with running(config, state) as process:
            until(lambda: town.deliveries() == {"sent": 1})
            assert process.end(signal.SIGTERM) == 0
        town.state = "copy"
        shutil.copytree(state, town.folder / "copy")
        with running(config, town.folder / "copy") as process:
            until(lambda: process.get("/readyz")[0] == 503)
            said = json.loads(process.get("/readyz")[1])
            assert (said["ready"], said["delivering"]) == (False, False)
            assert "copied or moved" in said["stopped"]
            assert "monitor outbox resume" in said["stopped"]
            assert "Nothing is sent: the state folder was copied" in process.get("/sources")[1]
            assert town.run("outbox", "list") == 0
            assert "Nothing is sent: the state folder was copied" in capsys.readouterr().out
            assert town.run("outbox", "resume") == 0
            until(lambda: process.get("/readyz")[0] == 200)
            assert json.loads(process.get("/readyz")[1])["stopped"] == ""
        assert len(mailbox.mails) == 1


def test_a_taken_port_is_said_plainly(tmp_path: Path, town: Town) -> None:
    (tmp_path / "config").mkdir(exist_ok=True)
    where = town.base.removeprefix("http://")
    command = [
        sys.executable,
        "-m",
        "monitor",
        "run",
        "--config",
        str(tmp_path / "config"),
        "--state",
        str(tmp_path / "s"),
        "--listen",
        where,
    ]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert f"cannot listen at {where}" in ended.stderr


class SlowMailbox(Mailbox):
    """A mail server that is slow at one point of the conversation while `slow` is set."""

    def __init__(self, slow_at: str) -> None:
        super().__init__()
        self.slow_at = slow_at
        self.slow = True
        self.reached = threading.Event()

    async def _dawdle(self, point: str) -> None:
        if point == self.slow_at:
            self.reached.set()
            while self.slow:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        await self._dawdle("RCPT")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = await super().handle_DATA(server, session, envelope)
        await self._dawdle("dot")
        return said


def serve_mail(town: Town, slow_at: str, monkeypatch: pytest.MonkeyPatch) -> SlowMailbox:
    mailbox = SlowMailbox(slow_at)
    monkeypatch.setenv(
        "TEST_MAIL_URL", f"mailto://127.0.0.1:{mailbox.port}?from=monitor@monitor.example&to=desk@monitor.example"
    )
    town.configure(("gazette",), channels='[channel.mail]\nurl_env = "TEST_MAIL_URL"\n', subscriptions=SUBSCRIPTION)
    town.printed(leeds_today())
    return mailbox


SUBSCRIPTION = '[[subscription]]\nname = "everything"\nchannel = "mail"\nto = "reader@council.example"\n'


@pytest.mark.parametrize(("slow_at", "outcome"), [("RCPT", {"sent": 1}), ("dot", {"uncertain": 1})])
def test_killed_while_sending_the_message_arrives_once(
    town: Town, slow_at: str, outcome: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    config, state = town.folder / "config", town.folder / town.state
    with serve_mail(town, slow_at, monkeypatch) as mailbox:
        with running(config, state) as process:
            until(mailbox.reached.is_set)
            process.end(signal.SIGKILL)
        mailbox.slow = False
        with running(config, state) as process:
            until(lambda: town.deliveries() == outcome)
            until(lambda: len(mailbox.mails) == 1)
            assert process.end(signal.SIGTERM) == 0
        assert len(mailbox.mails) == 1
        assert mailbox.subjects()[0].startswith("Leeds")
        with running(config, state) as process:
            assert process.end(signal.SIGTERM) == 0
        assert len(mailbox.mails) == 1


def test_who_holds_connections_open_holds_up_neither_news_nor_page(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    config, state = town.folder / "config", town.folder / town.state
    # 300 connections find 256 descriptors as 1,100 find 1,024.
    with serve_mail(town, "nowhere", monkeypatch) as mailbox, running(config, state, descriptors=256) as process:
        where = ("127.0.0.1", process._port() or 0)
        held = [socket.create_connection(where) for _ in range(300)]
        until(lambda: process.get("/healthz")[0] == 200)
        until(lambda: process.get("/")[0] == 200)
        until(lambda: len(mailbox.mails) == 1)
        for each in held:
            each.close()
        assert process.end(signal.SIGTERM) == 0
    assert not [line for line in process.lines if "Too many open files" in line]


@pytest.mark.postgres
@pytest.mark.parametrize(("slow_at", "outcome"), [("RCPT", {"sent": 1}), ("dot", {"uncertain": 1})])
def test_killed_on_postgresql_the_next_start_from_the_same_folder_sees_to_it_at_once(
    town: Town, postgres: str, slow_at: str, outcome: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim stands for twenty minutes against others, not against who knows that its owner is dead."""
    config, state = town.folder / "config", town.folder / town.state
    engine = create_engine(make_url(postgres).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE killed_{slow_at.lower()}"))
    engine.dispose()
    town.database = make_url(postgres).set(database=f"killed_{slow_at.lower()}").render_as_string(hide_password=False)
    monkeypatch.setenv("MONITOR_DATABASE_URL", town.database)
    with serve_mail(town, slow_at, monkeypatch) as mailbox:
        with running(config, state) as process:
            until(mailbox.reached.is_set)
            process.end(signal.SIGKILL)
        mailbox.slow = False
        with running(config, state):
            until(lambda: town.deliveries() == outcome)
        until(lambda: len(mailbox.mails) == 1)


def test_asked_to_end_while_sending_it_finishes_the_message(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    config, state = town.folder / "config", town.folder / town.state
    with serve_mail(town, "dot", monkeypatch) as mailbox:
        with running(config, state) as process:
            until(mailbox.reached.is_set)
            process.popen.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            mailbox.slow = False
            assert process.popen.wait(60) == 0
        assert town.deliveries() == {"sent": 1}
        assert len(mailbox.mails) == 1


def test_asked_to_end_under_load_it_is_gone_before_it_is_killed(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty messages wait for a server that answers none of them: those in flight are in doubt, the others were never begun."""
    config, state = town.folder / "config", town.folder / town.state
    with serve_mail(town, "dot", monkeypatch) as mailbox:
        people = (f'[[subscription]]\nname = "r{n}"\nchannel = "mail"\nto = "r{n}@council.example"\n' for n in range(40))
        channel = '[channel.mail]\nurl_env = "TEST_MAIL_URL"\n'
        town.configure(("gazette",), channels=channel, subscriptions="".join(people))
        with running(config, state) as process:
            until(mailbox.reached.is_set)
            with socket.create_connection(("127.0.0.1", process.port)):  # somebody who says nothing does not hold it up either
                process.popen.send_signal(signal.SIGTERM)
                assert process.popen.wait(20) == 0
        begun = len(mailbox.mails)
        assert begun < 40
        mailbox.slow = False
        with running(config, state) as process:
            until(lambda: town.deliveries() == {"uncertain": begun, "sent": 40 - begun})
            assert process.end(signal.SIGTERM) == 0
    assert len({recipient for recipient, _ in mailbox.mails}) == len(mailbox.mails) == 40

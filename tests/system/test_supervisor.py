"""What systemd hears of the monitor, on a socket of its kind; and the unit that is shipped, as far as systemd judges it offline."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.system.supervisor import Supervisor
from tests.app.test_daemon import World, until
from tests.conftest import ROOT

UNIT = ROOT / "docs" / "deploy" / "monitor.service"


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as there:
        there.bind(str(tmp_path / "notify"))
        there.settimeout(20)
        yield there


def test_a_manager_is_told_by_the_name_of_its_socket(manager: socket.socket) -> None:
    Supervisor.of({"NOTIFY_SOCKET": manager.getsockname()}).is_alive()
    assert manager.recv(100).split(b"\n") == [b"READY=1", b"WATCHDOG=1"]


def test_a_manager_is_told_by_a_name_without_a_file() -> None:
    name = f"monitor-test-{os.getpid()}"
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as there:
        there.bind(f"\0{name}")
        Supervisor.of({"NOTIFY_SOCKET": f"@{name}"}).is_alive()
        assert b"WATCHDOG=1" in there.recv(100)


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "vsock:2:1234", "@"])
def test_nobody_to_tell_is_no_trouble(address: str) -> None:
    Supervisor.of({"NOTIFY_SOCKET": address}).is_alive()
    Supervisor.of({}).is_alive()


def test_the_daemon_says_that_it_is_up(manager: socket.socket, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "sources.toml").write_text('[[source]]\nname = "a"\nkind = "drop"\nfolder = "drop"\n')
    environment = {"PATH": os.environ["PATH"], "NOTIFY_SOCKET": manager.getsockname()}
    folders = ["--config", str(config), "--state", str(tmp_path / "state"), "--listen", "127.0.0.1:0"]
    daemon = subprocess.Popen(
        [sys.executable, "-m", "monitor", "run", *folders],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        assert b"READY=1" in manager.recv(100)
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.communicate(timeout=30)
    assert daemon.returncode == 0


async def test_it_is_said_while_the_loop_comes_round_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[int] = []
    world = World()
    world.daemon.is_alive = lambda: said.append(1)
    monkeypatch.setattr("monitor.app.daemon.WATCH_EVERY", 0.02)
    async with world.running():
        await until(lambda: len(said) >= 4)
    before = len(said)
    await asyncio.sleep(0.1)
    assert len(said) == before


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_the_unit_is_one_that_systemd_takes_and_finds_hardened(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    unit.write_text(
        re.sub(r"^ExecStart=.*", "ExecStart=/bin/true", UNIT.read_text(), flags=re.MULTILINE)
    )  # it is not installed
    for judge in (["verify"], ["security", "--offline=yes", "--threshold=20", "--no-pager"]):
        said = subprocess.run(["systemd-analyze", *judge, unit], capture_output=True, text=True, check=False)
        assert said.returncode == 0, said.stdout + said.stderr


def test_the_unit_knows_what_the_monitor_needs() -> None:
    from monitor.app.daemon import WATCH_EVERY
    from monitor.commands.run import LAST_MOMENT

    said = dict(re.findall(r"^(\w+)=(.*)$", UNIT.read_text(), re.MULTILINE))
    minutes = re.fullmatch(r"(\d+)min", said["WatchdogSec"])
    assert minutes and int(minutes[1]) * 60 > 3 * WATCH_EVERY
    assert int(said["TimeoutStopSec"]) > LAST_MOMENT
    assert "AF_UNIX" in said["RestrictAddressFamilies"], "or it could not be heard"
    assert said["Environment"].startswith(
        f"MONITOR_CONFIG=/etc/{said['StateDirectory']} MONITOR_STATE=/var/lib/{said['StateDirectory']}"
    )

"""The real daemon as a process, and what its state says; for programmes that kill it."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from sqlalchemy import text

from monitor.delivery import SentJournal
from tests.conftest import ROOT
from tests.databases import engine_of


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def start(folder: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """The real daemon, on the configuration and the state in a folder; its log goes to `daemon.log` there."""
    command = [sys.executable, "-m", "monitor", "run", "--config", str(folder / "config"), "--state", str(folder / "state")]
    with (folder / "daemon.log").open("ab") as log:
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)


def answers(url: str) -> bool:
    """Whether the daemon answers within a minute."""
    for _ in range(120):
        try:
            with urlopen(url, timeout=5):
                return True
        except OSError:
            time.sleep(0.5)
    return False


def ask(database: Path | str, question: str) -> list[Any]:
    """The rows that answer a question; none while there is no database. It is a file, or a server's by its address."""
    if isinstance(database, Path) and not database.exists():
        return []
    engine = engine_of(database if isinstance(database, str) else f"sqlite:///{database}")
    try:
        with engine.connect() as connection:
            return list(connection.execute(text(question)).all())
    finally:
        engine.dispose()


def change(database: Path | str, *statements: str) -> None:
    """Change the state under the daemon, as a command of an operator does; nothing while there is none."""
    if isinstance(database, str) or database.exists():
        engine = engine_of(database if isinstance(database, str) else f"sqlite:///{database}?timeout=30")
        try:
            with engine.begin() as connection:
                for statement in statements:
                    connection.execute(text(statement))
        finally:
            engine.dispose()


def states(database: Path | str) -> Counter[str]:
    """How many deliveries are in which state."""
    return Counter(
        {str(state): int(count) for state, count in ask(database, "SELECT state, count(*) FROM deliveries GROUP BY state")}
    )


def ids_in(database: Path | str, state: str) -> set[str]:
    """The ids of the deliveries in a state."""
    return {str(row.id) for row in ask(database, f"SELECT id FROM deliveries WHERE state = '{state}'")}


def left_in_doubt(folder: Path) -> set[str]:
    """What a kill has just left behind its commit point without an answer on disk: nobody can know whether it arrived."""
    return ids_in(folder / "state" / "monitor.db", "committing") - SentJournal(folder / "state" / "sent.journal").read()

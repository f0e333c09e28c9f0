"""The restore drill with the real program: backups under load, put back elsewhere, and every mail counted."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from email import message_from_bytes
from pathlib import Path

from tests.channels.servers import Mailbox, smtp_server
from tests.conftest import ROOT
from tests.soak.daemon import answers, ids_in, start, states
from tests.soak.kills import READERS, Press, configure, poll_at_once, told
from tests.soak.stories import expected_changes


def monitor(folder: Path, *words: str) -> str:
    """Run a command of ours on the installation in a folder; what it says. Raises where it fails."""
    where = ["--config", str(folder / "config"), "--state", str(folder / "state")]
    command = [sys.executable, "-m", "monitor", *words, *where]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr or done.stdout}")
    return done.stdout.strip()


def restore_drill(rounds: int, seed: int) -> int:
    """Back up under load, kill, restore into an empty folder, resume, go on; 0 when nothing was doubled or lost."""
    chance = random.Random(seed)
    press, mailbox = Press(), Mailbox(pause=0.05)
    press.serve()
    began, took = time.monotonic(), []
    with tempfile.TemporaryDirectory() as name, smtp_server(mailbox) as (_, port):
        folder = Path(name)
        state, lost = folder / "state", folder / "lost"
        environment, health = configure(folder, press, port)
        for number in range(rounds):
            for _ in range(3):
                press.publish()
            poll_at_once(state / "monitor.db")
            daemon = start(folder, environment)
            answers(health)
            wait_for_mail(mailbox, chance.randrange(1, 40))  # messages are being made and sent meanwhile
            archive = folder / f"{number}.tar.gz"
            at = time.monotonic()
            monitor(folder, "state", "backup", str(archive))
            took.append(time.monotonic() - at)
            for _ in range(2):
                press.publish()
            poll_at_once(state / "monitor.db")
            wait_for_mail(mailbox, chance.randrange(1, 40))  # what is sent now the backup does not know
            daemon.kill()
            daemon.wait()
            shutil.rmtree(lost, ignore_errors=True)
            state.rename(lost)
            state.mkdir()
            shutil.copy(lost / "sent.journal", state)  # of the old machine's disk this could be saved
            subprocess.run([sys.executable, "-m", "monitor", "state", "restore", str(archive), "--check"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)  # fmt: skip
            print(monitor_restore(archive, state), flush=True)
            print(monitor(folder, "outbox", "resume"), flush=True)
        poll_at_once(state / "monitor.db")
        daemon = start(folder, environment)
        expected = expected_changes(press.prints) * READERS
        for _ in range(240):
            time.sleep(0.5)
            found = states(state / "monitor.db")
            if told(state / "monitor.db") >= expected and not found["pending"] + found["sending"] + found["committing"]:
                break
        answers(health)
        daemon.terminate()
        daemon.wait(30)
        return report(mailbox, state / "monitor.db", expected, time.monotonic() - began, took)


def wait_for_mail(mailbox: Mailbox, more: int, patience: float = 60.0) -> None:
    """Until so many mails more have come, or none more do."""
    wanted, until = len(mailbox.mails) + more, time.monotonic() + patience
    while len(mailbox.mails) < wanted and time.monotonic() < until:
        time.sleep(0.05)


def monitor_restore(archive: Path, state: Path) -> str:
    """Put a backup into a state folder; what the command says first."""
    command = [sys.executable, "-m", "monitor", "state", "restore", str(archive), "--state", str(state)]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()[0]


def report(mailbox: Mailbox, database: Path, expected: int, seconds: float, took: list[float]) -> int:
    """Print the figures; 0 when everybody has every message once, or it is held because it may have arrived."""
    mails = Counter(
        (str(message["To"]), str(message["Subject"]))
        for message in (message_from_bytes(mail.content or b"") for mail in mailbox.mails)
    )
    doubled = sum(count - 1 for count in mails.values())
    found = states(database)
    waiting = len(ids_in(database, "held")) + len(ids_in(database, "uncertain"))
    missing = expected - told(database)
    print(
        f"{len(took)} backups and restores in {seconds:.0f} s; a backup took {min(took):.2f} to {max(took):.2f} s beside the daemon"
    )
    print(f"{expected} tellings expected, {missing} missing; messages {dict(found)}; {waiting} held or in doubt")
    print(f"mails {sum(mails.values())}, the same to the same person again: {doubled}")
    return int(bool(doubled or missing or found["pending"]))
